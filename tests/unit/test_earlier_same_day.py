"""A result of an earlier visit of the same day is not lost, whatever came after it."""

import pytest
from earlier_visits import draft_of, glucose, named, pressure, visit
from laennec.engine.words.text import render_text

DAY = "2026-11-10"


def hba1c(value):
    return {"code": "hba1c", "value": value, "unit": "%"}


@pytest.mark.parametrize("today", [(), (glucose("1.00"),), (glucose("0.80"),)])
@pytest.mark.parametrize(("high", "waits"), [("1.40", ""), ("6.50", "_waits")])
def test_a_glucose_in_the_diabetes_range_of_that_day_is_said_and_confirmed(today, high, waits):
    """1.40 g/L at seven, nothing or 1.00 at nine: the day before it asked for a second test."""
    draft = draft_of(visit(DAY, *pressure("122", "76"), *today), visit(DAY, glucose(high)))
    finding = named(draft, "diabetes_range")
    assert (finding.urgency, finding.proposed_action) == ("U2", "confirm_fasting_glucose")
    for name in ("t2d_undiagnosed", "dysglycaemia", "diabetes_range"):
        said = {m.id for m in named(draft, name).limits}
        assert f"limit.earlier_diabetes_range{waits}_today" in said


@pytest.mark.parametrize(("lang", "words"), [("fr", "autre visite de ce jour"), ("en", "this day")])
def test_an_hba1c_of_that_day_is_not_undone_by_a_lower_one(lang, words):
    draft = draft_of(visit(DAY, hba1c("5.5")), visit(DAY, hba1c("13")))
    finding = named(draft, "hba1c_suspicion")
    assert (finding.urgency, finding.proposed_action) == ("U2", "venous_fasting_glucose")
    assert words in " ".join(render_text(draft, lang).split())


def test_two_results_of_one_day_are_no_second_result_of_another():
    draft = draft_of(visit(DAY, glucose("1.30")), visit(DAY, glucose("1.45")))
    finding = named(draft, "diabetes_range")
    assert finding.message.id != "finding.diabetes_range.second_result"
    assert finding.proposed_action == "confirm_fasting_glucose"


def test_an_urgent_value_of_that_day_says_so_and_no_age():
    draft = draft_of(visit(DAY), visit(DAY, *pressure("235", "130")))
    told = {item.message.id for item in draft.urgent}
    assert "urgent.earlier_value_today" in told


def test_a_calm_visit_of_that_day_adds_nothing():
    draft = draft_of(visit(DAY, glucose("0.95")), visit(DAY, glucose("0.92"), hba1c("5.2")))
    assert not any(m.id.startswith("limit.earlier") for f in draft.findings for m in f.limits)
