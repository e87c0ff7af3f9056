"""Laennec: engine."""
