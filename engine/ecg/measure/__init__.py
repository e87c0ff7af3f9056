"""Measurements of an ECG: intervals, axes, amplitudes, rate, each with spread and limits."""

from .beats import BeatTimes
from .measure import measure_ecg
from .model import EcgMeasurements, LeadMeasures, Measured

__all__ = ["BeatTimes", "EcgMeasurements", "LeadMeasures", "Measured", "measure_ecg"]
