"""From a table with many visits a person to one row a person and item."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ....datasets.readers.tables import TablePlan, read_rows
from ....engine.fixedpoint import COMPARATOR_SIGNS
from ....engine.plausibility.check import check_plausibility
from ....engine.trajectories import (
    Points,
    TrajectoryColumns,
    concatenated,
    evaluate_trajectories,
    trajectory_items,
    visit_points,
)
from ....engine.trajectories.columns import DIRECTIONS
from ....engine.trajectories.points import NEVER
from ...batch.result.parts import disclaimers, file_sha256
from ...batch.table.withdrawn import read_withdrawn, split_withdrawn
from ...whole_files import kept_whole, write_json
from ..files import write_csv
from ..inputs import open_tables
from ..two_people import Identities
from .ecg_points import ecg_points
from .not_used import TWO_AGES, TWO_PEOPLE, NotUsed

SCHEMA: Final = "laennec.trajectories/2"
TABLE: Final = "trajectories.parquet"
MANIFEST: Final = "trajectories.json"
NOT_USED: Final = "not_used.csv"


@dataclass(frozen=True, slots=True)
class TrajectoryOptions:
    """What ``laennec trajectories`` is asked to do.

    Parameters
    ----------
    inputs : as of a batch
    out : folder; the two files in it are replaced
    mapping, withdrawn : as of a batch
    ecg_results : folders of batches of these very inputs, of whose ECGs the intervals are followed
    today : the day from which the time since the last test is counted
    latest : a visit after it is refused; ``today`` where None
    """

    inputs: tuple[Path, ...]
    out: Path
    today: date
    mapping: Path | None = None
    withdrawn: Path | None = None
    ecg_results: tuple[Path, ...] = ()
    latest: date | None = None


class _Collected:
    """Points of every item over the chunks; a group is a row until people are known."""

    def __init__(self) -> None:
        self.points: dict[str, list[Points]] = {}
        self.identities = Identities()
        self.not_used = NotUsed()
        self.rows = 0

    def add(self, table: Any, plan: TablePlan, place: tuple[str, date]) -> None:  # noqa: ANN401 - pyarrow has no types
        """Take the points of one chunk."""
        rows = read_rows(table, plan, fragment=place[0], today=place[1])
        n = table.num_rows
        dated = np.asarray(pc.is_valid(rows.visit_date).to_numpy(zero_copy_only=False))
        batch = check_plausibility(rows.batch)
        day = pc.fill_null(rows.visit_date.cast(pa.int32()), 0).to_numpy(zero_copy_only=False)
        where = np.arange(n, dtype=np.int64) + self.rows
        usable = dated & ~batch.refused
        for name, points in visit_points(batch, where, day.astype(np.int64)).items():
            kept = usable[points.group - self.rows]
            self.points.setdefault(name, []).append(_where(points, kept))
        self.identities.add(rows, batch)
        self.not_used.add(batch, dated, place[0])
        self.rows += n


def _where(points: Points, kept: Any) -> Points:  # noqa: ANN401
    return points if kept.all() else points.at(kept)


def run_trajectories(options: TrajectoryOptions) -> dict[str, Any]:
    """Write the trajectories of everybody in a table, and return the manifest.

    Parameters
    ----------
    options : what to do

    Returns
    -------
    the manifest, as it stands in ``trajectories.json``; no value and no pseudonym is in it. Which
    rows were not used stands in ``not_used.csv``

    Raises
    ------
    TableRefused  if the input, the mapping or the columns can't be used; nothing was written
    FragmentUnreadable  if a file breaks half-way; nothing was written
    """
    given = open_tables(options.inputs, options.mapping, options.ecg_results, "--ecg-result")
    withdrawn = read_withdrawn(options.withdrawn)
    collected = _Collected()
    for chunk, plan, name in given.chunks():
        collected.not_used.add_malformed(name, chunk.bad_row_count, chunk.bad_rows)
        kept, _ = split_withdrawn(chunk.table, plan.person, withdrawn)
        collected.add(kept, plan, (name, options.latest or options.today))
    names, table = _table(collected, options)
    options.out.mkdir(parents=True, exist_ok=True)
    with kept_whole(options.out / TABLE) as aside:
        pq.write_table(table, aside, compression="zstd")
        sha256 = file_sha256(aside)
    manifest = {
        "schema": SCHEMA,
        "disclaimer": disclaimers(),
        "today": options.today.isoformat(),
        "input": [{"name": f.name, "bytes": f.size, "sha256": f.sha256()} for f in given.files],
        "visits": collected.rows,
        "visits_not_used": len(collected.not_used.reason),
        "not_used_by_reason": collected.not_used.by_reason,
        "lines_malformed": collected.not_used.malformed,
        "people": len(names),
        "rows": table.num_rows,
        "table_sha256": sha256,
        "withdrawn": len(withdrawn),
    }
    write_csv(options.out / NOT_USED, collected.not_used.rows())
    write_json(options.out / MANIFEST, manifest)
    return manifest


def _table(collected: _Collected, options: TrajectoryOptions) -> tuple[Any, Any]:
    """Return the people, and the rows ordered by person and item.

    A person of whom two birth dates or sexes are known, or whose ages do not fit the days, is
    refused whole, as one visit is.
    """
    latest = options.latest or options.today
    who = collected.identities.judged()
    names, code, two = who.names, who.code, who.rows
    collected.not_used.refuse(who.by_sex_or_birth, TWO_PEOPLE)
    collected.not_used.refuse(who.by_age, TWO_AGES)
    of_ecgs: dict[str, list[Points]] = {}
    for name, points in ecg_points(options.ecg_results, names, latest):
        is_kept = ~np.isin(points.group, pc.index_in(who.two_people, names).to_numpy())
        of_ecgs.setdefault(name, []).append(_where(points, is_kept))
    found = []
    for item in trajectory_items():
        parts = collected.points.pop(item.name, [])
        rows = of_ecgs.get(item.name, [])
        if parts:
            there = concatenated(parts)
            there = _where(there, ~two[there.group])
            rows = [replace(there, group=code[there.group])]
        if sum(len(one.group) for one in rows):
            points = concatenated(rows)
            found.append(arrow_columns(evaluate_trajectories(item, points), names, options.today))
    table = pa.concat_tables(found) if found else TRAJECTORIES.empty_table()
    return names, table.sort_by([("person_id", "ascending"), ("item", "ascending")])


TRAJECTORIES: Final = pa.schema(
    [
        ("person_id", pa.string()),
        ("item", pa.string()),
        ("unit", pa.string()),
        ("tests", pa.int64()),
        ("earlier_tests", pa.int64()),
        ("first_date", pa.date32()),
        ("last_date", pa.date32()),
        ("days_since_last", pa.int64()),
        ("last_value", pa.float64()),
        ("last_comparator", pa.string()),
        ("slope_per_year", pa.float64()),
        ("slope_low", pa.float64()),
        ("slope_high", pa.float64()),
        ("direction", pa.string()),
        ("share_in_range", pa.float64()),
        ("counted_days", pa.int64()),
        ("outliers", pa.int64()),
        ("is_last_outlier", pa.bool_()),
        ("conflict_days", pa.int64()),
        ("units", pa.int64()),
        ("not_used", pa.int64()),
        ("not_usable_date", pa.date32()),
    ]
)
"""The columns of ``trajectories.parquet``."""


def arrow_columns(columns: TrajectoryColumns, names: Any, today: date) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return trajectories as an Arrow table; values are in the item's model unit.

    Parameters
    ----------
    columns : trajectories of one item
    names : the person of each group
    today : the day from which the time since the last test is counted; a test of a day that has
        not begun here yet is of today
    """
    g = len(columns.group)
    epoch_day = (today - date(1970, 1, 1)).days
    signs = pa.array([COMPARATOR_SIGNS[code] or None for code in sorted(COMPARATOR_SIGNS)])
    words = pa.array([DIRECTIONS[code] for code in sorted(DIRECTIONS)])
    data = {
        "person_id": names.take(pa.array(columns.group)),
        "item": pa.repeat(columns.item.name, g),
        "unit": pa.repeat(columns.item.unit, g),
        "tests": columns.tests,
        "earlier_tests": columns.earlier_tests,
        "first_date": _dates(columns.first_day),
        "last_date": _dates(columns.last_day),
        "days_since_last": _since(columns.last_day, epoch_day),
        "last_value": _numbers(columns.last_value),
        "last_comparator": signs.take(
            pa.array(columns.last_comparator.astype(np.int64) - min(COMPARATOR_SIGNS))
        ),
        "slope_per_year": _numbers(columns.slope),
        "slope_low": _numbers(columns.slope_low),
        "slope_high": _numbers(columns.slope_high),
        "direction": words.take(pa.array(columns.direction.astype(np.int64) - min(DIRECTIONS))),
        "share_in_range": _numbers(columns.share_in_range),
        "counted_days": columns.counted_days,
        "outliers": columns.outliers,
        "is_last_outlier": columns.is_last_outlier,
        "conflict_days": columns.conflict_days,
        "units": columns.units,
        "not_used": columns.not_used,
        "not_usable_date": _dates(columns.not_usable_day),
    }
    return pa.table([data[name] for name in TRAJECTORIES.names], schema=TRAJECTORIES)


def _days(days: Any) -> Any:  # noqa: ANN401
    return pa.array(days, pa.int64(), mask=days == NEVER)


def _since(days: Any, today: int) -> Any:  # noqa: ANN401
    return pc.max_element_wise(pc.subtract(today, _days(days)), 0, skip_nulls=False)


def _dates(days: Any) -> Any:  # noqa: ANN401
    return _days(days).cast(pa.int32()).cast(pa.date32())


def _numbers(values: Any) -> Any:  # noqa: ANN401
    return pa.array(values, pa.float64(), from_pandas=True)
