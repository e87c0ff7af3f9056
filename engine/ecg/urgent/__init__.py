"""Urgent rules of an ECG: deterministic, on measurements that no network can silence."""

from .evaluate import urgent_ecg
from .join import EcgUrgency
from .settings import load_ecg_urgent

__all__ = ["EcgUrgency", "load_ecg_urgent", "urgent_ecg"]
