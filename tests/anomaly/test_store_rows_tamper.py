"""T21: a row, a head or a guard that was changed behind the program's back is found, and stops."""

import sqlite3
from contextlib import closing

import pytest
from audit_support import behind_the_back, file_of, fill, problems
from laennec.engine.errors import AuditError
from laennec.serving.decisions.confirm import decide
from laennec.serving.decisions.release import release
from laennec.serving.drafts.drafts import load_draft, save_draft
from laennec.serving.store.guards import SQLITE_GUARDS
from laennec.serving.store.store import open_store
from store_support import MARTIN, HandClock, ask, confirm, confirm_all, make_draft


@pytest.fixture
def store(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path / 'laennec.db'}")
    fill(opened, HandClock())
    yield opened
    opened.close()


ROW_EDITS = [
    "UPDATE drafts SET document = replace(document, 'high', 'low')",
    "UPDATE drafts SET person_id = 'person-2'",
    "UPDATE drafts SET urgency = 'U3'",
    "UPDATE decisions SET verdict = 'reject'",
    "UPDATE decisions SET actor_name = 'Dr Nobody'",
    "UPDATE decisions SET salt = '00'",
    "UPDATE steps SET state = 'rejected' WHERE state = 'confirmed'",
    "UPDATE steps SET at = '2020-01-01T00:00:00.000000+00:00'",
    "UPDATE steps SET reason = x'00'",
    "UPDATE requests SET request_hash = 'x'",
    "UPDATE decisions SET audit_sequence = audit_sequence + 1",
    "UPDATE decisions SET audit_sequence = 'soon'",
    "DELETE FROM decisions",
    "DELETE FROM steps WHERE step = 2",
    "DELETE FROM requests",
    "INSERT INTO steps SELECT draft_id, 99, act, 'confirmed', actor_id, reason, reason_text, at, "
    "salt, audit_sequence FROM steps LIMIT 1",
    "INSERT INTO steps SELECT draft_id, 99, act, 'confirmed', actor_id, reason, reason_text, at, "
    "salt, 999 FROM steps LIMIT 1",
    "DROP TABLE requests",
]


@pytest.mark.parametrize("statement", ROW_EDITS)
def test_every_change_of_a_row_is_found(store, statement):
    """The rows, and not only the events, are what a physician's decision consists of."""
    with closing(sqlite3.connect(file_of(store), isolation_level=None)) as raw:
        for name in SQLITE_GUARDS:
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute(statement)
    assert "rows" in {kind for _, kind in problems(store)}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE store_head SET sequence = 9",
        "UPDATE store_head SET event_hash = 'x'",
        "DELETE FROM store_head",
    ],
)
def test_a_changed_head_is_found_and_nothing_more_is_written(store, statement):
    with behind_the_back(store) as raw:
        raw.execute(statement)
    assert "head" in {kind for _, kind in problems(store)}


def test_without_a_head_no_act_is_taken(store):
    with behind_the_back(store) as raw:
        raw.execute("DELETE FROM store_head")
    with pytest.raises(AuditError, match="the audit trail has no head"):
        save_draft(store, make_draft("visit-9"), rendered_language="fr", clock=HandClock())


@pytest.mark.parametrize("guard", sorted(SQLITE_GUARDS))
def test_every_missing_or_changed_guard_is_found(store, guard):
    with closing(sqlite3.connect(file_of(store), isolation_level=None)) as raw:
        raw.execute(f"DROP TRIGGER {guard}")
        assert problems(store) == {(0, "guard")}
        table = guard.rsplit("_no_", 1)[0] if "_no_" in guard else "drafts"
        raw.execute(f"CREATE TRIGGER {guard} BEFORE DELETE ON {table} BEGIN SELECT 1; END")
        assert problems(store) == {(0, "guard")}


GUARDED = [
    "UPDATE audit_events SET payload = '' WHERE sequence = 1",
    "DELETE FROM audit_events",
    "INSERT INTO audit_events VALUES (99, 'x', 'x', 'x')",
    "INSERT OR REPLACE INTO audit_events VALUES (1, 'x', 'x', 'x')",
    "UPDATE decisions SET verdict = 'reject'",
    "DELETE FROM decisions",
    "INSERT OR REPLACE INTO decisions SELECT * FROM decisions",
    "UPDATE drafts SET document = ''",
    "DELETE FROM steps",
    "DELETE FROM requests",
    "UPDATE store_head SET sequence = 1",
    "UPDATE store_head SET sequence = sequence + 1, chain_id = 'x'",
    "DELETE FROM store_head",
    "REPLACE INTO store_head SELECT * FROM store_head",
]


@pytest.mark.parametrize("statement", GUARDED)
def test_the_database_itself_refuses_to_change_what_was_written(store, statement):
    with closing(sqlite3.connect(file_of(store), isolation_level=None)) as raw:
        raw.execute("PRAGMA recursive_triggers = ON")
        with pytest.raises(sqlite3.IntegrityError, match="append-only|numbered|forward|never"):
            raw.execute(statement)
    assert problems(store) == set()


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        ("UPDATE drafts SET document = replace(document, 'high', 'low')", "drafts"),
        ("UPDATE steps SET state = 'confirmed' WHERE act = 'save'", "steps"),
        ("UPDATE drafts SET audit_sequence = 999", "drafts"),
    ],
)
def test_nobody_decides_on_a_report_that_was_changed(store, statement, row):
    draft = make_draft("visit-9")
    draft_id = save_draft(store, draft, rendered_language="fr", clock=HandClock())
    with behind_the_back(store) as raw:
        raw.execute(statement)
    message = f"a row of {row} is not what the audit trail vouches for"
    with pytest.raises(AuditError, match=message):
        load_draft(store, draft_id)
    with pytest.raises(AuditError, match=message):
        decide(store, ask(draft_id, draft, confirm()), physician=MARTIN, clock=HandClock())


def test_a_report_with_a_changed_decision_does_not_leave(store):
    draft = make_draft("visit-9")
    draft_id = save_draft(store, draft, rendered_language="fr", clock=HandClock())
    confirm_all(store, draft_id, draft, HandClock())
    with behind_the_back(store) as raw:
        raw.execute("UPDATE decisions SET actor_name = 'Dr Nobody'")
    with pytest.raises(AuditError, match="a row of decisions is not what") as caught:
        release(store, draft_id, clock=HandClock())
    assert "Nobody" not in str(caught.value)


def test_a_report_without_all_its_decisions_does_not_leave(store):
    draft = make_draft("visit-9")
    draft_id = save_draft(store, draft, rendered_language="fr", clock=HandClock())
    confirm_all(store, draft_id, draft, HandClock())
    with behind_the_back(store) as raw:
        raw.execute("DELETE FROM decisions WHERE finding_id = 'cvd'")
    with pytest.raises(Exception, match="a report that is 'confirmed' was asked for as final"):
        release(store, draft_id, clock=HandClock())
