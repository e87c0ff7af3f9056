"""The states of a report and the only ways between them, as one table.

A pair that is not in the table is refused. Nothing in it is a delay: a report that nobody touches
stays as it is for ever (hazard H8, silence taken for confirmation).
"""

from collections.abc import Mapping
from enum import StrEnum

from ...engine.errors import NotPermitted, Superseded


class State(StrEnum):
    """Where a report stands."""

    DRAFT = "draft"
    SEEN = "seen"
    CONFIRMED = "confirmed"
    AMENDED = "amended"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class NoSuchWay(NotPermitted):
    """An act that the state of the report does not allow."""

    code = "no_such_way"


class Act(StrEnum):
    """What somebody does to a report.

    `save` makes the draft, from no state at all. `decide_part` leaves findings open; `confirm`,
    `amend` and `reject` decide the last one, and are named after what the report becomes.
    """

    SAVE = "save"
    SEE = "see"
    ACKNOWLEDGE = "acknowledge"
    DECIDE_PART = "decide_part"
    CONFIRM = "confirm"
    AMEND = "amend"
    REJECT = "reject"
    RELEASE = "release"
    SUPERSEDE = "supersede"
    WITHDRAW = "withdraw"
    NOTE_IMPRESSION = "note_impression"
    ASK_ADVICE = "ask_advice"
    ADVISE = "advise"
    JUDGE = "judge"
    CARD_FEEDBACK = "card_feedback"
    WRITE_LETTER = "write_letter"


NOTES = frozenset({Act.NOTE_IMPRESSION, Act.ASK_ADVICE, Act.ADVISE, Act.JUDGE})
"""Acts that add words to a report and change nothing of where it stands."""

_ALWAYS_LEFT_BY = {Act.SUPERSEDE: State.SUPERSEDED, Act.WITHDRAW: State.WITHDRAWN}

_WAYS: Mapping[State, Mapping[Act, State]] = {
    State.DRAFT: {
        Act.SEE: State.SEEN,
        Act.ACKNOWLEDGE: State.DRAFT,
        **dict.fromkeys(NOTES, State.DRAFT),
        **_ALWAYS_LEFT_BY,
    },
    State.SEEN: {
        **dict.fromkeys(NOTES, State.SEEN),
        Act.SEE: State.SEEN,
        Act.ACKNOWLEDGE: State.SEEN,
        Act.DECIDE_PART: State.SEEN,
        Act.CONFIRM: State.CONFIRMED,
        Act.AMEND: State.AMENDED,
        Act.REJECT: State.REJECTED,
        **_ALWAYS_LEFT_BY,
    },
    State.CONFIRMED: {
        Act.RELEASE: State.CONFIRMED,
        Act.WRITE_LETTER: State.CONFIRMED,
        **_ALWAYS_LEFT_BY,
    },
    State.AMENDED: {
        Act.RELEASE: State.AMENDED,
        Act.WRITE_LETTER: State.AMENDED,
        **_ALWAYS_LEFT_BY,
    },
    State.REJECTED: _ALWAYS_LEFT_BY,
    State.SUPERSEDED: {},
    State.WITHDRAWN: {},
}

TRANSITIONS: Mapping[tuple[State, Act], State] = {
    (state, act): target for state, ways in _WAYS.items() for act, target in ways.items()
} | {(state, Act.CARD_FEEDBACK): state for state in State}
"""Every way. What was done with a card may be told late, of a report in whatever state."""

UNDECIDED = frozenset({State.DRAFT, State.SEEN})


def next_state(state: State, act: Act, *, path: str) -> State:
    """Return the state that an act leads to.

    Parameters
    ----------
    state : the state of the report now
    act : what somebody wants to do
    path : which report, for the error

    Raises
    ------
    Superseded : the report was replaced by a newer version of the visit
    NoSuchWay : no such way from this state
    """
    target = TRANSITIONS.get((state, act))
    if target is not None:
        return target
    if state is State.SUPERSEDED:
        raise superseded(path)
    raise NoSuchWay(
        found=f"the act '{act}' on a report that is '{state}'",
        why="there is no such way between the states of a report",
        remedy="read its state on the worklist; a correction of the visit makes a new draft",
        path=path,
    )


def superseded(path: str) -> Superseded:
    """Return the error for a decision on a version that is no longer the current one."""
    return Superseded(
        found="the decision names a version of this report that is not the current one",
        why="the visit was corrected after it was read, so other findings may now stand there",
        remedy="read the current version on the worklist and decide on its content hash",
        path=path,
    )


def wrong_hash(path: str) -> Superseded:
    """Return the error for a decision on a hash that is not the report's; no version is newer."""
    return Superseded(
        found="the content hash of the decision is not that of this report",
        why="it may be mistyped or of another version, so it is not known what was read",
        remedy="read the report again and decide on the content hash that it shows",
        path=path,
    )
