"""What the criteria read of a visit: values, answers, exposures and measured facts, as tables."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

import numpy as np
import pyarrow as pa

from ....engine.facts.columns import FactColumn, evaluate_facts
from ....engine.guidelines import Guidelines
from ....engine.guidelines.model import STATES
from ....engine.measured import measured_in, usable_values
from ....engine.prediagnosis import URGENCIES
from ....engine.record import UNKNOWN, ItemState, QuantityColumn, VisitBatch
from .criteria import Criteria
from .exposures import EXPOSURES, exposure_table
from .who import AGES_AND_SEXES, PERSONS, PLACES, SITES_AND_DEVICES, one_each, persons_of, places_of

MEASUREMENTS: Final = pa.schema(
    [
        ("person_id", pa.string()),
        ("slot", pa.string()),
        ("unit", pa.string()),
        ("nano", pa.int64()),
        ("comparator", pa.int8()),
        ("value", pa.float64()),
    ]
)
NOT_USABLE: Final = pa.schema([(n, pa.string()) for n in ("person_id", "slot")])
"""Who had a reading of a slot, and none that could be used: suspect, or refused."""
ANSWERS: Final = pa.schema([(n, pa.string()) for n in ("person_id", "question", "answer")])
FINDINGS: Final = pa.schema(
    [
        *((n, pa.string()) for n in ("person_id", "finding", "state", "grade", "urgency")),
        ("risk", pa.float64()),
    ]
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What criteria read of visits, so that nothing else is kept in memory; all where None."""

    slots: frozenset[str] | None = None
    questions: frozenset[str] | None = None
    exposures: bool = True
    findings: bool = True
    persons: bool = True
    places: bool = True

    @property
    def anything(self) -> bool:
        """Whether anything of a visit is read at all."""
        rows = (self.exposures, self.findings, self.persons, self.places)
        return bool(self.slots or self.questions or any(rows))

    @classmethod
    def of(cls, criteria: Criteria, *, exposures: bool = False) -> "Wanted":
        """Return what some criteria read, and exposures where they are asked for besides."""
        reads = criteria.reads
        return cls(
            frozenset(key for table, key in reads if table == "measurements"),
            frozenset(key for table, key in reads if table == "answers"),
            exposures or any(table == "exposures" for table, _ in reads),
            *(any(table == one for table, _ in reads) for one in ("findings", PERSONS, PLACES)),
        )


@dataclass(frozen=True, slots=True)
class Said:
    """What n rows of a table say that a record does not hold.

    Parameters
    ----------
    age_highest : int (n,), where a birth is known by its year only; None elsewhere
    context : ``site``, ``device`` and ``device.ITEM`` -> Arrow strings (n,)
    """

    age_highest: Any = None
    context: Mapping[str, Any] = field(default_factory=dict)


NOTHING_SAID: Final = Said()


@dataclass(frozen=True, slots=True)
class VisitTables:
    """The tables of one or many visits, by their names in a search."""

    measurements: Any
    not_usable: Any
    answers: Any
    exposures: Any
    findings: Any
    ages_and_sexes: Any
    sites_and_devices: Any

    def as_tables(self) -> dict[str, Any]:
        """Return them by name."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @classmethod
    def joined(cls, parts: Iterable["VisitTables"]) -> "VisitTables":
        """Return the tables of several batches as one."""
        kept = list(parts)

        def all_of(name: str, schema: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
            return pa.concat_tables([schema.empty_table(), *(getattr(p, name) for p in kept)])

        return cls(
            all_of("measurements", MEASUREMENTS),
            all_of("not_usable", NOT_USABLE),
            all_of("answers", ANSWERS),
            all_of("exposures", EXPOSURES),
            all_of("findings", FINDINGS),
            one_each(all_of(PERSONS, AGES_AND_SEXES)),
            all_of(PLACES, SITES_AND_DEVICES),
        )


def visit_tables(
    batch: VisitBatch,
    who: Any,  # noqa: ANN401 - pyarrow has no types
    guidelines: Callable[[], Guidelines],
    wanted: Wanted | None = None,
    said: Said = NOTHING_SAID,
) -> VisitTables:
    """Return what criteria read of n visits.

    Values are those that were accepted; a refused record has none, and no facts.

    Parameters
    ----------
    batch : records after the plausibility check
    who : Arrow strings (n,), the person of each
    guidelines : gives the rows that decide the facts; asked only where facts are wanted
    wanted : what is kept
    said : what a record does not hold
    """
    asked = wanted or Wanted()
    slots = measured_in(batch) if asked.slots is None else sorted(asked.slots)
    questions = [*batch.answers] if asked.questions is None else sorted(asked.questions)
    return VisitTables(
        _table(MEASUREMENTS, (_measured(batch, who, slot) for slot in slots)),
        _table(NOT_USABLE, (_not_usable(batch, who, slot) for slot in slots)),
        _table(ANSWERS, (_answered(batch, who, name) for name in questions)),
        _table(EXPOSURES, [exposure_table(who, batch.answer)] if asked.exposures else ()),
        _table(FINDINGS, _facts(batch, who, guidelines()) if asked.findings else ()),
        _table(AGES_AND_SEXES, [persons_of(batch, who, said.age_highest)] if asked.persons else ()),
        _table(SITES_AND_DEVICES, [places_of(who, said.context)] if asked.places else ()),
    )


def _table(schema: Any, parts: Iterable[Any]) -> Any:  # noqa: ANN401 - pyarrow has no types
    return pa.concat_tables([schema.empty_table(), *parts])


def _measured(batch: VisitBatch, who: Any, slot: str) -> Any:  # noqa: ANN401
    column, usable = usable_values(batch, slot)
    row, reading = np.nonzero(usable)
    return pa.table(
        [
            who.take(pa.array(row)),
            pa.repeat(slot, len(row)),
            _units(column, column.unit[row, reading]),
            column.nano[row, reading],
            column.comparator[row, reading],
            column.model_values()[row, reading],
        ],
        schema=MEASUREMENTS,
    )


def _not_usable(batch: VisitBatch, who: Any, slot: str) -> Any:  # noqa: ANN401
    column, usable = usable_values(batch, slot)
    spoilt = (column.state == ItemState.SUSPECT) | (column.state == ItemState.REFUSED)
    row = np.flatnonzero(spoilt.any(axis=1) & ~usable.any(axis=1))
    return pa.table([who.take(pa.array(row)), pa.repeat(slot, len(row))], schema=NOT_USABLE)


def _units(column: QuantityColumn, index: Any) -> Any:  # noqa: ANN401
    units = pa.array([u.ucum for u in column.item.units], pa.string())
    return units.take(pa.array(index.astype(np.int64)))


def _answered(batch: VisitBatch, who: Any, name: str) -> Any:  # noqa: ANN401
    question = batch.vocabulary.questions.get(name)
    if question is None:
        return ANSWERS.empty_table()
    code = batch.answer(name)
    row = np.flatnonzero(code != UNKNOWN)
    words = pa.array([choice.code for choice in question.choices], pa.string())
    said = words.take(pa.array(code[row].astype(np.int64)))
    return pa.table([who.take(pa.array(row)), pa.repeat(name, len(row)), said], schema=ANSWERS)


def _facts(batch: VisitBatch, who: Any, guidelines: Guidelines) -> Iterator[Any]:  # noqa: ANN401
    kept = np.flatnonzero(~batch.refused)
    for column in evaluate_facts(batch, guidelines).columns:
        yield _fact_rows(column, who, kept)


def _fact_rows(column: FactColumn, who: Any, row: Any) -> Any:  # noqa: ANN401
    grades = pa.array([*(g.code for g in column.spec.grades), None], pa.string())
    levels = pa.array([*URGENCIES, None], pa.string())
    last = len(column.spec.grades)
    grade = np.where(column.grade[row] < 0, last, column.grade[row]).astype(np.int64)
    return pa.table(
        [
            who.take(pa.array(row)),
            pa.repeat(column.spec.id, len(row)),
            pa.array(STATES).take(pa.array(column.state[row].astype(np.int64))),
            grades.take(pa.array(grade)),
            levels.take(pa.array(column.urgency[row].astype(np.int64))),
            pa.nulls(len(row), pa.float64()),
        ],
        schema=FINDINGS,
    )
