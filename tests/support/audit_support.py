"""What somebody who administers the database file could do to it, behind the program's back."""

import json
import sqlite3
from contextlib import closing, contextmanager

from laennec.serving.audit.trail import event_hash
from laennec.serving.audit.verify import verify
from laennec.serving.decisions.confirm import decide
from laennec.serving.decisions.release import release
from laennec.serving.drafts.drafts import save_draft
from laennec.serving.store.guards import SQLITE_GUARDS
from store_support import BERNARD, MARTIN, ask, confirm, confirm_all, make_draft


def file_of(store):
    return store.engine.url.database


@contextmanager
def behind_the_back(store):
    """A connection without the guards; they are put back as they were afterwards."""
    with closing(sqlite3.connect(file_of(store), isolation_level=None)) as raw:
        for name in SQLITE_GUARDS:
            raw.execute(f"DROP TRIGGER IF EXISTS {name}")
        yield raw
        for statement in SQLITE_GUARDS.values():
            raw.execute(statement)


def fill(store, clock, visits=4):
    """Some visits: one decided by two physicians and released, one corrected, others waiting."""
    for number in range(visits):
        draft = make_draft(visit_id=f"visit-{number}")
        draft_id = save_draft(store, draft, rendered_language="fr", clock=clock)
        clock.move(5)
        if number == 0:
            first = ask(draft_id, draft, confirm("cvd"))
            decide(store, first, physician=BERNARD, clock=clock)
            confirm_all(store, draft_id, draft, clock, physician=MARTIN)
            release(store, draft_id, clock=clock)
        if number == 1:
            corrected = make_draft(visit_id="visit-1", content="corrected")
            save_draft(store, corrected, rendered_language="fr", clock=clock)


def all_events(raw):
    return raw.execute(
        "SELECT sequence, previous_hash, payload, event_hash FROM audit_events ORDER BY sequence"
    ).fetchall()


def compute_anew(raw):
    """Chain whatever events stand there again, and move the head: a patient forger."""
    events = all_events(raw)
    previous = events[0][1]
    for sequence, _, payload, _ in events:
        new = event_hash(sequence, previous, payload)
        raw.execute(
            "UPDATE audit_events SET previous_hash = ?, event_hash = ? WHERE sequence = ?",
            (previous, new, sequence),
        )
        previous = new
    raw.execute("UPDATE store_head SET sequence = ?, event_hash = ?", (events[-1][0], previous))


def say_otherwise(payload):
    """The same event with another actor."""
    return json.dumps({**json.loads(payload), "actor": "RPPS:10009999999"}, sort_keys=True)


def cut_tail(raw, last):
    """Remove every event after `last`, with its rows, and move the head back: leaves no trace."""
    for table in ("requests", "decisions", "steps", "drafts"):
        raw.execute(f"DELETE FROM {table} WHERE audit_sequence > ?", (last,))  # noqa: S608 - our names
    raw.execute("DELETE FROM audit_events WHERE sequence > ?", (last,))
    raw.execute(
        "UPDATE store_head SET sequence = ?, "
        "event_hash = (SELECT event_hash FROM audit_events WHERE sequence = ?)",
        (last, last),
    )


def problems(store, checkpoints=None):
    """What the check of a store finds: number of the event and kind."""
    report = verify(store, checkpoints) if checkpoints else verify(store)
    return {(problem.sequence, problem.kind) for problem in report.problems}
