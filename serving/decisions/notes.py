"""Words added to an undecided report: an own impression, a question, a specialist's advice.

They decide nothing. A note is a step of the report like any other: dated, named, sealed by the
audit trail, whose events hold who and when and never the words.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from ...engine.errors import NotPermitted
from ..audit.trail import AuditWriter
from ..clock import Clock
from ..drafts.drafts import Step, read_report, take_step
from ..drafts.history import ReportHistory
from ..drafts.states import UNDECIDED, Act, State
from ..people import Person, Role, Specialty, WrongRole, require_physician
from ..store.store import Store
from ..store.tables import steps

_MOST_WORDS = 2000


@dataclass(frozen=True, slots=True)
class Note:
    """Words on a report.

    Parameters
    ----------
    draft_id : which report
    words : what is noted, asked or advised
    specialty : whose advice is asked for; for a question only
    """

    draft_id: str
    words: str
    specialty: Specialty | None = None


def note_impression(store: Store, note: Note, *, physician: Person, clock: Clock) -> State:
    """Keep what a physician thinks before the findings are shown (hazard H6).

    Raises
    ------
    WrongRole : not a physician
    NotPermitted : no words, or the report is decided
    """
    require_physician(physician, "note_impression")
    return _noted(store, note, Step(Act.NOTE_IMPRESSION, physician.id), clock)


def ask_advice(store: Store, note: Note, *, physician: Person, clock: Clock) -> State:
    """Ask a specialist before deciding; the report stays undecided meanwhile.

    Raises
    ------
    WrongRole : not a physician
    NotPermitted : no words, no specialty, or the report is decided
    """
    require_physician(physician, "ask_advice")
    if note.specialty is None:
        raise NotPermitted(
            found="a question to nobody",
            why="it can't be told which specialist should answer",
            remedy="name one of: " + ", ".join(Specialty),
            path="specialty",
        )
    step = Step(Act.ASK_ADVICE, physician.id, str(note.specialty))
    return _noted(store, note, step, clock)


def give_advice(store: Store, note: Note, *, specialist: Person, clock: Clock) -> State:
    """Keep a specialist's advice; the physician decides with it or against it.

    Raises
    ------
    WrongRole : not a specialist, or one whose specialty nobody asked
    NotPermitted : no words, or the report is decided
    """
    if specialist.role is not Role.SPECIALIST:
        raise WrongRole(
            found=f"advice by a person whose role is '{specialist.role}'",
            why="advice is given by a specialist under their own name",
            remedy="let the specialist sign in",
            path="person.role",
        )
    with store.read() as connection:
        if not is_asked(connection, note.draft_id, specialist):
            raise WrongRole(
                found="advice that nobody asked of this specialty",
                why="a report is shown to the specialist about whose field a physician asked",
                remedy="let the physician ask, naming the specialty",
                path="person.specialty",
            )
    step = Step(Act.ADVISE, specialist.id, str(specialist.specialty))
    return _noted(store, note, step, clock)


def is_asked(connection: Connection, draft_id: str, specialist: Person) -> bool:
    """Say whether a physician asked the specialty of this specialist about a report.

    Parameters
    ----------
    connection : a transaction of the store
    draft_id : of the report
    specialist : with a specialty
    """
    asked = select(steps.c.step).where(
        steps.c.draft_id == draft_id,
        steps.c.act == Act.ASK_ADVICE,
        steps.c.reason == str(specialist.specialty),
    )
    return connection.execute(asked.limit(1)).one_or_none() is not None


def impression_needed(history: ReportHistory, person: Person, *, is_asked: bool) -> bool:
    """Say whether somebody must note an impression of their own before the findings are shown.

    Parameters
    ----------
    history : the report with its acts
    person : who wants to read it
    is_asked : the site asks its physicians for one
    """
    is_open = history.report.state in UNDECIDED
    if not (is_asked and is_open and person.role is Role.PHYSICIAN):
        return False
    return not any(
        step.act == Act.NOTE_IMPRESSION and step.actor_id == person.id for step in history.steps
    )


def _noted(store: Store, note: Note, step: Step, clock: Clock) -> State:
    words = note.words.strip()
    if not words or len(words) > _MOST_WORDS:
        raise NotPermitted(
            found="a note without words, or with too many",
            why="nothing could be read from it",
            remedy=f"write 1 to {_MOST_WORDS} characters",
            path="words",
        )
    written = Step(step.act, step.actor_id, step.reason, words)
    with store.write() as connection:
        writer = AuditWriter(connection, clock)
        report, _ = take_step(writer, read_report(connection, note.draft_id), written)
    return report.state
