"""What was declared, or seen on an ECG, at an earlier visit is not forgotten today."""

import pytest
from earlier_visits import draft_of, visit
from ecg_visits import drafted, earlier, given
from laennec.engine.vocabulary import load_vocabulary
from laennec.engine.words.text import render_text

SYMPTOMS = [q.removeprefix("symptom.") for q in load_vocabulary().questions if q[:8] == "symptom."]
UNANSWERED = {"symptoms": None}


def today(**more):
    return {k: v for k, v in visit("2026-11-10", **more).items() if v is not None}


def text(draft, lang="en"):
    return " ".join(render_text(draft, lang).split())


@pytest.mark.parametrize("symptom", SYMPTOMS)
def test_a_symptom_that_was_urgent_yesterday_is_asked_about_or_noted(symptom):
    """Pinned: chest pain of yesterday (U0) left not one word, symptoms asked or not."""
    before = visit("2026-11-09", symptoms=[symptom])
    is_urgent = draft_of(before).urgency in ("U0", "U1")
    asked = [i for i in draft_of(today(**UNANSWERED), before).urgent if i.inputs]
    mine = [i for i in asked if i.inputs[0].name == f"symptom.{symptom}"]
    assert [i.message.id for i in mine] == ["urgent.earlier_symptom"] * is_urgent
    assert [i.level for i in mine] == ["U1"] * is_urgent
    denied = draft_of(today(), before)
    assert denied.urgent == ()
    notes = [n for n in denied.notes if n.code == "earlier_symptom"]
    assert [n.item for n in notes] == [f"symptom.{symptom}"] * is_urgent


def test_the_words_of_a_symptom_of_yesterday():
    before = visit("2026-11-09", symptoms=["chest_pain"])
    assert "Earlier visit (1 d ago), declared then: chest pain." in text(
        draft_of(today(**UNANSWERED), before)
    )
    assert "déclaré alors : douleur thoracique" in text(draft_of(today(**UNANSWERED), before), "fr")
    assert "today it is denied" in text(draft_of(today(), before))


def test_a_symptom_of_long_ago_is_not_asked_and_one_of_a_later_day_is():
    old = visit("2026-10-01", symptoms=["chest_pain"])
    assert draft_of(today(**UNANSWERED), old).urgent == ()
    assert "earlier_symptom" not in {n.code for n in draft_of(today(), old).notes}
    later = visit("2026-11-12", symptoms=["chest_pain"])
    (item,) = draft_of(today(), later).urgent
    assert (item.level, item.message.id) == ("U1", "urgent.earlier_symptom_after")
    refused = {**visit("2026-11-09", symptoms=["chest_pain"]), "conditions": ["zzz"]}
    (item,) = draft_of(today(**UNANSWERED), refused).urgent
    assert item.level == "U1"


def test_a_symptom_that_is_still_there_speaks_for_itself():
    before = visit("2026-11-09", symptoms=["chest_pain"])
    draft = draft_of(today(symptoms=["chest_pain"]), before)
    assert [i.rule_id for i in draft.urgent] == ["declared_chest_pain"]
    assert draft.urgency == "U0"


@pytest.mark.parametrize(("day", "level"), [("2026-11-02", "U2"), ("2021-03-03", "U3")])
def test_what_an_earlier_ecg_said_is_told_where_today_has_none(day, level):
    """Pinned: atrial fibrillation of yesterday (U2) was printed nowhere."""
    draft = drafted(None, earlier(given("atrial_fibrillation"), day))
    said = [i for i in draft.urgent if i.message.id == "urgent.earlier_ecg_said"]
    assert ("ecg_atrial_fibrillation", level) in {(i.rule_id, i.level) for i in said}
    assert all(item.source for item in said)
    assert "atrial fibrillation. There is none today" in text(draft)
    assert "fibrillation" in text(draft, "fr")


FLAT = {"leads": {"II": [0.0] * 5000, "V1": [0.0] * 5000}, "fs": 500, "unit": "mV"}


@pytest.mark.parametrize("now", [{"file": "nosuch.hea"}, FLAT], ids=["no file", "flat"])
def test_an_ecg_of_today_that_was_not_read_settles_nothing(now):
    """Pinned: the fibrillation of yesterday vanished where today named a file that is not there."""
    draft = drafted(now, earlier(given("atrial_fibrillation"), "2026-11-02"))
    said = {(i.rule_id, i.level) for i in draft.urgent}
    assert ("ecg_atrial_fibrillation", "U2") in said
    assert "n'y en a pas de lisible" in text(draft, "fr")


def test_an_earlier_ecg_that_was_followed_by_one_today_says_nothing_by_itself():
    draft = drafted(given(start_s=20.0), earlier(given("atrial_fibrillation"), "2026-11-02"))
    assert "urgent.earlier_ecg_said" not in {i.message.id for i in draft.urgent}
    assert drafted(None, earlier(given(), "2026-11-02")).urgent == ()
