"""Rate, regularity and the basics of heart rate variability, from the times of the beats."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ...fixedpoint import FloatArray
from .rr import rate_interval_s

_SECONDS_A_MINUTE: Final = 60.0
_MS_PER_S: Final = 1000.0
_NN_STEP_MS: Final = 50.0
_NAN: Final = float("nan")
_PAIR: Final = 2


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What the intervals between beats say; NaN where there are too few beats.

    Attributes
    ----------
    rate_bpm : 60 over the median RR interval; of pairs where long and short alternate
    rate_min_bpm, rate_max_bpm : of single intervals
    rr_median_s, rr_longest_s : seconds
    rr_variation : SD over mean of all RR intervals (dimensionless)
    rr_irregularity : median absolute change from one RR to the next over the median RR
    sdnn_ms, rmssd_ms, pnn50 : of intervals between dominant beats that follow each other
    n_rr, n_nn : number of RR intervals, and of those between dominant beats
    """

    rate_bpm: float
    rate_min_bpm: float
    rate_max_bpm: float
    rr_median_s: float
    rr_longest_s: float
    rr_variation: float
    rr_irregularity: float
    sdnn_ms: float
    rmssd_ms: float
    pnn50: float
    n_rr: int
    n_nn: int


def measure_rhythm(beat_times_s: FloatArray, is_dominant: np.ndarray) -> Rhythm:
    """Measure rate, regularity and variability.

    Variability leaves out every interval that begins or ends with a beat of another shape, as
    the task force asks; in ten seconds SDNN is a rough number and says nothing of a day.

    Parameters
    ----------
    beat_times_s : shape (n_beats,), ascending, seconds
    is_dominant : shape (n_beats,), whether the beat has the dominant QRS shape

    Source: Task Force of the ESC and NASPE 1996, doi:10.1161/01.CIR.93.5.1043 (SDNN, RMSSD,
    pNN50); departures from the source: any length of recording, said by ``n_nn``.

    >>> found = measure_rhythm(np.array([0.0, 1.0, 2.0, 3.0]), np.ones(4, dtype=bool))
    >>> found.rate_bpm, found.sdnn_ms, found.n_nn
    (60.0, 0.0, 3)
    """
    rr = np.diff(beat_times_s)
    nn_mask = is_dominant[1:] & is_dominant[:-1] if len(rr) else np.zeros(0, dtype=bool)
    nn_ms = _MS_PER_S * rr[nn_mask]
    steps_ms = _MS_PER_S * np.diff(rr)[nn_mask[1:] & nn_mask[:-1]] if len(rr) > 1 else rr[:0]
    changes = np.abs(np.diff(rr))
    median = _median(rr)
    return Rhythm(
        rate_bpm=_SECONDS_A_MINUTE / rate_interval_s(rr),
        rate_min_bpm=_SECONDS_A_MINUTE / rr.max() if len(rr) else _NAN,
        rate_max_bpm=_SECONDS_A_MINUTE / rr.min() if len(rr) else _NAN,
        rr_median_s=median,
        rr_longest_s=float(rr.max()) if len(rr) else _NAN,
        rr_variation=_spread(rr) / float(rr.mean()) if len(rr) >= _PAIR else _NAN,
        rr_irregularity=_median(changes) / median if len(changes) else _NAN,
        sdnn_ms=_spread(nn_ms),
        rmssd_ms=float(np.sqrt((steps_ms**2).mean())) if len(steps_ms) else _NAN,
        pnn50=float((np.abs(steps_ms) > _NN_STEP_MS).mean()) if len(steps_ms) else _NAN,
        n_rr=len(rr),
        n_nn=len(nn_ms),
    )


def _median(values: FloatArray) -> float:
    return float(np.median(values)) if len(values) else _NAN


def _spread(values: FloatArray) -> float:
    return float(values.std(ddof=1)) if len(values) >= _PAIR else _NAN
