"""Results of one test on one day that can't both be true: the worse one speaks."""

from itertools import permutations

import pytest
from earlier_visits import draft_of, glucose, named, pressure, visit
from laennec.engine.words.text import render_text


def hba1c(value):
    return {"code": "hba1c", "value": value, "unit": "%"}


def egfr(value):
    return {"code": "egfr", "value": value, "unit": "mL/min/{1.73_m2}"}


def ldl(value):
    return {"code": "ldl_cholesterol", "value": value, "unit": "g/L"}


KNOWN = {"conditions": ["diabetes"]}


@pytest.mark.parametrize("pair", list(permutations([hba1c("6.0"), hba1c("11.0")])))
def test_the_index_of_control_waits_for_results_of_today_that_contradict(pair):
    """Pinned: 11.0 % and then 6.0 % were "at target", and the other way round were not."""
    found = draft_of(visit("2026-11-10", *pressure("138", "84"), *pair, **KNOWN))
    assert found.follow_up.index is None
    said = {m.id for m in found.follow_up.limits}
    assert "follow_up.limit.contradicts" in said
    assert "follow_up.limit.hba1c_missing" not in said
    assert found.urgency == "U1", "11.0 % speaks"
    due = {item.id: item for item in found.follow_up.due}
    assert (due["hba1c"].state, due["hba1c"].months) == ("due", 3)


@pytest.mark.parametrize(
    "pair", [(ldl("0.9"), ldl("2.9")), (ldl("2.9"), ldl("0.9")), (egfr("90"), egfr("20"))]
)
def test_so_it_does_for_the_other_laboratory_tests_that_it_reads(pair):
    found = draft_of(visit("2026-11-10", *pressure("138", "84"), hba1c("7.9"), *pair, **KNOWN))
    said = {m.id for m in found.follow_up.limits}
    assert said & {"follow_up.limit.contradicts", "follow_up.limit.waits_moot"}


def test_results_that_differ_as_a_repetition_does_give_the_index():
    found = draft_of(visit("2026-11-10", hba1c("7.9"), hba1c("8.0"), **KNOWN))
    assert found.follow_up.index is not None


@pytest.mark.parametrize("pair", list(permutations([hba1c("5.5"), hba1c("9.0")])))
@pytest.mark.parametrize("apart", [False, True], ids=["one visit", "two visits of the day"])
def test_an_hba1c_of_two_results_is_no_median(pair, apart):
    """Pinned: the last HbA1c was 7.25 %."""
    visits = [visit("2025-11-10", one) for one in pair] if apart else [visit("2025-11-10", *pair)]
    draft = draft_of(visit("2026-11-10"), *visits)
    (trajectory,) = (t for t in draft.trajectories if t.item == "hba1c")
    assert (trajectory.tests, trajectory.last_value) == (0, None)
    text = " ".join(render_text(draft, "fr").split())
    assert "se contredisent : 5,5 % et 9 %" in text
    assert "7,25" not in text
    assert draft.urgency == "U2"


@pytest.mark.parametrize(
    ("pair", "told"),
    [
        ((hba1c("5.0"), hba1c("5.6")), "5,0 %, et 5,6 %"),
        ((glucose("0.80"), glucose("1.05")), "0,80 g/L, et 1,05 g/L"),
        ((ldl("0.9"), ldl("1.5")), "0,9 g/L, et 1,5 g/L"),
    ],
)
def test_two_results_of_today_are_both_said_whatever_their_cut_offs(pair, told):
    draft = draft_of(visit("2026-11-10", *pair))
    assert "results_contradict" in {note.code for note in draft.notes}
    assert told in " ".join(render_text(draft, "fr").split())
    assert "results_contradict" not in {
        n.code for n in draft_of(visit("2026-11-10", pair[0])).notes
    }


def test_a_pressure_beside_one_that_waits_is_no_last_value():
    """Pinned: of 150 and 235, which waits, the last pressure was 150."""
    both = [*pressure("150", "90"), *pressure("235", "95")]
    draft = draft_of(visit("2026-11-10"), visit("2026-01-10", *both))
    (trajectory,) = (t for t in draft.trajectories if t.item == "systolic_bp")
    assert trajectory.tests == 0
    text = " ".join(render_text(draft, "fr").split())
    assert "150 mmHg le 10/01/2026" in text
    assert "235" in text
    assert named(draft, "diabetes_range").urgency is None
