"""The calibration pulse that some recorders write after an ECG: no beat, and no part of a heart."""

from dataclasses import replace
from typing import Final

import numpy as np

from .classical.prepare import independent_rows
from .quality.settings import load_quality_limits
from .signal import EcgSignal

_MV_PER_UV: Final = 1e-3


def without_calibration_pulse(signal: EcgSignal) -> EcgSignal:
    """Return an ECG that ends before its calibration pulse; the same one where it has none.

    The pulse stands at the end, where all recorded leads have one level, up to a step of the
    file. A conversion (DICOM, aECG) may fill up the end with no samples, count in larger steps, or
    compute the limb leads that follow from I and II anew: these need not show it. Read as an ECG it
    was a ventricular beat, and a contradiction between limb leads that no heart makes.

    Parameters
    ----------
    signal : one lead or more; of a single lead a pulse can't be told from a beat
    """
    recorded = np.array([i for i, lead in enumerate(signal.leads) if lead not in signal.derived])
    if len(recorded) < 2:  # noqa: PLR2004 - alike needs two
        return signal
    recorded = independent_rows(recorded, signal.leads)
    pulse = load_quality_limits().pulse
    rows = signal.signal_mv[recorded]
    step_mv = float(np.fmax.reduce(signal.resolution_uv[recorded], initial=0.0)) * _MV_PER_UV
    alike_mv = pulse.alike_mv + step_mv
    # A lead that misses a sample is like no other; where all miss it, nothing was recorded.
    is_over = (np.ptp(rows, axis=0) <= alike_mv) | np.isnan(rows).all(axis=0)
    end = 0 if is_over.all() else len(is_over) - int(np.argmin(is_over[::-1]))
    is_pulse = np.abs(rows[0, end:] - pulse.height_mv) <= alike_mv
    if end == 0 or is_pulse.sum() < pulse.least_s * signal.sampling_rate_hz:
        return signal
    return replace(signal, signal_mv=signal.signal_mv[:, :end])
