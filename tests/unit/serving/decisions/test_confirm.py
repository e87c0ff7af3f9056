"""serving/decisions/confirm.py: who may decide what, on which version, once."""

import pytest
from laennec.engine.errors import ConfirmationError, NotConfirmed, NotPermitted, Superseded
from laennec.serving.audit.verify import verify
from laennec.serving.decisions.confirm import Withdrawal, acknowledge, decide, mark_seen, withdraw
from laennec.serving.decisions.decisions import Decision, DecisionRequest, Verdict
from laennec.serving.decisions.release import release
from laennec.serving.drafts.drafts import load_draft, save_draft
from laennec.serving.drafts.states import State
from store_support import (
    BERNARD,
    MARTIN,
    NURSE,
    amend,
    ask,
    confirm,
    confirm_all,
    make_draft,
    reject,
)

DRAFT = make_draft()
FINDINGS = ("raised_pressure", "diabetes", "cvd")


@pytest.fixture
def draft_id(store, clock):
    return save_draft(store, DRAFT, rendered_language="fr", clock=clock)


def events(store):
    return verify(store).events


def test_a_saved_draft_is_kept_whole_and_waits(store, draft_id):
    report = load_draft(store, draft_id)
    assert report.document == DRAFT
    assert (report.state, report.version, report.urgency) == (State.DRAFT, 1, "U2")
    assert report.rendered_language == "fr"


def test_confirming_everything_confirms_the_report(store, draft_id, clock):
    decided = confirm_all(store, draft_id, DRAFT, clock)
    assert decided.state is State.CONFIRMED
    assert decided.decided == FINDINGS
    assert decided.undecided == ()
    assert load_draft(store, draft_id).state is State.CONFIRMED


def test_rejecting_everything_rejects_the_report(store, draft_id, clock):
    decided = decide(store, ask(draft_id, DRAFT, reject()), physician=MARTIN, clock=clock)
    assert decided.state is State.REJECTED


@pytest.mark.parametrize("other", [amend("cvd", "low"), reject("cvd")])
def test_any_mixture_is_amended(store, draft_id, clock, other):
    request = ask(draft_id, DRAFT, confirm("raised_pressure"), confirm("diabetes"), other)
    assert decide(store, request, physician=MARTIN, clock=clock).state is State.AMENDED


def test_a_partial_decision_is_kept_and_the_report_stays_seen(store, draft_id, clock):
    first = ask(draft_id, DRAFT, confirm("diabetes"))
    decided = decide(store, first, physician=MARTIN, clock=clock)
    assert decided.state is State.SEEN
    assert decided.undecided == ("raised_pressure", "cvd")
    with pytest.raises(NotConfirmed, match="a report that is 'seen' was asked for as final"):
        release(store, draft_id, clock=clock)
    rest = confirm_all(store, draft_id, DRAFT, clock, physician=BERNARD)
    assert rest.state is State.CONFIRMED
    assert rest.decided == ("raised_pressure", "cvd")


def test_a_nurse_is_refused(store, draft_id, clock):
    before = events(store)
    with pytest.raises(NotPermitted, match="by a person whose role is 'nurse'") as caught:
        confirm_all(store, draft_id, DRAFT, clock, physician=NURSE)
    assert NURSE.name not in str(caught.value)
    for act in (mark_seen, acknowledge):
        with pytest.raises(NotPermitted, match="call the physician"):
            act(store, draft_id, physician=NURSE, clock=clock)
    with pytest.raises(NotPermitted, match="the act 'withdraw'"):
        withdraw(store, Withdrawal(draft_id, "duplicate"), physician=NURSE, clock=clock)
    assert events(store) == before


def test_another_hash_than_the_current_one_is_superseded(store, draft_id, clock):
    request = DecisionRequest(draft_id, "0" * 64, (confirm(),))
    with pytest.raises(Superseded, match="is not that of this report"):
        decide(store, request, physician=MARTIN, clock=clock)
    assert load_draft(store, draft_id).state is State.DRAFT


def test_a_correction_supersedes_the_earlier_draft_and_keeps_it(store, draft_id, clock):
    corrected = make_draft(content="waist measured again")
    new_id = save_draft(store, corrected, rendered_language="fr", clock=clock)
    assert new_id != draft_id
    old, new = load_draft(store, draft_id), load_draft(store, new_id)
    assert (old.state, old.document) == (State.SUPERSEDED, DRAFT)
    assert (new.state, new.version) == (State.DRAFT, 2)
    with pytest.raises(Superseded, match="the visit was corrected after it was read"):
        confirm_all(store, draft_id, DRAFT, clock)
    assert confirm_all(store, new_id, corrected, clock).state is State.CONFIRMED


def test_a_correction_supersedes_even_a_confirmed_report(store, draft_id, clock):
    confirm_all(store, draft_id, DRAFT, clock)
    corrected = make_draft(content="other")
    save_draft(store, corrected, rendered_language="fr", clock=clock)
    with pytest.raises(Superseded):
        release(store, draft_id, clock=clock)


def test_the_same_content_saved_again_has_no_second_effect(store, draft_id, clock):
    before = events(store)
    again = save_draft(store, make_draft(), rendered_language="en", clock=clock)
    assert again == draft_id
    assert events(store) == before


def test_a_correction_does_not_move_a_visit_to_another_person(store, draft_id, clock):
    """Hazard H2: only after the wrong report is withdrawn may the visit be somebody else's."""
    moved = make_draft(person_id="person-2", content="corrected")
    with pytest.raises(NotPermitted, match="one of the two is the wrong patient") as caught:
        save_draft(store, moved, rendered_language="fr", clock=clock)
    assert "person-" not in str(caught.value)
    withdraw(store, Withdrawal(draft_id, "wrong-patient"), physician=MARTIN, clock=clock)
    new_id = save_draft(store, moved, rendered_language="fr", clock=clock)
    assert load_draft(store, new_id).person_id == "person-2"


def test_a_correction_back_to_the_first_content_is_a_third_version(store, draft_id, clock):
    save_draft(store, make_draft(content="other"), rendered_language="fr", clock=clock)
    third = load_draft(store, save_draft(store, DRAFT, rendered_language="fr", clock=clock))
    assert third.version == 3
    assert third.draft_id != draft_id
    assert third.content_hash == DRAFT["content_hash"]


def test_a_decided_finding_is_not_overwritten(store, draft_id, clock):
    decide(store, ask(draft_id, DRAFT, confirm("cvd")), physician=MARTIN, clock=clock)
    with pytest.raises(NotPermitted, match="decided already"):
        decide(store, ask(draft_id, DRAFT, reject("cvd")), physician=BERNARD, clock=clock)


def test_a_closed_report_is_not_decided_again(store, draft_id, clock):
    confirm_all(store, draft_id, DRAFT, clock)
    with pytest.raises(NotPermitted, match="a decision that was taken is not overwritten"):
        decide(store, ask(draft_id, DRAFT, reject()), physician=BERNARD, clock=clock)


def test_the_very_same_act_gives_the_same_answer_once(store, draft_id, clock):
    first = confirm_all(store, draft_id, DRAFT, clock)
    before = events(store)
    clock.move(60)
    assert all(confirm_all(store, draft_id, DRAFT, clock) == first for _ in range(20))
    assert events(store) == before


def test_a_replay_after_the_report_moved_on_gives_the_first_answer(store, draft_id, clock):
    part = ask(draft_id, DRAFT, confirm("cvd"), key="act-1")
    first = decide(store, part, physician=MARTIN, clock=clock)
    confirm_all(store, draft_id, DRAFT, clock)
    save_draft(store, make_draft(content="other"), rendered_language="fr", clock=clock)
    assert decide(store, part, physician=MARTIN, clock=clock) == first
    assert first.state is State.SEEN


def test_a_key_that_named_another_act_is_refused(store, draft_id, clock):
    part = ask(draft_id, DRAFT, confirm("cvd"), key="act-1")
    decide(store, part, physician=MARTIN, clock=clock)
    other = ask(draft_id, DRAFT, confirm("diabetes"), key="act-1")
    with pytest.raises(NotPermitted, match="an idempotency key that named another act before"):
        decide(store, other, physician=MARTIN, clock=clock)
    assert decide(store, other, physician=BERNARD, clock=clock).decided == ("diabetes",)


@pytest.mark.parametrize(
    ("decisions", "message"),
    [
        ((), "no decision at all: silence is never confirmation"),
        ((confirm("cvd"), reject("cvd")), "a finding decided twice in one act"),
        ((confirm(), reject("cvd")), "a finding decided twice in one act"),
        ((Decision("cvd", Verdict.REJECT),), "no reason: "),
        ((reject("cvd", reason="because"),), "a reason that is not in the list"),
        ((reject("cvd", reason="other"),), "the reason 'other' without words"),
        ((Decision("cvd", Verdict.REJECT, "other", "  "),), "the reason 'other' without words"),
        ((Decision("cvd", Verdict.CONFIRM, "duplicate"),), "a confirmation with a reason"),
        ((Decision("cvd", Verdict.AMEND, "duplicate"),), "an amendment without its new state"),
        ((amend("*", "low"),), "one amendment for every finding"),
        (
            (Decision("cvd", Verdict.CONFIRM, amended_to="low"),),
            "a new state without an amendment",
        ),
        ((confirm("other_finding"),), "a finding that this report does not have"),
        ((amend("cvd", "present"),), "a new state that a risk can't have"),
        ((amend("raised_pressure", "low"),), "a new state that a fact can't have"),
        ((amend("diabetes", "high"),), "an amendment to what was drafted"),
    ],
)
def test_a_decision_that_contradicts_itself_is_refused(store, draft_id, clock, decisions, message):
    before = events(store)
    with pytest.raises(NotPermitted) as caught:
        decide(store, ask(draft_id, DRAFT, *decisions), physician=MARTIN, clock=clock)
    assert message in str(caught.value)
    assert caught.value.remedy
    assert events(store) == before
    assert load_draft(store, draft_id).state is State.DRAFT


def test_an_endless_idempotency_key_is_refused(store, draft_id, clock):
    with pytest.raises(NotPermitted, match="an idempotency key that is too long"):
        decide(store, ask(draft_id, DRAFT, confirm(), key="k" * 201), physician=MARTIN, clock=clock)


def test_the_reason_other_with_words_is_taken(store, draft_id, clock):
    words = Decision("cvd", Verdict.REJECT, "other", "measured on the wrong arm")
    decided = decide(store, ask(draft_id, DRAFT, words), physician=MARTIN, clock=clock)
    assert decided.decided == ("cvd",)


def test_an_unknown_report_is_said_so(store, clock):
    with pytest.raises(ConfirmationError, match="there is no report with this id"):
        confirm_all(store, "nowhere", DRAFT, clock)


def test_seen_and_acknowledged_decide_nothing(store, draft_id, clock):
    assert acknowledge(store, draft_id, physician=MARTIN, clock=clock) is State.DRAFT
    assert mark_seen(store, draft_id, physician=MARTIN, clock=clock) is State.SEEN
    assert mark_seen(store, draft_id, physician=BERNARD, clock=clock) is State.SEEN
    with pytest.raises(NotConfirmed):
        release(store, draft_id, clock=clock)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"visit_id": ""}, "visit_id is missing or empty"),
        ({"person_id": None}, "person_id is missing or empty"),
        ({"status": "confirmed"}, "status is not draft"),
        ({"content_hash": "short"}, "content_hash is not 64 hexadecimal digits"),
        ({"findings": []}, "it has no findings"),
        ({"findings": [DRAFT["findings"][0]] * 2}, "do not each have an id of their own"),
        ({"findings": [{"id": "*", "kind": "fact"}]}, "do not each have an id of their own"),
        ({"findings": [{"id": "a", "kind": "guess"}]}, "neither a fact nor a risk"),
        ({"urgent": [{"level": "U9"}]}, "an urgency level is unknown"),
    ],
)
def test_a_draft_nobody_could_decide_on_is_refused(store, clock, change, message):
    with pytest.raises(ConfirmationError, match=message):
        save_draft(store, {**DRAFT, **change}, rendered_language="fr", clock=clock)
    assert events(store) == 0
