"""What an earlier visit answered is read as of its day; today's answer always stands."""

import pytest
from follow_up_visits import draft, state, visit
from laennec.engine.words import Sentences
from laennec.engine.words.follow_up_lines import due_line

EYE = "last_eye_examination"


def asked(**answers):
    return {"questionnaire": answers}


def earlier(day="2026-06-20", medications=None, **answers):
    return visit(day=day, answers={**asked(**answers), "medications": medications})


def today(*previous, medications=None, **answers):
    given = {**asked(**answers), "medications": medications}
    return draft(previous=previous, answers=given, hba1c="5.0")


def eye(*previous, **answers):
    item = state(today(*previous, **answers), "eye")
    return item.state, item.said_on


@pytest.mark.parametrize(
    ("day", "answer", "expected"),
    [
        ("2026-06-20", "within_1_year", "unknown"),
        ("2025-06-20", "within_1_year", "due"),
        ("2026-06-20", "within_2_years", "due"),
        ("2026-06-20", "longer_ago", "due"),
        ("2026-06-20", "never", "due"),
    ],
)
def test_an_answer_grows_older_with_its_visit(day, answer, expected):
    """Pinned: of a retina examined in June it said "not recorded, ask"."""
    assert eye(earlier(day, **{EYE: answer})) == (expected, day)


def test_the_answer_of_today_stands_and_of_several_earlier_ones_the_last():
    before = [earlier("2025-12-01", **{EYE: "within_1_year"}), earlier(**{EYE: "never"})]
    assert eye(*before) == ("due", "2026-06-20")
    assert eye(*before[::-1]) == ("due", "2026-06-20")
    assert eye(*before, **{EYE: "within_1_year"}) == ("up_to_date", "")
    assert eye(earlier(**{EYE: "within_1_year"}), **{EYE: "longer_ago"}) == ("due", "")


@pytest.mark.parametrize(
    ("name", "code", "expected"),
    [
        ("pneumococcal_vaccination", "pneumococcus", "up_to_date"),
        ("dtp_booster_up_to_date", "dtp", "unknown"),
    ],
)
def test_a_vaccination_that_lasts_was_done_and_a_booster_is_asked_again(name, code, expected):
    yes, no = earlier(**{name: True}), earlier(**{name: False})
    assert state(today(yes), code).state == expected
    assert state(today(no), code).state == "due"
    assert state(today(yes, **{name: False}), code).state == "due", "today's answer stands"
    assert state(today(yes, no), code).state == "due", "of two of one day the worse"


@pytest.mark.parametrize(
    ("lang", "words"),
    [("fr", "visite du 20/06/2026"), ("en", "visit of 2026-06-20")],
)
def test_the_day_and_the_answer_are_said(lang, words):
    one = today(earlier(**{EYE: "within_1_year"}, pneumococcal_vaccination=True))
    for code in ("eye", "pneumococcus"):
        assert words in due_line(state(one, code), Sentences(lang))
    assert words not in due_line(state(one, "foot"), Sentences(lang))


INSULIN = ["insulin_or_secretagogue"]


def ids(messages):
    return {m.id.removeprefix("follow_up.") for m in messages}


def test_insulin_of_an_earlier_visit_asks_for_hypoglycaemia_with_its_day():
    """Pinned: under insulin in June, with HbA1c 5.0 %, nobody asked for unnoticed hypoglycaemia."""
    found = today(earlier(medications=INSULIN)).follow_up
    assert found.hypoglycaemia == "declared_before"
    (limit,) = (m for m in found.limits if m.id == "follow_up.limit.treatment_before")
    assert limit.parameters == {"date": "2026-06-20"}
    asked_for = {"question.treatment", "question.hypoglycaemia", "question.far_below_target"}
    assert ids(found.questions) >= asked_for


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (INSULIN, [], "none_declared"),
        (INSULIN, INSULIN, "declared"),
        ([], None, "not_stated"),
        (None, None, "not_stated"),
    ],
)
def test_no_treatment_of_an_earlier_visit_reassures_and_todays_answer_stands(before, now, expected):
    found = today(earlier(medications=before), medications=now).follow_up
    assert found.hypoglycaemia == expected
    assert "limit.treatment_before" not in ids(found.limits)
