"""serving/audit/trail.py: what an event says, and what it must never say."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from audit_support import all_events, behind_the_back, fill
from laennec.engine.errors import AuditError
from laennec.serving.audit.trail import AuditWriter
from laennec.serving.audit.verify import verify
from laennec.serving.decisions.confirm import Withdrawal, decide, withdraw
from laennec.serving.decisions.decisions import Decision, Verdict
from laennec.serving.drafts.drafts import save_draft
from laennec.serving.worklist.worklist import worklist
from store_support import MARTIN, MORNING, HandClock, ask, make_draft


@pytest.fixture
def database_url(tmp_path):
    """What is tested here is done to the file itself."""
    return f"sqlite:///{tmp_path / 'laennec.db'}"


def payloads(store):
    with behind_the_back(store) as raw:
        return [json.loads(payload) for _, _, payload, _ in all_events(raw)]


def test_an_event_holds_ids_states_and_hashes_only(store, clock):
    """Hazard H14: whoever reads the audit trail learns nothing about anybody's health."""
    fill(store, clock)
    draft = make_draft("visit-secret", person_id="person-secret")
    draft_id = save_draft(store, draft, rendered_language="fr", clock=clock)
    words = Decision("diabetes", Verdict.REJECT, "other", "free words on a person")
    decide(store, ask(draft_id, draft, words), physician=MARTIN, clock=clock)
    withdraw(store, Withdrawal(draft_id, "wrong-patient"), physician=MARTIN, clock=clock)
    said = payloads(store)
    allowed = {"schema", "act", "actor", "at", "clock_went_back_s", "draft_id", "from", "to"}
    allowed |= {"step", "records", "content_hash", "superseded_by", "asked_by"}
    assert set().union(*said) == allowed
    text = json.dumps(said)
    for secret in ("diabetes", "high", "Martin", "secret", "free words", "wrong-patient", "other"):
        assert secret not in text


def test_the_same_decision_leaves_different_hashes(store, clock):
    """Without a salt, trying the few possible verdicts would give the decision away."""
    for number in range(2):
        draft = make_draft(f"visit-{number}")
        draft_id = save_draft(store, draft, rendered_language="fr", clock=clock)
        words = Decision("cvd", Verdict.REJECT, "duplicate")
        decide(store, ask(draft_id, draft, words), physician=MARTIN, clock=clock)
    with behind_the_back(store) as raw:
        salts = [salt for (salt,) in raw.execute("SELECT salt FROM decisions")]
    assert len(set(salts)) == 2
    assert min(map(len, salts)) == 32
    said = payloads(store)
    assert not set(said[2]["records"]) & set(said[5]["records"])


def test_every_event_names_the_one_before(store, clock):
    fill(store, clock)
    with behind_the_back(store) as raw:
        events = all_events(raw)
    assert [e[0] for e in events] == list(range(1, len(events) + 1))
    assert all(later[1] == earlier[3] for earlier, later in zip(events, events[1:], strict=False))


def test_a_head_that_moved_under_an_act_stops_it(store, clock):
    """Another database than SQLite, or a missing guard, could let two writers in at once."""
    with store.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER store_head_forward")
    with (
        pytest.raises(AuditError, match="two acts would claim the same place in the chain"),
        store.write() as connection,
    ):
        writer = AuditWriter(connection, clock)
        connection.exec_driver_sql("UPDATE store_head SET sequence = 7")
        writer.write({"act": "save"}, [])
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM audit_events").scalar_one() == 0


def test_a_clock_that_goes_back_is_flagged_and_the_order_is_kept(store, clock):
    """T22: a day back, then slowly catching up."""
    save_draft(store, make_draft("a"), rendered_language="fr", clock=clock)
    clock.move(-86_400)
    save_draft(store, make_draft("b"), rendered_language="fr", clock=clock)
    clock.move(86_399.5)
    save_draft(store, make_draft("c"), rendered_language="fr", clock=clock)
    clock.move(1)
    save_draft(store, make_draft("d"), rendered_language="fr", clock=clock)
    report = verify(store)
    assert report.is_intact
    assert report.clock_went_back == (2, 3)
    assert [said["clock_went_back_s"] for said in payloads(store)] == [0, 86_400, 1, 0]
    clock.move(200_000)
    assert [item.visit_id for item in worklist(store, clock=clock)] == ["a", "b", "c", "d"]


def test_summer_time_is_no_step_back(store):
    """03:00 becomes 02:00 on the wall, and nothing happens in UTC."""
    summer, winter = timezone(timedelta(hours=2)), timezone(timedelta(hours=1))
    before = HandClock(datetime(2026, 10, 25, 2, 59, tzinfo=summer))
    after = HandClock(datetime(2026, 10, 25, 2, 0, tzinfo=winter))
    save_draft(store, make_draft("a"), rendered_language="fr", clock=before)
    save_draft(store, make_draft("b"), rendered_language="fr", clock=after)
    assert verify(store).clock_went_back == ()
    assert payloads(store)[1]["at"] == "2026-10-25T01:00:00.000000+00:00"


def test_a_time_without_a_zone_is_refused(store):
    naive = HandClock(MORNING.replace(tzinfo=None))
    with pytest.raises(AuditError, match="the clock gives a time without a zone"):
        save_draft(store, make_draft(), rendered_language="fr", clock=naive)
    assert verify(store).events == 0


def test_the_clock_of_the_programs_knows_its_zone():
    from laennec.serving.clock import utc_now

    assert utc_now().tzinfo is UTC
