"""What a person agreed to, apart from the mandatory visit: four answers, each taken back at will.

An answer is a row that is never changed; the last one holds. Nothing of it is counted, listed or
sent anywhere: who refused is known to whom the person told it, and to the audit trail by hash only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, select

from ...engine.errors import NotPermitted, RecordError
from ...engine.intake.person import with_plain_spaces
from ..audit.trail import AuditWriter, Row, as_row, require_vouched
from ..clock import Clock
from ..people import Person
from ..store.store import Store
from ..store.tables import consents

_MOST_ID: Final = 200


class Purpose(StrEnum):
    """What a person is asked for, each apart from the others."""

    AI_SCREENING = "ai_screening"
    MON_ESPACE_SANTE = "mon_espace_sante"
    SPECIALIST_ADVICE = "specialist_advice"
    RESEARCH = "research"


class Answer(StrEnum):
    """What the person said last; ``withdrawn`` is a refusal after an agreement."""

    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ConsentMissing(NotPermitted):
    """An act for which the person did not agree."""

    code = "consent_missing"


@dataclass(frozen=True, slots=True)
class Consent:
    """The answer that holds.

    Parameters
    ----------
    purpose, answer : what was asked and said
    notice : the version of the words that were shown
    at : UTC text
    number : how many answers there were
    """

    purpose: Purpose
    answer: Answer
    notice: str
    at: str
    number: int

    @property
    def is_given(self) -> bool:
        """The person agrees, as of their last answer."""
        return self.answer is Answer.GIVEN


@dataclass(frozen=True, slots=True)
class Said:
    """What a person answered, and in front of which words.

    Parameters
    ----------
    person_id : who
    answers : purpose -> agreed or not; what was not asked is left out
    notice : the version of the words
    """

    person_id: str
    answers: Mapping[Purpose, bool]
    notice: str


def record_consents(
    store: Store, said: Said, *, actor: Person, clock: Clock
) -> Mapping[Purpose, Consent]:
    """Keep what a person answered; an answer that changes nothing makes no second row.

    Parameters
    ----------
    store : an opened store
    said : the answers
    actor : who asked and writes them down
    clock : the time of the answers

    Returns
    -------
    Every answer that now holds

    Raises
    ------
    RecordError : no person, or one whose name is too long
    StoreUnavailable : it could not be made durable
    """
    if not said.person_id.strip() or len(said.person_id) > _MOST_ID:
        raise RecordError(
            found="an answer of nobody",
            why="it can't be told whose data it is about",
            remedy="send the person's pseudonym as the visit has it",
            path="person_id",
        )
    said = replace(said, person_id=with_plain_spaces(said.person_id))
    with store.write() as connection:
        writer = AuditWriter(connection, clock)
        known = current_consents(connection, said.person_id)
        rows = [
            (consents, _row(said, purpose, known.get(purpose), (actor, writer.at)))
            for purpose, is_given in said.answers.items()
            if _is_news(known.get(purpose), is_given, said.notice)
        ]
        if rows:
            writer.write({"act": "record_consents", "actor": actor.id}, rows)
        return current_consents(connection, said.person_id)


def read_consents(store: Store, person_id: str) -> Mapping[Purpose, Consent]:
    """Return the answers of a person that hold; nothing for a purpose nobody asked about."""
    with store.read() as connection:
        return current_consents(connection, person_id)


def current_consents(connection: Connection, person_id: str) -> Mapping[Purpose, Consent]:
    """Return the answers that hold inside a transaction that is open already.

    Raises
    ------
    AuditError : a row was changed after it was written
    """
    mine = consents.c.person_id == with_plain_spaces(person_id)
    query = select(consents).where(mine).order_by(consents.c.number)
    last = {row["purpose"]: row for row in connection.execute(query).mappings()}
    require_vouched(connection, consents, map(as_row, last.values()))
    return {
        Purpose(purpose): Consent(
            Purpose(purpose), Answer(row["answer"]), row["notice"], row["at"], row["number"]
        )
        for purpose, row in last.items()
    }


def require_consent(known: Mapping[Purpose, Consent], purpose: Purpose) -> None:
    """Refuse an act for which the person did not agree; who was never asked did not.

    Parameters
    ----------
    known : the answers that hold
    purpose : what the act is for

    Raises
    ------
    ConsentMissing : the person refused, took it back, or was never asked
    """
    answer = known.get(purpose)
    if answer is not None and answer.is_given:
        return
    raise ConsentMissing(
        found=f"an act that needs the person's agreement to '{purpose}'",
        why="the person was not asked, refused, or took it back; each is their right",
        remedy="ask the person, and record the answer on /visit or at /v1/consents",
        path=f"consent.{purpose}",
    )


def _is_news(known: Consent | None, is_given: bool, notice: str) -> bool:  # noqa: FBT001 - private
    return known is None or known.is_given != is_given or (is_given and known.notice != notice)


def _row(said: Said, purpose: Purpose, known: Consent | None, act: tuple[Person, str]) -> Row:
    taken_back = Answer.WITHDRAWN if known and known.is_given else Answer.REFUSED
    return {
        "person_id": said.person_id,
        "purpose": str(purpose),
        "number": known.number + 1 if known else 1,
        "answer": str(Answer.GIVEN if said.answers[purpose] else taken_back),
        "notice": said.notice,
        "actor_id": act[0].id,
        "at": act[1],
    }
