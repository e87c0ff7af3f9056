"""Laennec: serving."""
