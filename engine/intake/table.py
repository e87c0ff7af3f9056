"""Many visits at once: table columns in, the same columnar record out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import RecordError
from ..fixedpoint import Int64Array
from ..record import (
    UNKNOWN,
    YES,
    BoolArray,
    Int8Array,
    ItemState,
    Problem,
    QuantityColumn,
    VisitBatch,
)
from ..vocabulary import Vocabulary, load_vocabulary
from .lost_symptoms import UNREADABLE


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column of reported values, all in one declared unit.

    ``nano`` int64 (n,) in billionths of ``unit``; ``comparator`` int8 (n,) as in a record;
    ``present`` bool (n,), a decimal stood there; ``unreadable`` bool (n,), something else did.
    """

    slot: str
    unit: str
    nano: Int64Array
    comparator: Int8Array
    present: BoolArray
    unreadable: BoolArray
    name: str


@dataclass(frozen=True, slots=True)
class TablePeople:
    """Who the rows are. ``age_years`` int16 (n,), -1 unknown; ``sex`` int8 (n,), -1 unknown."""

    person_id: Sequence[str]
    visit_id: Sequence[str]
    age_years: npt.NDArray[np.int16]
    sex: Int8Array


def table_batch(
    people: TablePeople,
    columns: Sequence[TableColumn],
    answers: Mapping[str, Int8Array],
    *,
    problems: Sequence[Problem] = (),
) -> VisitBatch:
    """Return the record of n visits read from a table.

    Several columns of one slot (a glucose in g/L and one in mmol/L) are merged person by person;
    where both are filled for one person, both are kept as readings.

    Raises
    ------
    RecordError  if a column's unit is not accepted for its item
    """
    vocabulary = load_vocabulary()
    n = len(people.person_id)
    by_slot: dict[str, list[TableColumn]] = {}
    for column in columns:
        by_slot.setdefault(column.slot, []).append(column)
    refused = np.zeros(n, dtype=np.bool_)
    for problem in problems:
        if problem.severity == "refused_record":
            refused[problem.row] = True
    return VisitBatch(
        visit_id=people.visit_id,
        person_id=people.person_id,
        age_years=people.age_years,
        sex=people.sex,
        quantities={slot: _merge(found, vocabulary) for slot, found in by_slot.items()},
        answers={**answers, **_unreadable_symptoms(n, problems)},
        refused=refused,
        problems=(*problems, *_unreadable(columns)),
        vocabulary=vocabulary,
    )


def _unreadable_symptoms(n: int, problems: Sequence[Problem]) -> dict[str, Int8Array]:
    """Say for whom a symptom was sent that can't be read; nothing where there is nobody."""
    rows = [p.row for p in problems if p.item.startswith("symptom.")]
    if not rows:
        return {}
    answers = np.full(n, UNKNOWN, dtype=np.int8)
    answers[rows] = YES
    return {UNREADABLE: answers}


def _merge(columns: Sequence[TableColumn], vocabulary: Vocabulary) -> QuantityColumn:
    item = vocabulary.item_of(columns[0].slot)
    units = []
    for column in columns:
        index = item.unit_index(column.unit)
        if index < 0:
            raise RecordError(
                found=f"the unit {column.unit!r} for {column.name}",
                why="values are compared in a unit that the guidelines know",
                remedy="Declare one of: " + ", ".join(u.ucum for u in item.units),
                path=column.name,
            )
        units.append(index)
    present = np.stack([c.present for c in columns], axis=1)
    return QuantityColumn(
        item=item,
        nano=np.where(present, np.stack([c.nano for c in columns], axis=1), 0),
        unit=np.where(present, np.array(units, dtype=np.int8), np.int8(UNKNOWN)),
        comparator=np.where(present, np.stack([c.comparator for c in columns], axis=1), np.int8(0)),
        state=np.where(present, ItemState.ACCEPTED, ItemState.ABSENT).astype(np.int8),
    )


def _unreadable(columns: Sequence[TableColumn]) -> list[Problem]:
    return [
        Problem(int(row), "refused_item", "value_not_decimal", c.name, c.slot.split(".", 1)[0])
        for c in columns
        for row in np.flatnonzero(c.unreadable)
    ]
