"""The check of the audit trail: against itself, its rows, and the signed checkpoints."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, RowMapping, select

from ...engine.errors import AuditError, DataError
from ..clock import Clock, as_text, read_clock
from ..store.guards import missing_guards
from ..store.store import Store, genesis_hash, genesis_hashes
from ..store.tables import audit_events, store_head
from .checkpoints import Checkpoint, Checkpoints, sign_checkpoint, store_checkpoint
from .rows import RowsBySequence, row_hashes
from .trail import EVENT_SCHEMA, event_hash

NO_CHECKPOINTS = Checkpoints()


@dataclass(frozen=True, slots=True)
class AuditProblem:
    """One thing that does not verify.

    Parameters
    ----------
    sequence : the event where it shows (0: the store as a whole)
    kind : missing, inserted, broken_chain, edited, rows, head, truncated, rewritten, guard,
        checkpoint
    what : one sentence, without content of the store
    """

    sequence: int
    kind: str
    what: str


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The result of a verification.

    Parameters
    ----------
    events : how many events the store holds
    problems : what does not verify, by sequence
    checkpoints : how many signed checkpoints were compared
    covered_to : last event that a checkpoint vouches for (0: none)
    clock_went_back : events written while the clock was behind an earlier event
    """

    events: int
    problems: tuple[AuditProblem, ...]
    checkpoints: int
    covered_to: int
    clock_went_back: tuple[int, ...]

    @property
    def is_intact(self) -> bool:
        """Nothing that was checked is wrong; see `truncation` for what could not be checked."""
        return not self.problems

    @property
    def truncation(self) -> str:
        """Say, in plain words, what was and was not checked about the end of the chain."""
        if self.checkpoints == 0:
            return (
                "no checkpoint was given: whether events were cut off the end, or the whole chain "
                "was computed anew, could not be checked"
            )
        if self.covered_to < self.events:
            return (
                f"checked up to event {self.covered_to} by checkpoint; events cut off after it "
                "could not be noticed"
            )
        return f"checked to the last event ({self.covered_to}) by checkpoint"


@dataclass(slots=True)
class _Walk:
    """Where the walk along the chain stands."""

    expected: int
    previous_hash: str
    problems: list[AuditProblem]
    clock_went_back: list[int]

    def note(self, sequence: int, kind: str, what: str) -> None:
        self.problems.append(AuditProblem(sequence, kind, what))


def verify(store: Store, checkpoints: Checkpoints = NO_CHECKPOINTS) -> AuditReport:
    """Check every event, every row and every checkpoint, and say which sequence and what.

    Parameters
    ----------
    store : an opened store
    checkpoints : from `read_checkpoints`, their signatures already checked; a refused one is a
        problem

    Returns
    -------
    The report; an edited, deleted, inserted or reordered event or row is a problem of its own, and
    so is an end that does not reach the last checkpoint. Without a checkpoint a cut end can't be
    noticed and the report says so.
    """
    with store.read() as connection:
        return verify_in(connection, checkpoints)


def verify_in(connection: Connection, checkpoints: Checkpoints = NO_CHECKPOINTS) -> AuditReport:
    """Verify inside a transaction that is open already; as `verify`."""
    head = connection.execute(select(store_head)).mappings().one_or_none()
    chain_id = str(head["chain_id"]) if head else ""
    walk = _Walk(1, _beginning(connection, chain_id), [], [])
    for refused in checkpoints.refused:
        walk.note(0, "checkpoint", refused)
    signed = _signed_hashes(checkpoints.signed, chain_id, walk)
    events = _walk_events(connection, walk, signed)
    _check_head(head, walk)
    _check_guards(connection, walk)
    last_signed = max(signed, default=0)
    if last_signed >= walk.expected:
        walk.note(
            walk.expected,
            "truncated",
            f"a checkpoint vouches for event {last_signed}, the store ends at {walk.expected - 1}",
        )
    return AuditReport(
        events=events,
        problems=tuple(sorted(walk.problems, key=lambda problem: problem.sequence)),
        checkpoints=len(signed),
        covered_to=last_signed,
        clock_went_back=tuple(walk.clock_went_back),
    )


def _beginning(connection: Connection, chain_id: str) -> str:
    """Return the hash from which the chain starts: of the form in which the store was laid out."""
    first = select(audit_events.c.previous_hash).order_by(audit_events.c.sequence).limit(1)
    said = str(connection.execute(first).scalar())
    return said if said in genesis_hashes(chain_id) else genesis_hash(chain_id)


def _signed_hashes(
    checkpoints: Iterable[Checkpoint], chain_id: str, walk: _Walk
) -> Mapping[int, frozenset[str]]:
    signed: dict[int, frozenset[str]] = {}
    for checkpoint in checkpoints:
        if checkpoint.chain_id != chain_id:
            walk.note(0, "rewritten", "a checkpoint belongs to another store, or this one is new")
        known = signed.get(checkpoint.sequence, frozenset())
        signed[checkpoint.sequence] = known | {checkpoint.event_hash}
    if signed.get(0, frozenset()) - genesis_hashes(chain_id):
        walk.note(0, "rewritten", "the store does not begin as its first checkpoint says")
    return signed


def _walk_events(connection: Connection, walk: _Walk, signed: Mapping[int, frozenset[str]]) -> int:
    vouched = RowsBySequence(row_hashes(connection, walk.note))
    query = select(audit_events).order_by(audit_events.c.sequence)
    count = 0
    for event in connection.execute(query, execution_options={"yield_per": 1000}).mappings():
        count += 1
        _check_link(event, walk)
        _check_content(event, walk, signed.get(event["sequence"], frozenset()))
        _check_rows(event, walk, vouched.up_to(event["sequence"], walk.note))
        walk.expected = event["sequence"] + 1
        walk.previous_hash = event["event_hash"]
    vouched.rest(walk.note)
    return count


def _check_link(event: RowMapping, walk: _Walk) -> None:
    sequence = event["sequence"]
    if sequence > walk.expected:
        missing = f"events {walk.expected} to {sequence - 1} are missing"
        walk.note(walk.expected, "missing", missing)
    elif sequence < walk.expected:
        walk.note(sequence, "inserted", "an event stands before the first one")
    elif event["previous_hash"] != walk.previous_hash:
        walk.note(
            sequence,
            "broken_chain",
            "the event does not follow the one before it (edited, inserted, deleted or reordered)",
        )


def _check_content(event: RowMapping, walk: _Walk, signed: frozenset[str]) -> None:
    sequence = event["sequence"]
    try:
        right_hash = event_hash(sequence, event["previous_hash"], event["payload"])
    except DataError:
        right_hash = ""
    if right_hash != event["event_hash"]:
        walk.note(sequence, "edited", "the event's content does not give its hash")
    if signed - {event["event_hash"]}:
        walk.note(sequence, "rewritten", "the event differs from the signed checkpoint")


def _check_rows(event: RowMapping, walk: _Walk, found: list[str]) -> None:
    sequence = event["sequence"]
    try:
        said = json.loads(event["payload"])
        promised = [str(record) for record in said["records"]]
        is_ours = said["schema"] == EVENT_SCHEMA
        went_back = said["clock_went_back_s"] > 0
    except (ValueError, KeyError, TypeError):
        walk.note(sequence, "edited", "the event can't be read")
        return
    if not is_ours:
        walk.note(sequence, "edited", "the event is of an unknown form")
    if went_back:
        walk.clock_went_back.append(sequence)
    if Counter(promised) != Counter(found):
        walk.note(
            sequence, "rows", "a row written with this event was edited, deleted or added since"
        )


def _check_head(head: RowMapping | None, walk: _Walk) -> None:
    last = walk.expected - 1
    if head is None:
        walk.note(0, "head", "the head of the chain is missing")
    elif head["sequence"] != last or head["event_hash"] != walk.previous_hash:
        walk.note(
            last, "head", f"the head says event {head['sequence']}, the chain ends at event {last}"
        )


def _check_guards(connection: Connection, walk: _Walk) -> None:
    for name in missing_guards(connection):
        walk.note(0, "guard", f"the guard {name} of the append-only tables is gone or changed")


def write_checkpoint(
    store: Store,
    key: Ed25519PrivateKey,
    folder: Path,
    *,
    clock: Clock,
    earlier: Checkpoints = NO_CHECKPOINTS,
) -> Checkpoint:
    """Verify the chain, sign its last event and write the checkpoint outside the database.

    Parameters
    ----------
    store : an opened store
    key : the site's private key, from `load_site_key`
    folder : where the checkpoints go; copy it to another machine
    clock : the time of the checkpoint
    earlier : the checkpoints signed so far, which the chain must still honour

    Raises
    ------
    AuditError : the chain does not verify, so its end must not be signed
    """
    with store.read() as connection:
        report = verify_in(connection, earlier)
        head = connection.execute(select(store_head)).mappings().one_or_none()
    if head is None or not report.is_intact:
        raise AuditError(
            found=f"the audit trail has {len(report.problems)} problem(s)",
            why="signing it now would vouch for events that somebody changed",
            remedy="run `laennec audit verify`, find out what happened, restore the store",
            path=f"event {report.problems[0].sequence}",
        )
    unsigned = Checkpoint(
        chain_id=head["chain_id"],
        sequence=head["sequence"],
        event_hash=head["event_hash"],
        at=as_text(read_clock(clock)),
        key_id="",
    )
    checkpoint = sign_checkpoint(unsigned, key)
    store_checkpoint(checkpoint, folder)
    return checkpoint
