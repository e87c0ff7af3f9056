"""Plausibility: what a value, or two values together, can't be."""

from .check import check_plausibility

__all__ = ["check_plausibility"]
