"""Laennec: validation."""
