"""The deflections of the QRS by name (q, R, S, R', S'), on the median beat."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...fixedpoint import FloatArray
from .settings import BeatSettings

_MS_PER_S: Final = 1000.0
NAMES: Final = ("q", "r", "s", "r2", "s2")


@dataclass(frozen=True, slots=True)
class Deflections:
    """Of every lead, shape (n_leads,) each; a deflection that is not there has height 0.

    ``*_mv`` are heights with their sign (q and s are negative or 0), ``*_ms`` durations. A QRS
    with no positive part is a QS: its depth stands in ``q``, and ``is_qs`` says so.
    ``r_peak_ms`` is the time from the global QRS onset to the last positive peak, NaN without one;
    ``peaks``, shape (5, n_leads), are those of q, r, s, r2, s2 in samples, 0 where one is not.
    """

    q_mv: FloatArray
    r_mv: FloatArray
    s_mv: FloatArray
    r2_mv: FloatArray
    s2_mv: FloatArray
    q_ms: FloatArray
    r_ms: FloatArray
    s_ms: FloatArray
    r2_ms: FloatArray
    s2_ms: FloatArray
    is_qs: NDArray[np.bool_]
    r_peak_ms: FloatArray
    peaks: NDArray[np.int64]

    @property
    def s_depth_mv(self) -> FloatArray:
        """Depth of the deepest S, a QS counting as one; positive, shape (n_leads,)."""
        deepest = np.minimum(self.s_mv, self.s2_mv)
        return -np.where(self.is_qs, np.minimum(deepest, self.q_mv), deepest)

    @property
    def r_height_mv(self) -> FloatArray:
        """Height of the tallest R, shape (n_leads,)."""
        return np.maximum(self.r_mv, self.r2_mv)

    @property
    def net_mv(self) -> FloatArray:
        """Tallest positive plus deepest negative deflection, shape (n_leads,)."""
        return self.r_height_mv + np.minimum(np.minimum(self.q_mv, self.s_mv), self.s2_mv)


def name_deflections(
    qrs_mv: FloatArray, noise_mv: FloatArray, sampling_rate_hz: float, settings: BeatSettings
) -> Deflections:
    """Name what lies between the global QRS onset and offset.

    Parameters
    ----------
    qrs_mv : shape (n_leads, width), millivolt, relative to the level before the QRS
    noise_mv : shape (n_leads,), standard error of a sample
    sampling_rate_hz : hertz

    Returns
    -------
    NaN for a lead with a NaN sample

    Source: the names are those of Kligfield 2007, doi:10.1161/CIRCULATIONAHA.106.180200; the
    least height and duration of a deflection stand in guidelines/ecg_measurements.toml.
    """
    step_ms = _MS_PER_S / sampling_rate_hz
    heights = np.zeros((len(NAMES), len(qrs_mv)))
    lengths = np.zeros((len(NAMES), len(qrs_mv)))
    peaks = np.zeros((len(NAMES), len(qrs_mv)), dtype=np.int64)
    is_qs = np.zeros(len(qrs_mv), dtype=bool)
    r_peak_ms = np.full(len(qrs_mv), np.nan)
    gone = np.isnan(qrs_mv).any(axis=1)
    heights[:, gone] = lengths[:, gone] = np.nan
    least = np.maximum(settings.least_wave_mv, settings.least_wave_noise * noise_mv)
    shortest = settings.least_wave_ms / step_ms
    for lead in np.flatnonzero(~gone):
        runs = _runs(qrs_mv[lead], float(least[lead]), shortest)
        for k, run in enumerate(runs[: len(NAMES)], start=0 if _is_negative_first(runs) else 1):
            if k < len(NAMES):
                heights[k, lead], lengths[k, lead] = run.height_mv, run.width * step_ms
                peaks[k, lead] = run.peak
        positive = [run for run in runs if run.height_mv > 0]
        is_qs[lead] = bool(runs) and not positive
        if positive:
            r_peak_ms[lead] = positive[-1].peak * step_ms
    q_mv, r_mv, s_mv, r2_mv, s2_mv = heights
    q_ms, r_ms, s_ms, r2_ms, s2_ms = lengths
    return Deflections(
        q_mv, r_mv, s_mv, r2_mv, s2_mv, q_ms, r_ms, s_ms, r2_ms, s2_ms, is_qs, r_peak_ms, peaks
    )


@dataclass(frozen=True, slots=True)
class _Run:
    """Samples of one sign: width in samples, the extreme and where it lies."""

    width: int
    height_mv: float
    peak: int


def _runs(samples: FloatArray, least_mv: float, shortest: float) -> list[_Run]:
    """Split at the zero crossings, drop what is too small to be named, merge what that joins."""
    edges = [0, *(np.flatnonzero(np.diff(np.signbit(samples))) + 1).tolist(), len(samples)]
    found: list[_Run] = []
    for start, stop in pairwise(edges):
        piece = samples[start:stop]
        at = int(np.abs(piece).argmax())
        run = _Run(stop - start, float(piece[at]), start + at)
        if abs(run.height_mv) < least_mv or run.width < shortest:
            continue
        if found and (found[-1].height_mv > 0) == (run.height_mv > 0):
            last = found.pop()
            top = max(last, run, key=lambda r: abs(r.height_mv))
            run = _Run(last.width + run.width, top.height_mv, top.peak)
        found.append(run)
    return found


def _is_negative_first(runs: list[_Run]) -> bool:
    return bool(runs) and runs[0].height_mv < 0
