"""The intervals of ECGs that a batch measured, as points of the trajectories."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ....engine.trajectories import Points
from ....engine.trajectories.points import points_from
from ...batch.options import BatchRefused
from ...batch.result.read import result_tables

OF_COLUMNS: Final[Mapping[str, str]] = {
    "ecg_rate_per_min": "ecg.rate",
    "ecg_pr_ms": "ecg.pr",
    "ecg_qrs_ms": "ecg.qrs",
    "ecg_qtc_fridericia_ms": "ecg.qtc_fridericia",
}
"""Column of a result -> item of ``items.toml``."""


def ecg_points(results: Sequence[Path], names: Any, today: date) -> Iterator[tuple[str, Points]]:  # noqa: ANN401 - pyarrow has no types
    """Yield item and points of what batches measured on ECGs; a group is a place in ``names``.

    Parameters
    ----------
    results : folders of finished batches with ECGs
    names : Arrow strings, the people; others are left out
    today : a later visit gives nothing

    Raises
    ------
    BatchRefused  if a folder holds no finished result, or one without ECGs
    """
    for result in results:
        for _, table in result_tables(result):
            if not {*OF_COLUMNS} <= {*table.column_names}:
                raise BatchRefused(
                    found="a result without intervals of ECGs",
                    why="nothing of it would be followed, and that would look like an answer",
                    remedy="Give the result of a batch that ran with --ecg-folder, or leave "
                    "--ecg-result out",
                    path=result.name,
                )
            yield from _of_part(table, names, today)


def _of_part(table: Any, names: Any, today: date) -> Iterator[tuple[str, Points]]:  # noqa: ANN401
    group = pc.index_in(table["person_id"], names)
    is_there = pc.and_(pc.is_valid(group), pc.is_valid(table["visit_date"]))
    is_past = pc.fill_null(pc.less_equal(table["visit_date"], pa.scalar(today)), False)  # noqa: FBT003 - the value of a column
    for column, item in OF_COLUMNS.items():
        kept = pc.and_(pc.and_(is_there, is_past), pc.is_valid(table[column]))
        days = table["visit_date"].cast(pa.int32()).filter(kept).to_numpy()
        yield (
            item,
            points_from(
                group.filter(kept).to_numpy().astype(np.int64),
                days.astype(np.int64),
                table[column].filter(kept).to_numpy(),
            ),
        )
