"""The letter as the physician finished it: kept with the decided visit, its hash in the audit.

A letter is a step of the report: dated, named, sealed by the audit trail, whose event holds the
SHA-256 of the text and never the text. One that is changed later is another letter beside it.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from ...engine.errors import NotPermitted
from ..audit.trail import AuditWriter
from ..clock import Clock
from ..drafts.drafts import Step, report_with_steps, take_step
from ..drafts.history import ReportHistory
from ..drafts.states import Act, superseded
from ..people import Person, require_physician
from ..store.store import Store

MOST_LETTER: Final = 20_000


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """A letter that was kept.

    Parameters
    ----------
    step : the step of the report that it is
    physician_id : who signed it off
    at : UTC text
    sha256 : of its text in UTF-8, as the audit event has it
    text : the letter
    """

    step: int
    physician_id: str
    at: str
    sha256: str
    text: str


@dataclass(frozen=True, slots=True)
class FinishedLetter:
    """A letter as a physician finished it.

    Parameters
    ----------
    draft_id : of a report that is confirmed or amended
    text : the letter, as it is sent
    content_hash : of the report that was read
    """

    draft_id: str
    text: str
    content_hash: str


def keep_letter(
    store: Store, letter: FinishedLetter, *, physician: Person, clock: Clock
) -> KeptLetter:
    """Keep the letter that a physician finished; the same text again is not kept twice.

    Parameters
    ----------
    store : an opened store
    letter : with the version of the report that was read
    physician : who signs it off
    clock : the time of it

    Raises
    ------
    WrongRole : not a physician
    NotPermitted : no text, too much of it, or a report that is not decided
    Superseded : another version of the visit was read, or there is a newer one
    StoreUnavailable : it could not be made durable
    """
    require_physician(physician, "write_letter")
    words = letter.text.strip()
    if not words or len(words) > MOST_LETTER:
        raise NotPermitted(
            found="a letter without words, or with too many",
            why="nothing could be read from it",
            remedy=f"write 1 to {MOST_LETTER} characters",
            path="text",
        )
    with store.write() as connection:
        writer = AuditWriter(connection, clock)
        report, taken = report_with_steps(connection, letter.draft_id)
        if report.content_hash != letter.content_hash:
            raise superseded(f"draft {letter.draft_id}")
        last = next((row for row in reversed(taken) if row["act"] == Act.WRITE_LETTER), None)
        if last and last["reason_text"] == words and last["actor_id"] == physician.id:
            return _kept(last["step"], physician.id, last["at"], words)
        said = {"letter_sha256": _hash(words)}
        step = Step(Act.WRITE_LETTER, physician.id, None, words, said)
        after, _ = take_step(writer, report, step)
    return _kept(after.step, physician.id, writer.at, words)


def letters_of(history: ReportHistory) -> tuple[KeptLetter, ...]:
    """Return the letters of a report, in the order in which they were kept."""
    return tuple(
        _kept(step.step, step.actor_id, step.at, step.reason_text or "")
        for step in history.steps
        if step.act == Act.WRITE_LETTER
    )


def _kept(step: int, physician_id: str, at: str, text: str) -> KeptLetter:
    return KeptLetter(step, physician_id, at, _hash(text), text)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
