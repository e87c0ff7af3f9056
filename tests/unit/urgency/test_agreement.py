"""A finding never asks for less than the urgent item that reads the same measurement."""

import pytest
from calm_visit import VISIT
from laennec.engine import Models, load_guidelines, parse, screen
from laennec.engine.urgency.agreement import agree_with_urgent
from laennec.engine.words.text import render_text


def pressure(systolic, diastolic):
    return [
        {"code": "systolic_bp", "value": systolic, "unit": "mm[Hg]", "site": "left_arm"},
        {"code": "diastolic_bp", "value": diastolic, "unit": "mm[Hg]", "site": "left_arm"},
    ]


def finding_of(name, **more):
    draft = screen(parse(VISIT | more), Models(), load_guidelines())
    (finding,) = (f for f in draft.findings if f.id == name)
    return draft, finding


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_pressure_that_calls_now_never_says_today_after_a_rest(lang):
    draft, finding = finding_of("blood_pressure", measurements=pressure("220", "118"))
    assert (draft.urgency, finding.urgency) == ("U0", "U0")
    assert finding.proposed_action == "call_physician_now"
    assert finding.limits[-1].parameters == {"rule": "pressure_220_120"}
    text = " ".join(render_text(draft, lang).split())
    after_rest = {"fr": "après cinq minutes de repos ; si", "en": "after five minutes"}[lang]
    assert after_rest not in text.partition("220")[2].partition("ESH 2023 guidelines")[0]


def test_a_pressure_of_the_same_level_keeps_its_own_action():
    _, finding = finding_of("blood_pressure", measurements=pressure("185", "100"))
    assert finding.urgency == "U1"
    assert not any(limit.id == "limit.urgent_rule" for limit in finding.limits)


def test_only_the_finding_on_the_same_measurement_is_raised():
    waist = {"code": "waist", "value": "104", "unit": "cm"}
    draft, finding = finding_of("waist", measurements=[*pressure("220", "118"), waist])
    assert finding.urgency == "U3"
    assert agree_with_urgent(draft.findings, ()) == draft.findings


def test_a_value_that_is_measured_again_now_raises_its_finding_too():
    given = [*pressure("226", "118"), *pressure("190", "112")]
    draft, finding = finding_of("blood_pressure", measurements=given)
    assert {i.action for i in draft.urgent} >= {"remeasure_now_call_physician"}
    assert finding.urgency == "U0"


def test_triglycerides_of_today_stand_among_what_is_urgent():
    """They were U1 with an empty list of urgent items: a nurse saw a level without a reason."""
    value = {"code": "triglycerides", "value": "11.5", "unit": "mmol/L"}
    draft, finding = finding_of("triglycerides", measurements=[value])
    assert draft.urgency == finding.urgency == "U1"
    (item,) = draft.urgent
    assert (item.rule_id, item.level) == ("lipids.tg_10", "U1")
    assert (item.action, item.addressee) == (finding.proposed_action, finding.proposed_addressee)
    assert [v.value for v in item.inputs] == ["11.5"]


def test_a_finding_that_an_urgent_item_stands_for_makes_no_second_one():
    draft, _ = finding_of("blood_pressure", measurements=pressure("185", "100"))
    assert [item.rule_id for item in draft.urgent] == ["pressure_180_110"]
