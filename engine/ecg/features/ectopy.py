"""Beats that do not belong: how early, how unlike the others, how wide, with which P wave."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ...fixedpoint import FloatArray
from .numbers import NUMBERS
from .view import MS, NAN, View

_B: Final = NUMBERS["beats"]
_NEAR: Final = 4
_FEWEST: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class BeatTable:
    """Every beat beside the others, shape (n_beats,) each; NaN where it can't be said.

    Parameters
    ----------
    earliness : 1 - interval before it / usual interval around it; 0 on time, 0.3 clearly early
    pause : interval after it / usual interval around it
    likeness : correlation of its QRS with the median QRS over all leads
    excess_ms : its QRS duration beyond that of the dominant beats
    area_ratio : size of its QRS, as the sum of absolute deflections, over the usual
    p_likeness : correlation of what stands before its QRS with the median, over all leads
    has_p : 1 where the network found a P wave before it
    """

    earliness: FloatArray
    pause: FloatArray
    likeness: FloatArray
    excess_ms: FloatArray
    area_ratio: FloatArray
    p_likeness: FloatArray
    has_p: FloatArray


def beat_table(view: View) -> BeatTable:
    """Compare every beat with the dominant ones."""
    t, n = view.times, view.n_beats
    early, pause = _timing(t.r_peak / view.fs)
    width = (t.qrs_offset - t.qrs_onset) * MS / view.fs
    usual = np.nanmedian(width[view.dominant]) if view.dominant.any() else NAN
    if not n or view.beat is None:
        nothing = np.full(n, NAN)
        return BeatTable(early, pause, nothing, width - usual, nothing, nothing, nothing)
    reach = view.samples(_B["reach_ms"])
    r = view.beat.r_index
    likeness, ratio = _alike(view, -reach, reach + 1, r, t.r_peak)
    onset = view.marks.qrs_onset - r if view.marks else -reach
    gap, before = view.samples(_B["p_gap_ms"]), view.samples(_B["p_before_ms"])
    p_likeness, _ = _alike(view, onset - before, onset - gap, r, t.r_peak)
    has_p = np.isfinite(t.p_onset).astype(np.float64)
    return BeatTable(early, pause, likeness, width - usual, ratio, p_likeness, has_p)


def _timing(at_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return earliness and pause, against the median of the intervals near each beat."""
    n = len(at_s)
    early, pause = np.full(n, NAN), np.full(n, NAN)
    rr = np.diff(at_s)
    if len(rr) < _FEWEST:
        return early, pause
    for i in range(1, n):
        others = np.r_[rr[max(i - 1 - _NEAR, 0) : i - 1], rr[i : i + _NEAR]]
        usual = float(np.median(others)) if len(others) else NAN
        early[i] = 1.0 - rr[i - 1] / usual
        if i < n - 1:
            pause[i] = rr[i] / usual
    return early, pause


def _true_earliness(early: FloatArray, pause: FloatArray) -> FloatArray:
    """Take away what an extra detection between two beats makes early: itself and the next beat."""
    found = early.copy()
    inserted = np.flatnonzero(1.0 - early + pause < _B["inserted_ratio"])
    found[inserted] = 0.0
    after = inserted[inserted + 1 < len(found)] + 1
    found[after] = 0.0
    return found


def _alike(
    view: View, start: int, stop: int, r_index: int, peaks: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Correlate a window around every beat with that of the median beat, best within 16 ms."""
    beat = view.beat
    assert beat is not None  # noqa: S101 - the caller has asked
    rows = [i for i in range(len(view.leads)) if np.isfinite(beat.signal_mv[i]).all()]
    start, slack = max(start, -r_index), view.samples(_B["slack_ms"])
    template = beat.signal_mv[rows][:, r_index + start : r_index + stop]
    template = template - template.mean(axis=1, keepdims=True)
    size = np.abs(template).sum()
    norm = np.sqrt((template**2).sum())
    likeness, ratio = np.full(len(peaks), NAN), np.full(len(peaks), NAN)
    signal = view.level_mv[rows]
    for i, peak in enumerate(np.round(peaks).astype(int)):
        best = NAN
        for lag in range(-slack, slack + 1, max(slack // 4, 1)):
            low, high = peak + lag + start, peak + lag + stop
            if low < 0 or high > signal.shape[1]:
                continue
            piece = signal[:, low:high]
            piece = piece - piece.mean(axis=1, keepdims=True)
            scale = norm * np.sqrt((piece**2).sum())
            value = float((piece * template).sum() / scale) if scale > 0 else NAN
            if not value <= best:
                best, ratio[i] = value, float(np.abs(piece).sum() / size) if size > 0 else NAN
        likeness[i] = best
    return likeness, ratio


def _oddness(
    unlike: FloatArray, early: FloatArray, excess: FloatArray, pause: FloatArray
) -> FloatArray:
    """Add up what makes a beat odd, each part bounded."""
    most = _B["most"]
    found: FloatArray = (
        np.clip(unlike / _B["unlike_scale"], 0.0, most)
        + np.clip(early / _B["early_scale"], -0.5, most)
        + np.clip(excess / _B["excess_scale_ms"], -0.5, most)
        + np.clip((pause - 1.0) / _B["pause_scale"], -_B["pause_least"], 1.0) * 0.5
    )
    return found


def _middle(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else NAN


def ectopic_features(view: View, table: BeatTable) -> tuple[dict[str, float], dict[str, int]]:
    """Describe the beat most like a ventricular, and the one most like an atrial premature beat.

    Returns
    -------
    features, and which beat stands behind ``odd_beat`` and ``early_beat``
    """
    found = dict.fromkeys(
        (
            "odd_beat_unlikeness", "odd_beat_earliness", "odd_beat_excess_ms", "odd_beat_pause",
            "odd_beats", "early_beat_earliness", "early_beat_likeness", "early_beat_p_unlikeness",
            "early_beat_pause", "early_beats", "odd_share", "sure_beat_earliness",
            "sure_early_beats", "sure_odd_beats", "beat_likeness", "before_likeness",
        ),
        NAN,
    )  # fmt: skip
    which: dict[str, int] = {}
    unlike = 1.0 - np.nan_to_num(table.likeness, nan=1.0)
    early = np.nan_to_num(table.earliness, nan=0.0)
    if not len(unlike) or view.beat is None:
        return found, which
    found["beat_likeness"] = _middle(table.likeness)
    found["before_likeness"] = _middle(table.p_likeness)
    excess = np.nan_to_num(table.excess_ms, nan=0.0)
    pause = np.nan_to_num(table.pause, nan=1.0)
    odd = _oddness(unlike, early, excess, pause)
    at = int(odd.argmax())
    which["odd_beat"] = at
    found["odd_beat_unlikeness"] = float(unlike[at])
    found["odd_beat_earliness"] = float(early[at])
    found["odd_beat_excess_ms"] = float(excess[at])
    found["odd_beat_pause"] = float(pause[at])
    is_odd = (unlike > _B["odd_unlike"]) & (excess > _B["odd_excess_ms"])
    found["odd_beats"] = float((is_odd & (early > _B["odd_early"])).sum())
    found["odd_share"] = float(is_odd.mean())
    narrow = np.where(unlike < _B["usual_shape"], early, -1.0)
    sure = np.nan_to_num(_true_earliness(table.earliness, table.pause), nan=0.0)
    sure = np.where(unlike < _B["usual_shape"], sure, -1.0)
    found["sure_beat_earliness"] = float(sure.max())
    found["sure_early_beats"] = float((sure > _B["early"]).sum())
    found["sure_odd_beats"] = float(
        (
            (unlike > _B["unlike_scale"])
            & (excess > _B["odd_excess_ms"])
            & (early > _B["early"])
            & (pause > 1.0)
        ).sum()
    )
    score = narrow + 0.1 * np.clip(pause - 1.0, -0.5, 0.5)
    at = int(score.argmax())
    which["early_beat"] = at
    found["early_beat_earliness"] = float(narrow[at])
    found["early_beat_likeness"] = float(1.0 - unlike[at])
    found["early_beat_p_unlikeness"] = float(1.0 - np.nan_to_num(table.p_likeness[at], nan=1.0))
    found["early_beat_pause"] = float(pause[at])
    found["early_beats"] = float((narrow > _B["early"]).sum())
    return found, which
