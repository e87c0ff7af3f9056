"""Builds records for tests from plain dictionaries, without the intake."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from laennec.engine.fixedpoint import format_nano, parse_decimal
from laennec.engine.record import FEMALE, MALE, UNKNOWN, YES, ItemState, QuantityColumn, VisitBatch
from laennec.engine.vocabulary import load_vocabulary

SEXES = {"female": FEMALE, "male": MALE, None: UNKNOWN}
Reading = str | tuple[str, str] | tuple[str, str, str]


def visit_batch(*visits: Mapping[str, Any]) -> VisitBatch:
    """Return a batch of the given visits.

    Each visit is ``{"age": 50, "sex": "male", "answers": {"symptom.chest_pain": "yes"}, slot:
    readings}``; a reading is ``"142 mm[Hg]"``, or ``("142", "mm[Hg]")``, or with a third part:
    ``accepted``, ``suspect`` or ``refused``. A unit that the item does not know is held as unknown.
    """
    vocabulary = load_vocabulary()
    slots = {k for v in visits for k in v if k not in ("age", "sex", "answers")}
    columns = {slot: _column(slot, [_readings(v.get(slot)) for v in visits]) for slot in slots}
    names = {name for v in visits for name in v.get("answers", {})}
    n = len(visits)
    return VisitBatch(
        visit_id=[f"v{i}" for i in range(n)],
        person_id=[f"p{i}" for i in range(n)],
        age_years=np.array([v.get("age", 50) for v in visits], dtype=np.int16),
        sex=np.array([SEXES[v.get("sex", "male")] for v in visits], dtype=np.int8),
        quantities=columns,
        answers={name: _answers(name, visits) for name in names},
        refused=np.zeros(n, dtype=np.bool_),
        problems=(),
        vocabulary=vocabulary,
    )


def shown(column: QuantityColumn) -> list[str]:
    """Return each person's first reading as text, or its state where it was not accepted."""
    return [
        format_nano(int(v), int(s)) if state == ItemState.ACCEPTED else ItemState(state).name
        for v, s, state in zip(
            column.nano[:, 0], column.comparator[:, 0], column.state[:, 0], strict=True
        )
    ]


def _readings(given: object) -> list[tuple[str, str, str]]:
    if given is None:
        return []
    several = given if isinstance(given, list) else [given]
    return [_reading(one) for one in several]


def _reading(given: Reading) -> tuple[str, str, str]:
    parts: Sequence[str] = given.split(" ") if isinstance(given, str) else given
    value, unit, *state = parts
    return value, unit, state[0] if state else "accepted"


def _column(slot: str, people: list[list[tuple[str, str, str]]]) -> QuantityColumn:
    item = load_vocabulary().item_of(slot)
    m = max(1, *(len(readings) for readings in people))
    shape = (len(people), m)
    nano, unit = np.zeros(shape, dtype=np.int64), np.full(shape, UNKNOWN, dtype=np.int8)
    comparator, state = np.zeros(shape, dtype=np.int8), np.zeros(shape, dtype=np.int8)
    for row, readings in enumerate(people):
        for place, (value, ucum, kept) in enumerate(readings):
            nano[row, place], comparator[row, place] = parse_decimal(value)
            unit[row, place] = item.unit_index(ucum)
            state[row, place] = ItemState[kept.upper()]
    return QuantityColumn(item, nano, unit, comparator, state)


def _answers(name: str, visits: Sequence[Mapping[str, Any]]) -> np.ndarray:
    codes = []
    for visit in visits:
        given = visit.get("answers", {}).get(name)
        codes.append(UNKNOWN if given is None else _choice(name, given))
    return np.array(codes, dtype=np.int8)


def _choice(name: str, given: str) -> int:
    vocabulary = load_vocabulary()
    if name.startswith("method."):
        return vocabulary.methods[name.rsplit(".", 1)[1]].choice_index(given)
    return vocabulary.questions[name].choice_index(given)


def says_yes(*names: str) -> dict[str, str]:
    """Return answers in which these questions were answered with yes."""
    return dict.fromkeys(names, "yes")


def without(batch: VisitBatch, name: str) -> VisitBatch:
    """Return the batch as if this item or question had never been asked."""
    return replace(
        batch,
        quantities={s: c for s, c in batch.quantities.items() if s != name},
        answers={a: c for a, c in batch.answers.items() if a != name},
    )


def one_by_one(batch: VisitBatch) -> list[VisitBatch]:
    """Return n batches of one."""
    return [_rows(batch, slice(i, i + 1)) for i in range(batch.n)]


def _rows(batch: VisitBatch, rows: slice) -> VisitBatch:
    return replace(
        batch,
        visit_id=batch.visit_id[rows],
        person_id=batch.person_id[rows],
        age_years=batch.age_years[rows],
        sex=batch.sex[rows],
        quantities={
            s: QuantityColumn(c.item, c.nano[rows], c.unit[rows], c.comparator[rows], c.state[rows])
            for s, c in batch.quantities.items()
        },
        answers={a: c[rows] for a, c in batch.answers.items()},
        refused=batch.refused[rows],
    )


__all__ = ["YES", "one_by_one", "says_yes", "visit_batch", "without"]
