"""The calibration pulse that some recorders write after an ECG: no beat, and no part of a heart."""

from dataclasses import replace
from typing import Final

import numpy as np

from .signal import EcgSignal

PULSE_MV: Final = 1.0
LEAST_S: Final = 0.1
"""A pulse is 200 ms of 1 mV in all leads (Philips, PageWriter); half of it is enough to know it."""
_ALIKE_MV: Final = 0.005


def without_calibration_pulse(signal: EcgSignal) -> EcgSignal:
    """Return an ECG that ends before its calibration pulse; the same one where it has none.

    The pulse stands at the end, where all recorded leads have one level. Read as an ECG it was a
    ventricular beat, and a contradiction between limb leads that no heart makes.

    Parameters
    ----------
    signal : one lead or more; of a single lead a pulse can't be told from a beat
    """
    recorded = [i for i, lead in enumerate(signal.leads) if lead not in signal.derived]
    if len(recorded) < 2:  # noqa: PLR2004 - alike needs two
        return signal
    rows = signal.signal_mv[recorded]
    is_alike = np.ptp(rows, axis=0) <= _ALIKE_MV  # NaN is like nothing
    end = 0 if is_alike.all() else len(is_alike) - int(np.argmin(is_alike[::-1]))
    is_pulse = np.abs(rows[0, end:] - PULSE_MV) <= _ALIKE_MV
    if end == 0 or is_pulse.sum() < LEAST_S * signal.sampling_rate_hz:
        return signal
    return replace(signal, signal_mv=signal.signal_mv[:, :end])
