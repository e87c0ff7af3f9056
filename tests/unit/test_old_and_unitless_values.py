"""Values whose date or unit is what is wrong: urgent by a guideline row as by a rule, and later.

Pinned: triglycerides of 12 mmol/L "of 14 months ago" were U3 where an HbA1c of 13 % was U1, and an
HbA1c of 13 without a unit (U1 alone) stood nowhere three days later.
"""

import pytest
from earlier_visits import GUIDELINES, MODELS, draft_of, visit
from laennec.engine import parse, screen
from laennec.engine.words.text import render_text

OLD = ("2025-08-01T08:00:00+02:00", "1950-01-01T08:00:00+01:00")
TRIGLYCERIDES = {"code": "triglycerides", "value": "12", "unit": "mmol/L"}
UNITLESS = [
    ("hba1c", "13", ""),
    ("hba1c", "13", "furlong"),
    ("triglycerides", "12", ""),
    ("egfr", "11", ""),
    ("glucose", "0.4", ""),
]


def alone(now):
    return screen(parse(now), MODELS, GUIDELINES)


def of(draft, name):
    return [i for i in draft.urgent if i.inputs and i.inputs[0].name.partition(".")[0] == name]


@pytest.mark.parametrize("at", OLD)
@pytest.mark.parametrize("more", [{}, {"conditions": ["zzz"]}], ids=["", "refused"])
@pytest.mark.parametrize(("value", "unit"), [("12", "mmol/L"), ("1100", "mg/dL"), ("65", "g/L")])
def test_a_row_of_a_guideline_holds_if_only_the_date_is_wrong(at, more, value, unit):
    given = TRIGLYCERIDES | {"at": at, "value": value, "unit": unit}
    draft = alone(visit("2026-11-10", given, **more))
    assert draft.urgency == "U1"
    (item,) = of(draft, "triglycerides")
    assert (item.rule_id, item.level) == ("lipids.tg_10", "U1")
    assert (item.message.id, item.action) == ("urgent.remeasure_old", "measure_again_check_date")
    for lang in ("fr", "en"):
        assert f"{value} {unit}" in " ".join(render_text(draft, lang).split())


@pytest.mark.parametrize("at", OLD)
@pytest.mark.parametrize(("day", "told"), [("2026-11-09", ""), ("2027-11-09", "_after")])
def test_so_it_does_at_an_earlier_visit_and_at_one_that_is_dated_later(at, day, told):
    before = visit(day, TRIGLYCERIDES | {"at": at})
    for today in (draft_of(visit("2026-11-10"), before), draft_of(refused(), before)):
        (item,) = of(today, "triglycerides")
        assert (today.urgency, item.level) == ("U1", "U1")
        assert item.message.id == f"urgent.earlier_value_waits{told}"


def refused():
    return visit("2026-11-10", conditions=["zzz"], person={"id": "p1", "sex": "femal"})


def test_a_calm_old_value_and_one_that_was_measured_again_stay_calm():
    old = TRIGLYCERIDES | {"at": OLD[0]}
    now = {**TRIGLYCERIDES, "value": "1.2"}
    assert alone(visit("2026-11-10", {**old, "value": "1.2"})).urgent == ()
    assert alone(visit("2026-11-10", old, now)).urgent == ()
    assert draft_of(visit("2026-11-10", now), visit("2026-11-09", old)).urgent == ()
    assert draft_of(visit("2026-11-10"), visit("2026-09-09", old)).urgent == ()


@pytest.mark.parametrize(("code", "value", "unit"), UNITLESS)
@pytest.mark.parametrize(("day", "told"), [("2026-11-07", ""), ("2027-11-07", "_after")])
def test_a_value_without_a_unit_is_told_of_an_earlier_visit(code, value, unit, day, told):
    before = visit(day, {"code": code, "value": value, "unit": unit})
    assert alone(before).urgency in ("U0", "U1")
    for now in (visit("2026-11-10"), refused()):
        today = draft_of(now, before)
        (item,) = of(today, code)
        assert today.urgency == "U1"
        assert item.message.id == f"urgent.earlier_value_no_unit{told}"
        assert "waits for its unit" in " ".join(render_text(today, "en").split())
        assert "attend son unité" in " ".join(render_text(today, "fr").split())


def test_it_is_not_told_once_it_was_measured_again():
    before = visit("2026-11-07", {"code": "hba1c", "value": "13", "unit": ""})
    now = visit("2026-11-10", {"code": "hba1c", "value": "5.3", "unit": "%"})
    assert draft_of(now, before).urgent == ()


@pytest.mark.parametrize(
    ("value", "rule", "told"),
    [
        ("250", "creatinine_354", "_other_unit"),
        ("340", "egfr_below_15", ""),
        ("400", "creatinine_354", ""),
    ],
)
def test_a_creatinine_that_waits_cites_what_it_would_meet(value, rule, told):
    given = {"code": "creatinine", "value": value, "unit": "umol/L"}
    (item,) = of(alone(visit("2026-11-10", given)), "creatinine")
    assert (item.rule_id, item.level) == (rule, "U1")
    assert item.message.id == f"urgent.remeasure{told}"
    if told:
        assert item.message.parameters["read_unit"] != "unit:umol/L"
    today = draft_of(visit("2026-11-10"), visit("2026-11-09", given))
    (item,) = of(today, "creatinine")
    assert (item.rule_id, item.message.id) == (rule, "urgent.earlier_value_waits")
    assert "was not used; it would be urgent" in " ".join(render_text(today, "en").split())
