"""What a guideline row calls urgent at an earlier visit is asked about today, as a rule's is.

Pinned: triglycerides of 12 mmol/L of yesterday (U1 alone) stood nowhere today.
"""

import pytest
from earlier_visits import MODELS, visit
from laennec.engine import load_guidelines, parse, screen
from laennec.engine.facts.inputs import slots_of
from laennec.engine.fixedpoint import format_nano
from laennec.engine.guidelines.load import SETS_FILE
from laennec.engine.prediagnosis import PRESSING
from laennec.engine.urgency.agreement import measurement_of
from laennec.engine.vocabulary.load import read_toml
from laennec.engine.words.text import render_text

SETS = {
    (topic, name)
    for topic, table in read_toml("laennec.engine.guidelines", SETS_FILE).items()
    for name in table["sets"]
}
SPECIMENS = {
    "fasting_venous": {"specimen": "venous_plasma", "fasting_hours": 10},
    "random_venous": {"specimen": "venous_plasma", "fasting_hours": 1},
    "unknown_fasting_venous": {"specimen": "venous_plasma"},
    "two_hour_75g": {"specimen": "venous_plasma", "challenge": "75_g_oral_2_h"},
    "capillary": {"specimen": "capillary"},
}

WAITING = {("heart_rate", "<")}
"""Item and operator of a row whose values are so rare that they wait for a confirmation."""


def pressing_rows():
    """Yield every row of every set whose grade cannot wait, in every unit."""
    for topic, name in sorted(SETS):
        guidelines = load_guidelines({topic: name})
        for spec in guidelines.findings:
            for row in spec.rows:
                outcome = spec.grades[row.grade].outcome
                if spec.set == name and outcome.urgency in PRESSING and row.threshold:
                    for unit, limit in row.threshold.values.items():
                        case = (topic, name, row.item, unit, limit, row.threshold.op)
                        yield pytest.param(case, id=f"{name}-{row.id}-{unit}")


def measured(case, times="1"):
    *_, item, unit, limit, op = case
    step = 1_000_000_000 if ">" in op else -1_000_000_000
    code, _, how = slots_of(item)[0].partition(".")
    more = {"site": how} if code.endswith("_bp") else SPECIMENS.get(how, {})
    value = format_nano(limit + (0 if "=" in op else step // 10)) if times == "1" else times
    return {"code": code, "value": value, "unit": unit, **more}


def drafts(now, before, sets=None):
    guidelines = load_guidelines(sets)
    alone = screen(parse(before), MODELS, guidelines)
    return alone, screen(parse(now | {"previous_visits": [before]}), MODELS, guidelines)


@pytest.mark.parametrize("case", list(pressing_rows()))
@pytest.mark.parametrize("more", [{}, {"symptoms": ["polyuria", "polydipsia"]}], ids=["", "thirst"])
def test_every_row_that_is_urgent_alone_is_asked_about_the_day_after(case, more):
    value = measured(case)
    before = visit("2026-11-09", value, **more)
    alone, today = drafts(visit("2026-11-10"), before, {case[0]: case[1]})
    if alone.urgency not in PRESSING:
        assert not more, "without the symptoms that the row reads it is no urgent one"
        assert today.urgent == ()
        return
    assert today.urgency == "U1"
    asked = {measurement_of(v.name) for i in today.urgent for v in i.inputs}
    assert measurement_of(value["code"]) in asked
    told = (
        "urgent.earlier_value_waits" if (case[2], case[-1]) in WAITING else "urgent.earlier_value"
    )
    assert {i.message.id for i in today.urgent} == {told}


TRIGLYCERIDES = [
    ("12", "mmol/L", ""),
    ("8.8", "g/L", ""),
    ("60", "g/L", "_waits"),
    ("1200", "mg/dL", ""),
    (">10", "mmol/L", ""),
    (">= 10", "mmol/L", ""),
    ("900", "mmol/L", "_waits"),
]


@pytest.mark.parametrize(("value", "unit", "waits"), TRIGLYCERIDES)
@pytest.mark.parametrize("more", [{}, {"conditions": ["diabetes"]}, {"conditions": ["zzz"]}])
def test_triglycerides_of_yesterday_are_measured_again(value, unit, waits, more):
    """With and without a diabetes, where they wait, and where their visit was refused."""
    given = {"code": "triglycerides", "value": value, "unit": unit}
    _, today = drafts(visit("2026-11-10"), visit("2026-11-09", given, **more))
    (item,) = (i for i in today.urgent if i.inputs and i.inputs[0].name == "triglycerides")
    assert (item.level, item.message.id) == ("U1", f"urgent.earlier_value{waits}")
    assert item.source.endswith("]")
    assert today.urgency == "U1"
    text = " ".join(render_text(today, "en").split())
    assert f"triglycerides: {value} {unit}".lower() in text.lower()


def test_one_dated_after_this_visit_is_told_and_one_measured_again_or_long_ago_is_not():
    high = {"code": "triglycerides", "value": "12", "unit": "mmol/L"}
    low = {"code": "triglycerides", "value": "1.1", "unit": "mmol/L"}
    _, today = drafts(visit("2026-11-10"), visit("2026-11-12", high))
    assert [i.message.id for i in today.urgent] == ["urgent.earlier_value_after"]
    for now, day in ((visit("2026-11-10", low), "2026-11-09"), (visit("2026-11-10"), "2026-10-01")):
        assert drafts(now, visit(day, high))[1].urgent == ()


@pytest.mark.parametrize(("value", "unit"), [("12", "mmol/L"), ("60", "g/L"), (">10", "mmol/L")])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_refused_visit_of_today_tells_it_too(value, unit, lang):
    """Pinned: 12 mmol/L of a refused visit of yesterday was told, and of one of today not."""
    given = {"code": "triglycerides", "value": value, "unit": unit}
    draft = screen(parse(visit("2026-11-10", given, conditions=["zzz"])), MODELS, load_guidelines())
    assert draft.urgency == "U1"
    (item,) = (i for i in draft.urgent if i.inputs and i.inputs[0].name == "triglycerides")
    assert (item.rule_id, item.level) == ("lipids.tg_10", "U1")
    assert "triglyc" in render_text(draft, lang).lower()
    calm = {**given, "value": "1.1", "unit": "mmol/L"}
    refused = visit("2026-11-10", calm, conditions=["zzz"])
    assert screen(parse(refused), MODELS, load_guidelines()).urgent == ()


def test_what_a_rule_says_of_a_refused_visit_is_said_once():
    pressing = [
        {"code": "systolic_bp", "value": "190", "unit": "mm[Hg]", "site": "left_arm"},
        {"code": "heart_rate", "value": "155", "unit": "/min"},
    ]
    kept = screen(parse(visit("2026-11-10", *pressing)), MODELS, load_guidelines())
    refused = visit("2026-11-10", *pressing, conditions=["zzz"])
    draft = screen(parse(refused), MODELS, load_guidelines())
    more = {i.rule_id for i in draft.urgent} - {i.rule_id for i in kept.urgent}
    assert more == {"pregnancy_160_110"}, "the list of conditions could not be read"
