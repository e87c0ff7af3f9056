"""What an earlier visit of a person said and the last one forgot: a known diabetes, a high test.

A batch reads each row by itself. A glucose of 1.40 g/L of two years ago, or a diabetes that was
known then, was called by nobody as soon as a later row had not measured, or had said "no"; one of
5.0 g/L, which waits for a confirmation, or of a mistyped year was lost altogether.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...engine.past import IMPOSSIBLE_DAY
from ...engine.risks import Abstention
from ..batch.table import glucose as says
from ..batch.table.status import MEASURED_HIGH, PREGNANCY, REFUSED
from .last_visits import UNKNOWN_DAY, BoolArray, Int64Array, days_of

DIABETES_BEFORE: Final = "diabetes_known_or_treated"
CONTRADICT: Final = "tests_contradict"
WAITS: Final = "value_waits"
IN_PREGNANCY: Final = "measured_in_pregnancy"
SIGNS: Final = (DIABETES_BEFORE, CONTRADICT, MEASURED_HIGH, WAITS, IN_PREGNANCY)
"""The gravest first."""

SIGN: Final = "earlier_sign"
"""Column of a search and of the calls, and the band of somebody who is asked about it."""

READ: Final = ("person_id", "visit_date", "status", "status_reason", says.GLUCOSE_SAYS)
"""Columns of a result that it is read from."""

_DECLINED: Final = Abstention.DECLINED.name.lower()
_GLUCOSE_BELOW: Final = (says.BELOW, says.BOTH_BELOW)
_HBA1C_BELOW: Final = (says.HBA1C_BELOW, says.BOTH_BELOW)


@dataclass(frozen=True, slots=True, eq=False)
class EarlierSigns:
    """What earlier visits of m people said.

    Attributes
    ----------
    sign : Arrow strings (m,), one of ``SIGNS``; null where there is none
    day : int64 (m,), of the last visit that said so; ``UNKNOWN_DAY`` where none is known
    is_open : bool (m,), it is to be asked or confirmed, as far as the result tells
    asks_day : bool (m,), a visit that said so has no day, or one that can't be right
    """

    sign: Any
    day: Int64Array
    is_open: BoolArray
    asks_day: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Rows of m people: the person of each, its day (unknown where impossible), what it says."""

    of: Int64Array
    day: Int64Array
    words: Any
    before: BoolArray
    people: int

    def that_say(self, *words: str) -> BoolArray:
        return _is(self.words, words)

    def latest(self, rows: BoolArray) -> "_Said":
        """Return which people have such a row, the latest day of one, and whether one has none."""
        there = np.bincount(self.of[rows], minlength=self.people) > 0
        latest = np.full(self.people, UNKNOWN_DAY)
        np.maximum.at(latest, self.of[rows], self.day[rows])
        nowhere = rows & (self.day == UNKNOWN_DAY)
        undated = np.bincount(self.of[nowhere], minlength=self.people) > 0
        return _Said(there, latest, undated)


@dataclass(frozen=True, slots=True, eq=False)
class _Said:
    """Of m people: whether a row said so, the latest day, whether one of them has no day."""

    there: BoolArray
    day: Int64Array
    undated: BoolArray

    def is_before(self, other: "_Said") -> BoolArray:
        """Say whether the other was said on a later day, whichever the days that are not known."""
        return np.asarray(other.there & (other.day > self.day) & ~self.undated)


def earlier_signs(table: Any, last: Int64Array) -> EarlierSigns:  # noqa: ANN401 - pyarrow has no types
    """Return what rows other than the last one of each person said.

    A diabetes that was known or treated stays to be asked about until the last visit states it; of
    a last visit that was refused or declined what it states is not known. A high glucose, or one
    that would be high and waits for a confirmation, stays until a glucose of a later day was
    clearly below; a high HbA1c until both tests were, as one test never settles the other: the two
    contradict each other. One of a pregnancy stays, once that is over, until a glucose of a later
    day was below. Where the last visit is high itself, that speaks; one that was refused
    for its day has no finding that could, so it counts among the earlier ones.

    Parameters
    ----------
    table : rows of a result with the columns of ``READ``; none without a name
    last : int64 (m,), the last row of each person
    """
    rows = _rows(table, last)
    known = rows.latest(rows.before & rows.that_say(says.DIABETES) & _asks(table, last)[rows.of])
    is_known_now = rows.that_say(says.DIABETES)[last]
    speaks_now = rows.that_say(says.HIGH, says.HBA1C_HIGH)[last] & ~rows.before[last]
    screened = rows.before & ~is_known_now[rows.of]
    glucose_below = rows.latest(rows.that_say(*_GLUCOSE_BELOW))
    hba1c_below = rows.latest(rows.that_say(*_HBA1C_BELOW))

    def stays(glucose: str, hba1c: str) -> tuple[_Said, BoolArray, BoolArray]:
        """Return who said so, for whom it stays, and whom another test contradicts."""
        one, other = (rows.latest(screened & rows.that_say(w)) for w in (glucose, hba1c))
        both = rows.latest(screened & rows.that_say(glucose, hba1c))
        below_one = one.is_before(glucose_below)
        below_other = other.is_before(glucose_below), other.is_before(hba1c_below)
        one_open = one.there & ~below_one
        other_open = other.there & ~(below_other[0] & below_other[1])
        contradicted = (one_open & one.is_before(hba1c_below)) | (other_open & below_other[0])
        return both, (one_open | other_open) & ~speaks_now, contradicted & ~speaks_now

    high, high_stays, contradicted = stays(says.HIGH, says.HBA1C_HIGH)
    waits, waits_stays, waits_contradicted = stays(says.HIGH_WAITS, says.HBA1C_HIGH_WAITS)
    pregnant = rows.latest(screened & rows.that_say(says.HIGH_IN_PREGNANCY))
    is_over = ~_is(table["status_reason"], (PREGNANCY,))[last] & ~speaks_now
    pregnant_stays = pregnant.there & is_over & ~pregnant.is_before(glucose_below)
    said = (
        known.there, contradicted | waits_contradicted, high.there, waits.there, pregnant.there,
    )  # fmt: skip
    is_open = known.there | high_stays | waits_stays | pregnant_stays
    return _told(said, (known, high, waits, pregnant), is_open)


def speaks_for_diabetes(rows: Any) -> BoolArray:  # noqa: ANN401 - as above
    """Say in which rows of a result a glucose or HbA1c speaks for diabetes, used or waiting."""
    return _is(
        rows[says.GLUCOSE_SAYS],
        (says.HIGH, says.HBA1C_HIGH, says.HIGH_WAITS, says.HBA1C_HIGH_WAITS),
    )


def _told(said: tuple[BoolArray, ...], rows: tuple[_Said, ...], is_open: BoolArray) -> EarlierSigns:
    known, high, waits, pregnant = rows
    which = np.select(said, range(len(SIGNS)), len(SIGNS))
    either = np.maximum(high.day, waits.day), high.undated | waits.undated
    unknown = np.full(len(which), UNKNOWN_DAY)
    days = np.stack([known.day, either[0], high.day, waits.day, pregnant.day, unknown])
    never = np.zeros(len(which), dtype=np.bool_)
    undated = np.stack(
        [known.undated, either[1], high.undated, waits.undated, pregnant.undated, never]
    )
    everybody = np.arange(len(which))
    sign = pa.array([*SIGNS, None], pa.string()).take(pa.array(which))
    asks_day = undated[which, everybody] & is_open
    return EarlierSigns(sign, days[which, everybody], is_open, np.asarray(asks_day))


def _rows(table: Any, last: Int64Array) -> _Rows:  # noqa: ANN401 - as above
    names = table["person_id"].combine_chunks()
    before = np.ones(table.num_rows, dtype=np.bool_)
    before[last] = _is_wrong_day(table)[last]
    day = days_of(table["visit_date"])
    return _Rows(
        of=pc.index_in(names, names.take(pa.array(last))).to_numpy().astype(np.int64),
        day=np.where(_is_wrong_day(table), UNKNOWN_DAY, day),
        words=table[says.GLUCOSE_SAYS],
        before=before,
        people=len(last),
    )


def _asks(table: Any, last: Int64Array) -> BoolArray:  # noqa: ANN401 - as above
    """Say of whom a diabetes that was known before is asked about, by the last visit."""
    unsaid = _is(table["status"], (REFUSED,)) | _is(table["status_reason"], (_DECLINED,))
    return np.asarray(~(_is(table[says.GLUCOSE_SAYS], (says.DIABETES,)) | unsaid)[last])


def _is_wrong_day(table: Any) -> BoolArray:  # noqa: ANN401 - as above
    return _is(table["status_reason"], IMPOSSIBLE_DAY)


def _is(column: Any, words: tuple[str, ...]) -> BoolArray:  # noqa: ANN401 - as above
    found = pc.is_in(column, pa.array(words))
    whole = found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
    return np.asarray(whole.to_numpy(zero_copy_only=False), dtype=np.bool_)
