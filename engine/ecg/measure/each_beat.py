"""Amplitudes of every single beat where the median beat has its waves: how far they spread."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...fixedpoint import FloatArray
from .beats import MedianBeat
from .deflections import NAMES
from .leads import Landmarks, level_window, p_wave, t_span
from .model import RIGHT_CHEST_LEADS, LeadMeasures
from .settings import BeatSettings

_MS_PER_S: Final = 1000.0
_PAIR: Final = 2
_POSITIVE: Final = ("r", "r2")
_NEGATIVE: Final = ("q", "s", "s2")


@dataclass(frozen=True, slots=True)
class EachBeat:
    """Amplitudes beat by beat, shape (n_leads, n_beats) each, millivolt.

    Every deflection is read within the slack of the alignment around its place in the median beat,
    so that a beat can't give another one. NaN where the beat was not recorded or the wave is not
    there.

    Attributes
    ----------
    waves : p, q, r, s, r2, s2, t, st_j, st_j60
    r_height_mv, s_depth_mv : as of `LeadMeasures`, by the same deflections
    net_mv : tallest positive plus deepest negative sample of the QRS
    p_mv : shape (n_leads, width, n_beats), P above the line through its ends; None without P
    index : which of the dominant beats they are
    """

    waves: Mapping[str, FloatArray]
    r_height_mv: FloatArray
    s_depth_mv: FloatArray
    net_mv: FloatArray
    p_mv: FloatArray | None
    index: NDArray[np.int64]

    def spreads(self) -> dict[str, FloatArray]:
        """Return the standard deviation over the beats of every wave, shape (n_leads,)."""
        return {name: spread_of(values) for name, values in self.waves.items()}


def spread_of(values: FloatArray) -> FloatArray:
    """Return the standard deviation over the last axis of what is known; NaN below two.

    >>> float(spread_of(np.array([1.0, np.nan, 3.0]))) == 2.0**0.5
    True
    """
    known = ~np.isnan(values)
    n = known.sum(axis=-1)
    filled = np.where(known, values, 0.0)
    mean = filled.sum(axis=-1) / np.maximum(n, 1)
    away = np.where(known, filled - mean[..., None], 0.0)
    variance = (away**2).sum(axis=-1) / np.maximum(n - 1, 1)
    return np.where(n >= _PAIR, np.sqrt(variance), np.nan)


def each_beat(
    beat: MedianBeat, marks: Landmarks, leads: LeadMeasures, fs: float, settings: BeatSettings
) -> EachBeat:
    """Measure every beat that made the median beat.

    Parameters
    ----------
    beat : with its beats
    marks : boundaries of the median beat
    leads : what was measured on it
    fs : sampling rate, hertz
    """
    level = beat.each_mv[:, level_window(marks, fs, settings)].mean(axis=1, keepdims=True)

    def above_level(part: slice) -> FloatArray:
        return _recorded(beat.each_mv[:, part] - level, beat.is_there[part])

    slack = max(round(settings.align_ms * fs / _MS_PER_S), 1)
    qrs = above_level(slice(marks.qrs_onset, marks.qrs_offset + 1))
    waves = {
        name: _near(qrs, leads.qrs.peaks[k], slack, positive=name in _POSITIVE)
        for k, name in enumerate(NAMES)
    }
    heights = {name: getattr(leads.qrs, f"{name}_mv") for name in NAMES}
    j60 = marks.qrs_offset + round(settings.st_late_ms * fs / _MS_PER_S)
    nothing = np.full((qrs.shape[0], qrs.shape[2]), np.nan)
    p = p_wave(beat.each_mv, marks)
    p = None if p is None else _recorded(p, beat.is_there[marks.p_onset :][: p.shape[1]])
    t = None if marks.t_offset is None else above_level(t_span(marks))
    return EachBeat(
        waves={
            "p": nothing if p is None else _extreme(p, leads.p_mv),
            **{name: np.where(heights[name][:, None] == 0, np.nan, waves[name]) for name in NAMES},
            "t": nothing if t is None else _extreme(t, leads.t_mv),
            "st_j": qrs[:, -1],
            "st_j60": above_level(slice(j60, j60 + 1))[:, 0]
            if j60 < len(beat.is_there)
            else nothing,
        },
        r_height_mv=_chosen(waves, heights, _POSITIVE, np.ones((2, len(leads.leads)), bool)),
        s_depth_mv=-_chosen(waves, heights, _NEGATIVE, _counts_as_s(leads)),
        net_mv=np.maximum(qrs.max(axis=1), 0.0) + np.minimum(qrs.min(axis=1), 0.0),
        p_mv=p,
        index=beat.index,
    )


def _recorded(values: FloatArray, is_there: NDArray[np.bool_]) -> FloatArray:
    """Return values, shape (n_leads, width, n_beats), NaN where nothing was recorded."""
    return values if is_there.all() else np.where(is_there, values, np.nan)


def _near(qrs: FloatArray, peaks: NDArray[np.int64], slack: int, *, positive: bool) -> FloatArray:
    """Return the extreme near a place of each lead, shape (n_leads, n_beats)."""
    at = np.clip(peaks[:, None] + np.arange(-slack, slack + 1), 0, qrs.shape[1] - 1)
    near = np.take_along_axis(qrs, at[:, :, None], axis=1)
    return np.asarray(near.max(axis=1) if positive else near.min(axis=1))


def _extreme(wave: FloatArray, median_mv: FloatArray) -> FloatArray:
    """Return the height of a wave in each beat on the side where that of the median beat lies."""
    return np.where((median_mv >= 0)[:, None], wave.max(axis=1), wave.min(axis=1))


def _chosen(
    waves: Mapping[str, FloatArray],
    heights: Mapping[str, FloatArray],
    names: tuple[str, ...],
    counts: NDArray[np.bool_],
) -> FloatArray:
    """Take of each lead the deflection that is largest in the median beat; 0 where none is."""
    size = np.where(counts, np.abs([heights[name] for name in names]), 0.0)
    which = np.nan_to_num(size).argmax(axis=0)
    found = np.stack([waves[name] for name in names])[which, np.arange(size.shape[1])]
    largest = size.max(axis=0)[:, None]
    return np.where(largest == 0, 0.0, np.where(np.isnan(largest), np.nan, found))


def _counts_as_s(leads: LeadMeasures) -> NDArray[np.bool_]:
    """Say of q, s and s2 of each lead whether they count in the depth of S: see `s_depth_mv`."""
    q = leads.qrs.is_qs | np.isin(leads.leads, RIGHT_CHEST_LEADS)
    always = np.ones_like(q)
    return np.stack([q, always, always])
