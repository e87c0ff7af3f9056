"""Reads one visit (``laennec.visit/1``) into a record of one row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import numpy as np

from ..ecg.recorded import NOT_STATED, EarlierEcg, EcgRecorded
from ..ecg.signal import EcgSignal
from ..record import ECG_SLOT, Problem, VisitBatch
from ..vocabulary import Vocabulary, load_vocabulary
from .answers import LISTS, OBJECTS, read_answers
from .columns import (
    answer_columns,
    by_slot,
    columns_of,
    days_by_slot,
    earlier_day,
    in_order,
)
from .document import check_clock, intake_numbers, load_document, side_by_side
from .ecg import GivenEcg, read_given_ecg
from .ecg_day import day_problems
from .lost_symptoms import NOTHING
from .measurements import MeasurementContext, Reading, read_measurement
from .person import (
    Identity,
    completed_years,
    guard_same_person,
    read_identifier,
    read_identity,
    read_moment,
    short_text,
)
from .problems import ProblemLog, shown
from .unread_values import lost_values

SCHEMA: Final = "laennec.visit/1"
KEYS: Final = (
    "schema",
    "visit_id",
    "performed_at",
    "person",
    "site",
    "measurements",
    "ecg",
    "previous_visits",
    *OBJECTS,
    *LISTS,
)
ECG_NOT_READ: Final = "ecg_not_read"
PREVIOUS_ECG_NOT_READ: Final = "previous_ecg_not_read"


@dataclass(frozen=True, slots=True)
class VisitRecord:
    """One visit: its columns of one row, who, when, and the earlier visits of the same person.

    ``ecg_file`` is the name of an ECG file that the document gives; ``with_ecg`` joins what the
    caller read from it. ``ecg_recorded`` is what its file says of the device; ``more_ecgs`` are
    earlier ECGs that came without a visit of theirs. ``of_others`` are earlier visits whose
    identity is not this one's: they refuse the record.
    """

    batch: VisitBatch
    performed_at: str
    identity: Identity
    previous: tuple["VisitRecord", ...] = ()
    ecg: EcgSignal | None = None
    ecg_file: str = ""
    ecg_recorded: EcgRecorded = NOT_STATED
    more_ecgs: tuple[EarlierEcg, ...] = ()
    of_others: tuple["VisitRecord", ...] = ()

    @property
    def is_refused(self) -> bool:
        """Whether something makes every finding of this record untrustworthy."""
        return bool(self.batch.refused[0])


@dataclass(frozen=True, slots=True)
class _Parts:
    visit_id: str
    identity: Identity
    moment: datetime | None
    age_years: int
    readings: tuple[Reading, ...]
    answers: Mapping[str, int]
    ecg: GivenEcg
    site: str


def parse(document: str | bytes | Mapping[str, Any], *, now: datetime | None = None) -> VisitRecord:
    """Read a visit and everything that is wrong with it.

    A record with problems is returned, not raised: refused values and refused records still go
    through the urgent rules. Only what is no JSON object at all is raised.

    Parameters
    ----------
    document : JSON text, UTF-8 bytes, or a mapping in the form ``laennec.visit/1``
    now : the caller's clock, aware; where given, a visit in the future is refused

    Raises
    ------
    RecordError  if the document is no JSON object, or ``now`` has no time zone

    Examples
    --------
    >>> record = parse('{"schema": "laennec.visit/1"}')
    >>> record.is_refused, record.batch.problems[0].code
    (True, 'identifier_missing')
    """
    check_clock(now)
    loaded = load_document(document)
    vocabulary = load_vocabulary()
    log = ProblemLog()
    parts = _read_parts(loaded, "$", vocabulary, log, now)
    previous, others = _previous_visits(loaded.get("previous_visits", []), parts, log, now)
    return VisitRecord(
        batch=_batch(parts, vocabulary, log),
        performed_at=parts.moment.isoformat() if parts.moment else "",
        identity=parts.identity,
        previous=previous,
        of_others=others,
        ecg=parts.ecg.signal,
        ecg_file=parts.ecg.file,
    )


def with_ecg(
    record: VisitRecord,
    signal: EcgSignal | None,
    problems: Sequence[Problem] = (),
    recorded: EcgRecorded = NOT_STATED,
) -> VisitRecord:
    """Join an ECG that was read from a file to its visit.

    Parameters
    ----------
    record : what ``parse`` returned
    signal : None when the file can't be used; the problems then say why
    problems : of the file, and of its person against the visit's; one that refuses the record
        (another person) refuses it, ECG and all
    recorded : what the file says of device, filters and time
    """
    batch = record.batch
    kept = [p for p in batch.problems if p.code != ECG_NOT_READ]
    refuses = any(p.severity == "refused_record" for p in problems)
    kept_signal = None if refuses else signal
    visit = datetime.fromisoformat(record.performed_at) if record.performed_at else None
    measured_on = batch.measured_on
    if kept_signal is not None:
        if recorded.at is not None:
            kept_signal = replace(kept_signal, recorded_at=recorded.at)
        day = earlier_day(recorded.at, visit)
        measured_on = {**measured_on, ECG_SLOT: (day,)} if day else measured_on
        born = record.identity.birth_date
        problems = (*problems, *day_problems(recorded.at, visit, born, batch.problems))
    joined = replace(
        batch,
        problems=(*kept, *problems),
        refused=batch.refused | np.array([refuses]),
        measured_on=measured_on,
    )
    return replace(record, batch=joined, ecg=kept_signal, ecg_recorded=recorded)


def _read_parts(
    loaded: Mapping[str, Any],
    path: str,
    vocabulary: Vocabulary,
    log: ProblemLog,
    now: datetime | None,
) -> _Parts:
    log.unknown_keys(loaded, KEYS, path)
    if loaded.get("schema") is None:
        log.refuse_record("schema_missing", f"{path}.schema")
    elif loaded["schema"] != SCHEMA:
        log.refuse_record("schema_unknown", f"{path}.schema", found=shown(loaded["schema"]))
    visit_id = read_identifier(loaded.get("visit_id"), f"{path}.visit_id", log)
    moment = read_moment(loaded.get("performed_at"), f"{path}.performed_at", log, now)
    identity = read_identity(loaded.get("person"), f"{path}.person", log)
    age = completed_years(identity.birth_date, moment, f"{path}.person.birth_date", log)
    context = MeasurementContext(vocabulary, moment, log)
    readings = _read_measurements(loaded.get("measurements", []), path, context)
    lost = lost_values(log.problems, vocabulary)
    answers = read_answers(loaded, vocabulary, path, log) | lost
    ecg = _read_ecg(loaded, path, log)
    site = short_text(loaded.get("site"))
    return _Parts(visit_id, identity, moment, age, readings, answers, ecg, site)


def _read_ecg(loaded: Mapping[str, Any], path: str, log: ProblemLog) -> GivenEcg:
    """Read samples; a file is only named, which is noted until the caller has read it."""
    given = read_given_ecg(loaded["ecg"], f"{path}.ecg", log) if "ecg" in loaded else None
    if given is not None and given.file:
        log.add("note", ECG_NOT_READ, f"{path}.ecg.file", item="ecg")
    return given or GivenEcg()


def _read_measurements(
    given: object, path: str, context: MeasurementContext
) -> tuple[Reading, ...]:
    where = f"{path}.measurements"
    if not isinstance(given, Sequence) or isinstance(given, str | bytes):
        context.log.refuse_record("not_a_list", where, found=NOTHING if given is None else "")
        return ()
    limit = int(intake_numbers()["limits"]["measurements"])
    if len(given) > limit:
        context.log.refuse_record("too_many", where, limit=str(limit), found=str(len(given)))
    return tuple(
        reading
        for index, entry in enumerate(given[:limit])
        for reading in read_measurement(entry, f"{where}[{index}]", context)
    )


def _previous_visits(
    given: object, parts: _Parts, log: ProblemLog, now: datetime | None
) -> tuple[tuple[VisitRecord, ...], tuple[VisitRecord, ...]]:
    if not isinstance(given, Sequence) or isinstance(given, str | bytes):
        log.refuse_record("not_a_list", "$.previous_visits")
        given = [given] if isinstance(given, Mapping) else []
    earlier: list[VisitRecord] = []
    others: list[VisitRecord] = []
    for path, document in side_by_side(given, "$.previous_visits"):
        if not isinstance(document, Mapping):
            log.refuse_record("previous_visit_unreadable", path)
            continue
        if not isinstance(document.get("previous_visits", []), list):
            log.refuse_record("not_a_list", f"{path}.previous_visits")
        record = parse({k: v for k, v in document.items() if k != "previous_visits"}, now=now)
        is_same = guard_same_person(parts.identity, record.identity, f"{path}.person", log)
        (earlier if is_same else others).append(record)
        if record.is_refused:
            log.add("note", "previous_visit_refused", path, **_why_refused(record))
        elif parts.moment and datetime.fromisoformat(record.performed_at) > parts.moment:
            log.add("note", "previous_visit_not_before", f"{path}.performed_at")
        _note_ecg(record, path, log)
    return tuple(earlier), tuple(others)


def _note_ecg(record: VisitRecord, path: str, log: ProblemLog) -> None:
    """Say that an ECG of an earlier visit is not read, or can't be used."""
    if record.ecg_file:
        log.add("note", PREVIOUS_ECG_NOT_READ, f"{path}.ecg.file", item="ecg")
    for problem in record.batch.problems:
        if problem.severity == "refused_item" and problem.item == "ecg":
            why = {f"reason_code.{name}": value for name, value in problem.parameters.items()}
            where = {"reason_code": problem.code, **why}
            log.add("note", "previous_ecg_refused", f"{path}.ecg", item="ecg", **where)


def _why_refused(record: VisitRecord) -> dict[str, str]:
    """Return the first problem that refuses an earlier visit, with what fills its sentence."""
    why = next(p for p in record.batch.problems if p.severity == "refused_record")
    own = {f"reason_code.{name}": value for name, value in why.parameters.items()}
    return {"reason_code": why.code, **own}


def _batch(parts: _Parts, vocabulary: Vocabulary, log: ProblemLog) -> VisitBatch:
    readings = by_slot(in_order(parts.readings, parts.moment))
    return VisitBatch(
        visit_id=(parts.visit_id,),
        person_id=(parts.identity.person_id,),
        age_years=np.array([parts.age_years], dtype=np.int16),
        sex=np.array([parts.identity.sex], dtype=np.int8),
        quantities=columns_of(readings, vocabulary, parts.moment),
        answers=answer_columns(parts.answers, parts.readings),
        refused=np.array([log.refuses_record]),
        problems=tuple(log.problems),
        vocabulary=vocabulary,
        reported={slot: (tuple(r.text for r in found),) for slot, found in readings.items()},
        paths={slot: tuple(r.path for r in found) for slot, found in readings.items()},
        measured_on=days_by_slot(readings, parts.moment),
        context=_context(parts, vocabulary),
    )


def _context(parts: _Parts, vocabulary: Vocabulary) -> dict[str, str]:
    """Return where the visit was and with what each item was measured; of two devices the first."""
    said = {"site": parts.site} if parts.site else {}
    for reading in parts.readings:
        if reading.device:
            said.setdefault(f"device.{vocabulary.item_of(reading.slot).code}", reading.device)
    return said
