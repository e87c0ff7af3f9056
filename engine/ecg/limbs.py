"""Limb leads that contradict the others, restored from those that agree.

The classical measurement and the urgent rules read III, aVR, aVL and aVF from I and II: of an
inverted II an inferior infarction was a depression in four leads.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from .leads import LIMB_WEIGHTS
from .quality.model import EcgQuality
from .signal import EcgSignal

_REFUSED: Final = "not_assessable"
_FEWEST: Final = 2


def agreeing_limbs(signal: EcgSignal, quality: EcgQuality) -> tuple[str, ...]:
    """Return the limb leads that were recorded, can be read and follow from each other."""
    apart = signal.derived | set(quality.contradicting)
    return tuple(
        name
        for name in LIMB_WEIGHTS
        if name in signal.leads and name not in apart and quality.lead(name).verdict != _REFUSED
    )


def doubtful_limbs(signal: EcgSignal, quality: EcgQuality) -> frozenset[str]:
    """Return the limb leads of which nobody knows what they show; none where they are restored."""
    if not quality.contradicting or len(agreeing_limbs(signal, quality)) >= _FEWEST:
        return frozenset()
    return frozenset(LIMB_WEIGHTS)


def restored(signal: EcgSignal, quality: EcgQuality) -> EcgSignal:
    """Return the signal with what follows from the agreeing limb leads in place of the others.

    Parameters
    ----------
    signal : refused leads may lack their samples
    quality : of the same signal; where fewer than two limb leads agree nothing is restored
    """
    agree = agreeing_limbs(signal, quality)
    if not quality.contradicting or len(agree) < _FEWEST:
        return signal
    weights = np.array([LIMB_WEIGHTS[name] for name in agree])
    one_two = np.linalg.pinv(weights) @ np.stack([signal.lead_mv(name) for name in agree])
    samples = signal.signal_mv.copy()
    for name in signal.derived | set(quality.contradicting):
        if name in LIMB_WEIGHTS:
            samples[signal.leads.index(name)] = np.array(LIMB_WEIGHTS[name]) @ one_two
    return replace(signal, signal_mv=samples)
