"""Waves that the leads agree on: where the mean over leads rises, and which leads show it."""

from dataclasses import dataclass

import numpy as np

from ...fixedpoint import FloatArray
from .rules import DecodeRules, WaveRules
from .runs import BoolArray, IntArray, RealArray, Runs, crossings, find_runs, summits


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


def find_events(
    wave: RealArray, peak: RealArray, rules: WaveRules, *, rate_hz: float, reach: float
) -> Events:
    """Find the waves of one kind.

    Parameters
    ----------
    wave, peak : shape (k, n), probabilities of the wave and of its peak
    rules : of this kind of wave
    rate_hz : of the probabilities
    reach : samples that a lead's wave may stand beside the event
    """
    gap, shortest = round(rules.gap_s * rate_hz), round(rules.shortest_s * rate_hz)
    together = wave.mean(axis=0, keepdims=True)
    found = find_runs(together, rules.event_level, gap=gap, shortest=1)
    found = found.only(found.top >= rules.event_peak)
    own = find_runs(wave, rules.level, gap=gap, shortest=shortest)
    own = own.only(own.top >= rules.lead_peak)
    points = _points(wave, peak, own, rules, rate_hz)
    placed = _place(own, found, points, (len(wave), reach))
    events = Events(
        found.start.astype(np.float64), found.end.astype(np.float64), found.top, found.mass, placed
    )
    return events.only(np.asarray(np.isfinite(events.points[..., 1]).any(axis=0)))


def _points(
    wave: RealArray, peak: RealArray, own: Runs, rules: WaveRules, rate_hz: float
) -> FloatArray:
    """Return onset, peak and offset of each piece, shape (r, 3)."""
    onset, offset = crossings(wave, own, rules.level)
    onset = onset + rules.onset_shift_s * rate_hz
    offset = offset + rules.offset_shift_s * rate_hz
    middle = summits(peak, own)
    # A shift must not carry a boundary over the peak.
    return np.stack([np.minimum(onset, middle), middle, np.maximum(offset, middle)], axis=1)


def _place(own: Runs, found: Runs, points: FloatArray, where: tuple[int, float]) -> FloatArray:
    """Give each lead's pieces to the events: the heaviest that touches, one for each event."""
    k, reach = where
    placed = np.full((k, len(found), 3), np.nan)
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


def atrial(
    p: Events, qrs: Events, t: Events, rules: DecodeRules, rate_hz: float
) -> tuple[Events, IntArray]:
    """Keep P waves that can be: outside QRS, and sure where they are rare.

    Returns
    -------
    the P waves, and the QRS complex that each leads (-1 for none)
    """
    after = np.searchsorted(qrs.centre, p.centre)
    padded_start = np.append(qrs.start, np.inf)
    padded_end = np.append(-np.inf, qrs.end)
    inside = (p.end > padded_start[after] + _overlap(p)) | (
        p.start < padded_end[after] - _overlap(p)
    )
    last_before = np.r_[after[1:] != after[:-1], np.ones(min(len(p), 1), bool)]
    leads = (
        last_before
        & np.isfinite(padded_start[after])
        & (padded_start[after] - p.start <= rules.longest_pr_s * rate_hz)
    )
    in_t = _inside(p.centre, t)
    sure = p.top >= rules.p.lone_peak
    keep = ~inside & ((leads & ~in_t) | sure)
    return p.only(keep), np.where(leads, after, -1)[keep]


def _overlap(p: Events) -> FloatArray:
    return 0.5 * (p.end - p.start)


def _inside(at: FloatArray, events: Events) -> BoolArray:
    """Say which times lie inside an event."""
    if not len(events):
        return np.zeros(len(at), np.bool_)
    index = np.clip(np.searchsorted(events.start, at, side="right") - 1, 0, None)
    found: BoolArray = (at >= events.start[index]) & (at < events.end[index])
    return found
