"""One person's trajectories as a draft prints them: message ids and numbers, no words."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import numpy as np

from ..derived import DERIVED
from ..filtration import FILTRATION, computed_rate
from ..fixedpoint import COMPARATOR_SIGNS
from ..prediagnosis import Message, Parameter, Trajectory
from ..record import VisitBatch
from ..vocabulary import Unit, load_vocabulary
from .columns import DIRECTIONS, TrajectoryColumns, evaluate_trajectories
from .points import Points, concatenated, visit_points
from .same_day import last_different, on_a_day_of
from .settings import TrajectoryItem, method, trajectory_items
from .waiting import notes_of_waiting

EPOCH: Final = date(1970, 1, 1)
_ONE: Final = 1.0
_MONTHS_A_YEAR: Final = 12
_TENTHS_BELOW: Final = 2
_LEAST_MONTHS: Final = 0.1
_DIGITS: Final = 6
TARGETED: Final = "hba1c"
USUAL_GOAL: Final = float("nan")
INDIVIDUAL: Final = "hba1c_individual_target"
CONTRADICTION: Final = "trajectory.contradiction"
_DIFFERENT: Final = "trajectory.different_results"
NEWER_NOT_USABLE: Final = "trajectory.newer_not_usable"
NOTHING_MORE: Final[Mapping[str, Points]] = {}


def day_number(day: date) -> int:
    """Return days since 1970-01-01.

    >>> day_number(date(1970, 1, 3))
    2
    """
    return (day - EPOCH).days


def trajectories_of(
    visits: Sequence[tuple[VisitBatch, date]],
    today: date,
    more: Mapping[str, Points] = NOTHING_MORE,
    *,
    goal: float | None,
) -> tuple[Trajectory, ...]:
    """Return the trajectories of one person.

    Parameters
    ----------
    visits : the checked record and the day of each visit, in any order
    today : day of the visit that is screened
    more : item -> points that a record does not hold (an interval of an ECG)
    goal : HbA1c in percent that the physician set, ``USUAL_GOAL`` where none is, None where no
        diabetes is known: of nobody else is a goal of treatment said

    Returns
    -------
    one trajectory for each followed item that was reported at all, in the order of ``items.toml``
    """
    parts: dict[str, list[Points]] = {name: [points] for name, points in more.items()}
    for batch, day in visits:
        where = np.zeros(batch.n, dtype=np.int64)
        made = visit_points(batch, where, where + day_number(day))
        for name, points in made.items():
            parts.setdefault(name, []).append(points)
    found = []
    for item in trajectory_items():
        if item.name in parts:
            mine = with_goal(item, goal) if item.name == TARGETED else item
            points = concatenated(parts[item.name])
            columns = evaluate_trajectories(mine, points)
            more_notes = (*_same_day(item, points), *notes_of_waiting(item, visits, today))
            more_notes += _computed(item, visits)
            more_notes += (*_beside_unused(item, points), *_other_way(columns, points))
            told = (trajectory_at(columns, row, today) for row in range(len(columns.group)))
            found += [replace(one, notes=(*one.notes, *more_notes)) for one in told]
    return tuple(found)


def _computed(
    item: TrajectoryItem, visits: Sequence[tuple[VisitBatch, date]]
) -> tuple[Message, ...]:
    """Say that a filtration rate is computed from creatinine, where one is."""
    is_made = item.source == FILTRATION and any(
        computed_rate(batch).accepted.any() for batch, _ in visits
    )
    return (Message("trajectory.computed_rate"),) if is_made else ()


def with_goal(item: TrajectoryItem, goal: float | None) -> TrajectoryItem:
    """Return HbA1c with a goal of treatment as its range; without one it has none.

    Parameters
    ----------
    item : with a range that the usual goal ends
    goal : in the item's model unit, ``USUAL_GOAL``, or None
    """
    if item.range is None or goal is None:
        return replace(item, range=None)
    if not np.isfinite(goal):
        return item
    source = "the individual target that the physician set"
    return replace(item, range=replace(item.range, id=INDIVIDUAL, high=goal, source=source))


def trajectory_at(columns: TrajectoryColumns, row: int, today: date) -> Trajectory:
    """Return one person's trajectory, in the unit in which the last value was reported."""
    item = columns.item
    if not columns.tests[row]:
        return _without_a_test(columns, row)
    unit = _unit(item, int(columns.last_unit[row]))
    scale, offset = (unit.slope, unit.offset) if unit else (_ONE, 0.0)
    first, last = _day(columns.first_day[row]), _day(columns.last_day[row])
    interval = (float(columns.slope_low[row]) / scale, float(columns.slope_high[row]) / scale)
    slope, share = float(columns.slope[row]), float(columns.share_in_range[row])
    return Trajectory(
        item=item.name,
        unit=unit.ucum if unit else item.unit,
        tests=int(columns.tests[row]),
        first_on=first.isoformat(),
        last_on=last.isoformat(),
        days_since_last=(today - last).days,
        last_value=(float(columns.last_value[row]) - offset) / scale,
        slope_per_year=slope / scale if np.isfinite(slope) else None,
        slope_interval=interval if np.isfinite(interval[0]) else None,
        direction=DIRECTIONS[int(columns.direction[row])],
        share_in_range=share if np.isfinite(share) else None,
        range_id=item.range.id if item.range and np.isfinite(share) else "",
        notes=_notes(columns, row),
        last_comparator=COMPARATOR_SIGNS[int(columns.last_comparator[row])],
    )


def _without_a_test(columns: TrajectoryColumns, row: int) -> Trajectory:
    return Trajectory(
        item=columns.item.name,
        unit=columns.item.unit,
        tests=0,
        first_on="",
        last_on="",
        days_since_last=None,
        last_value=None,
        slope_per_year=None,
        slope_interval=None,
        direction=DIRECTIONS[int(columns.direction[row])],
        notes=_notes(columns, row),
    )


def _day(number: int) -> date:
    return EPOCH + timedelta(days=int(number))


def _unit(item: TrajectoryItem, index: int) -> Unit | None:
    """Return the unit of the last value; None where the item is no item of the vocabulary."""
    if not item.source:
        return None
    return load_vocabulary().item_of(_slot(item)).units[index]


def _slot(item: TrajectoryItem) -> str:
    return f"{item.arms}.unspecified_arm" if item.arms else DERIVED.get(item.source, item.source)


def _notes(columns: TrajectoryColumns, row: int) -> tuple[Message, ...]:
    """Return what a reader must know beside the trend."""
    counted = {
        "method_changed": int(columns.earlier_tests[row]),
        "outliers": int(columns.outliers[row]),
        "conflicts": int(columns.conflict_days[row]),
        "not_used": int(columns.not_used[row]),
    }
    notes = [Message(f"trajectory.{name}", {"count": n}) for name, n in counted.items() if n]
    if columns.last_comparator[row]:
        notes.append(Message("trajectory.last_is_bound"))
    if columns.tests[row] and not columns.is_last_known[row]:
        newer = _day(columns.not_usable_day[row]).isoformat()
        notes.append(Message(NEWER_NOT_USABLE, {"date": newer}))
    if columns.is_last_outlier[row]:
        notes.append(Message("trajectory.last_is_outlier"))
    if columns.units[row] > 1:
        notes.append(Message("trajectory.units", {"count": int(columns.units[row])}))
    return (*notes, *_not_counted(columns, row))


def _not_counted(columns: TrajectoryColumns, row: int) -> tuple[Message, ...]:
    """Say of how much of the time a share in range is, and why the rest does not count.

    A stretch beside a bound was called "a gap of more than 24 months".
    """
    whole = int(columns.last_day[row] - columns.first_day[row])
    counted, long = int(columns.counted_days[row]), int(columns.long_days[row])
    if columns.item.range is None or counted >= whole:
        return ()
    said = [
        Message("trajectory.counted", {"counted": _months(counted), "whole": _months(whole)}),
        Message("trajectory.gaps", {"lost": _months(long), "gap": _months(columns.item.gap_days)}),
        Message("trajectory.open", {"lost": _months(whole - counted - long)}),
    ]
    return tuple(
        m for m, days in zip(said, (whole, long, whole - counted - long), strict=True) if days
    )


def _months(days: float) -> float:
    """Return months; of fewer than two the tenths, so that no part of them becomes none."""
    months = days / method().days_per_year * _MONTHS_A_YEAR
    if months >= _TENTHS_BELOW:
        return round(months)
    return max(round(months, 1), _LEAST_MONTHS) if days else 0


def _same_day(item: TrajectoryItem, points: Points) -> tuple[Message, ...]:
    """Return the results of the last day that has different ones, as they were reported.

    Of 6.8 % and "> 14.0 %" the higher one stood nowhere.
    """
    found = last_different(item, points)
    if found is None:
        return ()
    (least, unit), (most, other_unit) = (_reported(item, one) for one in (found.least, found.most))
    said: dict[str, Parameter] = {
        "date": _day(found.least.day[0]).isoformat(),
        "least": least,
        "unit": unit,
        "most": most,
        "other_unit": other_unit,
    }
    return (Message(CONTRADICTION if found.contradicted else _DIFFERENT, said),)


def _beside_unused(item: TrajectoryItem, points: Points) -> tuple[Message, ...]:
    """Return the results of the last day on which another one is not used, and they are not."""
    usable = np.isfinite(points.value)
    beside = points.at(usable).at(on_a_day_of(points.at(usable), points.at(~usable)))
    if not len(beside.day):
        return ()
    last = beside.at(beside.day == beside.day.max())
    on = _day(last.day[0]).isoformat()
    told = [_reported(item, last.at(np.array([i]))) for i in range(len(last.day))]
    return tuple(
        Message("trajectory.beside_unused", {"value": value, "unit": f"unit:{unit}", "date": on})
        for value, unit in dict.fromkeys(told)
    )


def _other_way(columns: TrajectoryColumns, points: Points) -> tuple[Message, ...]:
    """Return the last result that was measured in another way, and whether it contradicts.

    13 % at the point of care, 20 days before 6.8 % of a laboratory, stood nowhere.
    """
    if not columns.earlier_tests.any():
        return ()
    before = points.at(np.isfinite(points.value) & (points.day < columns.first_day[0]))
    before = before.at(before.day == before.day.max())
    over = before.value - columns.last_value[0]
    apart = np.select([before.comparator > 0, before.comparator < 0], [over, -over], np.abs(over))
    one = before.at(np.argsort(apart, kind="stable")[-1:])
    value, unit = _reported(columns.item, one)
    said = {"value": value, "unit": f"unit:{unit}", "date": _day(one.day[0]).isoformat()}
    largest = max(abs(float(one.value[0])), abs(float(columns.last_value[0])))
    is_near = columns.last_day[0] - one.day[0] <= columns.item.contradicts_days
    contradicts = is_near and apart.max() > largest * columns.item.repeats
    return (Message(f"trajectory.other_way{'_contradicts' if contradicts else ''}", said),)


def contradicted_on(trajectory: Trajectory) -> date | None:
    """Return the last day with different results, where none of them is used; else None."""
    days = (note.parameters["date"] for note in trajectory.notes if note.id == CONTRADICTION)
    return next((date.fromisoformat(str(day)) for day in days), None)


def _reported(item: TrajectoryItem, point: Points) -> tuple[str, str]:
    """Return a result with its sign, and its unit."""
    unit = _unit(item, int(point.unit[0]))
    scale, offset = (unit.slope, unit.offset) if unit else (_ONE, 0.0)
    value = f"{(float(point.value[0]) - offset) / scale:.{_DIGITS}g}"
    sign = COMPARATOR_SIGNS[int(point.comparator[0])]
    return f"{sign} {value}".strip(), unit.ucum if unit else item.unit
