"""serving/drafts/states.py: every state with every act, written out by hand."""

import itertools

import pytest
from laennec.engine.errors import NotPermitted, Superseded
from laennec.serving.drafts.states import TRANSITIONS, UNDECIDED, Act, State, next_state

# The only ways there are (hazards H8 and H10): from, act, to.
WAYS = {
    ("draft", "see"): "seen",
    ("draft", "acknowledge"): "draft",
    ("draft", "supersede"): "superseded",
    ("draft", "withdraw"): "withdrawn",
    ("seen", "see"): "seen",
    ("seen", "acknowledge"): "seen",
    ("seen", "decide_part"): "seen",
    ("seen", "confirm"): "confirmed",
    ("seen", "amend"): "amended",
    ("seen", "reject"): "rejected",
    ("seen", "supersede"): "superseded",
    ("seen", "withdraw"): "withdrawn",
    ("confirmed", "release"): "confirmed",
    ("confirmed", "write_letter"): "confirmed",
    ("confirmed", "supersede"): "superseded",
    ("confirmed", "withdraw"): "withdrawn",
    ("amended", "release"): "amended",
    ("amended", "write_letter"): "amended",
    ("amended", "supersede"): "superseded",
    ("amended", "withdraw"): "withdrawn",
    ("rejected", "supersede"): "superseded",
    ("rejected", "withdraw"): "withdrawn",
    ("draft", "note_impression"): "draft",
    ("draft", "ask_advice"): "draft",
    ("draft", "advise"): "draft",
    ("draft", "judge"): "draft",
    ("seen", "note_impression"): "seen",
    ("seen", "ask_advice"): "seen",
    ("seen", "advise"): "seen",
    ("seen", "judge"): "seen",
} | {(state, "card_feedback"): state for state in State}


@pytest.mark.parametrize(("state", "act"), list(itertools.product(State, Act)))
def test_every_state_with_every_act(state, act):
    if (state, act) in WAYS:
        assert next_state(state, act, path="draft x") == WAYS[state, act]
        return
    error = Superseded if state is State.SUPERSEDED else NotPermitted
    with pytest.raises(error) as caught:
        next_state(state, act, path="draft x")
    assert caught.value.path == "draft x"
    assert caught.value.found
    assert caught.value.why
    assert caught.value.remedy


def test_the_table_holds_no_other_way():
    assert {(str(s), str(a)): str(t) for (s, a), t in TRANSITIONS.items()} == WAYS


def test_an_illegal_way_names_the_act_and_the_state():
    with pytest.raises(NotPermitted, match="the act 'release' on a report that is 'draft'"):
        next_state(State.DRAFT, Act.RELEASE, path="draft x")


def test_a_superseded_report_sends_the_physician_to_the_current_version():
    with pytest.raises(Superseded, match="read the current version on the worklist"):
        next_state(State.SUPERSEDED, Act.CONFIRM, path="draft x")


def test_no_way_leads_out_of_superseded_or_withdrawn():
    gone = (State.SUPERSEDED, State.WITHDRAWN)
    assert not [way for way, to in TRANSITIONS.items() if way[0] in gone and to is not way[0]]


def test_confirmed_is_reached_by_the_physicians_act_only():
    reaching = {a for (s, a), t in TRANSITIONS.items() if t is State.CONFIRMED and s in UNDECIDED}
    assert reaching == {Act.CONFIRM}
