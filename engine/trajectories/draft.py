"""One person's trajectories as a draft prints them: message ids and numbers, no words."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import numpy as np

from ..prediagnosis import Message, Trajectory
from ..record import VisitBatch
from ..vocabulary import Unit, load_vocabulary
from .columns import DIRECTIONS, TrajectoryColumns, evaluate_trajectories
from .points import Points, concatenated, visit_points
from .settings import TrajectoryItem, method, trajectory_items

EPOCH: Final = date(1970, 1, 1)
_ONE: Final = 1.0
_MONTHS_A_YEAR: Final = 12
TARGETED: Final = "hba1c"
TARGET_SLOT: Final = "hba1c_target"
INDIVIDUAL: Final = "hba1c_individual_target"
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
) -> tuple[Trajectory, ...]:
    """Return the trajectories of one person.

    Parameters
    ----------
    visits : the checked record and the day of each visit, in any order
    today : day of the visit that is screened
    more : item -> points that a record does not hold (an interval of an ECG)

    Returns
    -------
    one trajectory for each followed item that was measured at all, in the order of ``items.toml``
    """
    parts: dict[str, list[Points]] = {name: [points] for name, points in more.items()}
    for batch, day in visits:
        where = np.zeros(batch.n, dtype=np.int64)
        made = visit_points(batch, where, where + day_number(day))
        for name, points in made.items():
            parts.setdefault(name, []).append(points)
    found = []
    target = _target(visits, today)
    for item in trajectory_items():
        if item.name in parts:
            mine = with_target(item, target) if item.name == TARGETED else item
            columns = evaluate_trajectories(mine, concatenated(parts[item.name]))
            found += [trajectory_at(columns, row, today) for row in range(len(columns.group))]
    return tuple(found)


def _target(visits: Sequence[tuple[VisitBatch, date]], today: date) -> float:
    """Return the HbA1c that the physician set as target today, of two the stricter; else NaN."""
    targets = [
        float(np.nanmin(values))
        for batch, day in visits
        if day == today and np.isfinite(values := batch.quantity(TARGET_SLOT).model_values()).any()
    ]
    return min(targets, default=float("nan"))


def with_target(item: TrajectoryItem, target: float) -> TrajectoryItem:
    """Return an item whose range is the individual target; as it is where none is known.

    Parameters
    ----------
    item : with a range that the usual target ends
    target : in the item's model unit, or NaN
    """
    if item.range is None or not np.isfinite(target):
        return item
    source = "the individual target that the physician set"
    return replace(item, range=replace(item.range, id=INDIVIDUAL, high=target, source=source))


def trajectory_at(columns: TrajectoryColumns, row: int, today: date) -> Trajectory:
    """Return one person's trajectory, in the unit in which the last value was reported."""
    item = columns.item
    unit = _unit(item, int(columns.last_unit[row]))
    scale, offset = (unit.slope, unit.offset) if unit else (_ONE, 0.0)
    last = EPOCH + timedelta(days=int(columns.last_day[row]))
    first = EPOCH + timedelta(days=int(columns.first_day[row]))
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
    )


def _unit(item: TrajectoryItem, index: int) -> Unit | None:
    """Return the unit of the last value; None where the item is no item of the vocabulary."""
    if not item.source:
        return None
    return load_vocabulary().item_of(_slot(item)).units[index]


def _slot(item: TrajectoryItem) -> str:
    return f"{item.arms}.unspecified_arm" if item.arms else item.source


def _notes(columns: TrajectoryColumns, row: int) -> tuple[Message, ...]:
    """Return what a reader must know beside the trend."""
    counted = {
        "method_changed": int(columns.earlier_tests[row]),
        "outliers": int(columns.outliers[row]),
        "conflicts": int(columns.conflict_days[row]),
        "not_used": int(columns.not_used[row]),
    }
    notes = [Message(f"trajectory.{name}", {"count": n}) for name, n in counted.items() if n]
    if columns.is_last_outlier[row]:
        notes.append(Message("trajectory.last_is_outlier"))
    if columns.units[row] > 1:
        notes.append(Message("trajectory.units", {"count": int(columns.units[row])}))
    return (*notes, *_gaps(columns, row))


def _gaps(columns: TrajectoryColumns, row: int) -> tuple[Message, ...]:
    """Say of how much of the time a share in range is, where a gap was too long to count."""
    whole = int(columns.last_day[row] - columns.first_day[row])
    counted = int(columns.counted_days[row])
    if not np.isfinite(columns.share_in_range[row]) or counted >= whole:
        return ()
    said = {"counted": counted, "whole": whole, "gap": columns.item.gap_days}
    month = method().days_per_year / _MONTHS_A_YEAR
    return (Message("trajectory.gaps", {k: round(days / month) for k, days in said.items()}),)
