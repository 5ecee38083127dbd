"""Knows nothing; the folder is data (see README.md)."""
