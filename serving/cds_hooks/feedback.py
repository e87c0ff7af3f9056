"""What somebody did with a card: kept once, in whatever order it comes; it decides nothing.

A card that is ignored sends nothing, and silence is never confirmation (hazard H8). An accepted or
overridden card is a note on the report by the software that sent it: a physician's decision is made
on the review page, by name.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from ...engine.canonical import canonical_bytes
from ...engine.errors import NotPermitted
from ...engine.intake.document import intake_numbers
from ..audit.trail import AuditWriter, Row
from ..clock import Clock
from ..drafts.drafts import Step, read_report, take_step
from ..drafts.states import Act
from ..house_data import override_reasons
from ..people import Person
from ..store.store import Store
from ..store.tables import requests


class FeedbackUnreadable(NotPermitted):
    """Feedback that does not say what it must."""

    code = "feedback_unreadable"


@dataclass(frozen=True, slots=True)
class Feedback:
    """What was done with one card.

    Parameters
    ----------
    draft_id : the report of the card
    outcome : accepted or overridden
    reason : code of the override reasons; for overridden
    comment : words of the user
    at : when, as the client's clock has it; the latest one holds, whatever comes last
    """

    draft_id: str
    outcome: str
    reason: str | None
    comment: str | None
    at: datetime

    def key(self) -> str:
        """Return what makes a repetition the same feedback."""
        said = [self.draft_id, self.outcome, self.reason, self.comment, self.at.isoformat()]
        return f"card:{hashlib.sha256(canonical_bytes(said)).hexdigest()}"


def check_feedback(one: Feedback) -> Feedback:
    """Return feedback whose reason is one of the coded ones.

    Raises
    ------
    FeedbackUnreadable : another reason, or none and no words where it was overridden
    """
    reasons = override_reasons()
    is_known = one.reason is None or one.reason in reasons
    needs_words = one.reason is not None and is_known and reasons[one.reason].needs_text
    is_said = one.outcome != "overridden" or one.reason or one.comment
    if not is_known or not is_said or (needs_words and not one.comment):
        raise FeedbackUnreadable(
            found="feedback whose reason is not one of the card, or is missing",
            why="why a card was overridden is what is learned from it",
            remedy="Send a code of the card's overrideReasons, with a comment for `other`",
            path="feedback.overrideReason",
        )
    return one


def keep_feedback(store: Store, said: Sequence[Feedback], *, sender: Person, clock: Clock) -> int:
    """Keep feedback; what was kept before is not kept again.

    Parameters
    ----------
    store : an opened store
    said : one entry for each card, in any order
    sender : the software that sent it
    clock : the time of keeping

    Returns
    -------
    How many entries are new

    Raises
    ------
    NoSuchReport : a card of a report that does not exist; nothing of the batch is kept
    FeedbackUnreadable : one that is later than now; nothing of the batch is kept
    """
    _check_past(said, clock)
    with store.write() as connection:
        writer = AuditWriter(connection, clock)
        known = select(requests.c.idempotency_key).where(requests.c.actor_id == sender.id)
        reports = {one.draft_id: read_report(connection, one.draft_id) for one in said}
        fresh = list(_unique(said))
        keys = [one.key() for one in fresh]
        kept = set(connection.execute(known.where(requests.c.idempotency_key.in_(keys))).scalars())
        new = [one for one in fresh if one.key() not in kept]
        for one in new:
            text = f"{one.at.isoformat()} {one.outcome} {one.comment or ''}".strip()
            step = Step(Act.CARD_FEEDBACK, sender.id, one.reason, text)
            row: Row = {
                "actor_id": sender.id,
                "idempotency_key": one.key(),
                "draft_id": one.draft_id,
                "request_hash": one.key().removeprefix("card:"),
            }
            reports[one.draft_id], _ = take_step(
                writer, reports[one.draft_id], step, [(requests, row)]
            )
    return len(new)


def _check_past(said: Iterable[Feedback], clock: Clock) -> None:
    """Refuse what was done in the future: the latest holds, and nothing would undo it."""
    skew = timedelta(minutes=int(intake_numbers()["clock"]["future_skew_minutes"]))
    if any(one.at > clock() + skew for one in said):
        raise FeedbackUnreadable(
            found="feedback with an outcomeTimestamp in the future",
            why="of several of one card the latest holds, so nothing later could correct it",
            remedy="Check the clock of the software and send when it was done",
            path="feedback.outcomeTimestamp",
        )


def _unique(said: Iterable[Feedback]) -> Iterable[Feedback]:
    return {one.key(): one for one in said}.values()
