"""The quality gate: which leads of an ECG, and which uses of it, can be trusted."""

from .assess import assess_quality
from .model import EcgQuality, LeadQuality, QualityReason, UseQuality, Verdict
from .settings import QualityLimits, load_quality_limits
from .swap_model import SwapSuspicion

__all__ = [
    "EcgQuality",
    "LeadQuality",
    "QualityLimits",
    "QualityReason",
    "SwapSuspicion",
    "UseQuality",
    "Verdict",
    "assess_quality",
    "load_quality_limits",
]
