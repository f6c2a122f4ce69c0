"""Datasets: found or downloaded, verified, read; and one's own data."""
