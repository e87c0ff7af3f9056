"""A record that is refused still says what was urgent at the earlier visits that came with it."""

import pytest
from earlier_visits import GUIDELINES, MODELS, draft_of, glucose, pressure, visit
from laennec.engine import parse, screen
from laennec.engine.words.text import render_text

TYPOS = {
    "unknown condition": {"conditions": ["zzz"]},
    "day in words": {"performed_at": "hier"},
    "no such day": {"performed_at": "2021-13-45"},
    "empty day": {"performed_at": ""},
    "before the birth": {"performed_at": "1926-11-10T09:20:00+01:00"},
}


@pytest.mark.parametrize("typo", TYPOS.values(), ids=TYPOS)
@pytest.mark.parametrize("day", ["2026-11-09T09:20:00+01:00", "hier", ""])
def test_a_typo_of_today_hides_no_urgent_value_of_yesterday(typo, day):
    """Pinned: 225/130 and 4.0 g/L of yesterday stood nowhere, as today's visit was refused."""
    before = visit("2026-11-09", *pressure("225", "130"), glucose("4.0"))
    before["performed_at"] = day
    draft = draft_of(visit("2026-11-10") | typo, before)
    assert draft.urgency == "U1"
    for lang, comma in (("fr", ","), ("en", ".")):
        text = " ".join(render_text(draft, lang).split())
        assert "130 mmHg" in text
        assert f"4{comma}0 g/L" in text


def test_where_today_has_no_day_the_earlier_day_is_told_and_the_days_count_from_the_last_one():
    today = visit("2026-11-10") | {"performed_at": "hier"}
    calm = visit("2026-11-09")
    near, old = (visit(day, *pressure("225", "130")) for day in ("2026-11-01", "2026-01-01"))
    (item,) = draft_of(today, calm, near).urgent
    assert item.message.id == "urgent.earlier_value_dated"
    assert item.message.parameters["date"] == "2026-11-01"
    assert draft_of(today, calm, old).urgent == ()


def test_what_was_measured_at_the_refused_visit_is_not_asked_again():
    today = visit("2026-11-10", *pressure("122", "76")) | {"conditions": ["zzz"]}
    assert draft_of(today, visit("2026-11-09", *pressure("225", "130"))).urgent == ()


@pytest.mark.parametrize("wrap", [lambda v: v, lambda v: [[v]]], ids=["an object", "a list in it"])
def test_an_earlier_visit_that_stands_in_the_wrong_place_is_refused_and_read(wrap):
    """One visit sent as an object instead of a list of one: its pressure stood nowhere."""
    before = visit("2026-11-09", *pressure("225", "130"))
    given = visit("2026-11-10") | {"previous_visits": wrap(before)}
    draft = screen(parse(given), MODELS, GUIDELINES)
    assert draft.refused_items[0].severity == "refused_record"
    assert draft.urgency == "U1"


PERSON = visit("2026-11-10")["person"]
WHOSE = {
    "born after both days": {"birth_date": "2030-01-01"},
    "born on another day": {"birth_date": "1974-03-03"},
    "of the other sex": {"sex": "male"},
    "without a number": {"id": ""},
}


@pytest.mark.parametrize("wrong", WHOSE.values(), ids=WHOSE)
@pytest.mark.parametrize("is_today", [False, True], ids=["of then", "of today"])
def test_a_wrong_identity_hides_no_urgent_value(wrong, is_today):
    """Pinned: 225/130 and 4.0 g/L of yesterday stood nowhere beside a mistyped birth date."""
    today, before = (
        visit(day, *more)
        for day, more in (
            ("2026-11-10", ()),
            ("2026-11-09", (*pressure("225", "130"), glucose("4.0"))),
        )
    )
    (today if is_today else before)["person"] = PERSON | wrong
    draft = draft_of(today, before)
    assert draft.urgency == "U1"
    assert {i.message.id.removesuffix("_undated") for i in draft.urgent} == {"urgent.of_whom"}
    for lang, said, comma in (
        ("fr", "On ne sait pas de qui c'est", ","),
        ("en", "Whose it is is not known", "."),
    ):
        text = " ".join(render_text(draft, lang).split())
        assert text.count(said) == 2
        assert "130 mmHg" in text
        assert f"4{comma}0 g/L" in text


def test_of_a_visit_under_another_number_it_is_said_what_is_urgent_and_no_value():
    before = visit("2026-11-09", *pressure("225", "130")) | {"person": PERSON | {"id": "p2"}}
    draft = draft_of(visit("2026-11-10", *pressure("122", "76")), before)
    (item,) = draft.urgent
    assert (item.message.id, item.level, item.inputs) == ("urgent.of_whom", "U1", ())
    assert item.message.parameters == {
        "elements": "id", "item": "systolic_bp", "date": "2026-11-09"}  # fmt: skip
    assert "225" not in render_text(draft, "en")


def test_a_symptom_of_a_visit_whose_identity_contradicts_is_told():
    before = visit("2026-11-09", symptoms=["chest_pain"])
    before["person"] = PERSON | {"birth_date": "2030-01-01"}
    assert "chest pain" in render_text(draft_of(visit("2026-11-10"), before), "en").lower()


def test_what_is_longer_ago_or_calm_in_a_visit_whose_identity_contradicts_is_not_told():
    other = {"person": PERSON | {"birth_date": "1975-03-02"}}
    old = visit("2026-01-09", *pressure("225", "130")) | other
    calm = visit("2026-11-09", *pressure("122", "76")) | other
    assert draft_of(visit("2026-11-10"), old, calm).urgent == ()
