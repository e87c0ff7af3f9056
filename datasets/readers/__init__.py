"""Laennec: datasets.readers."""
