"""serving/decisions/release.py: only what a physician decided leaves, with the physician's name."""

import pytest
from laennec.engine.errors import NotConfirmed, NotPermitted
from laennec.serving.audit.verify import verify
from laennec.serving.decisions.confirm import Withdrawal, decide, withdraw
from laennec.serving.decisions.release import release
from laennec.serving.drafts.drafts import load_draft, save_draft
from laennec.serving.drafts.states import State
from sqlalchemy import text
from store_support import BERNARD, MARTIN, ask, confirm, confirm_all, make_draft, reject

DRAFT = make_draft()


@pytest.fixture
def draft_id(store, clock):
    return save_draft(store, DRAFT, rendered_language="fr", clock=clock)


def test_the_deciding_physician_is_named_in_the_released_report(store, draft_id, clock):
    decide(store, ask(draft_id, DRAFT, confirm("cvd")), physician=BERNARD, clock=clock)
    confirm_all(store, draft_id, DRAFT, clock)
    released = release(store, draft_id, clock=clock)
    assert [d.physician_name for d in released.decisions] == [
        "Dr Martin",
        "Dr Martin",
        "Dr Bernard",
    ]
    assert released.decisions[2].physician_id == BERNARD.id


def test_a_withdrawn_report_never_leaves(store, draft_id, clock):
    confirm_all(store, draft_id, DRAFT, clock)
    taken_back = Withdrawal(draft_id, "wrong-patient")
    assert withdraw(store, taken_back, physician=MARTIN, clock=clock) is State.WITHDRAWN
    with pytest.raises(NotConfirmed, match="'withdrawn'.*sent again, makes a new draft"):
        release(store, draft_id, clock=clock)
    with pytest.raises(NotPermitted):
        withdraw(store, taken_back, physician=MARTIN, clock=clock)
    new_id = save_draft(store, DRAFT, rendered_language="fr", clock=clock)
    assert load_draft(store, new_id).version == 2
    assert load_draft(store, draft_id).state is State.WITHDRAWN


def test_a_withdrawal_needs_a_reason(store, draft_id, clock):
    with pytest.raises(NotPermitted, match="already-known, artefact-or-lead-error"):
        withdraw(store, Withdrawal(draft_id, "oops"), physician=MARTIN, clock=clock)


@pytest.mark.parametrize("state", ["draft", "rejected"])
def test_an_unconfirmed_report_is_not_released(store, draft_id, clock, state):
    if state == "rejected":
        decide(store, ask(draft_id, DRAFT, reject()), physician=MARTIN, clock=clock)
    before = verify(store).events
    said = "every finding was rejected" if state == "rejected" else f"a report that is '{state}'"
    with pytest.raises(NotConfirmed, match=said):
        release(store, draft_id, clock=clock)
    assert verify(store).events == before


def test_a_release_is_in_the_audit_before_it_leaves(store, draft_id, clock):
    confirm_all(store, draft_id, DRAFT, clock)
    released = release(store, draft_id, clock=clock)
    with store.read() as connection:
        payload = connection.execute(
            text("SELECT payload FROM audit_events WHERE sequence = :n"),
            {"n": released.audit_sequence},
        ).scalar_one()
    assert '"act":"release"' in payload
