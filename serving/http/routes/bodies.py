"""The bodies that are sent to the service, closed: a key that is not known is refused by name."""

from typing import Annotated, Final

from fastapi import Depends, Header
from pydantic import BaseModel, ConfigDict, Field

from ...decisions.decisions import EVERY_UNDECIDED, Decision, DecisionRequest, Verdict
from ...people import Specialty
from ..problems import PreconditionMissing, RequestUnreadable

_MOST_KEY: Final = 190
_MOST_WORDS: Final = 2000
_QUOTED: Final = 2


class Closed(BaseModel):
    """A body whose keys are all known."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class OneDecision(Closed):
    """What a physician says of one finding.

    Attributes
    ----------
    finding : its id; without it, every finding that nobody decided yet (not for amend)
    verdict : confirm, amend or reject
    reason : a code of the override reasons; for amend and reject
    text : words; needed where the reason is ``other``
    to : the state or band that holds instead; for amend
    """

    finding: str = Field(default=EVERY_UNDECIDED, min_length=1, max_length=200)
    verdict: Verdict
    reason: str | None = Field(default=None, max_length=40)
    text: str | None = Field(default=None, max_length=_MOST_WORDS)
    to: str | None = Field(default=None, max_length=40)


class DecisionBody(Closed):
    """One act of a physician: decisions on one or several findings of the version that was read."""

    decisions: tuple[OneDecision, ...] = Field(min_length=1, max_length=200)

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {"decisions": [{"verdict": "confirm"}]},
                {
                    "decisions": [
                        {"finding": "diabetes_range", "verdict": "confirm"},
                        {
                            "finding": "t2d_undiagnosed",
                            "verdict": "amend",
                            "to": "low",
                            "reason": "treated-and-controlled",
                        },
                    ]
                },
            ]
        },
    )

    def request(self, draft_id: str, content_hash: str, key: str | None) -> DecisionRequest:
        """Return the act as the house takes it."""
        said = tuple(Decision(d.finding, d.verdict, d.reason, d.text, d.to) for d in self.decisions)
        return DecisionRequest(draft_id, content_hash, said, key)


class ReasonBody(Closed):
    """Why a report is taken back whole."""

    reason: str = Field(max_length=40)
    text: str | None = Field(default=None, max_length=_MOST_WORDS)


class WordsBody(Closed):
    """An impression or an advice in words."""

    words: str = Field(min_length=1, max_length=_MOST_WORDS)


class QuestionBody(Closed):
    """A question to a specialist."""

    specialty: Specialty
    words: str = Field(min_length=1, max_length=_MOST_WORDS)


async def idempotency_key(
    key: Annotated[str | None, Header(alias="Idempotency-Key")] = None,
) -> str | None:
    """Return the key under which a request may be sent again.

    Raises
    ------
    RequestUnreadable : an empty key, one that is too long or not printable
    """
    if key is None:
        return None
    bare = key.strip().strip('"')
    if not bare or len(bare) > _MOST_KEY or not bare.isprintable():
        found = "an idempotency key that is empty, too long or not printable"
        raise RequestUnreadable(found, f"Give 1 to {_MOST_KEY} characters, such as a UUID")
    return bare


async def if_match(tag: Annotated[str | None, Header(alias="If-Match")] = None) -> str:
    """Return the content hash that was read, from the ``If-Match`` header.

    Raises
    ------
    PreconditionMissing : no header, or one that names no version
    """
    bare = (tag or "").strip()
    if len(bare) > _QUOTED and bare.startswith('"') and bare.endswith('"'):
        bare = bare[1:-1]
    if not bare or bare == "*":
        raise PreconditionMissing(
            found="a decision without the content hash that was read",
            why="it can't be told which version it is about (hazard H10)",
            remedy='Send If-Match: "HASH" with the content_hash of the report, which is its ETag',
            path="if-match",
        )
    return bare


Key = Annotated[str | None, Depends(idempotency_key)]
IfMatch = Annotated[str, Depends(if_match)]
