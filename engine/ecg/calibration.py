"""The calibration pulse that some recorders write after an ECG: no beat, and no part of a heart."""

from dataclasses import replace

import numpy as np

from .quality.settings import load_quality_limits
from .signal import EcgSignal


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
    pulse = load_quality_limits().pulse
    rows = signal.signal_mv[recorded]
    is_alike = np.ptp(rows, axis=0) <= pulse.alike_mv  # NaN is like nothing
    end = 0 if is_alike.all() else len(is_alike) - int(np.argmin(is_alike[::-1]))
    is_pulse = np.abs(rows[0, end:] - pulse.height_mv) <= pulse.alike_mv
    if end == 0 or is_pulse.sum() < pulse.least_s * signal.sampling_rate_hz:
        return signal
    return replace(signal, signal_mv=signal.signal_mv[:, :end])
