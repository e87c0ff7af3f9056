"""Laennec: training."""
