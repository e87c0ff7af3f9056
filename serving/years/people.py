"""The people of a batch result as a plan and a search read them: the last visit of each."""

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...engine.prediagnosis import URGENCIES
from ...engine.risks.columns import Abstention
from ..batch.result.read import result_tables
from ..batch.table.withdrawn import WITHDRAWN

OUTCOME: Final = "t2d_undiagnosed"
COLUMNS: Final = (
    "person_id", "visit_date", "urgency", "status", "status_reason",
    f"{OUTCOME}_risk", f"{OUTCOME}_band", "cvd_death_10y_band",
)  # fmt: skip
NONE: Final = len(URGENCIES)


@dataclass(frozen=True, slots=True, eq=False)
class PlanPeople:
    """n people at their last visit.

    Attributes
    ----------
    person_id, band, cvd_band, status, status_reason : Arrow strings; ``band`` is high,
        intermediate, low, measured, not_assessable or not_screened
    urgency : int8 (n,), 0 for U0 to 3 for U3, 4 where nothing asks for anyone
    day : int64 (n,), days since 1970-01-01; the smallest int64 where no day is known
    risk : float64 (n,), NaN where it was not answered
    row : Arrow strings, where somebody without a person id stands in the result; null for others
    unnamed : rows without a person id of which nothing is urgent, left out here
    """

    person_id: Any
    band: Any
    cvd_band: Any
    status: Any
    status_reason: Any
    urgency: Any
    day: Any
    risk: Any
    row: Any
    unnamed: int = 0

    @property
    def n(self) -> int:
        """Number of people."""
        return len(self.person_id)

    def only(self, names: Any) -> "PlanPeople":  # noqa: ANN401 - pyarrow has no types
        """Return the people of these names (Arrow strings), in the order they stand here."""
        kept = pc.is_in(self.person_id, names)
        rows = np.flatnonzero(kept.to_numpy(zero_copy_only=False))
        parts = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "unnamed"}
        taken = {
            n: p[rows] if isinstance(p, np.ndarray) else p.take(rows) for n, p in parts.items()
        }
        return replace(self, unnamed=0, **taken)


MEASURED: Final = "measured"
"""Band of somebody of whom a measured value speaks instead of the risk."""

NOT_SCREENED: Final = "not_screened"
"""Band of somebody who is not called for screening: ``LEFT_OUT`` says why."""

LEFT_OUT: Final = (*(a.name.lower() for a in (Abstention.EXCLUDED, Abstention.DECLINED)), WITHDRAWN)
"""Reasons of a result for which nobody is called: excluded (known diabetes, its treatment,
pregnancy), declined, withdrawn."""

UNKNOWN_DAY: Final = np.iinfo(np.int64).min

FUTURE: Final = "moment_in_future"
"""Reason of a row that was refused for its day."""


def read_people(out: Path) -> PlanPeople:
    """Return everybody of a result once, at the last visit.

    Of two rows of one person and day the more urgent counts. A row without a person id may be
    anybody's: where something in it is urgent it stands by itself, else it is counted only.

    Raises
    ------
    BatchRefused  if the folder holds no finished result, or a part of it can't be read
    """
    tables = [_with_rows(name, part) for name, part in result_tables(out, COLUMNS)]
    everything = pa.concat_tables(tables)
    is_named = pc.is_valid(everything["person_id"])
    table = everything.filter(pc.or_(is_named, pc.is_valid(everything["urgency"])))
    table = table.combine_chunks()
    who = pc.coalesce(table["person_id"], table["row"])
    at = table.schema.get_field_index("person_id")
    last = last_rows(table.set_column(at, "person_id", who))
    day, urgency = days_of(table["visit_date"]), _urgency(table["urgency"])
    kept = table.take(pa.array(last))
    return PlanPeople(
        person_id=kept["person_id"],
        band=_band(kept),
        cvd_band=kept["cvd_death_10y_band"],
        status=kept["status"],
        status_reason=kept["status_reason"],
        urgency=urgency[last],
        day=day[last],
        risk=kept[f"{OUTCOME}_risk"].to_numpy().astype(np.float64),
        row=kept["row"],
        unnamed=everything.num_rows - table.num_rows,
    )


def _with_rows(name: str, table: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return the columns of a part; a row without a person id says where it stands."""
    rows = np.full(table.num_rows, None, dtype=object)
    for row in np.flatnonzero(pc.is_null(table["person_id"]).to_numpy()):
        rows[row] = f"{name} row {row + 1}"
    return table.append_column("row", pa.array(rows, pa.string()))


def last_rows(table: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return the place of the last visit of each person, by name; of one day the more urgent row.

    A row that was refused for a day that had not come yet, and asks for nothing urgent, counts only
    where that person has no other: a mistyped year must not hide the visit that was screened.

    Parameters
    ----------
    table : with ``person_id`` (none of them null), ``visit_date``, ``urgency``, ``status_reason``
    """
    names = table["person_id"].combine_chunks().dictionary_encode()
    code = names.indices.to_numpy().astype(np.int64)
    urgency = _urgency(table["urgency"])
    is_future = pc.fill_null(pc.equal(table["status_reason"], FUTURE), False).to_numpy()  # noqa: FBT003 - the value of a column
    day = np.where(is_future & (urgency == NONE), UNKNOWN_DAY, days_of(table["visit_date"]))
    order = np.lexsort((-urgency, day, code))
    ends = order[np.r_[code[order][1:] != code[order][:-1], True]] if len(order) else order
    by_name = pc.sort_indices(names.dictionary).to_numpy().astype(np.int64)
    return ends[by_name]


def _urgency(column: Any) -> Any:  # noqa: ANN401 - as above
    codes = pc.index_in(column, pa.array(URGENCIES)).fill_null(NONE)
    return codes.to_numpy().astype(np.int8)


def _band(table: Any) -> Any:  # noqa: ANN401 - as above
    """Return the band, ``measured``, ``not_screened`` or ``not_assessable`` of everybody."""
    band = table[f"{OUTCOME}_band"]
    is_measured = pc.and_(pc.is_null(band), pc.equal(table["status"], "scored"))
    known = pc.if_else(is_measured, MEASURED, pc.fill_null(band, "not_assessable"))
    is_left_out = pc.is_in(table["status_reason"], pa.array(LEFT_OUT))
    return pc.if_else(is_left_out, NOT_SCREENED, known)


def days_of(column: Any) -> Any:  # noqa: ANN401 - as above
    """Return days since 1970-01-01 of an Arrow date column; ``UNKNOWN_DAY`` where there is none."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    known = whole.is_valid().to_numpy(zero_copy_only=False)
    number = pc.fill_null(whole.cast(pa.int32()), 0).to_numpy().astype(np.int64)
    return np.where(known, number, UNKNOWN_DAY)
