"""Rows of a run from Bundles: each is read like one that was sent, then all are columns.

A Bundle that can't be of one person, or changes its meaning, is a refused row with the code of its
first problem; nothing of it is screened, and the others are not touched.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Any, Final

import numpy as np
import pyarrow as pa

from ....datasets.readers.tables import TablePlan, TableRows
from ....engine import parse
from ....engine.ecg.signal import EcgSignal
from ....engine.errors import RecordError
from ....engine.intake.ecg_day import OF_OTHER_DAY
from ....engine.intake.visit import VisitRecord
from ....engine.record import UNKNOWN, Problem, VisitBatch
from ....engine.stacking import stack_visits
from ....engine.vocabulary import load_vocabulary
from ...fhir.issues import BundleRefused
from ...fhir.visit_in import read_visit
from ...screening import join_sent, with_problems

READ: Final = "read"
_FURTHEST_BEHIND: Final = timezone(timedelta(hours=-12))


@dataclass(frozen=True, slots=True)
class _Row:
    """One row: its columns, its days, its ECG and what became of that."""

    batch: VisitBatch
    person_id: str | None
    visit_date: date | None = None
    birth_date: date | None = None
    ecg: EcgSignal | None = None
    ecg_state: str | None = None


def rows_of_bundles(
    table: Any,  # noqa: ANN401 - pyarrow has no types
    plan: TablePlan,
    today: date | None,
) -> tuple[TableRows, dict[int, EcgSignal], list[str | None]]:
    """Return the rows, the ECGs that could be read, and of every row what became of its ECG.

    Parameters
    ----------
    table : record batch with the columns of the plan
    plan : with the column that holds a Bundle
    today : a visit after this day is refused
    """
    people = table.column(plan.person).to_pylist()
    bundles = table.column(plan.bundle).to_pylist()
    latest = None if today is None else datetime.combine(today, time.max, _FURTHEST_BEHIND)
    rows = [_row(text, who, latest) for text, who in zip(bundles, people, strict=True)]
    signals = {number: row.ecg for number, row in enumerate(rows) if row.ecg is not None}
    return _as_table(rows), signals, [row.ecg_state for row in rows]


def _as_table(rows: Sequence[_Row]) -> TableRows:
    return TableRows(
        stack_visits([row.batch for row in rows]),
        pa.array([row.person_id for row in rows], pa.string()),
        pa.array([row.visit_date for row in rows], pa.date32()),
        pa.array([row.birth_date for row in rows], pa.date32()),
    )


def _row(text: str, person_id: str | None, latest: datetime | None) -> _Row:
    try:
        sent = read_visit(text.encode())
        record = with_problems(parse(json.dumps(sent.document), now=latest), sent.problems)
        error = None
        if sent.ecg is not None:
            record, error = join_sent(record, sent.ecg)
    except RecordError as refused:
        return _Row(_nothing(person_id or "", code_of(refused)), person_id)
    state = None if sent.ecg is None else READ if error is None else error.code
    other_day = (p.code for p in record.batch.problems if p.code in OF_OTHER_DAY)
    return _screenable(record, next(other_day, state) if state == READ else state)


def _screenable(record: VisitRecord, state: str | None) -> _Row:
    moment = record.performed_at
    return _Row(
        batch=record.batch,
        person_id=record.identity.person_id or None,
        visit_date=datetime.fromisoformat(moment).date() if moment else None,
        birth_date=record.identity.birth_date,
        ecg=record.ecg,
        ecg_state=state,
    )


def refusal_of(row: Any, plan: TablePlan, lang: str) -> list[str]:  # noqa: ANN401
    """Return in words why the Bundle of a row is refused; nothing where it is not."""
    try:
        read_visit(row.column(plan.bundle).to_pylist()[0].encode())
    except BundleRefused as error:
        told = [issue for issue in error.issues if issue.severity == "error"]
        return [f"  {i.code}: {i.line(lang)} [{i.where}]" for i in told]
    except RecordError as error:
        return [f"  {error}"]
    return []


def code_of(error: RecordError) -> str:
    """Return why a Bundle was refused: the house's name of its first problem."""
    if isinstance(error, BundleRefused):
        return next(issue.code for issue in error.issues if issue.severity == "error")
    return error.code


def _nothing(person_id: str, code: str) -> VisitBatch:
    """Return a refused record of which nothing is known but whose it is said to be."""
    return VisitBatch(
        visit_id=("",),
        person_id=(person_id,),
        age_years=np.array([UNKNOWN], dtype=np.int16),
        sex=np.array([UNKNOWN], dtype=np.int8),
        quantities={},
        answers={},
        refused=np.array([True]),
        problems=(Problem(0, "refused_record", code, "$"),),
        vocabulary=load_vocabulary(),
    )
