"""Control charts of what physicians decide: how often a finding of a release is overridden."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, NamedTuple

import numpy as np

from .cusum import running_sums
from .judge import ALONE, FEW, STILL, Judge
from .series import OVERRIDE, Place
from .shares import wilson_interval

_LEAST: Final = 1e-3


class Decision(NamedTuple):
    """What a physician decided on one finding.

    Parameters
    ----------
    place : finding, site or device, release
    month : of the visit
    at, draft_id : when it was decided, and on which report; they give the order
    is_override : amended or rejected
    """

    place: Place
    month: int
    at: str
    draft_id: str
    is_override: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """The two running sums of one finding of one release.

    Attributes
    ----------
    place : of what
    expected : lowest and highest override share that the reference allows; None where it is too
        small
    reference_decisions : in the reference months
    state : still, few (too small a reference), nothing_to_compare
    months : (month, decisions, highest sum of a rise, of a fall) of the months that are judged
    signals : (month, rise or fall)
    """

    place: Place
    expected: tuple[float, float] | None
    reference_decisions: int
    state: str
    months: tuple[tuple[int, int, float, float], ...] = ()
    signals: tuple[tuple[int, str], ...] = ()


def charts_of(decisions: Sequence[Decision], judge: Judge) -> tuple[Chart, ...]:
    """Return a chart for each finding, release, site and device, whatever the order they come in.

    Parameters
    ----------
    decisions : each as often as it belongs to a place
    judge : the limits and the declared period
    """
    ordered = sorted(decisions, key=lambda d: (d.place, d.at, d.draft_id))
    return tuple(
        _chart(place, list(mine), judge) for place, mine in groupby(ordered, key=lambda d: d.place)
    )


def _chart(place: Place, decisions: list[Decision], judge: Judge) -> Chart:
    least = int(judge.limits.number("cusum.least_reference"))
    reference = set(_reference_months(decisions, judge, least))
    base = [d for d in decisions if d.month in reference]
    later = [d for d in decisions if d.month not in reference]
    if len(base) < least:
        return Chart(place, None, len(base), FEW)
    k = sum(d.is_override for d in base)
    low, high = wilson_interval(k, len(base), judge.limits.number("cusum.reference_z"))
    expected = (max(low, _LEAST), min(max(high, _LEAST), 1 - _LEAST))
    if not later:
        return Chart(place, expected, len(base), ALONE)
    sums = running_sums(
        np.array([d.is_override for d in later]),
        expected,
        judge.limits.number("cusum.odds_ratio"),
        judge.limits.number("cusum.limit"),
    )
    months = np.array([d.month for d in later])
    by_month = tuple(
        (
            int(m),
            int((months == m).sum()),
            float(sums.rise[months == m].max()),
            float(sums.fall[months == m].max()),
        )
        for m in np.unique(months)
    )
    signals = tuple(sorted({(int(months[at]), way) for at, way in sums.signals}))
    return Chart(place, expected, len(base), STILL, by_month, signals)


def _reference_months(decisions: list[Decision], judge: Judge, least: int) -> Iterator[int]:
    """Yield the months to learn the share from: the declared ones, else as many as are needed."""
    sizes = {m: sum(d.month == m for d in decisions) for m in {d.month for d in decisions}}
    period = judge.period
    within = [] if period is None else [m for m in sizes if period.first <= m <= period.last]
    if within:
        yield from within
        return
    counted = 0
    for number, month in enumerate(sorted(sizes)):
        if counted >= least and number >= judge.limits.number("months.reference"):
            return
        counted += sizes[month]
        yield month


def override_place(finding: str, by: str, group: str, release: str) -> Place:
    """Return of what a decision is.

    >>> override_place("diabetes_range", "", "", "fr").measure
    'override'
    """
    return Place(OVERRIDE, finding, by, group, release)


def month_of_text(text: str) -> int:
    """Return the month of a day or a moment that is written; -1 where it is none.

    >>> month_of_text("2025-03-09T10:00:00+01:00") == 2025 * 12 + 2
    True
    """
    head = text[:7]
    year, _, month = head.partition("-")
    if not (len(year) == 4 and year.isdigit() and month.isdigit() and 1 <= int(month) <= 12):  # noqa: PLR2004 - how a date is written
        return -1
    return int(year) * 12 + int(month) - 1
