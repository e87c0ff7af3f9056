"""Waves that the leads agree on: where the mean over leads rises, and which leads show it."""

from dataclasses import dataclass

import numpy as np

from ...fixedpoint import FloatArray
from .rules import DecodeRules
from .runs import (
    BoolArray,
    IntArray,
    RealArray,
    Runs,
    crossings,
    find_runs,
    summits,
    tightened,
)


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """Waves of one kind over all leads, in order of time; samples of the network.

    Parameters
    ----------
    start, end : shape (m,), of the mean over leads
    top, mass : shape (m,), of the mean over leads
    points : shape (k, m, 3), onset, peak, offset on each lead; NaN where it shows none
    """

    start: FloatArray
    end: FloatArray
    top: FloatArray
    mass: FloatArray
    points: FloatArray

    def __len__(self) -> int:
        return len(self.start)

    @property
    def centre(self) -> FloatArray:
        """Middle of each event."""
        found: FloatArray = (self.start + self.end - 1) / 2
        return found

    def only(self, keep: BoolArray) -> "Events":
        """Return some of the events."""
        return Events(
            self.start[keep],
            self.end[keep],
            self.top[keep],
            self.mass[keep],
            self.points[:, keep],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """What waves are read from.

    Parameters
    ----------
    probability : shape (k, 6, n): P, QRS, T and their peaks, 0 to 1
    rate_hz : of its samples
    """

    probability: RealArray
    rate_hz: float


def find_events(strip: Strip, wave: int, every: DecodeRules) -> Events:
    """Find the waves of one kind.

    Parameters
    ----------
    strip : probabilities
    wave : 0 P, 1 QRS, 2 T
    every : rules of all kinds; a P wave is judged later, beside its beats
    """
    rules = (every.p, every.qrs, every.t)[wave]
    probability, rate = strip.probability[:, wave], strip.rate_hz
    gap, shortest = round(rules.gap_s * rate), round(rules.shortest_s * rate)
    together = probability.mean(axis=0, keepdims=True)
    found = find_runs(together, rules.event_level, gap=gap, shortest=1)
    lowest = min(every.steady_peak, rules.event_peak) if wave == P else rules.event_peak
    found = found.only(np.asarray(found.top >= lowest))
    own = find_runs(probability, rules.floor, gap=gap, shortest=shortest)
    own = own.only(np.asarray(own.top >= rules.lead_peak))
    placed = _place(
        own, found, _points(strip, wave, own, every), len(probability), every.reach_s * rate
    )
    events = Events(
        found.start.astype(np.float64), found.end.astype(np.float64), found.top, found.mass, placed
    )
    return events.only(np.asarray(np.isfinite(events.points[..., 1]).any(axis=0)))


P, QRS, T = 0, 1, 2


def _points(strip: Strip, wave: int, own: Runs, every: DecodeRules) -> FloatArray:
    """Return onset, peak and offset of each piece, shape (r, 3)."""
    rules = (every.p, every.qrs, every.t)[wave]
    probability, peak = strip.probability[:, wave], strip.probability[:, 3 + wave]
    narrow, level = tightened(probability, own, rules.level)
    onset, offset = crossings(probability, narrow, level)
    onset = onset + rules.onset_shift_s * strip.rate_hz
    offset = offset + rules.offset_shift_s * strip.rate_hz
    middle = summits(peak, narrow)
    # A shift must not carry a boundary over the peak.
    return np.stack([np.minimum(onset, middle), middle, np.maximum(offset, middle)], axis=1)


def _place(own: Runs, found: Runs, points: FloatArray, leads: int, reach: float) -> FloatArray:
    """Give each lead's pieces to the events: the heaviest that touches, one for each event."""
    placed = np.full((leads, len(found), 3), np.nan)
    if not len(found) or not len(own):
        return placed
    centre = (own.start + own.end - 1) / 2
    middle = (found.start + found.end - 1) / 2
    nearest = (
        np.abs(centre[:, None] - middle).argmin(axis=1)
        if len(middle) < _FEW
        else (_nearest(centre, middle))
    )
    touches = (own.start < found.end[nearest] + reach) & (own.end > found.start[nearest] - reach)
    order = np.flatnonzero(touches)
    order = order[np.argsort(own.mass[order], kind="stable")]
    placed[own.lead[order], nearest[order]] = points[order]
    return placed


_FEW = 64


def _nearest(value: FloatArray, sorted_values: FloatArray) -> IntArray:
    right = np.clip(np.searchsorted(sorted_values, value), 1, len(sorted_values) - 1)
    left_is_nearer = value - sorted_values[right - 1] < sorted_values[right] - value
    return np.where(left_is_nearer, right - 1, right)


def apart(events: Events, refractory: float) -> Events:
    """Of two events closer than the refractory time keep the heavier.

    Parameters
    ----------
    events : QRS complexes
    refractory : samples
    """
    keep = np.ones(len(events), np.bool_)
    close = np.flatnonzero(np.diff(events.centre) < refractory)
    last = 0
    for right in (close + 1).tolist():
        last = right - 1
        while last > 0 and not keep[last]:
            last -= 1
        if events.centre[right] - events.centre[last] < refractory:
            keep[last if events.mass[last] < events.mass[right] else right] = False
    return events.only(keep) if len(close) else events


def one_per_interval(t: Events, qrs: Events) -> tuple[Events, IntArray]:
    """Keep the heaviest T wave between two QRS complexes, and say after which it comes.

    Returns
    -------
    the T waves, and the QRS complex before each (-1 for one before the first)
    """
    before = np.searchsorted(qrs.centre, t.centre) - 1
    order = np.lexsort((t.mass, before))
    last_of_group = np.r_[before[order][1:] != before[order][:-1], np.ones(min(len(t), 1), bool)]
    keep = np.zeros(len(t), np.bool_)
    keep[order[last_of_group]] = True
    return t.only(keep), before[keep]
