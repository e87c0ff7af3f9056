"""What an earlier visit of a person said and the last one forgot: a known diabetes, a high glucose.

A batch reads each row by itself. A glucose of 1.40 g/L of two years ago, or a diabetes that was
known then, was called by nobody as soon as a later row had not measured, or had said "no".
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ...engine.risks import Abstention
from ...engine.risks.outcomes import load_outcomes
from ..batch.table.status import MEASURED, MEASURED_HIGH, REFUSED
from .last_visits import UNKNOWN_DAY, BoolArray, Int64Array, days_of

DIABETES_BEFORE: Final = "diabetes_known_or_treated"
SIGNS: Final = (DIABETES_BEFORE, MEASURED_HIGH)
"""The gravest first."""

SIGN: Final = "earlier_sign"
"""Column of a search and of the calls, and the band of somebody who is asked about it."""

OUTCOME: Final = "t2d_undiagnosed"
READ: Final = (
    "person_id", "visit_date", "status", "status_reason", "model_versions", f"{OUTCOME}_band",
)  # fmt: skip
"""Columns of a result that it is read from."""

BELOW: Final = "is_glucose_below"
"""Column of `with_glucose_below`."""

_EXCLUDED: Final = Abstention.EXCLUDED.name.lower()
_DECLINED: Final = Abstention.DECLINED.name.lower()
_CALM: Final = ("low", "intermediate")


@dataclass(frozen=True, slots=True, eq=False)
class EarlierSigns:
    """What earlier visits of m people said.

    Attributes
    ----------
    sign : Arrow strings (m,), one of ``SIGNS``; null where there is none
    day : int64 (m,), of the last visit that said so; ``UNKNOWN_DAY`` where none is known
    is_open : bool (m,), it is to be asked or confirmed, as far as the result tells
    """

    sign: Any
    day: Int64Array
    is_open: BoolArray


def with_glucose_below(table: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return rows that say where a glucose was clearly below the diabetes range, as far as they do.

    It speaks instead of the risk, or the form of the model that reads it answered; one within the
    uncertainty of the cut-off is in the high band of that form.

    Parameters
    ----------
    table : rows with the columns of ``READ``; the versions of the models, which are long, are left
        out of what is returned
    """
    calm = pc.is_in(table[f"{OUTCOME}_band"], pa.array(_CALM)).to_numpy()
    below = _is(table["status_reason"], MEASURED) | (_has_after_form(table) & calm)
    return table.drop_columns(["model_versions"]).append_column(BELOW, pa.array(below))


def earlier_signs(table: Any, last: Int64Array) -> EarlierSigns:  # noqa: ANN401 - pyarrow has no types
    """Return what rows other than the last one of each person said.

    A diabetes that was known or treated stays to be asked about until the last visit states it; of
    a last visit that was refused or declined what it states is not known. A glucose or an HbA1c
    that was high stays until a glucose of a later day was clearly below its cut-off; where the last
    one is high itself, that speaks.

    Parameters
    ----------
    table : rows of `with_glucose_below`; none without a name
    last : int64 (m,), the last row of each person
    """
    names = table["person_id"].combine_chunks()
    of = pc.index_in(names, names.take(pa.array(last))).to_numpy().astype(np.int64)
    before = np.ones(table.num_rows, dtype=np.bool_)
    before[last] = False
    day = days_of(table["visit_date"])
    excluded, high = (_is(table["status_reason"], word) for word in (_EXCLUDED, MEASURED_HIGH))
    unsaid = _is(table["status"], REFUSED) | _is(table["status_reason"], _DECLINED)
    asks = ~(excluded | unsaid)[last]
    has_known, known_day = _latest(of, day, before & excluded & asks[of], len(last))
    has_high, high_day = _latest(of, day, before & high & ~excluded[last][of], len(last))
    _, below_day = _latest(of, day, table[BELOW].to_numpy(), len(last))
    stays = has_high & ~high[last] & (below_day <= high_day)
    sign = pc.if_else(
        pa.array(has_known),
        DIABETES_BEFORE,
        pc.if_else(pa.array(has_high), MEASURED_HIGH, pa.scalar(None, pa.string())),
    )
    return EarlierSigns(sign, np.where(has_known, known_day, high_day), has_known | stays)


def _is(column: Any, word: str) -> BoolArray:  # noqa: ANN401 - as above
    found = pc.is_in(column, pa.array([word]))
    whole = found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
    return np.asarray(whole.to_numpy(zero_copy_only=False), dtype=np.bool_)


def _latest(
    of: Int64Array, day: Int64Array, rows: BoolArray, people: int
) -> tuple[BoolArray, Int64Array]:
    """Return which people have such a row, and the latest day of one."""
    there = np.bincount(of[rows], minlength=people) > 0
    latest = np.full(people, UNKNOWN_DAY)
    np.maximum.at(latest, of[rows], day[rows])
    return there, latest


def _has_after_form(table: Any) -> npt.NDArray[np.bool_]:  # noqa: ANN401 - as above
    """Say in which rows a form answered that is there for people whose glucose is known."""
    forms = next(one.after for one in load_outcomes() if one.id == OUTCOME)
    lists = table["model_versions"].combine_chunks()
    texts, rows = pc.list_flatten(lists).dictionary_encode(), pc.list_parent_indices(lists)
    there = np.zeros(table.num_rows, dtype=np.bool_)
    for form in forms:
        found = pc.match_substring(texts.dictionary, f"/{form} ").take(texts.indices)
        there[rows.filter(found).to_numpy()] = True
    return there
