"""Laennec: datasets."""
