"""The record: all facts of many people at one time each, held in columns.

There is one evaluator, and it is columnar: a visit is a batch of one row. An item that can be
measured several times at one visit (three pressures on an arm) has one column a reading.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from .fixedpoint import FloatArray, Int64Array
from .vocabulary import Item, Vocabulary

Int8Array = npt.NDArray[np.int8]
BoolArray = npt.NDArray[np.bool_]

UNKNOWN: Final = -1
NO: Final = 0
YES: Final = 1

FEMALE: Final = 0
MALE: Final = 1

ECG_SLOT: Final = "ecg"


class ItemState(IntEnum):
    """What became of one reported value."""

    ABSENT = 0
    ACCEPTED = 1
    SUSPECT = 2
    REFUSED = 3


_ABSENT: Final = np.int8(ItemState.ABSENT)
_ACCEPTED: Final = np.int8(ItemState.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with one record; a record has as many as were found.

    ``severity`` is ``refused_record`` (nothing can be screened), ``refused_item`` (this value is
    not used), ``suspect_item`` (not used until a named person confirms it) or ``note`` (a limit
    that is printed). What was found, why it stops us and what to do are the sentences
    ``intake.<code>.found|why|remedy`` with ``parameters``.
    """

    row: int
    severity: Literal["refused_record", "refused_item", "suspect_item", "note"]
    code: str
    path: str
    item: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QuantityColumn:
    """One measured item of n people, m readings each, as it was reported.

    Attributes
    ----------
    item : the vocabulary entry
    nano : int64 (n, m), value in billionths of the reported unit; 0 where absent
    unit : int8 (n, m), index into ``item.units``; -1 where absent or where no unit was given
    comparator : int8 (n, m), 0 none, negative ``<``/``<=``, positive ``>``/``>=``
    state : int8 (n, m), an ItemState
    confirmed : bool (n, m) or None: a named person confirmed an unusual value
    old : bool (n, m) or None: measured too long before the visit; says nothing of today
    days_before : int64 (n, m) or None: how many days before its visit a reading was taken; of the
        day of the visit where nothing else was said
    """

    item: Item
    nano: Int64Array
    unit: Int8Array
    comparator: Int8Array
    state: Int8Array
    confirmed: BoolArray | None = None
    old: BoolArray | None = None
    days_before: Int64Array | None = None

    @property
    def n(self) -> int:
        """Number of people."""
        return int(self.nano.shape[0])

    @property
    def readings(self) -> int:
        """Readings a person can have in this column."""
        return int(self.nano.shape[1])

    @property
    def present(self) -> BoolArray:
        """(n, m): something was reported, whatever became of it."""
        return self.state != _ABSENT

    @property
    def accepted(self) -> BoolArray:
        """(n, m): the value may be used by rules and models."""
        return self.state == _ACCEPTED

    @property
    def waiting(self) -> BoolArray:
        """(n, m): a value of the visit's day that is not used: suspect, or refused."""
        unused = self.present & ~self.accepted
        return unused if self.old is None else unused & ~self.old

    @property
    def age_days(self) -> Int64Array:
        """(n, m) int64: how many days before its visit each reading was taken."""
        none = np.zeros(self.nano.shape, dtype=np.int64)
        return none if self.days_before is None else self.days_before

    def with_state(self, state: Int8Array) -> "QuantityColumn":
        """Return the same column with other states."""
        return replace(self, state=state)

    def model_values(self) -> FloatArray:
        """Return (n, m) float64 in ``item.model_unit``; NaN where not accepted or unit unknown."""
        accepted = self.accepted
        one = self.unit.max(initial=UNKNOWN)
        if one != UNKNOWN and ((self.unit == one) | ~accepted).all():
            unit = self.item.units[one]
            return np.where(accepted, self.nano / 1e9 * unit.slope + unit.offset, np.nan)
        slopes = np.array([u.slope for u in self.item.units] + [np.nan])
        offsets = np.array([u.offset for u in self.item.units] + [np.nan])
        values = self.nano / 1e9 * slopes[self.unit] + offsets[self.unit]
        return np.where(accepted, values, np.nan)


@dataclass(frozen=True, slots=True)
class VisitBatch:
    """n visit records in columns.

    Attributes
    ----------
    visit_id, person_id : n strings; pseudonyms as the caller gave them
    age_years : int16 (n,), completed years at the visit; -1 unknown
    sex : int8 (n,), FEMALE, MALE or -1 unknown
    quantities : slot name (``waist``, ``systolic_bp.left_arm``) -> column
    answers : name (``questionnaire.smoker``, ``symptom.chest_pain``) -> int8 (n,): the
        index of the answer in the vocabulary, UNKNOWN where not asked or not answered;
        for yes/no questions NO or YES. How an item was measured stands here too, as
        ``method.<item>.<qualifier>`` (``method.hba1c.assay``, ``method.waist.waist_site``)
    refused : bool (n,), the whole record is refused
    problems : every problem of every record
    reported : slot name -> the strings as reported, a list of m a person (single visits only)
    paths : slot name -> where each reading stood in the document (single visits only)
    measured_on : slot name -> the day of each reading that is of an earlier day than the visit,
        empty for the others; ``ecg`` -> that of the ECG (single visits only)
    context : ``site``, and ``device.<item>``, as the visit names them (single visits only); no rule
        and no model reads it
    """

    visit_id: Sequence[str]
    person_id: Sequence[str]
    age_years: npt.NDArray[np.int16]
    sex: Int8Array
    quantities: Mapping[str, QuantityColumn]
    answers: Mapping[str, Int8Array]
    refused: BoolArray
    problems: tuple[Problem, ...]
    vocabulary: Vocabulary
    reported: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    paths: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    measured_on: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    context: Mapping[str, str] = field(default_factory=dict)
    _made: dict[str, QuantityColumn] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def n(self) -> int:
        """Number of visits."""
        return len(self.visit_id)

    def answer(self, name: str) -> Int8Array:
        """Return one answer column, all UNKNOWN where nobody was asked."""
        found = self.answers.get(name)
        return found if found is not None else np.full(self.n, UNKNOWN, dtype=np.int8)

    def quantity(self, slot: str) -> QuantityColumn:
        """Return one item's column, all absent where nobody was measured."""
        found = self.quantities.get(slot)
        return found if found is not None else empty_column(self.vocabulary.item_of(slot), self.n)

    def made(self, name: str, make: "Callable[[VisitBatch], QuantityColumn]") -> QuantityColumn:
        """Return a column that is made of these, made once; a changed copy makes its own.

        Parameters
        ----------
        name : of the column
        make : what makes it, always the same for a name
        """
        if name not in self._made:
            self._made[name] = make(self)
        return self._made[name]


def empty_column(item: Item, n: int, readings: int = 1) -> QuantityColumn:
    """Return a column in which nobody has been measured."""
    shape = (n, readings)
    return QuantityColumn(
        item=item,
        nano=np.zeros(shape, dtype=np.int64),
        unit=np.full(shape, UNKNOWN, dtype=np.int8),
        comparator=np.zeros(shape, dtype=np.int8),
        state=np.full(shape, ItemState.ABSENT, dtype=np.int8),
    )
