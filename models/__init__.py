"""Laennec: models."""
