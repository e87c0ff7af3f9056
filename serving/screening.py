"""One visit, from its bytes to a draft in the store; the same road for every caller."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np

from ..datasets.readers.ecg import person_problems, unstated_person
from ..engine import Guidelines, Models, PreDiagnosis, parse
from ..engine.ecg.signal import EcgSignal
from ..engine.errors import RecordError, ScreeningError
from ..engine.intake.answers import without_denials
from ..engine.intake.doubted import with_doubted
from ..engine.intake.visit import VisitRecord, with_ecg
from ..engine.record import NO, UNKNOWN, YES, Problem
from ..engine.risks.labels import model_labels
from ..engine.screen import screen_record, sealed_draft_of
from ..engine.screened import CONSENT
from ..engine.screening import Screening
from ..engine.words import LANGUAGES
from ..engine.words.as_json import as_json
from .clock import Clock
from .drafts.asked import Asked
from .drafts.content import Content
from .drafts.drafts import save_draft
from .ecg.earlier import join_earlier_sent, not_used, recorded_of
from .ecg.sent_files import EarlierFile, EcgFile, read_sent
from .ecg.visit import FILE_PATH, not_read
from .fhir.issue_codes import ANSWERS_NOT_HELD
from .identifiers import require_identifiers
from .report.person import person_values
from .store.store import Store
from .years.visit_values import visit_values

Agreed = Callable[[str], bool | None]
"""Says of a person whether they agreed to the screening; None where nobody asked."""

Guard = Callable[[VisitRecord], Sequence[Problem]]
"""Says why a visit may be that of another person than was expected; nothing where it is not."""


def _nobody_asked(_person_id: str) -> None:
    return None


def _nobody_expected(_record: VisitRecord) -> Sequence[Problem]:
    return ()


@dataclass(frozen=True, slots=True)
class SiteKnows:
    """What a site knows of a visit and of who comes, beside what the visit says itself.

    Parameters
    ----------
    agreed, guard : as their types say; without them nobody asked, and nobody was expected
    unused : what came with the visit and could not be used; it becomes a part of the draft
    """

    agreed: Agreed = _nobody_asked
    guard: Guard = _nobody_expected
    unused: Sequence[Problem] = ()


@dataclass(frozen=True, slots=True)
class Engine:
    """What screens: loaded once, shared by every request."""

    models: Models
    guidelines: Guidelines


@dataclass(frozen=True, slots=True)
class ScreenedVisit:
    """A screened visit: its draft, its columns, its ECG, and why an ECG file was refused.

    ``content`` is what the draft's hash is of; made again where it is not given.
    """

    draft: PreDiagnosis
    screening: Screening
    ecg_error: ScreeningError | None = None
    ecg: EcgSignal | None = None
    content: bytes | None = None


def screen_visit(  # noqa: PLR0913 - a visit, and what came and what is known beside it
    document: bytes,
    engine: Engine,
    *,
    now: datetime,
    ecg: EcgFile | None = None,
    earlier: Sequence[EarlierFile] = (),
    knows: SiteKnows | None = None,
) -> ScreenedVisit:
    """Screen a visit with the ECG file that came with it.

    A file that can't be read is a refused item of the visit, and the rest is screened: a pressure
    that calls somebody now does not wait for a file (hazard H1).

    Parameters
    ----------
    document : the visit, ``laennec.visit/1``
    engine : models and guidelines
    now : the caller's clock, aware
    ecg : the file, where there is one
    earlier : earlier ECGs of the person
    knows : what the site knows of the person; without it, only what the visit says

    Raises
    ------
    RecordError : the document is no JSON object, or has an ECG of its own beside the file
    """
    record, error = parse(document, now=now), None
    if knows is not None:
        record = with_problems(record, [*knows.unused, *knows.guard(record)])
        record = with_consent(record, knows.agreed(record.identity.person_id))
    if ecg is not None:
        record, error = join_sent(record, ecg)
    record = join_earlier_sent(record, earlier)
    screening = screen_record(record, engine.models, engine.guidelines)
    draft, content = sealed_draft_of(screening, 0, record.performed_at)
    return ScreenedVisit(draft, screening, error, record.ecg, content)


def with_problems(record: VisitRecord, problems: Sequence[Problem]) -> VisitRecord:
    """Return a visit with what else is wrong with it; one that refuses the record refuses it.

    Where answers came in a form that does not hold, only what they say yes to is left of them; a
    value that may not be used is left to the urgent rules.

    Parameters
    ----------
    record : a visit of one row
    problems : of that row
    """
    if not problems:
        return record
    doubted = [p.path for p in problems if p.severity == "refused_item"]
    batch = with_doubted(record.batch, doubted)
    refuses = any(p.severity == "refused_record" for p in problems)
    do_hold = ANSWERS_NOT_HELD.isdisjoint(p.code for p in problems)
    told = replace(
        batch,
        problems=(*batch.problems, *problems),
        refused=batch.refused | np.array([refuses]),
        answers=batch.answers if do_hold else without_denials(batch.answers),
    )
    return replace(record, batch=told)


def with_consent(record: VisitRecord, known: bool | None) -> VisitRecord:  # noqa: FBT001 - an answer
    """Return a visit with what the site knows of the person's agreement to the screening.

    A refusal counts wherever it stands; an agreement only where the visit says nothing itself.

    Parameters
    ----------
    record : a visit of one row
    known : agreed, refused, or None where nobody asked
    """
    said = int(record.batch.answer(CONSENT)[0])
    if known is None or said == NO or (known and said != UNKNOWN):
        return record
    column = np.array([YES if known else NO], dtype=np.int8)
    answers = {**record.batch.answers, CONSENT: column}
    return replace(record, batch=replace(record.batch, answers=answers))


def join_sent(record: VisitRecord, ecg: EcgFile) -> tuple[VisitRecord, ScreeningError | None]:
    """Join an ECG that was sent to its visit; say why where it can't be read.

    Raises
    ------
    RecordError : the visit has an ECG of its own
    """
    if record.ecg is not None or record.ecg_file:
        raise _two_ecgs()
    try:
        recording, unused = read_sent(ecg)
    except ScreeningError as error:
        return with_ecg(record, None, [not_read(error)]), error
    moment = datetime.fromisoformat(record.performed_at) if record.performed_at else None
    problems = [
        *person_problems(recording.header, record.identity, moment, path=FILE_PATH),
        *unstated_person(recording.header, path=FILE_PATH),
        *(not_used(name, FILE_PATH) for name in unused),
    ]
    recorded = recorded_of(recording.header)
    recorded = replace(recorded, at=recorded.at or ecg.at)
    return with_ecg(record, recording.signal, problems, recorded), None


def why_unreadable(ecg: EcgFile) -> ScreeningError | None:
    """Return why an ECG file can't be read, None where it can."""
    try:
        read_sent(ecg)
    except ScreeningError as error:
        return error
    return None


def _two_ecgs() -> RecordError:
    return RecordError(
        found="an ECG file beside a visit that has an ECG already",
        why="which of the two belongs to the visit is not known",
        remedy="send one of the two",
        path=FILE_PATH,
    )


def keep_visit(
    store: Store, screened: ScreenedVisit, lang: str, *, clock: Clock, asked: Asked | None = None
) -> str:
    """Keep the draft of a visit in the store, where it waits for a physician.

    Parameters
    ----------
    store : an opened store
    screened : from ``screen_visit``
    lang : the language in which it is rendered
    clock : the time of saving
    asked : who sent it, under which key

    Returns
    -------
    The id of the draft, as ``save_draft``

    Raises
    ------
    IdentifierMissing : no visit or no person to keep it under
    ScreeningError : as `save_draft`; each of them carries the urgent items of the visit (hazard H1)
    """
    draft, models = screened.draft, screened.screening.models
    labels = {str(lang): model_labels(models, lang) for lang in LANGUAGES}
    values = person_values(screened.screening, 0)
    said = visit_values(screened.screening.batch)
    content = Content(draft, labels, values, screened.content, visit=said)
    document: Mapping[str, Any] = as_json(draft, lang, labels[lang])
    require_identifiers(document)
    try:
        return save_draft(
            store,
            document,
            rendered_language=lang,
            clock=clock,
            content=content,
            asked=asked,
            ecg=screened.ecg,
        )
    except ScreeningError as error:
        error.urgent = tuple(document["urgent"])
        raise
