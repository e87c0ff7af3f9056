"""From a batch of one CDM table to events: whose, what, when; what can't be used is counted."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ....engine.fixedpoint import Int64Array
from ....engine.record import UNKNOWN, BoolArray
from ..tables.dates import read_dates
from ..tables.decimals import is_text_type
from .concepts import ConceptSet, ConceptSets

EVENT: Final = pa.schema(
    [("person", pa.int64()), ("kind", pa.int16()), ("day", pa.int32()), ("order", pa.int64()),
     ("value", pa.string()), ("unit", pa.int16()), ("visit", pa.int64())]
)  # fmt: skip
ANSWER: Final = pa.schema(
    [("person", pa.int64()), ("kind", pa.int16()), ("day", pa.int32()), ("end", pa.int32()),
     ("order", pa.int64()), ("answer", pa.int8())]
)  # fmt: skip
PERSON: Final = pa.schema(
    [("person", pa.int64()), ("sex", pa.int8()), ("year", pa.int32()), ("month", pa.int8()),
     ("day", pa.int8())]
)  # fmt: skip

NO_UNIT: Final = -1
_WHOLE: Final = r"^\s*(?P<whole>-?\d{1,18})(?:\.0*)?\s*$"
_TOLD_UNIT: Final = re.compile(r"[A-Za-zµμ0-9/%\[\]{}.^_ ]{1,16}")
_BIRTH: Final = (("year", 9999), ("month", 12), ("day", 31))
"""Parts of a birth, and the largest number that one can be."""

MEASUREMENT_COLUMNS: Final = (
    "measurement_id", "person_id", "measurement_concept_id", "measurement_date",
    "operator_concept_id", "value_as_number", "unit_concept_id", "unit_source_value",
    "visit_occurrence_id",
)  # fmt: skip
PERSON_COLUMNS: Final = (
    "person_id",
    "gender_concept_id",
    "year_of_birth",
    "month_of_birth",
    "day_of_birth",
)


def whole_numbers(column: Any) -> tuple[Int64Array, BoolArray]:  # noqa: ANN401 - pyarrow has no types
    """Return the whole numbers of a column, and where one stood.

    >>> whole_numbers(pa.array(["8532", "8507.0", "x", None]))[0]
    array([8532, 8507,    0,    0])
    """
    if is_text_type(column.type):
        texts = column.cast(pa.binary()).cast(pa.string(), safe=False)
        column = pc.struct_field(pc.extract_regex(texts, _WHOLE), "whole").cast(pa.int64())
    elif pa.types.is_floating(column.type):
        whole = pc.and_(pc.is_finite(column), pc.equal(pc.round(column), column))
        column = pc.if_else(whole, column, None)
    number = column.cast(pa.int64(), safe=False)
    there = np.asarray(pc.is_valid(number).to_numpy(zero_copy_only=False))
    return np.asarray(pc.fill_null(number, 0).to_numpy(zero_copy_only=False)), there


def _places(ids: Int64Array, known: Mapping[int, int]) -> npt.NDArray[np.int16]:
    """Return the place of each id in a table of ids, -1 where it is not in it."""
    keys = np.array(sorted(known), dtype=np.int64)
    if not len(keys):
        return np.full(len(ids), UNKNOWN, dtype=np.int16)
    values = np.array([known[int(k)] for k in keys], dtype=np.int16)
    at = np.minimum(np.searchsorted(keys, ids), len(keys) - 1)
    return np.where(keys[at] == ids, values[at], np.int16(UNKNOWN)).astype(np.int16)


class Measurements:
    """Turns batches of the measurement table into events, and counts every row of it.

    Parameters
    ----------
    concepts : concept sets
    slots : names, in the order of ``kind``
    units : UCUM, in the order of ``unit``
    """

    def __init__(self, concepts: ConceptSets, slots: Sequence[str], units: Sequence[str]) -> None:
        self._operators = concepts.operators
        self._slots = {c: slots.index(slot) for c, slot in concepts.slots.items()}
        self._units = {c: units.index(ucum) for c, ucum in concepts.units.items()}
        self.counts: Counter[str] = Counter()
        self.units_refused: Counter[str] = Counter()

    def events(self, batch: Any) -> Any:  # noqa: ANN401
        """Return the events of a batch: those without a unit among them, marked so."""
        concept, _ = whole_numbers(batch.column("measurement_concept_id"))
        kind = _places(concept, self._slots)
        self.counts["rows"] += batch.num_rows
        self.counts["not_in_concept_sets"] += int((kind < 0).sum())
        batch, kind = batch.take(pa.array(np.flatnonzero(kind >= 0))), kind[kind >= 0]
        person, has_person = whole_numbers(batch.column("person_id"))
        when = read_dates(batch.column("measurement_date"))
        value, has_value = self._values(batch)
        operator, known_operator = self._comparators(batch)
        usable = np.ones(len(kind), dtype=np.bool_)
        for reason, good in (
            ("person_absent", has_person), ("date_unusable", when.present),
            ("value_absent", has_value), ("operator_unknown", known_operator),
        ):  # fmt: skip
            self.counts[reason] += int((usable & ~good).sum())
            usable &= good
        at = pa.array(np.flatnonzero(usable))
        order, _ = whole_numbers(batch.column("measurement_id"))
        visit, _ = whole_numbers(batch.column("visit_occurrence_id"))
        return pa.record_batch(
            [
                pa.array(person[usable]), pa.array(kind[usable]),
                pa.array(when.days[usable].astype(np.int32)), pa.array(order[usable]),
                pc.binary_join_element_wise(operator.take(at), value.take(at), ""),
                pa.array(self._unit_of(batch.take(at))), pa.array(visit[usable]),
            ],
            schema=EVENT,
        )  # fmt: skip

    def _values(self, batch: Any) -> tuple[Any, BoolArray]:  # noqa: ANN401
        column = batch.column("value_as_number")
        if is_text_type(column.type):
            column = column.cast(pa.binary()).cast(pa.string(), safe=False)
            text = pc.utf8_trim_whitespace(column)
            text = pc.if_else(pc.is_in(text, pa.array(["", "NULL", "NA", "NaN"])), None, text)
        else:
            text = column.cast(pa.string())
            text = pc.if_else(pc.equal(text, "nan"), None, text)
        return text, np.asarray(pc.is_valid(text).to_numpy(zero_copy_only=False))

    def _comparators(self, batch: Any) -> tuple[Any, BoolArray]:  # noqa: ANN401
        """Return the operator before each number, and whether it is one that is known."""
        concept, there = whole_numbers(batch.column("operator_concept_id"))
        ids = sorted(self._operators)
        at = _places(concept, {c: i for i, c in enumerate(ids)})
        none = ~there | (concept == 0)
        texts = pa.array([*(self._operators[c] for c in ids), ""])
        place = np.where(none | (at < 0), len(ids), at)
        return texts.take(pa.array(place)), np.asarray(none | (at >= 0))

    def _unit_of(self, batch: Any) -> npt.NDArray[np.int16]:  # noqa: ANN401
        concept, there = whole_numbers(batch.column("unit_concept_id"))
        unit = _places(concept, self._units)
        absent = ~there | (concept == 0)
        unit = np.where(absent, np.int16(NO_UNIT), unit).astype(np.int16)
        if (unit == NO_UNIT).any():
            self._tell_units(batch, concept, unit == NO_UNIT)
        return unit

    def _tell_units(self, batch: Any, concept: Int64Array, refused: BoolArray) -> None:  # noqa: ANN401
        """Count what stood in place of a unit, so that a concept set can be mended."""
        source = batch.column("unit_source_value").take(pa.array(np.flatnonzero(refused)))
        texts = source.cast(pa.binary()).cast(pa.string(), safe=False)
        ids = pa.array(concept[refused])
        pairs = pa.table({"id": ids, "text": texts}).group_by(["id", "text"])
        for row in pairs.aggregate([([], "count_all")]).to_pylist():
            text = row["text"] or ""
            told = text if _TOLD_UNIT.fullmatch(text) else ("(none)" if not text else "(other)")
            self.units_refused[f"unit_concept_id {row['id']}, {told}"] += row["count_all"]


def person_events(batch: Any, sexes: Mapping[int, int]) -> tuple[Any, int]:  # noqa: ANN401
    """Return who the people are, and how many rows name nobody."""
    person, there = whole_numbers(batch.column("person_id"))
    gender, _ = whole_numbers(batch.column("gender_concept_id"))
    parts = []
    for name, last in _BIRTH:
        number, known = whole_numbers(batch.column(f"{name}_of_birth"))
        parts.append(np.where(known & (number >= 1) & (number <= last), number, 0))
    arrays: list[Any] = [person, _places(gender, sexes), *parts]
    kept = [pa.array(a[there]).cast(f.type) for a, f in zip(arrays, PERSON, strict=True)]
    return pa.record_batch(kept, schema=PERSON), int((~there).sum())


def answer_events(
    batch: Any,  # noqa: ANN401
    names: tuple[str, str, str, str, str],
    sets: Sequence[tuple[int, ConceptSet]],
) -> Iterator[Any]:
    """Yield the events of the concept sets that a batch holds.

    Parameters
    ----------
    batch : of observation, condition_occurrence or drug_exposure
    names : its columns: id, concept, start, end (or the start again), value concept
    sets : place of the question, and its concepts
    """
    person, there = whole_numbers(batch.column("person_id"))
    order, _ = whole_numbers(batch.column(names[0]))
    concept, _ = whole_numbers(batch.column(names[1]))
    start, end = read_dates(batch.column(names[2])), read_dates(batch.column(names[3]))
    last = np.where(end.present, end.days, start.days).astype("datetime64[D]")
    value, _ = whole_numbers(batch.column(names[4]))
    for place, one in sets:
        mine = np.isin(concept, np.array(one.concepts, np.int64)) & there & start.present
        answer = _places(value, dict(one.values)) if one.values else np.ones(len(value), np.int16)
        mine &= answer >= 0
        if mine.any():
            arrays = [
                person[mine], np.full(int(mine.sum()), place), start.days[mine].astype(np.int32),
                last[mine].astype(np.int32), order[mine], answer[mine],
            ]  # fmt: skip
            kept = [pa.array(a).cast(f.type) for a, f in zip(arrays, ANSWER, strict=True)]
            yield pa.record_batch(kept, schema=ANSWER)
