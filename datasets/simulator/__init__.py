"""Laennec: datasets.simulator."""
