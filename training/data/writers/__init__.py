"""Ink data sets with writers: read, split by writer, balanced."""
