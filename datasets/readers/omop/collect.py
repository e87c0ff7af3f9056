"""Makes a table of visits of an OMOP CDM, in constant memory, with every row accounted for."""

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from ....engine.errors import DataError
from ....engine.vocabulary import load_vocabulary
from ..tables.mapping import CsvForm
from ..tables.roles import AnswerRole, ContextRole, DateRole, QuantityRole, TablePlan
from ..tables.targets import answer_words
from .buckets import Buckets
from .concepts import ConceptSet, ConceptSets
from .events import (
    ANSWER,
    EVENT,
    MEASUREMENT_COLUMNS,
    PERSON,
    PERSON_COLUMNS,
    Measurements,
    answer_events,
    person_events,
    whole_numbers,
)
from .pivot import READINGS, SITE, Events, Kinds, quantity_name, rows_of
from .source import OmopSource
from .visits import JOINED, VISIT, VISIT_COLUMNS, visit_events

COLLECTED_FILE: Final = "collected.json"
OMOP_SCHEMA: Final = "laennec.omop_collected/1"
PEOPLE_A_FILE: Final = 50_000
_ASIDE: Final = ".aside"
_ANSWER_TABLES: Final[Mapping[str, tuple[str, str, str, str, str]]] = {
    "condition_occurrence": (
        "condition_occurrence_id", "condition_concept_id", "condition_start_date",
        "condition_start_date", "condition_concept_id",
    ),
    "drug_exposure": (
        "drug_exposure_id", "drug_concept_id", "drug_exposure_start_date",
        "drug_exposure_end_date", "drug_concept_id",
    ),
    "observation": (
        "observation_id", "observation_concept_id", "observation_date", "observation_date",
        "value_as_concept_id",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Collected:
    """A table of visits that was made of a CDM.

    Attributes
    ----------
    folder : its Parquet files
    content : what was read and what became of it, as data
    """

    folder: Path
    content: Mapping[str, Any]


def read_collected(folder: Path) -> Collected | None:
    """Return a table that was made before; None where none was finished.

    Raises
    ------
    DataError  if what is said of it can't be read, or names files outside of its folder
    """
    path = folder / COLLECTED_FILE
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        is_whole = _is_content(content)
    except (ValueError, RecursionError, OSError):
        is_whole = False
    if not is_whole:
        raise DataError(
            found=f"a {COLLECTED_FILE} that can't be read, or is none of a table that was made",
            why="it is not known of which resources the rows were made",
            remedy="Run the batch again into another folder",
            path=path.name,
        )
    return Collected(folder, content)


def _is_content(said: Any) -> bool:  # noqa: ANN401 - any JSON
    """Say whether something is what `collect`, or the same of Bulk Data, wrote of its table."""
    if not isinstance(said, dict) or not isinstance(said.get("schema"), str):
        return False
    names, counts = said.get("files"), said.get("counts")
    if not isinstance(names, list) or not isinstance(counts, dict) or "source" not in said:
        return False
    return bool(names) and all(isinstance(n, str) and Path(n).name == n for n in names)


def collect(source: OmopSource, concepts: ConceptSets, folder: Path) -> Collected:
    """Make the table, aside, and rename its folder when it is whole.

    Parameters
    ----------
    source : the CDM
    concepts : which concepts stand for what
    folder : made by this; an unfinished one of before is begun anew

    Returns
    -------
    the table: one row a person, the latest visit at which anything was measured, and counts in
    which every row of person and measurement has a reason
    """
    aside = folder.with_name(f".{folder.name}{_ASIDE}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    names, counts = _write_rows(source, concepts, aside)
    content = {
        "schema": OMOP_SCHEMA,
        "source": source.about(),
        "concepts_sha256": hashlib.sha256(concepts.text.encode()).hexdigest(),
        "concepts": concepts.count,
        "concepts_unverified": list(concepts.unverified),
        "files": names,
        "counts": counts,
        "malformed_lines": source.bad_rows(),
    }
    text = json.dumps(content, indent=1, sort_keys=True) + "\n"
    (aside / COLLECTED_FILE).write_text(text, encoding="utf-8")
    aside.rename(folder)
    return Collected(folder, content)


def _kinds(concepts: ConceptSets, source: OmopSource) -> Kinds:
    sets = concepts.answers
    if concepts.include_descendants and source.has("concept_ancestor"):
        coded = {c for one in sets if not one.values for c in one.concepts}
        below = _descendants(source, coded)
        sets = tuple(one if one.values else _widened(one, below) for one in sets)
    slots = tuple(dict.fromkeys(concepts.slots.values()))
    return Kinds(slots, tuple(dict.fromkeys(concepts.units.values())), sets)


def _descendants(source: OmopSource, wanted: set[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for batch in source.batches(
        "concept_ancestor", ["ancestor_concept_id", "descendant_concept_id"]
    ):
        above, _ = whole_numbers(batch.column(0))
        below, _ = whole_numbers(batch.column(1))
        for one in wanted:
            found.setdefault(one, set()).update(below[above == one].tolist())
    return found


def _widened(one: ConceptSet, below: Mapping[int, set[int]]) -> ConceptSet:
    concepts = {*one.concepts, *(c for top in one.concepts for c in below.get(top, ()))}
    return replace(one, concepts=tuple(sorted(concepts)))


@dataclass(frozen=True, slots=True)
class _Sorted:
    """Every table, sorted into groups of people, and what was found on the way."""

    people: Buckets
    events: Buckets
    answers: Buckets
    visits: Buckets
    count: int
    measured: Measurements
    people_rows: int
    without_id: int


def _sort(source: OmopSource, concepts: ConceptSets, kinds: Kinds, folder: Path) -> _Sorted:
    people_rows = sum(b.num_rows for b in source.batches("person", ["person_id"]))
    count = max(1, -(-people_rows // PEOPLE_A_FILE))
    people = Buckets(folder, "person", PERSON, count)
    events = Buckets(folder, "measurement", EVENT, count)
    answers = Buckets(folder, "answer", ANSWER, count)
    visits = Buckets(folder, "visit", VISIT, count)
    measured = Measurements(concepts, kinds.slots, kinds.units)
    without_id = 0
    with people, events, answers, visits:
        for batch in source.batches("person", PERSON_COLUMNS):
            known, nobody = person_events(batch, concepts.sex)
            people.add(known)
            without_id += nobody
        for batch in source.batches("measurement", MEASUREMENT_COLUMNS):
            events.add(measured.events(batch))
        for batch in _answer_batches(source, kinds):
            answers.add(batch)
        if source.has("visit_occurrence"):
            for batch in source.batches("visit_occurrence", VISIT_COLUMNS):
                visits.add(visit_events(batch))
    return _Sorted(people, events, answers, visits, count, measured, people_rows, without_id)


def _answer_batches(source: OmopSource, kinds: Kinds) -> Iterator[Any]:
    for table, names in _ANSWER_TABLES.items():
        mine = [(i, one) for i, one in enumerate(kinds.questions) if one.table == table]
        if source.has(table):
            for batch in source.batches(table, list(dict.fromkeys(("person_id", *names)))):
                yield from answer_events(batch, names, mine)


def _write_rows(
    source: OmopSource, concepts: ConceptSets, folder: Path
) -> tuple[list[str], dict[str, Any]]:
    """Write the rows of one group of people after the other; return file names and counts."""
    kinds = _kinds(concepts, source)
    found = _sort(source, concepts, kinds, folder)
    total = Counter(found.measured.counts)
    sites = _site_names(source)
    names, rows = [], 0
    for bucket in range(found.count):
        kept = Events(*(b.read(bucket) for b in (found.events, found.answers, found.visits)))
        table, became = rows_of(found.people.read(bucket), kept, kinds)
        table = _with_names(table, sites)
        total.update(became)
        rows += table.num_rows
        names.append(f"visits-{bucket:05d}.parquet")
        pq.write_table(table, folder / names[-1], compression="zstd")
    people = {
        "rows": found.people_rows,
        "without_id": found.without_id,
        "twice": total.pop("person_twice", 0),
        "visits": rows,
    }
    visits = {name: total.pop(name, 0) for name in JOINED}
    return names, {
        "person": people,
        "visit_occurrence": visits,
        "measurement": dict(sorted(total.items())),
        "units_refused": dict(sorted(found.measured.units_refused.items())),
    }


def _site_names(source: OmopSource) -> dict[str, str]:
    """Return what the care sites are called, by number; two of one name stay apart."""
    found: dict[str, str] = {}
    if source.has("care_site"):
        for batch in source.batches("care_site", ("care_site_id", "care_site_name")):
            number, there = whole_numbers(batch.column(0))
            names = batch.column(1).cast(pa.string()).to_pylist()
            for one, is_there, name in zip(number.tolist(), there, names, strict=True):
                if is_there and name and name.strip():
                    found[str(one)] = f"{name.strip()} ({one})"
    return found


def _with_names(table: Any, names: Mapping[str, str]) -> Any:  # noqa: ANN401
    """Return the rows with the names of their care sites, where these have one."""
    if SITE not in table.column_names or not names:
        return table
    said = [names.get(one or "", one) for one in table[SITE].to_pylist()]
    place = table.column_names.index(SITE)
    return table.set_column(place, SITE, pa.array(said, pa.string()))


def collected_plan(path: Path) -> TablePlan:
    """Return what the columns of one file of a collected table are."""
    vocabulary = load_vocabulary()
    names = set(pq.read_schema(path).names)
    units = {s: ["", *(u.ucum for u in vocabulary.item_of(s).units)] for s in vocabulary.slots}
    quantities = [
        QuantityRole(name, slot, ucum)
        for slot in vocabulary.slots
        for ucum in units[slot]
        for reading in range(READINGS, 0, -1)
        if (name := quantity_name(slot, ucum, reading)) in names
    ]
    answers = [
        AnswerRole(name, (name,), tuple(answer_words(question, {}).items()))
        for name, question in vocabulary.questions.items()
        if name in names
    ]
    sex = AnswerRole("sex", ("sex",), (("female", 0), ("male", 1)))
    return TablePlan(
        person="person_id", visit_date=DateRole("visit_date"), birth_date=None, age="age_years",
        age_missing=(), sex=sex, quantities=tuple(quantities), answers=tuple(answers), ignored=(),
        csv=CsvForm(), notices=("omop_visit_is_latest",), age_highest="age_years_highest",
        context=(ContextRole(SITE, SITE),) if SITE in names else (),
    )  # fmt: skip
