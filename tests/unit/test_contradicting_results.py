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


def total(value):
    return {"code": "total_cholesterol", "value": value, "unit": "g/L"}


def hdl(value):
    return {"code": "hdl_cholesterol", "value": value, "unit": "g/L"}


LIPIDS = (*pressure("138", "84"), total("2.0"), hdl("0.5"))
TORN = {
    "total cholesterol": ([*LIPIDS[:2], LIPIDS[3]], total("1.4"), total("3.0")),
    "HDL cholesterol": (LIPIDS[:3], hdl("0.3"), hdl("0.9")),
    "HbA1c": (LIPIDS, hba1c("5.2"), hba1c("6.2")),
    "HbA1c in the range": (LIPIDS, hba1c("5.5"), hba1c("9.0")),
    "HbA1c and a bound": (LIPIDS, hba1c("5.2"), hba1c("> 6.2")),
}


def risks_of(rest, *results):
    draft = draft_of(visit("2026-11-10", *rest, *results))
    return {f.id: (f.band, f.risk) for f in draft.findings if f.kind != "fact"}, draft


@pytest.mark.parametrize(("rest", "one", "other"), TORN.values(), ids=TORN)
def test_no_model_answers_with_the_last_of_two_results_that_contradict(rest, one, other):
    """Pinned: HDL of 0.3 and then 0.9 g/L were "low", the other way round "intermediate"."""
    said, draft = risks_of(rest, one, other)
    assert said == risks_of(rest, other, one)[0]
    assert said["t2d_undiagnosed"] == ("not_assessable", None)
    for lang, words in (("fr", "attend une confirmation"), ("en", "waits for a confirmation")):
        text = " ".join(render_text(draft, lang).split())
        assert words in text or "9.0" in text or "9,0" in text


def test_results_within_what_a_test_repeats_are_read_by_models_as_before():
    said, _ = risks_of(LIPIDS[:3], hdl("0.50"), hdl("0.52"))
    assert said == risks_of(LIPIDS[:3], hdl("0.52"))[0]


def test_a_result_of_another_day_contradicts_none_of_the_visit():
    """What was 0.9 g/L a week ago may be 0.5 today: the last one is read."""
    old = hdl("0.9") | {"at": "2026-11-03T09:00:00+01:00"}
    said, _ = risks_of(LIPIDS[:3], old, hdl("0.5"))
    assert said == risks_of(LIPIDS[:3], hdl("0.5"))[0]
