"""Laennec: datasets.sources."""
