"""Which P waves can be: outside QRS, as sure as the rhythm asks, and of organised atria."""

import numpy as np

from ...fixedpoint import FloatArray
from .events import Events
from .rules import DecodeRules
from .runs import BoolArray, IntArray


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
    led = np.where(leads & ~inside, after, -1)
    needed = needed_peak(p, qrs, led, rules, rate_hz)
    keep = ~inside & ((leads & ~in_t & (p.top >= needed)) | (p.top >= rules.p.lone_peak))
    keep |= organised(p, qrs, led, in_t, (rules, rate_hz))
    return p.only(np.asarray(keep)), np.where(leads, after, -1)[keep]


def needed_peak(
    p: Events, qrs: Events, leads: IntArray, rules: DecodeRules, rate_hz: float
) -> FloatArray:
    """Return how sure each P wave must be, given the P waves of the other beats.

    In sinus rhythm faint P waves stand before every beat at one distance; what is taken for a P
    wave in fibrillation stands at changing distances.

    Parameters
    ----------
    p, qrs : candidates and complexes
    leads : shape (m,), the complex that each candidate leads, -1 for none
    rules, rate_hz : of the bundle, of the samples

    Returns
    -------
    shape (m,)
    """
    needed = np.full(len(p), rules.p.event_peak)
    rows = np.flatnonzero(leads >= 0)
    if len(qrs) < rules.fewest_beats or not len(rows):
        return needed
    distance = qrs.start[leads[rows]] - p.centre[rows]
    near = np.abs(distance[:, None] - distance) <= rules.steady_pr_s * rate_hz
    middle = int(near.sum(axis=1).argmax())
    # The first beat may have no P wave inside the strip.
    share = near[middle].sum() / max(len(qrs) - 1, 1)
    steady = share >= rules.steady_share
    irregular = irregularity(qrs.start) > rules.irregular_rr
    if steady and not irregular:
        needed[rows[near[middle]]] = rules.steady_peak
    elif share < rules.unsteady_share or (irregular and not steady):
        needed[rows] = rules.unsteady_peak
    return needed


def organised(
    p: Events, qrs: Events, led: IntArray, in_t: BoolArray, by: tuple[DecodeRules, float]
) -> BoolArray:
    """Say which faint P waves are believed because sure ones show that the atria are organised.

    Fibrillation has no sure P waves at one distance from their QRS. Where a good part of the beats
    has them, and few sure ones stand elsewhere, beats that come early are premature and no
    fibrillation, and the P wave before one of them may be faint: it stands on the end of a T wave.
    It must be seen on several leads, lie whole in the strip, and lead a QRS that is not wider than
    the others: before a ventricular beat there need be none. Inside a T wave it is believed only
    at the distance of the sure ones.

    Parameters
    ----------
    p, qrs : candidates and complexes
    led : shape (m,), the complex that each candidate leads, -1 for none
    in_t : shape (m,), candidates in a T wave
    by : rules, and the rate of the samples

    Returns
    -------
    shape (m,)
    """
    rules, rate_hz = by
    nothing = np.zeros(len(p), np.bool_)
    sure = np.flatnonzero((led >= 0) & ~in_t & (p.top >= rules.organised_peak))
    if len(qrs) < rules.fewest_beats or not len(sure):
        return nothing
    distance = qrs.start[led] - p.centre
    reach = rules.organised_pr_s * rate_hz
    near = np.abs(distance[sure][:, None] - distance[sure]) <= reach
    middle = int(near.sum(axis=1).argmax())
    enough = max(rules.organised_share * (len(qrs) - 1), rules.organised_agreement * len(sure))
    if near[middle].sum() < enough:
        return nothing
    usual = float(np.median(distance[sure][near[middle]]))
    width = qrs.end - qrs.start
    narrow = width[led] <= np.median(width) + rules.wide_s * rate_hz
    seen = np.isfinite(p.points[:, :, 1]).sum(axis=0)
    several = seen >= max(rules.several_leads, rules.several_share * len(p.points))
    placed = ~in_t | (np.abs(distance - usual) <= reach)
    faint = several & (p.top >= rules.organised_faint) & (p.start > 0)
    return np.asarray((led >= 0) & faint & narrow & placed)


def irregularity(beats: FloatArray) -> float:
    """Return the middle change between neighbouring intervals over the middle interval.

    Single early beats do not move it; 0 where there are fewer than four beats.
    """
    intervals = np.diff(beats)
    if len(intervals) <= 2:  # noqa: PLR2004 - two changes are the least that has a middle
        return 0.0
    return float(np.median(np.abs(np.diff(intervals))) / np.median(intervals))


def _overlap(p: Events) -> FloatArray:
    return 0.5 * (p.end - p.start)


def _inside(at: FloatArray, events: Events) -> BoolArray:
    """Say which times lie inside an event."""
    if not len(events):
        return np.zeros(len(at), np.bool_)
    index = np.clip(np.searchsorted(events.start, at, side="right") - 1, 0, None)
    found: BoolArray = (at >= events.start[index]) & (at < events.end[index])
    return found
