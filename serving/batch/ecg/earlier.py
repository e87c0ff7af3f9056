"""The last earlier ECG of the person of a row, which may stand in any other row of the input.

Which one it is, is settled before the run from every row, so that a row says the same whatever part
or process it is screened in. It can only add, as in a visit: nothing that it shows lowers a level.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from ....datasets.readers.ecg import EcgRecording, person_problems, read_ecg
from ....datasets.readers.tables import (
    Fragment,
    FragmentUnreadable,
    TablePlan,
    TableRows,
    read_chunks,
    read_rows,
)
from ....engine.ecg.recorded import EarlierEcg
from ....engine.ecg.signal import EcgSignal
from ....engine.ecg_past import ecg_past_of
from ....engine.errors import ScreeningError
from ....engine.intake.person import Identity
from ....engine.prediagnosis import URGENCIES
from ....engine.record import UNKNOWN
from ....engine.screening import Screening
from ...ecg.earlier import recorded_of
from ..options import CHUNK_ROWS
from .plan import file_in

COMPARED: Final = "compared"
OTHER_PERSON: Final = "ecg_earlier_other_person"
UNREADABLE: Final = "ecg_earlier_unreadable"
NOT_BEFORE: Final = "ecg_earlier_not_before"


@dataclass(frozen=True, slots=True)
class DatedEcg:
    """An ECG that a row names: its day, its file, and who the row says that the person is."""

    day: date
    path: str
    birth_date: date | None
    sex: int
    age_years: int


@dataclass(frozen=True, slots=True)
class EarlierEcgs:
    """The ECGs of everybody of whom rows of two or more days name one.

    Parameters
    ----------
    of : pseudonym -> the ECGs by day; of one day the last by the name of its file
    """

    of: Mapping[str, tuple[DatedEcg, ...]] = field(default_factory=dict)

    def before(self, person: str, day: date | None) -> DatedEcg | None:
        """Return the last ECG of a person of an earlier day; None where there is none."""
        found = self.of.get(person, ())
        if day is None or not found:
            return None
        place = bisect_left(found, day, key=lambda one: one.day)
        return found[place - 1] if place else None


def earlier_ecgs(
    fragments: Sequence[Fragment], tables: Mapping[str, TablePlan], withdrawn: Sequence[str]
) -> EarlierEcgs:
    """Return the ECGs of everybody with several, as all rows of the input name them.

    A row without a person, a day or an ECG, one that was refused as a whole, and one of somebody
    who withdrew, tell nothing.
    """
    gone = frozenset(withdrawn)
    found: dict[str, dict[date, DatedEcg]] = {}
    for fragment in fragments:
        plan = tables[fragment.file.name]
        if not plan.ecg or plan.bundle or not plan.person or plan.visit_date is None:
            continue
        bare = replace(plan, quantities=(), answers=(), context=())
        try:
            for chunk in read_chunks(fragment, bare.columns, bare.csv, chunk_rows=CHUNK_ROWS):
                for person, one in _dated(chunk.table, bare, fragment.file.name):
                    days = found.setdefault(person, {})
                    there = days.get(one.day)
                    if there is None or there.path < one.path:
                        days[one.day] = one
        except FragmentUnreadable:
            continue
    return EarlierEcgs(
        {
            person: tuple(days[day] for day in sorted(days))
            for person, days in found.items()
            if len(days) > 1 and person not in gone
        }
    )


def _dated(table: Any, plan: TablePlan, name: str) -> list[tuple[str, DatedEcg]]:  # noqa: ANN401 - pyarrow has no types
    rows = read_rows(table, plan, fragment=name, offset=0, today=None)
    paths = table.column(plan.ecg).cast(pa.string()).to_pylist()
    found = []
    for row, path in enumerate(paths):
        person, day = rows.person_id[row].as_py(), rows.visit_date[row].as_py()
        if path and person and day is not None and not rows.batch.refused[row]:
            age, sex = int(rows.batch.age_years[row]), int(rows.batch.sex[row])
            found.append((person, DatedEcg(day, path, rows.birth_date[row].as_py(), sex, age)))
    return found


def with_earlier(
    screening: Screening,
    rows: TableRows,
    signals: Mapping[int, EcgSignal],
    where: tuple[Path, bool],
    earlier: EarlierEcgs,
) -> tuple[Screening, dict[int, str]]:
    """Put the ECG of each row beside the last earlier one of its person.

    Parameters
    ----------
    screening : of the rows, with their ECGs measured
    rows : who they are, and their days
    signals : row -> its ECG
    where : the folder of the files, and whether identifiers are compared
    earlier : of the whole input

    Returns
    -------
    the screening with what the earlier ones add, and row -> what became of its earlier ECG
    """
    states: dict[int, str] = {}
    urgent, findings = dict(screening.ecg_urgent), dict(screening.ecg_findings)
    comparisons = dict(screening.ecg_comparison)
    urgency = screening.urgency.copy()
    for row in signals:
        day = rows.visit_date[row].as_py()
        one = earlier.before(rows.person_id[row].as_py() or "", day)
        if one is None or screening.batch.refused[row]:
            continue
        found = _read(one, rows, row, where)
        if isinstance(found, str):
            states[row] = found
            continue
        past = ecg_past_of((found,), screening, row, day)
        states[row] = COMPARED
        urgent[row], findings[row] = past.urgent, past.findings
        if past.comparison is not None:
            comparisons[row] = past.comparison
        levels = [URGENCIES.index(item.level) for item in past.urgent]
        urgency[row] = min([int(urgency[row]), *levels])
    made = replace(
        screening,
        urgency=urgency.astype(np.int8),
        ecg_urgent=urgent,
        ecg_findings=findings,
        ecg_comparison=comparisons,
    )
    return made, states


def _read(one: DatedEcg, rows: TableRows, row: int, where: tuple[Path, bool]) -> EarlierEcg | str:
    """Return the earlier ECG, or why it is not compared."""
    person = Identity(
        rows.batch.person_id[row], rows.birth_date[row].as_py() or one.birth_date,
        int(rows.batch.sex[row]), one.age_years,
    )  # fmt: skip
    if _contradicts(one, rows, row):
        return OTHER_PERSON
    file = file_in(where[0].resolve(), one.path)
    recording = None if file is None else _recording(file)
    if recording is None:
        return UNREADABLE
    moment = datetime.combine(one.day, time(), UTC)
    header = recording.header
    if person_problems(header, person, moment, same_numbering=where[1]):
        return OTHER_PERSON
    visit = rows.visit_date[row].as_py()
    if header.acquired_at is not None and header.acquired_at.date() > visit:
        return NOT_BEFORE
    age = None if one.age_years == UNKNOWN else float(one.age_years)
    return EarlierEcg(recording.signal, recorded_of(header), one.day, "", age)


def _recording(file: Path) -> EcgRecording | None:
    try:
        return read_ecg(file)
    except (ScreeningError, OSError):
        return None


def _contradicts(one: DatedEcg, rows: TableRows, row: int) -> bool:
    """Say whether two rows of one pseudonym can't be of one person."""
    born, sex = rows.birth_date[row].as_py(), int(rows.batch.sex[row])
    two_births = None not in (born, one.birth_date) and born != one.birth_date
    return two_births or (UNKNOWN not in (sex, one.sex) and sex != one.sex)
