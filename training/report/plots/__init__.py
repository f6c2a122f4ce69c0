"""Figures of reports, as PNG files."""
