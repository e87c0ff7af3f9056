"""T21: whatever is done to the audit trail is found, and where."""

from dataclasses import replace

import pytest
from audit_support import (
    all_events,
    behind_the_back,
    compute_anew,
    cut_tail,
    fill,
    problems,
    say_otherwise,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from laennec.engine.errors import AuditError
from laennec.serving.audit.checkpoints import Checkpoints, key_id, read_checkpoints
from laennec.serving.audit.trail import event_hash
from laennec.serving.audit.verify import verify, write_checkpoint
from laennec.serving.drafts.drafts import save_draft
from laennec.serving.store.store import open_store
from store_support import HandClock, make_draft

EVENTS = 10
KEY = Ed25519PrivateKey.generate()
TRUSTED = {key_id(KEY.public_key()): KEY.public_key()}


@pytest.fixture
def store(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path / 'laennec.db'}")
    fill(opened, HandClock())
    yield opened
    opened.close()


@pytest.fixture
def checkpoints(store, tmp_path):
    write_checkpoint(store, KEY, tmp_path / "elsewhere", clock=HandClock())
    return read_checkpoints(tmp_path / "elsewhere", TRUSTED)


def test_an_untouched_store_verifies(store, checkpoints):
    report = verify(store, checkpoints)
    assert report.is_intact
    assert (report.events, report.covered_to) == (EVENTS, EVENTS)
    assert report.truncation == "checked to the last event (10) by checkpoint"


@pytest.mark.parametrize("sequence", range(1, EVENTS + 1))
def test_every_edited_event_is_found(store, sequence):
    with behind_the_back(store) as raw:
        payload = all_events(raw)[sequence - 1][2]
        raw.execute(
            "UPDATE audit_events SET payload = ? WHERE sequence = ?",
            (say_otherwise(payload), sequence),
        )
    assert (sequence, "edited") in problems(store)


@pytest.mark.parametrize("sequence", range(1, EVENTS + 1))
@pytest.mark.parametrize("content", ["", "[]", "{}", "\x00", "null", '{"records":1}'])
def test_an_event_that_can_not_be_read_is_found(store, sequence, content):
    with behind_the_back(store) as raw:
        raw.execute("UPDATE audit_events SET payload = ? WHERE sequence = ?", (content, sequence))
    assert (sequence, "edited") in problems(store)


def test_an_event_of_an_unknown_form_is_found_even_in_a_chain_computed_anew(store):
    with behind_the_back(store) as raw:
        payload = all_events(raw)[4][2].replace("laennec.audit/1", "laennec.audit/0")
        raw.execute("UPDATE audit_events SET payload = ? WHERE sequence = 5", (payload,))
        compute_anew(raw)
    assert problems(store) == {(5, "edited")}


def test_an_event_turned_into_bytes_is_found(store):
    with behind_the_back(store) as raw:
        raw.execute("UPDATE audit_events SET payload = CAST(payload AS BLOB) WHERE sequence = 3")
    assert (3, "edited") in problems(store)


@pytest.mark.parametrize("sequence", range(1, EVENTS + 1))
def test_every_edited_event_with_its_hash_redone_is_found(store, checkpoints, sequence):
    """The event's own hash is redone: the next event, or the head, still names the old one."""
    with behind_the_back(store) as raw:
        _, previous, payload, _ = all_events(raw)[sequence - 1]
        forged = say_otherwise(payload)
        raw.execute("UPDATE audit_events SET payload = ? WHERE sequence = ?", (forged, sequence))
        raw.execute(
            "UPDATE audit_events SET event_hash = ? WHERE sequence = ?",
            (event_hash(sequence, previous, forged), sequence),
        )
    expected = (sequence, "head") if sequence == EVENTS else (sequence + 1, "broken_chain")
    assert expected in problems(store)


@pytest.mark.parametrize("sequence", range(1, EVENTS + 1))
def test_every_deleted_event_is_found(store, sequence):
    with behind_the_back(store) as raw:
        raw.execute("DELETE FROM audit_events WHERE sequence = ?", (sequence,))
    kind = "head" if sequence == EVENTS else "missing"
    where = sequence - 1 if sequence == EVENTS else sequence
    assert (where, kind) in problems(store)
    assert (sequence, "rows") in problems(store)


@pytest.mark.parametrize("sequence", range(1, EVENTS + 1))
def test_a_deleted_event_closed_up_is_found(store, sequence):
    """The later events are renumbered so that no gap shows."""
    with behind_the_back(store) as raw:
        raw.execute("DELETE FROM audit_events WHERE sequence = ?", (sequence,))
        for later in range(sequence + 1, EVENTS + 1):
            raw.execute(
                "UPDATE audit_events SET sequence = ? WHERE sequence = ?", (later - 1, later)
            )
    found = problems(store)
    assert any(kind in {"edited", "broken_chain", "head"} for _, kind in found)
    assert min(sequence for sequence, _ in found) >= sequence - 1


@pytest.mark.parametrize("sequence", range(1, EVENTS))
def test_two_events_in_the_other_order_are_found(store, sequence):
    with behind_the_back(store) as raw:
        for old, new in ((sequence, -1), (sequence + 1, sequence), (-1, sequence + 1)):
            raw.execute("UPDATE audit_events SET sequence = ? WHERE sequence = ?", (new, old))
    assert (sequence, "edited") in problems(store)


@pytest.mark.parametrize("place", [-3, 0, 5, EVENTS])
def test_an_inserted_event_is_found(store, place):
    """An event of somebody's own making, chained and numbered as well as can be."""
    with behind_the_back(store) as raw:
        for later in range(EVENTS, max(place, 0), -1):
            raw.execute(
                "UPDATE audit_events SET sequence = ? WHERE sequence = ?", (later + 1, later)
            )
        source = all_events(raw)[0]
        row = (place + 1 if place >= 0 else place, *source[1:3], "f" * 64)
        raw.execute("INSERT INTO audit_events VALUES (?, ?, ?, ?)", row)
    assert any(kind in {"edited", "inserted", "broken_chain"} for _, kind in problems(store))


@pytest.mark.parametrize("sequence", range(1, EVENTS + 1))
def test_a_chain_computed_anew_is_found_by_the_checkpoint_only(store, checkpoints, sequence):
    with behind_the_back(store) as raw:
        payload = all_events(raw)[sequence - 1][2]
        raw.execute(
            "UPDATE audit_events SET payload = ? WHERE sequence = ?",
            (say_otherwise(payload), sequence),
        )
        compute_anew(raw)
    assert (EVENTS, "rewritten") in problems(store, checkpoints)
    assert problems(store) == set()
    assert "could not be checked" in verify(store).truncation


@pytest.mark.parametrize("last", range(1, EVENTS))
def test_a_cut_tail_is_found_by_the_checkpoint_only(store, checkpoints, last):
    with behind_the_back(store) as raw:
        cut_tail(raw, last)
    assert (last + 1, "truncated") in problems(store, checkpoints)
    assert problems(store) == set()
    assert verify(store).truncation.startswith("no checkpoint was given: whether events were cut")


def test_a_cut_after_the_last_checkpoint_is_said_to_be_unchecked(store, checkpoints):
    save_draft(store, make_draft("visit-9"), rendered_language="fr", clock=HandClock())
    report = verify(store, checkpoints)
    assert report.is_intact
    assert report.truncation == (
        "checked up to event 10 by checkpoint; events cut off after it could not be noticed"
    )


def test_a_store_begun_anew_is_found(store, checkpoints, tmp_path):
    fresh = open_store(f"sqlite:///{tmp_path / 'fresh.db'}")
    fill(fresh, HandClock())
    assert {(0, "rewritten"), (EVENTS, "rewritten")} <= problems(fresh, checkpoints)
    fresh.close()


def test_a_changed_beginning_is_found(store, tmp_path):
    empty = open_store(f"sqlite:///{tmp_path / 'empty.db'}")
    signed = write_checkpoint(empty, KEY, tmp_path / "e", clock=HandClock())
    assert signed.sequence == 0
    forged = Checkpoints((replace(signed, event_hash="0" * 64),))
    assert problems(empty, forged) == {(0, "rewritten")}
    assert problems(empty, Checkpoints((signed,))) == set()
    empty.close()


def test_a_broken_chain_is_not_signed(store, tmp_path):
    with behind_the_back(store) as raw:
        raw.execute("DELETE FROM audit_events WHERE sequence = 4")
    with pytest.raises(AuditError, match="signing it now would vouch for events") as caught:
        write_checkpoint(store, KEY, tmp_path / "elsewhere", clock=HandClock())
    assert caught.value.path == "event 4"
    assert not (tmp_path / "elsewhere").exists()


def test_a_cut_chain_is_not_signed_again(store, checkpoints, tmp_path):
    with behind_the_back(store) as raw:
        cut_tail(raw, 6)
    with pytest.raises(AuditError, match="has 1 problem"):
        write_checkpoint(store, KEY, tmp_path / "elsewhere", clock=HandClock(), earlier=checkpoints)
