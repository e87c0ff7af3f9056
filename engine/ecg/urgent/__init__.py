"""Urgent rules of an ECG: deterministic, on measurements that no network can silence."""

from .evaluate import EcgUrgency, urgent_ecg
from .settings import load_ecg_urgent

__all__ = ["EcgUrgency", "load_ecg_urgent", "urgent_ecg"]
