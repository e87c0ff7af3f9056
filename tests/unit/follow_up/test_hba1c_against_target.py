"""HbA1c against its target: the last value known, a value given as a bound, two targets."""

import pytest
from follow_up_visits import GUIDELINES, MODELS, draft, state, visit
from laennec.engine import parse, screen
from laennec.engine.words import Sentences
from laennec.engine.words.follow_up_lines import due_line, head_lines
from laennec.engine.words.text import render_text

TYPE_2 = {"questionnaire": {"diabetes_type": "type_2"}}


def known(*previous, **given):
    return draft(previous=previous, answers=TYPE_2, **given)


def due(one):
    found = state(one, "hba1c")
    return found.state, found.months


def ids(one):
    return {m.id.removeprefix("follow_up.limit.") for m in one.follow_up.limits}


@pytest.mark.parametrize("value", ["9.8", "11.8", ">14.0", ">=7.0"])
def test_a_last_hba1c_above_the_target_is_due_again_after_three_months(value):
    """An HbA1c of 11.8 % of five months ago was "done (every 6 months)"."""
    one = known(visit(day="2026-06-03", hba1c=value), weight="85")
    assert due(one) == ("due", 3)
    assert "3" in due_line(state(one, "hba1c"), Sentences("fr"))


@pytest.mark.parametrize("value", ["6.6", "7.0", "<7.0", "7.004"])
def test_a_last_hba1c_at_the_target_stays_done_for_six_months(value):
    assert due(known(visit(day="2026-06-03", hba1c=value), weight="85")) == ("up_to_date", 6)


def test_the_last_value_counts_whatever_the_order_of_the_visits():
    high, low = visit(day="2026-02-03", hba1c="9.8"), visit(day="2026-06-03", hba1c="6.6")
    assert due(known(high, low, weight="85")) == due(known(low, high, weight="85"))
    assert due(known(high, low, weight="85")) == ("up_to_date", 6)
    assert due(known(low, hba1c="9.8")) == ("up_to_date", 3)
    assert due(known(weight="85")) == ("unknown", 6)


@pytest.mark.parametrize("bound", [">6.0", "<10.0", "<=7.5"])
def test_a_bound_that_leaves_the_target_open_makes_no_longer_interval(bound):
    """Pinned: 9.5 % of July, then ">6.0 %" of August, was "done (every 6 months)" in November."""
    after = visit(day="2026-07-15", hba1c=bound)
    high, calm = visit(day="2026-06-20", hba1c="9.5"), visit(day="2026-06-20", hba1c="6.6")
    assert due(known(high, after, weight="85")) == ("due", 3)
    assert due(known(calm, after, weight="85")) == ("up_to_date", 6)
    assert due(known(after, weight="85")) == ("due", 3)
    assert due(known(high, hba1c=bound)) == ("up_to_date", 3)


@pytest.mark.parametrize("values", [("9.5", "<7.0"), ("6.6", ">14.0"), ("6.6", "9.5")])
def test_of_results_of_one_day_the_one_above_the_target_counts(values):
    for order in (values, values[::-1]):
        of_day = [visit(day="2026-06-20", hba1c=value) for value in order]
        for number, one in enumerate(of_day):
            one["visit_id"] = f"v{number}"
        assert due(known(*of_day, weight="85")) == ("due", 3)


def test_a_value_beyond_what_the_method_prints_is_above_the_target():
    """HbA1c ">14.0 %" gave "control not assessable", "every 6 months"."""
    one = known(hba1c=">14.0")
    assert due(one) == ("up_to_date", 3)
    assert one.follow_up.band == "high"
    assert one.follow_up.index == known(hba1c="14.0").follow_up.index
    assert "bound" in ids(one)
    assert "bound" not in ids(known(hba1c="14.0"))
    for lang, words in (("fr", "plus de"), ("en", "more than")):
        assert words in " ".join(head_lines(one.follow_up, Sentences(lang)))


@pytest.mark.parametrize("value", ["<7.0", "<4.0", ">6.0"])
def test_a_bound_that_leaves_the_target_open_gives_no_index(value):
    one = known(hba1c=value)
    assert one.follow_up.index is None
    assert "bound" not in ids(one)


def test_a_bound_that_says_nothing_of_the_person_gives_no_index():
    one = known(hba1c=">14.0", conditions=["diabetes", "haemolysis"])
    assert one.follow_up.index is None


def targets(*values):
    more = [{"code": "hba1c_target", "value": value, "unit": unit} for value, unit in values]
    document = visit(hba1c="8.8", answers=TYPE_2)
    document["measurements"] += more
    return screen(parse(document), MODELS, GUIDELINES)


@pytest.mark.parametrize("order", [("6.5", "9.0"), ("9.0", "6.5")])
def test_of_two_targets_the_stricter_judges_and_both_are_named(order):
    """The last in the list won in silence: 8.8 % was "at the target"."""
    one = targets(*((value, "%") for value in order))
    assert one.follow_up.target_percent == 6.5
    assert one.follow_up.band == "high"
    assert due(one)[1] == 3
    (limit,) = (m for m in one.follow_up.limits if m.id == "follow_up.limit.two_targets")
    assert limit.parameters == {"percent": 6.5, "other": 9.0, "date": "2026-11-03"}
    for lang, both in (("fr", ("6,5 %", "9 %")), ("en", ("6.5 %", "9 %"))):
        said = " ".join(render_text(one, lang).split())
        assert all(text in said for text in both)


def test_one_target_said_twice_or_in_two_units_is_one():
    for second in (("7.0", "%"), ("53", "mmol/mol")):
        one = targets(("7.0", "%"), second)
        assert one.follow_up.target_percent == 7.0
        assert ids(one) == set()
    alone = targets(("53", "mmol/mol"))
    assert alone.follow_up.target_percent == 7.0


@pytest.mark.parametrize("value", ["6.6", "9.4", "12.0"])
def test_the_title_of_hba1c_with_known_diabetes_says_its_value(value):
    """It said "at its cut-off or just below" of 14.0 %."""
    one = known(hba1c=value)
    for lang, shown in (
        ("fr", f"HbA1c à {value.replace('.', ',')} %"),
        ("en", f"HbA1c of {value} %"),
    ):
        said = " ".join(render_text(one, lang).split())
        assert f"{shown}, " in said
        assert "just below" not in said
        assert "juste en dessous" not in said
