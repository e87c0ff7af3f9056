"""Many visits at once: table columns in, the same columnar record out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

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
from .problems import shown
from .reported_values import with_point
from .unread_values import is_watched, lost_values, what_it_may_mean

NOT_QUOTED = "…"
"""A table's problems quote nothing of it but a number: a name may stand in the wrong column."""


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column of reported values, all in one declared unit; none, where it is not known.

    ``nano`` int64 (n,) in billionths of ``unit``; ``comparator`` int8 (n,) as in a record;
    ``present`` bool (n,), a decimal stood there; ``unreadable`` bool (n,), something else did;
    ``unread`` row -> what that was, where it was text; ``days_before`` int64 (n,) or None, how many
    days before its visit each value was measured.
    """

    slot: str
    unit: str
    nano: Int64Array
    comparator: Int8Array
    present: BoolArray
    unreadable: BoolArray
    name: str
    unread: Mapping[int, str] = field(default_factory=dict)
    days_before: Int64Array | None = None


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
    words: dict[str, list[TableColumn]] = {}
    for column in columns:
        for slot, refused_column in _as_words(column, vocabulary):
            words.setdefault(slot, []).append(refused_column)
    slots = dict.fromkeys((*by_slot, *words))
    unread = [*_unreadable(columns), *_without_unit(columns, vocabulary)]
    refused = np.zeros(n, dtype=np.bool_)
    for problem in problems:
        if problem.severity == "refused_record":
            refused[problem.row] = True
    return VisitBatch(
        visit_id=people.visit_id,
        person_id=people.person_id,
        age_years=people.age_years,
        sex=people.sex,
        quantities={
            slot: _merge(by_slot.get(slot, ()), words.get(slot, ()), vocabulary) for slot in slots
        },
        answers={
            **answers,
            **_unreadable_symptoms(n, problems),
            **_unreadable_values(n, unread, vocabulary),
        },
        refused=refused,
        problems=(*problems, *unread),
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


def _unreadable_values(
    n: int, problems: Sequence[Problem], vocabulary: Vocabulary
) -> dict[str, Int8Array]:
    """Say for whom a measurement was sent that can't be read, of the items that may be urgent."""
    answers: dict[str, Int8Array] = {}
    for problem in problems:
        for name, answer in lost_values([problem], vocabulary).items():
            column = answers.setdefault(name, np.full(n, UNKNOWN, dtype=np.int8))
            column[problem.row] = answer
    return answers


def _as_words(column: TableColumn, vocabulary: Vocabulary) -> Iterator[tuple[str, TableColumn]]:
    """Yield columns of the numbers that unreadable values may mean; they are refused."""
    item = vocabulary.item_of(column.slot)
    if not column.unread or not is_watched(item.code, vocabulary):
        return
    n, found = len(column.nano), {}
    for row, text in column.unread.items():
        for place, means in enumerate(what_it_may_mean(text, item.code, column.unit)):
            slot = column.slot.replace(item.code, means.item, 1)
            if (slot, place) not in found:
                found[slot, place] = _empty(column, slot, n)
            at = found[slot, place]
            at.nano[row], at.comparator[row] = means.nano, means.comparator
            at.present[row] = True
    for (slot, _), refused in found.items():
        yield slot, refused


def _empty(column: TableColumn, slot: str, n: int) -> TableColumn:
    return replace(
        column,
        slot=slot,
        nano=np.zeros(n, dtype=np.int64),
        comparator=np.zeros(n, dtype=np.int8),
        present=np.zeros(n, dtype=np.bool_),
    )


def _merge(
    read: Sequence[TableColumn], words: Sequence[TableColumn], vocabulary: Vocabulary
) -> QuantityColumn:
    """Return the readings of one slot; what words may mean stands last, refused."""
    columns = (*read, *words)
    states = [ItemState.ACCEPTED if c.unit else ItemState.REFUSED for c in read]
    states += [ItemState.REFUSED] * len(words)
    item = vocabulary.item_of(columns[0].slot)
    units = []
    for column in columns:
        index = item.unit_index(column.unit)
        if index < 0 and column.unit:
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
        state=np.where(present, np.array(states, dtype=np.int8), ItemState.ABSENT).astype(np.int8),
        days_before=_days_before(columns),
    )


def _days_before(columns: Sequence[TableColumn]) -> Int64Array | None:
    """Return (n, m) how many days before its visit each value was measured; None without any."""
    if all(column.days_before is None for column in columns):
        return None
    none = np.zeros(len(columns[0].nano), dtype=np.int64)
    return np.stack([none if c.days_before is None else c.days_before for c in columns], axis=1)


def _unreadable(columns: Sequence[TableColumn]) -> list[Problem]:
    return [_not_decimal(c, int(row)) for c in columns for row in np.flatnonzero(c.unreadable)]


def _not_decimal(column: TableColumn, row: int) -> Problem:
    """Say what is wrong with one cell; a decimal comma is told as in a visit, and is not lost."""
    item, text = column.slot.split(".", 1)[0], column.unread.get(row, "")
    pointed = with_point(text)
    if pointed != text:
        said = {"found": shown(text), "pointed": f'"{shown(pointed)}"'}
        return Problem(row, "refused_item", "decimal_comma", column.name, item, said)
    said = {"found": NOT_QUOTED}
    return Problem(row, "refused_item", "value_not_decimal", column.name, item, said)


def _without_unit(columns: Sequence[TableColumn], vocabulary: Vocabulary) -> list[Problem]:
    """Refuse the values whose unit is not known; the urgent rules look at every reading of them."""
    found = []
    for column in columns:
        if not column.unit:
            item = vocabulary.item_of(column.slot)
            accepted = {"accepted": ", ".join(u.ucum for u in item.units)}
            found += [
                Problem(int(row), "refused_item", "unit_missing", column.name, item.code, accepted)
                for row in np.flatnonzero(column.present)
            ]
    return found
