"""Which concepts stand for what: an editable TOML file, refused where it names nothing known."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from ....engine.record import FEMALE, MALE
from ....engine.vocabulary import Vocabulary, load_vocabulary
from ..tables.problems import TableProblem, TableRefused

SCHEMA: Final = "laennec.omop_concepts/1"
_SEXES: Final[Mapping[str, int]] = {"female": FEMALE, "male": MALE}
_SECTIONS: Final = (
    "schema", "signed_by", "include_descendants", "sex", "operator", "unit", "measurement",
    "condition", "condition_within_days", "drug", "observation", "concept", "source",
)  # fmt: skip
_COMPARATORS: Final = ("", "<", "<=", ">", ">=")


@dataclass(frozen=True, slots=True)
class ConceptSet:
    """Concepts that answer one question.

    Attributes
    ----------
    table : condition_occurrence, drug_exposure or observation
    question : of the vocabulary
    concepts : any of them counts
    days : only so many days before the visit; at any time before it where None
    values : of an observation: value_as_concept_id -> index of the answer
    """

    table: str
    question: str
    concepts: tuple[int, ...]
    days: int | None = None
    values: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ConceptSets:
    """Everything that a file of concept sets says.

    Attributes
    ----------
    unverified : concepts that it uses and for which it names no source of their meaning
    """

    text: str
    include_descendants: bool
    sex: Mapping[int, int]
    operators: Mapping[int, str]
    units: Mapping[int, str]
    slots: Mapping[int, str]
    answers: tuple[ConceptSet, ...]
    unverified: tuple[int, ...] = ()

    @property
    def count(self) -> int:
        """Return how many different concepts it uses."""
        return len({*self.sex, *self.operators, *self.units, *self.slots, *_of(self.answers)})


def read_concepts(path: Path | None = None) -> ConceptSets:
    """Read a file of concept sets, the shipped one where none is given.

    Raises
    ------
    TableRefused  with everything that is wrong with it
    """
    name = path.name if path else "concepts.toml"
    text = (
        path.read_text(encoding="utf-8")
        if path
        else files(__package__ or "").joinpath(name).read_text(encoding="utf-8")
    )
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TableRefused([_problem(name, "a file that is not TOML")]) from error
    vocabulary = load_vocabulary()
    problems = [_problem(f"{name}: {where}", found) for where, found in _wrong(raw, vocabulary)]
    if problems:
        raise TableRefused(problems)
    sets = ConceptSets(
        text=text,
        include_descendants=bool(raw.get("include_descendants", False)),
        sex={int(k): _SEXES[v] for k, v in raw.get("sex", {}).items()},
        operators={int(k): v for k, v in raw.get("operator", {}).items()},
        units={int(k): v for k, v in raw.get("unit", {}).items()},
        slots={c: slot for slot, ids in raw.get("measurement", {}).items() for c in ids},
        answers=tuple(_answers(raw, vocabulary)),
    )
    known = {int(k) for k, row in raw.get("concept", {}).items() if row.get("source")}
    used = {*sets.sex, *sets.operators, *sets.units, *sets.slots, *_of(sets.answers)}
    return replace(sets, unverified=tuple(sorted(used - known)))


def _of(answers: Sequence[ConceptSet]) -> set[int]:
    """Return the concepts of questions, and those of their answers."""
    return {c for one in answers for c in (*one.concepts, *(value for value, _ in one.values))}


def _problem(path: str, found: str) -> TableProblem:
    return TableProblem(
        "concepts_unusable", path, found, "a concept that is misread changes a result silently",
        "See the shipped file of concept sets, datasets/readers/omop/concepts.toml",
    )  # fmt: skip


def _answers(raw: Mapping[str, Any], vocabulary: Vocabulary) -> Iterator[ConceptSet]:
    conditions = "condition_occurrence"
    for question, ids in raw.get("condition", {}).items():
        yield ConceptSet(conditions, question, tuple(ids))
    for section, table in (("condition_within_days", conditions), ("drug", "drug_exposure")):
        for question, row in raw.get(section, {}).items():
            yield ConceptSet(table, question, tuple(row["concepts"]), int(row["days"]))
    for question, row in raw.get("observation", {}).items():
        choice = vocabulary.questions[question].choice_index
        values = tuple((int(k), choice(v)) for k, v in row["values"].items())
        yield ConceptSet("observation", question, tuple(row["concepts"]), None, values)


def _wrong(raw: Mapping[str, Any], vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    """Yield where something is wrong, and what."""
    if raw.get("schema") != SCHEMA:
        yield "schema", f"no schema {SCHEMA!r}"
    for key in raw:
        if key not in _SECTIONS:
            yield key, f"an unknown section {key!r}"
    units = {u.ucum for item in vocabulary.items.values() for u in item.units}
    for section, allowed in (("sex", _SEXES), ("operator", _COMPARATORS), ("unit", units)):
        for key, value in raw.get(section, {}).items():
            if value not in allowed:
                yield (
                    f"{section}.{key}",
                    f"{value!r}, which is none of {', '.join(sorted(allowed))}",
                )
    yield from _wrong_sources(raw)
    yield from _wrong_measurements(raw.get("measurement", {}), vocabulary)
    yield from _wrong_questions(raw, vocabulary)


def _wrong_sources(raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield rows that neither name where a concept's meaning was read nor say that it was not."""
    for key, row in raw.get("concept", {}).items():
        if not set(row) <= {"name", "source", "verified"} or "name" not in row:
            yield f"concept.{key}", "a row without a name, or with more than name, source, verified"
        elif ("source" in row) == (row.get("verified") is False):
            yield f"concept.{key}", "neither a source nor verified = false, or both"
        elif row.get("source", "") and row["source"] not in raw.get("source", {}):
            yield f"concept.{key}", f"a source {row['source']!r} that is not described"


def _wrong_measurements(
    raw: Mapping[str, Sequence[int]], vocabulary: Vocabulary
) -> Iterator[tuple[str, str]]:
    seen: dict[int, str] = {}
    for slot, ids in raw.items():
        if slot not in vocabulary.slots:
            yield f"measurement.{slot}", f"an unknown item {slot!r}"
        for concept in ids:
            if concept in seen:
                yield f"measurement.{slot}", f"a concept that is also that of {seen[concept]!r}"
            seen[concept] = slot


def _wrong_questions(raw: Mapping[str, Any], vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    for section in ("condition", "condition_within_days", "drug", "observation"):
        for question, row in raw.get(section, {}).items():
            where = f"{section}.{question}"
            if question not in vocabulary.questions:
                yield where, f"an unknown question {question!r}"
                continue
            if section in ("condition_within_days", "drug") and "days" not in row:
                yield where, "no number of days"
            if section == "observation":
                choice = vocabulary.questions[question].choice_index
                for answer in row.get("values", {}).values():
                    if choice(answer) < 0:
                        yield where, f"an unknown answer {answer!r}"
