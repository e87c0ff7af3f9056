"""serving/drafts/versions.py: whose visit a number is after the guard refused a draft of it."""

import pytest
from laennec.engine.errors import NotPermitted
from laennec.serving.audit.verify import verify
from laennec.serving.drafts.drafts import load_draft, save_draft
from laennec.serving.drafts.states import State
from laennec.serving.store.store import open_store
from laennec.serving.worklist.worklist import worklist
from store_support import make_draft, of_another

RIGHT = make_draft(person_id="planned", content="right")
WRONG = of_another(make_draft(person_id="other", content="wrong", urgency="U0"))


def keep(store, draft, clock):
    return save_draft(store, draft, rendered_language="fr", clock=clock)


def waiting(store, clock):
    return {item.draft_id: item.urgency for item in worklist(store, clock=clock)}


@pytest.mark.parametrize("order", [(WRONG, RIGHT), (RIGHT, WRONG)], ids=["wrong first", "last"])
def test_the_planned_person_and_a_wrong_record_stand_beside_each_other(store, clock, order):
    """The bug it pins: who was planned was refused until a physician withdrew the wrong record."""
    ids = {draft["person_id"]: keep(store, draft, clock) for draft in order}
    assert waiting(store, clock) == {ids["planned"]: "U2", ids["other"]: "U0"}
    assert {load_draft(store, i).version for i in ids.values()} == {1, 2}
    assert verify(store).is_intact


def test_each_of_them_is_corrected_alone_also_after_a_restart(store, clock):
    wrong, right = keep(store, WRONG, clock), keep(store, RIGHT, clock)
    again = open_store(store.engine.url.render_as_string(hide_password=False), create=False)
    better = keep(again, make_draft(person_id="planned", content="better"), clock)
    assert keep(again, WRONG, clock) == wrong
    corrected = keep(again, of_another(make_draft(person_id="other", content="2")), clock)
    again.close()
    states = {i: load_draft(store, i).state for i in (wrong, right, better, corrected)}
    assert states == {
        wrong: State.SUPERSEDED,
        right: State.SUPERSEDED,
        better: State.DRAFT,
        corrected: State.DRAFT,
    }
    assert waiting(store, clock) == {better: "U2", corrected: "U0"}, (
        "the alarm that nobody answered"
    )


def test_an_identity_that_was_mistyped_is_replaced_by_the_right_one_and_never_the_reverse(
    store, clock
):
    mistyped = of_another(make_draft(person_id="planned", content="mistyped", urgency="U0"))
    first, right = keep(store, mistyped, clock), keep(store, RIGHT, clock)
    assert load_draft(store, first).state is State.SUPERSEDED
    assert waiting(store, clock) == {right: "U0"}, "its alarm stays until a physician answers it"
    second = keep(store, mistyped, clock)
    assert load_draft(store, right).state is State.DRAFT
    assert second != first


def test_the_alarm_of_a_visit_outlives_a_wrong_record_between_it_and_its_correction(store, clock):
    keep(store, make_draft(person_id="planned", content="alarm", urgency="U0"), clock)
    for wrong in (WRONG, of_another(make_draft(person_id="planned", content="mistyped"))):
        keep(store, wrong, clock)
    corrected = keep(store, RIGHT, clock)
    assert waiting(store, clock)[corrected] == "U0"


def test_where_nobody_is_known_to_be_the_wrong_one_the_number_stays_with_the_first(store, clock):
    keep(store, WRONG, clock)
    keep(store, RIGHT, clock)
    with pytest.raises(NotPermitted, match="belongs to another person"):
        keep(store, make_draft(person_id="third"), clock)
