"""Earlier ECGs that come as files: of earlier visits beside the visit, or named by the caller."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Final

from ...datasets.readers.ecg import EcgHeader, EcgRecording, person_problems, read_ecg
from ...datasets.readers.ecg.files import numbered_file
from ...engine.ecg.recorded import EarlierEcg, EcgRecorded, order_of
from ...engine.ecg.section import stated_moment
from ...engine.errors import ScreeningError
from ...engine.intake import VisitRecord
from ...engine.intake.visit import PREVIOUS_ECG_NOT_READ
from ...engine.record import Problem
from .not_read import why_not_read
from .sent_files import EarlierFile, read_sent

OTHER_DATE: Final = "previous_ecg_other_date"
GIVEN_PATH: Final = "--previous-ecg"
_ITEM: Final = "ecg"


def recorded_of(header: EcgHeader) -> EcgRecorded:
    """Return how a file says that it was recorded."""
    filters = header.filters
    passes = (filters.high_pass_hz, filters.low_pass_hz, filters.notch_hz)
    return EcgRecorded(header.device, *passes, header.acquired_at)


def join_earlier(
    record: VisitRecord,
    visit: Path,
    given: Path | None = None,
    on: date | None = None,
    *,
    number: int | None = None,
) -> VisitRecord:
    """Read the ECG files of earlier visits, and one that the caller names.

    One that can't be used is told and never stops the visit; one of another person is not compared.

    Parameters
    ----------
    record : what ``parse`` returned
    visit : the visit file; files of earlier visits are looked for in its folder and nowhere else
    given : an earlier ECG that came without a visit
    on : its day, where the file states none
    number : which recording of it, from 0, where it holds several
    """
    for index, one in enumerate(record.previous):
        if one.ecg_file:
            record = _of_visit(record, index, visit)
    return record if given is None else _given(record, given, on, number)


def _of_visit(record: VisitRecord, index: int, visit: Path) -> VisitRecord:
    """Join the ECG file of one earlier visit."""
    earlier = record.previous[index]
    path = f"$.previous_visits[{index}].ecg.file"
    folder = visit.resolve().parent
    file = (folder / earlier.ecg_file).resolve()
    record = _without_note(record, path)
    if not file.is_relative_to(folder):
        return _noting(record, _refused("ecg_outside_folder", path))
    recording, problem = _read(file, path)
    if recording is None or problem is not None:
        return _noting(record, problem)
    moment = datetime.fromisoformat(earlier.performed_at) if earlier.performed_at else None
    other = _of_another(recording, record, moment, path)
    if other is not None:
        return _noting(record, other)
    header = recording.header
    joined = replace(earlier, ecg=recording.signal, ecg_recorded=recorded_of(header), ecg_file="")
    previous = (*record.previous[:index], joined, *record.previous[index + 1 :])
    return replace(record, previous=previous)


def join_earlier_sent(record: VisitRecord, earlier: Iterable[EarlierFile]) -> VisitRecord:
    """Join earlier ECGs that were sent beside a visit, as `join_earlier` does with one of a file.

    Parameters
    ----------
    record : what ``parse`` returned
    earlier : with the days that the sender states
    """
    for one in earlier:
        try:
            recording, unused = read_sent(one.file)
        except ScreeningError as error:
            code, parameters = why_not_read(error)
            record = _noting(record, _refused(code, one.path, **parameters))
            continue
        for name in unused:
            record = _noting(record, not_used(name, one.path))
        record = _alone(record, recording, one.path, one.on)
    return record


def not_used(name: str, path: str) -> Problem:
    """Say that a file which came with an ECG is no part of it."""
    return Problem(0, "note", "ecg_file_not_used", path, _ITEM, {"file": name})


def _given(record: VisitRecord, file: Path, on: date | None, number: int | None) -> VisitRecord:
    """Join an earlier ECG that the caller names."""
    recording, problem = _read(file, GIVEN_PATH, number)
    if recording is None or problem is not None:
        return _noting(record, problem)
    stated = recording.header.acquired_at
    if on is not None and stated is not None and stated.date() != on:
        days = {"given": on.isoformat(), "found": stated.date().isoformat()}
        record = _noting(record, Problem(0, "note", OTHER_DATE, GIVEN_PATH, _ITEM, days))
    return _alone(record, recording, GIVEN_PATH, on)


def _alone(record: VisitRecord, recording: EcgRecording, path: str, on: date | None) -> VisitRecord:
    """Join an earlier ECG that came without a visit of its own."""
    header = recording.header
    day = header.acquired_at.date() if header.acquired_at else on
    moment = None if day is None else datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a day has no zone
    today = datetime.fromisoformat(record.performed_at).date() if record.performed_at else None
    if today is not None and day is not None and day > today:
        return _noting(record, _note("previous_ecg_not_before", path, found=day.isoformat()))
    if _is_after(header.acquired_at, record):
        found = stated_moment(header.acquired_at).replace("T", " ")
        record = _noting(record, _note("previous_ecg_not_before", path, found=found))
    other = _of_another(recording, record, moment, path)
    if other is not None:
        return _noting(record, other)
    if day is None:
        return _noting(record, _note("previous_ecg_undated", path))
    born = record.identity.birth_date
    age = None if born is None else float(day.year - born.year - (_in_year(day) < _in_year(born)))
    earlier = EarlierEcg(recording.signal, recorded_of(header), day, "", age)
    return replace(record, more_ecgs=(*record.more_ecgs, earlier))


def _is_after(at: datetime | None, record: VisitRecord) -> bool:
    """Say whether an earlier ECG was recorded after the one of the visit, as both state."""
    now = None if record.ecg is None else record.ecg.recorded_at
    return order_of(at, now) == "after"


def _in_year(day: date) -> tuple[int, int]:
    return day.month, day.day


def _read(
    file: Path, path: str, number: int | None = None
) -> tuple[EcgRecording | None, Problem | None]:
    try:
        return read_ecg(file, recording=number), None
    except ScreeningError as error:
        if not numbered_file(file)[0].exists():
            return None, _refused("ecg_file_missing", path, file=file.name)
        code, parameters = why_not_read(error)
        return None, _refused(code, path, **parameters)


def _of_another(
    recording: EcgRecording, record: VisitRecord, moment: datetime | None, path: str
) -> Problem | None:
    """Return why the ECG is of another person; None where nothing contradicts."""
    problems = person_problems(recording.header, record.identity, moment, path=path)
    if not problems:
        return None
    return _note("previous_ecg_other_person", path, elements=problems[0].parameters["elements"])


def _note(code: str, path: str, **parameters: str) -> Problem:
    return Problem(0, "refused_item", code, path, _ITEM, parameters)


def _refused(code: str, path: str, **parameters: str) -> Problem:
    """Say that an earlier ECG can't be used, with the reason that a visit's own would have."""
    why = {f"reason_code.{name}": value for name, value in parameters.items()}
    return Problem(0, "note", "previous_ecg_refused", path, _ITEM, {"reason_code": code, **why})


def _noting(record: VisitRecord, problem: Problem | None) -> VisitRecord:
    kept = (*record.batch.problems, *([] if problem is None else [problem]))
    return replace(record, batch=replace(record.batch, problems=kept))


def _without_note(record: VisitRecord, path: str) -> VisitRecord:
    """Take away the note that the file of an earlier visit was not read."""
    noted = (PREVIOUS_ECG_NOT_READ, path)
    kept = tuple(p for p in record.batch.problems if (p.code, p.path) != noted)
    return replace(record, batch=replace(record.batch, problems=kept))
