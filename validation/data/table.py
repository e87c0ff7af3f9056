"""Reads a study's table twice: as records for the engine, and as plain columns for the protocol."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...datasets.readers.cohorts import Cohort, VisitTables
from ...datasets.readers.tables import (
    Chunk,
    Fragment,
    TableMapping,
    TablePlan,
    check_delimiter,
    find_inputs,
    list_fragments,
    plan_table,
    read_chunks,
    read_contents,
    read_context,
    read_mapping,
    read_rows,
)
from ...datasets.readers.tables.mapping import CsvForm
from ...engine.features import Feature, features
from ...engine.plausibility.check import check_plausibility
from ...engine.published import evaluate_published
from ...engine.record import UNKNOWN, YES, BoolArray, Int8Array, VisitBatch
from ...engine.risks.outcomes import load_outcomes
from ..errors import ProtocolRefused, StudyProblem
from ..statistics.estimate import FloatArray
from .cohort import InCohort, Read, in_cohort, reader_of
from .published import published_scores
from .raw import as_codes, as_numbers, missing_of, tidy
from .refused import NAMELESS, age_as_reported, reasons_of_refusal, spoilt_features

_CHUNK_ROWS: Final = 65_536
_EXPOSURE: Final = "exposure."
_UNREAD: Final = frozenset(
    {"value_not_decimal", "decimal_comma", "answer_unknown", "sex_unknown", "birth_date_unreadable"}
)
"""Codes of intake for a cell that holds something which could not be read."""


@dataclass(frozen=True, slots=True, eq=False)
class StudyTable:
    """n rows of a study's file.

    Parameters
    ----------
    name, sha256 : of the file
    features : engine feature -> float64 (n,), NaN where not observed
    published : published score -> (value, low, high), float64 (n,), NaN where not given
    answered_yes : question -> bool (n,), for what excludes people from a model
    refused : bool (n,), records that intake refuses
    refused_for : (n,), text: the first reason why intake refuses a record, empty where it does not
    age_reported : float64 (n,), age as it stands in the file, NaN where none does; an age outside
        of what is plausible too, which no feature has
    spoilt : feature -> bool (n,), something was given for it and can't be used
    raw : the columns that the protocol names, as pyarrow arrays
    bad_lines : lines of a CSV that have another number of fields than its header, left out
    exposures : exposure -> float64 (n,), 1 declared, 0 asked and not, NaN where not asked
    repeated : rows whose person_id an earlier row has
    unread : column -> cells that hold something which could not be read, only columns with any
    cohort : which rows the protocol's cohort finds; None where it names none
    decimal : the mark that numbers have in the columns of text
    """

    name: str
    sha256: str
    features: dict[str, FloatArray]
    published: dict[str, tuple[FloatArray, FloatArray, FloatArray]]
    answered_yes: dict[str, BoolArray]
    refused: BoolArray
    refused_for: "np.ndarray[Any, Any]"
    age_reported: FloatArray
    spoilt: dict[str, BoolArray]
    raw: dict[str, Any]
    bad_lines: int
    exposures: dict[str, FloatArray]
    repeated: int = 0
    unread: Mapping[str, int] = field(default_factory=dict)
    cohort: InCohort | None = None
    decimal: str = "."

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.refused)

    @property
    def left_out(self) -> BoolArray:
        """Bool (n,): refused for more than that it names no person."""
        return np.asarray(self.refused & (self.refused_for != NAMELESS))

    def numbers(self, column: str) -> FloatArray:
        """Return a raw column as float64 (n,), NaN where empty; true is 1."""
        return as_numbers(column, self.raw[column], self.decimal)

    def codes(self, column: str) -> FloatArray:
        """Return a raw column that only tells things apart, words too, as float64 (n,)."""
        return as_codes(column, self.raw[column], self.decimal)

    def texts(self, column: str) -> "np.ndarray[Any, Any]":
        """Return a raw column as text, empty where there is nothing."""
        return np.asarray(pc.fill_null(self.raw[column].cast(pa.string()), "").to_pylist())


def read_table(
    path: Path,
    mapping_file: Path | None,
    wanted: Sequence[str],
    cohort: Cohort | None = None,
    today: date | None = None,
) -> StudyTable:
    """Read a file as the clinic's batch would, and keep the columns that a protocol names.

    Parameters
    ----------
    path : Parquet, CSV or Arrow
    mapping_file : in the form laennec.mapping/1; canonical names when None
    wanted : columns of the file that the protocol names; they need not be in the mapping
    cohort : of the protocol
    today : a visit after this day is refused, as a batch refuses it; none is where not given

    Raises
    ------
    TableRefused, FragmentUnreadable  as the readers say
    ProtocolRefused  if a wanted column is not there, or the input is not one file
    """
    mapping = read_mapping(mapping_file) if mapping_file else TableMapping()
    found = find_inputs([path])
    if len(found) != 1:
        raise _refusal("data", f"{len(found)} files", "a study is about one file", "Give one file")
    contents = read_contents(found[0], mapping.csv)
    check_delimiter(contents.columns, mapping, name=found[0].name)
    names = [name for name, _ in contents.columns]
    absent = [name for name in wanted if name not in names]
    if absent:
        raise ProtocolRefused(
            [
                StudyProblem(
                    "column_absent", name, f"no column {name!r} in {found[0].name}",
                    "it is to be read by this name", _near(name, names),
                )
                for name in absent
            ]
        )  # fmt: skip
    ours = _hide_wanted(mapping, wanted, names)
    plan = plan_table(contents.columns, ours, name=found[0].name)
    fragments = list_fragments([(found[0], contents)])
    chunks = _chunks(fragments, sorted({*plan.columns, *wanted}), mapping.csv)
    parts: list[_Part] = []
    nothing = {name: missing_of(mapping, name) for name in wanted}
    for chunk in chunks:
        first = sum(len(part.refused) for part in parts)
        parts.append(_Part.of(chunk, plan, nothing, (reader_of(cohort), first), today))
    joined = _join(found[0].name, found[0].sha256(), parts)
    table = replace(joined, decimal=mapping.csv.decimal)
    if cohort is None:
        return table
    visits = [part.visits for part in parts if part.visits is not None]
    return replace(table, cohort=in_cohort(cohort, visits, table.left_out))


def _near(name: str, names: Sequence[str]) -> str:
    """Say which column may have been meant, however it is written there."""
    as_written = {n.strip().lower(): n for n in names}
    near = get_close_matches(name.strip().lower(), as_written, 1)
    meant = f" (is it {as_written[near[0]]!r}?)" if near else ""
    return f"Correct the name{meant}"


def _refusal(path: str, found: str, why: str, remedy: str) -> ProtocolRefused:
    return ProtocolRefused([StudyProblem("study_data", path, found, why, remedy)])


def _hide_wanted(
    mapping: TableMapping, wanted: Sequence[str], names: Sequence[str]
) -> TableMapping:
    """Leave aside what only the protocol reads, so that nobody has to map an outcome."""
    from ...datasets.readers.tables.targets import canonical_targets  # noqa: PLC0415  # one use

    mapped = {c for source in mapping.sources.values() for c in source.columns}
    read_anyway = {*mapped, *canonical_targets()} - {*mapping.ignore}
    aside = {*mapping.ignore, *wanted} - read_anyway
    kept = [name for name in sorted(aside) if name in names]
    return TableMapping(mapping.sources, tuple(kept), mapping.missing, mapping.csv, mapping.text)


def _chunks(fragments: Sequence[Fragment], columns: Sequence[str], csv: CsvForm) -> Iterator[Chunk]:
    for fragment in fragments:
        yield from read_chunks(fragment, columns, csv, chunk_rows=_CHUNK_ROWS)


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """One chunk, after the engine."""

    features: dict[str, FloatArray]
    published: dict[str, tuple[FloatArray, FloatArray, FloatArray]]
    answered_yes: dict[str, BoolArray]
    refused: BoolArray
    refused_for: "np.ndarray[Any, Any]"
    age_reported: FloatArray
    spoilt: dict[str, BoolArray]
    raw: dict[str, Any]
    bad_lines: int
    exposures: dict[str, FloatArray]
    visits: VisitTables | None
    person: Any
    unread: Counter[str]

    @classmethod
    def of(
        cls,
        chunk: Chunk,
        plan: TablePlan,
        wanted: Mapping[str, Sequence[str]],
        reader: tuple[Read | None, int],
        today: date | None,
    ) -> "_Part":
        table = chunk.table
        read, first = reader
        rows = read_rows(table, plan, offset=chunk.offset, today=today)
        batch = check_plausibility(rows.batch)
        made = features(batch)
        asked = {name for outcome in load_outcomes() for name in outcome.excluded_by}
        return cls(
            features={name: feature.with_nan() for name, feature in made.items()},
            published=published_scores(evaluate_published(batch, made)),
            answered_yes={name: np.asarray(batch.answer(name) == YES) for name in sorted(asked)},
            refused=np.asarray(batch.refused),
            refused_for=reasons_of_refusal(batch),
            age_reported=age_as_reported(batch),
            spoilt=spoilt_features(batch, made),
            raw={name: tidy(name, table.column(name), none) for name, none in wanted.items()},
            bad_lines=chunk.bad_row_count,
            exposures={c: _yes_no(batch.answer(f"{_EXPOSURE}{c}")) for c in _exposures(batch)},
            visits=None if read is None else read(batch, first, read_context(table, plan)),
            person=rows.person_id,
            unread=Counter(p.path for p in batch.problems if p.code in _UNREAD),
        )


def _exposures(batch: VisitBatch) -> list[str]:
    names = [q for q in batch.vocabulary.questions if q.startswith(_EXPOSURE)]
    return [name.removeprefix(_EXPOSURE) for name in names]


def _yes_no(answer: Int8Array) -> FloatArray:
    return np.where(answer == UNKNOWN, np.nan, answer.astype(np.float64))


def _join(name: str, sha256: str, parts: Sequence[_Part]) -> StudyTable:
    def columns(which: str) -> dict[str, Any]:
        keys = getattr(parts[0], which)
        return {k: np.concatenate([getattr(p, which)[k] for p in parts]) for k in keys}

    raw = {k: pa.concat_arrays([p.raw[k] for p in parts]) for k in parts[0].raw}
    published = {
        k: tuple(np.concatenate([p.published[k][i] for p in parts]) for i in range(3))
        for k in parts[0].published
    }
    return StudyTable(
        name=name,
        sha256=sha256,
        features=columns("features"),
        published=published,  # type: ignore[arg-type]  # three arrays each
        answered_yes=columns("answered_yes"),
        refused=np.concatenate([p.refused for p in parts]),
        refused_for=np.concatenate([p.refused_for for p in parts]),
        age_reported=np.concatenate([p.age_reported for p in parts]),
        spoilt=columns("spoilt"),
        raw=raw,
        bad_lines=sum(p.bad_lines for p in parts),
        exposures=columns("exposures"),
        repeated=_repeated([p.person for p in parts]),
        unread=dict(sum((p.unread for p in parts), Counter())),
    )


def _repeated(persons: Sequence[Any]) -> int:
    named = pc.drop_null(pa.chunked_array(persons, pa.string()))
    return len(named) - len(pc.unique(named))


def as_features(table: StudyTable, rows: BoolArray) -> dict[str, Feature]:
    """Return the features of some rows as the engine's own type, for its gates."""
    return {
        name: Feature(name, "", np.nan_to_num(values[rows], nan=0.0), np.isfinite(values[rows]), ())
        for name, values in table.features.items()
    }
