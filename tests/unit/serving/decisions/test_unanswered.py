"""serving/decisions/unanswered.py: an alarm outlives the findings that are rejected beside it."""

import pytest
from laennec.serving.audit.verify import verify
from laennec.serving.decisions.confirm import Withdrawal, acknowledge, decide, mark_seen, withdraw
from laennec.serving.decisions.unanswered import NotAcknowledged
from laennec.serving.drafts.drafts import load_draft, save_draft
from laennec.serving.drafts.states import State
from laennec.serving.worklist.worklist import worklist
from store_support import MARTIN, amend, ask, confirm, make_draft, reject

FINDINGS = ("raised_pressure", "diabetes", "cvd")


@pytest.fixture
def draft():
    return {**make_draft(), "urgent": [{"level": "U0", "text": "Appeler le 15."}]}


@pytest.fixture
def draft_id(store, clock, draft):
    return save_draft(store, draft, rendered_language="fr", clock=clock)


def test_an_alarm_does_not_leave_the_list_with_the_findings_that_are_rejected(
    store, clock, draft, draft_id
):
    """The bug it pins: the U0 was gone from the list and its alarm silent, nobody in charge."""
    clock.move(121)
    with pytest.raises(NotAcknowledged, match="an urgent rule at U0") as refused:
        decide(store, ask(draft_id, draft, reject()), physician=MARTIN, clock=clock)
    assert "laennec acknowledge" in str(refused.value)
    (item,) = worklist(store, clock=clock)
    assert (item.state, item.realert, item.undecided) == ("draft", True, FINDINGS)
    assert verify(store).events == 1


def test_who_took_charge_may_reject_everything(store, clock, draft, draft_id):
    acknowledge(store, draft_id, physician=MARTIN, clock=clock)
    decide(store, ask(draft_id, draft, reject()), physician=MARTIN, clock=clock)
    assert load_draft(store, draft_id).state is State.REJECTED
    assert worklist(store, clock=clock) == ()


def test_to_look_at_it_or_to_reject_one_by_one_is_not_to_take_charge(store, clock, draft, draft_id):
    mark_seen(store, draft_id, physician=MARTIN, clock=clock)
    for name in FINDINGS[:2]:
        decide(store, ask(draft_id, draft, reject(name)), physician=MARTIN, clock=clock)
    with pytest.raises(NotAcknowledged):
        decide(store, ask(draft_id, draft, reject(FINDINGS[2])), physician=MARTIN, clock=clock)
    assert worklist(store, clock=clock)[0].undecided == FINDINGS[2:]


@pytest.mark.parametrize("last", [confirm("cvd"), amend("cvd", "low")])
def test_what_can_be_released_carries_the_alarm_with_it(store, clock, draft, draft_id, last):
    asked = ask(draft_id, draft, reject("raised_pressure"), reject("diabetes"), last)
    assert decide(store, asked, physician=MARTIN, clock=clock).state is State.AMENDED


def test_a_report_of_the_wrong_person_can_still_be_withdrawn(store, clock, draft_id):
    taken_back = Withdrawal(draft_id, "wrong-patient")
    assert withdraw(store, taken_back, physician=MARTIN, clock=clock) is State.WITHDRAWN


def test_a_lower_level_asks_for_no_one_first(store, clock):
    draft = {**make_draft(urgency="U0"), "urgent": [{"level": "U1"}]}
    draft_id = save_draft(store, draft, rendered_language="fr", clock=clock)
    decide(store, ask(draft_id, draft, reject()), physician=MARTIN, clock=clock)
    assert load_draft(store, draft_id).state is State.REJECTED
