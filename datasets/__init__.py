"""Laennec: datasets."""

from .readers.ecg import read_ecg

__all__ = ["read_ecg"]
