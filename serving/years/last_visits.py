"""The last visit of each person, and what is urgent at another one that nobody may lose sight of.

A pressure of 225 of yesterday was called by nobody, as a visit of today had not measured it.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ...engine.earlier_values import urgent_within_days
from ...engine.past import BEFORE_BIRTH
from ...engine.prediagnosis import PRESSING, URGENCIES
from ..batch.result.aggregate import suppressed

BoolArray = npt.NDArray[np.bool_]
Int64Array = npt.NDArray[np.int64]

NONE: Final = len(URGENCIES)
WAITS_FOR_NO_INTERVAL: Final = URGENCIES.index("U2")
"""The least urgent level with which somebody is due whatever the band."""
UNKNOWN_DAY: Final = int(np.iinfo(np.int64).min)

FUTURE: Final = "moment_in_future"
"""Reason of a row that was refused for its day."""

ELSEWHERE: Final = "urgency_at_another_visit"
"""Column of a search: the urgency of `LastVisits.urgent`."""

_NOWHERE: Final = -1
_LEAST_PRESSING: Final = max(URGENCIES.index(level) for level in PRESSING)


@dataclass(frozen=True, slots=True, eq=False)
class LastVisits:
    """Places of rows, of m people by name.

    Attributes
    ----------
    last : int64 (m,), the last visit of each
    urgent : int64 (m,), the visit at which a person is more urgent than at the last one, and which
        still counts; -1 where there is none
    """

    last: Int64Array
    urgent: Int64Array

    @property
    def most_urgent(self) -> Int64Array:
        """Return the visit of which the urgency of each is."""
        return np.where(self.urgent == _NOWHERE, self.last, self.urgent)

    @property
    def is_elsewhere(self) -> BoolArray:
        """Say of whom the urgency is that of another visit than the last."""
        return self.urgent != _NOWHERE


def last_visits(table: Any, of_two: BoolArray | None = None) -> LastVisits:  # noqa: ANN401 - pyarrow has no types
    """Return the last visit of each person, by name; of one day the more urgent row.

    A row that was refused for a day that had not come yet, and asks for nothing urgent, counts only
    where that person has no other: a mistyped year must not hide the visit that was screened.

    Parameters
    ----------
    table : with ``person_id`` (none of them null), ``visit_date``, ``urgency``, ``status_reason``
    of_two : rows under an identifier of two people: what is urgent in them counts always, as the
        last visit may be the other one's
    """
    names = table["person_id"].combine_chunks().dictionary_encode()
    code = names.indices.to_numpy().astype(np.int64)
    urgency, day = urgency_codes(table["urgency"]), visit_days(table)
    is_future = pc.fill_null(pc.equal(table["status_reason"], FUTURE), False).to_numpy()  # noqa: FBT003 - the value of a column
    placed = np.where(is_future & (urgency == NONE), UNKNOWN_DAY, day)
    last = _ends(code, np.lexsort((-urgency, placed, code)))
    always = day == UNKNOWN_DAY if of_two is None else (day == UNKNOWN_DAY) | of_two
    urgent = _urgent(code, urgency, (day, is_future, always), last)
    by_name = pc.sort_indices(names.dictionary).to_numpy().astype(np.int64)
    return LastVisits(last[by_name], urgent[by_name])


def urgent_rows(table: Any) -> BoolArray:  # noqa: ANN401 - as above
    """Say of which rows of a result something is urgent (U0 to U2)."""
    asks: BoolArray = urgency_codes(table["urgency"]) <= WAITS_FOR_NO_INTERVAL
    return asks


def without_person(table: Any) -> dict[str, int | str]:  # noqa: ANN401 - as above
    """Return how many rows of a result name nobody, the urgent ones apart; 1 to 10 are hidden.

    They may be anybody's: neither a search nor a plan by person finds whose they are.
    """
    nobody = pc.is_null(table["person_id"]).to_numpy()
    urgent = int((nobody & urgent_rows(table)).sum())
    return suppressed({"urgent": urgent, "other": int(nobody.sum()) - urgent})


def _ends(code: Int64Array, order: Int64Array) -> Int64Array:
    """Return the last row of each code, in an order that begins with the code."""
    return order[np.r_[code[order][1:] != code[order][:-1], True]] if len(order) else order


def _urgent(
    code: Int64Array,
    urgency: Any,  # noqa: ANN401 - arrays
    when: tuple[Any, Any, Any],  # as above
    last: Int64Array,
) -> Int64Array:
    """Return the most urgent row of each code that is more urgent than its last one, or -1.

    The result does not say what was measured again, so an urgent row (U0, U1) counts whether it was
    or not: for as many days before the last visit as an earlier visit of one record, and always
    without a day or where the last visit may be somebody else's. A day that had not come is no
    visit from which the days count.
    """
    day, is_future, always = when
    newest = np.full(len(last), UNKNOWN_DAY)
    np.maximum.at(newest, code, np.where(is_future, UNKNOWN_DAY, day))
    within = urgent_within_days()
    earliest = np.maximum(newest, UNKNOWN_DAY + within) - within
    counts = always | (day >= earliest[code])
    more = np.flatnonzero((urgency <= _LEAST_PRESSING) & counts & (urgency < urgency[last][code]))
    chosen = more[_ends(code[more], np.lexsort((day[more], -urgency[more], code[more])))]
    found = np.full(len(last), _NOWHERE)
    found[code[chosen]] = chosen
    return found


def visit_days(table: Any) -> Any:  # noqa: ANN401 - as above
    """Return days since 1970-01-01 of rows; unknown where the visit lies before the birth."""
    before_birth = pc.fill_null(pc.equal(table["status_reason"], BEFORE_BIRTH), False).to_numpy()  # noqa: FBT003 - as above
    return np.where(before_birth, UNKNOWN_DAY, days_of(table["visit_date"]))


def urgency_codes(column: Any) -> Any:  # noqa: ANN401 - as above
    """Return int8 codes of urgencies: 0 for U0 to 3 for U3, 4 where there is none."""
    codes = pc.index_in(column, pa.array(URGENCIES)).fill_null(NONE)
    return codes.to_numpy().astype(np.int8)


def days_of(column: Any) -> Any:  # noqa: ANN401 - as above
    """Return days since 1970-01-01 of an Arrow date column; ``UNKNOWN_DAY`` where there is none."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    known = whole.is_valid().to_numpy(zero_copy_only=False)
    number = pc.fill_null(whole.cast(pa.int32()), 0).to_numpy().astype(np.int64)
    return np.where(known, number, UNKNOWN_DAY)
