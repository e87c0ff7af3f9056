"""From an Arrow record batch to the engine's columnar record, in one pass over each column."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal, overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ....engine.fixedpoint import NANO, format_nano, parse_decimal
from ....engine.intake.document import intake_numbers
from ....engine.intake.table import NOT_QUOTED, TableColumn, TablePeople, table_batch
from ....engine.record import UNKNOWN, YES, BoolArray, Int8Array, Problem, VisitBatch
from .answers import Answers, read_answers
from .dates import Dates, completed_years, no_dates, read_dates
from .decimals import NOBODY_TEXTS, is_text_type, read_decimals, unique_texts
from .roles import AnswerRole, DateRole, TablePlan

Ages = np.ndarray[Any, np.dtype[np.int16]]


class ArrowTexts(Sequence[str]):
    """An Arrow text column as a sequence of strings; a null is an empty string.

    Nothing is turned into Python objects until it is asked for.
    """

    def __init__(self, column: Any) -> None:  # noqa: ANN401 - pyarrow has no types
        self._column = column

    def __len__(self) -> int:
        return len(self._column)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return ArrowTexts(self._column[index])
        return self._column[index].as_py() or ""


class RowNames(Sequence[str]):
    """The visit ids of a table's rows: ``<fragment>#<row>``, made when asked for."""

    def __init__(self, fragment: str, start: int, n: int) -> None:
        self._fragment, self._rows = fragment, range(start, start + n)

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        rows = self._rows[index]
        if isinstance(rows, range):
            return [f"{self._fragment}#{row}" for row in rows]
        return f"{self._fragment}#{rows}"


@dataclass(frozen=True, slots=True)
class TableRows:
    """n rows of a table.

    Attributes
    ----------
    batch : the record, before the plausibility check
    person_id : Arrow strings, null where the row names nobody
    visit_date, birth_date : Arrow date32
    """

    batch: VisitBatch
    person_id: Any
    visit_date: Any
    birth_date: Any


@cache
def _limits() -> Mapping[str, Any]:
    text = files(__package__ or "").joinpath("limits.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def read_rows(
    table: Any,  # noqa: ANN401 - pyarrow has no types
    plan: TablePlan,
    *,
    fragment: str = "",
    offset: int = 0,
    today: date | None = None,
) -> TableRows:
    """Return the record of the rows of one Arrow record batch.

    A row with something wrong is kept and told: a value that can't be read is refused, a row
    without a person is refused as a whole, the others are not touched.

    Parameters
    ----------
    table : pyarrow record batch with the columns of the plan
    plan : from ``plan_table``
    fragment : stable name of where the rows come from
    offset : number of the first row in it
    today : the caller's day; where given, a visit after it is refused
    """
    n = table.num_rows
    names = RowNames(fragment, offset, n)
    person_id = _person_id(table, plan, names)
    visit, birth = _dates(table, plan.visit_date), _dates(table, plan.birth_date)
    age, problems = _ages(table, plan, visit, birth)
    sex = _answers(table, plan.sex) if plan.sex else _unknown(n)
    problems += [*_row_problems(person_id, visit, birth), *_in_future(visit, today)]
    if plan.sex:
        problems += _answer_problems(sex, plan.sex, "sex_unknown")
    answers: dict[str, Int8Array] = {}
    for role in plan.answers:
        read = _answers(table, role)
        answers[role.question] = read.codes
        problems += _answer_problems(read, role, "answer_unknown")
    batch = table_batch(
        TablePeople(ArrowTexts(person_id), names, age, sex.codes),
        _columns(table, plan),
        answers,
        problems=problems,
    )
    return TableRows(batch, person_id, visit.to_arrow(), birth.to_arrow())


def _unknown(n: int) -> Answers:
    return Answers(np.full(n, UNKNOWN, dtype=np.int8), np.zeros(n, dtype=np.bool_))


def _person_id(table: Any, plan: TablePlan, names: RowNames) -> Any:  # noqa: ANN401
    if not plan.person:
        return pa.array(list(names), pa.string())
    column = table.column(plan.person)
    if not is_text_type(column.type):
        return column.cast(pa.string())
    texts = unique_texts(column)
    length = pc.utf8_length(texts.values)
    is_nobody = pc.is_in(pc.utf8_lower(texts.values), pa.array(NOBODY_TEXTS))
    is_name = pc.and_not(pc.less_equal(length, _longest_name()), is_nobody)
    values = pc.if_else(is_name, texts.values, pa.scalar(None, pa.string()))
    return values.take(pa.array(np.where(texts.index < 0, len(values) - 1, texts.index)))


def _longest_name() -> int:
    return int(intake_numbers()["limits"]["text"])


def _dates(table: Any, role: DateRole | None) -> Dates:  # noqa: ANN401
    n = table.num_rows
    if role is None:
        return no_dates(n)
    if role.constant is not None:
        one = read_dates(pa.array([role.constant]), date_format=role.date_format)
        return Dates(np.repeat(one.days, n), np.repeat(one.present, n), np.zeros(n, np.bool_))
    column = table.column(role.column)
    return read_dates(column, date_format=role.date_format, missing=role.missing)


def _ages(
    table: Any,  # noqa: ANN401
    plan: TablePlan,
    visit: Dates,
    birth: Dates,
) -> tuple[Ages, list[Problem]]:
    low, high = (parse_decimal(text)[0] for text in _limits()["age_years"]["hard"])
    if plan.age:
        read = read_decimals(
            table.column(plan.age), missing=plan.age_missing, decimal=plan.csv.decimal
        )
        there = read.present & (read.comparator == 0)
        nano = np.where(there, read.nano, 0)
        bad = read.unreadable | (read.present & ~there)
        problems = [
            Problem(
                int(row),
                "refused_item",
                "value_not_decimal",
                plan.age,
                "age",
                {"found": NOT_QUOTED},
            )
            for row in np.flatnonzero(bad)
        ]
    else:
        there = visit.present & birth.present & (birth.days <= visit.days)
        nano = np.where(there, completed_years(birth.days, visit.days), 0) * NANO
        problems = []
    outside = there & ((nano < low) | (nano > high))
    shown = {"unit": "a", "low": format_nano(low), "high": format_nano(high)}
    problems += [
        Problem(
            int(row), "refused_item", "hard_implausible", plan.age or "birth_date", "age",
            {"value": format_nano(int(nano[row])), **shown},
        )
        for row in np.flatnonzero(outside)
    ]  # fmt: skip
    years = np.where(there & ~outside, nano // NANO, UNKNOWN)
    return years.astype(np.int16), problems


def _row_problems(person_id: Any, visit: Dates, birth: Dates) -> list[Problem]:  # noqa: ANN401
    nobody = np.asarray(pc.is_null(person_id).to_numpy(zero_copy_only=False))
    unborn = visit.present & birth.present & (birth.days > visit.days)
    return [
        *_flag(nobody, "refused_record", "identifier_missing", "person_id"),
        *_flag(visit.unreadable, "refused_record", "moment_unreadable", "visit_date"),
        *_flag(unborn, "refused_record", "birth_after_visit", "birth_date"),
        *_flag(birth.unreadable, "refused_item", "birth_date_unreadable", "birth_date", "age"),
    ]


def _in_future(visit: Dates, today: date | None) -> Iterator[Problem]:
    """Refuse the rows whose visit is later than the caller's day, as one visit is refused."""
    if today is not None:
        late = visit.present & (visit.days > np.datetime64(today))
        yield from _flag(np.asarray(late), "refused_record", "moment_in_future", "visit_date")


def _flag(
    where: BoolArray,
    severity: Literal["refused_record", "refused_item"],
    code: str,
    path: str,
    item: str = "",  # noqa: ANN401
) -> Iterator[Problem]:
    for row in np.flatnonzero(where):
        yield Problem(int(row), severity, code, path, item)


def _answers(table: Any, role: AnswerRole) -> Answers:  # noqa: ANN401
    """Return one question's answers; of several columns any yes counts, and all must say no."""
    n = table.num_rows
    if role.constant is not None:
        return Answers(np.full(n, role.constant, dtype=np.int8), np.zeros(n, dtype=np.bool_))
    words = dict(role.words)
    read = [read_answers(table.column(c), words, missing=role.missing) for c in role.columns]
    if len(read) == 1:
        return read[0]
    codes = np.stack([r.codes for r in read], axis=1)
    unreadable = np.asarray(np.stack([r.unreadable for r in read], axis=1).any(axis=1))
    lowest, highest = codes.min(axis=1), codes.max(axis=1)
    answer = np.where(highest >= YES, highest, np.where(lowest == UNKNOWN, UNKNOWN, lowest))
    return Answers(answer.astype(np.int8), unreadable)


def _answer_problems(read: Answers, role: AnswerRole, code: str) -> list[Problem]:
    allowed = ", ".join(text for text, _ in role.words)
    return [
        Problem(
            int(row), "refused_item", code, role.columns[0], role.question,
            {"found": "", "allowed": allowed},
        )
        for row in np.flatnonzero(read.unreadable)
    ]  # fmt: skip


def _columns(table: Any, plan: TablePlan) -> list[TableColumn]:  # noqa: ANN401
    found = []
    for role in plan.quantities:
        read = read_decimals(
            table.column(role.column), missing=role.missing, decimal=plan.csv.decimal
        )
        found.append(
            TableColumn(
                slot=role.slot, unit=role.unit, nano=read.nano, comparator=read.comparator,
                present=read.present, unreadable=read.unreadable, name=role.column,
                unread=read.unread,
            )
        )  # fmt: skip
    return found
