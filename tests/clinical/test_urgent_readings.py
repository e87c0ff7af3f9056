"""Values that nobody could take for one thing only, and urgent values of a laboratory.

Hazard H1: an emergency that nobody is told of, or told the wrong way round.
"""

import json

import jsonschema
import pytest
from calm_visit import VISIT
from house import ROOT
from laennec.engine import Models, load_guidelines, parse, screen
from laennec.engine.words.as_json import as_json
from laennec.engine.words.text import render_text

SCHEMA = json.loads((ROOT / "docs/schema/prediagnosis.schema.json").read_text("utf-8"))
TWO_HOURS = {"specimen": "venous_plasma", "challenge": "2h_75g"}


def draft_of(*measured, **answers):
    given = [dict(zip(("code", "value", "unit"), m[:3], strict=False)) for m in measured]
    given = [one | (m[3] if len(m) > 3 else {}) for one, m in zip(given, measured, strict=True)]
    return screen(parse(VISIT | {"measurements": given} | answers), Models(), load_guidelines())


def page_of(draft, lang):
    jsonschema.validate(as_json(draft, lang), SCHEMA)
    return " ".join(render_text(draft, lang).split())


@pytest.mark.parametrize(
    ("measured", "french", "english"),
    [
        (
            ("glucose", "19.4"),
            "trop bas si c'est 19,4 mg/dL, trop haut si c'est 19,4 mmol/L",
            "too low if it is 19.4 mg/dL, too high if it is 19.4 mmol/L",
        ),
        (
            ("glucose", "19.4", "mg/dL"),
            "trop bas si c'est 19,4 mg/dL, trop haut si c'est 19,4 mmol/L",
            "too low if it is 19.4 mg/dL, too high if it is 19.4 mmol/L",
        ),
        (
            ("glucose", "40", "mg/dL"),
            "trop bas si c'est 40 mg/dL, trop haut si c'est 40 mmol/L",
            "too low if it is 40 mg/dL, too high if it is 40 mmol/L",
        ),
        (
            ("glucose", "35"),
            "trop haut si c'est 35 mmol/L, trop bas si c'est 35 mg/dL",
            "too high if it is 35 mmol/L, too low if it is 35 mg/dL",
        ),
    ],
)
def test_a_value_that_may_be_too_low_or_too_high_says_both(measured, french, english):
    """The bug it pins: 19.4 without a unit named only the low reading; 19.4 mmol/L is high."""
    draft = draft_of(measured)
    (item,) = draft.urgent
    assert item.level == "U0"
    assert english in page_of(draft, "en")
    assert french in page_of(draft, "fr")


def test_a_value_with_one_direction_names_none():
    for value in ("7.2", "0.5", "400"):
        (item,) = draft_of(("glucose", value)).urgent
        assert item.message.id == "urgent.remeasure_no_unit"


@pytest.mark.parametrize(
    ("value", "symptoms", "rules", "level"),
    [
        ("1.99", ["polyuria"], [], None),
        ("2.00", [], ["glucose_2_0"], "U2"),
        ("2.00", ["polyuria"], ["glucose_2_0_with_symptoms"], "U1"),
        ("2.49", ["polydipsia"], ["glucose_2_0_with_symptoms"], "U1"),
        ("2.00", ["dehydration"], ["glucose_2_0_with_danger"], "U0"),
        ("2.50", [], ["glucose_2_5"], "U1"),
    ],
)
def test_two_hours_after_a_load_counts_as_any_time(value, symptoms, rules, level):
    """The bug it pins: 2.00 to 2.49 g/L two hours after a load met no rule, with any symptom."""
    draft = draft_of(("glucose", value, "g/L", TWO_HOURS), symptoms=symptoms)
    assert [i.rule_id for i in draft.urgent if i.rule_id.startswith("glucose")] == rules
    assert level is None or draft.urgency == level


LABORATORY = [
    (("hba1c", "9.9", "%"), []),
    (("hba1c", "10.0", "%"), [("hba1c_10", "U1")]),
    (("hba1c", "14.5", "%"), [("hba1c_10", "U1")]),
    (("hba1c", "86", "mmol/mol"), [("hba1c_10", "U1")]),
    (("hba1c", "85", "mmol/mol"), []),
    (("creatinine", "900", "umol/L"), [("creatinine_354", "U1")]),
    (("creatinine", "102", "mg/L"), [("creatinine_354", "U1")]),
    # From 200 on a creatinine waits for a confirmation: it may be mg/L, and is measured again, by
    # the rule that it would meet as it was written.
    (("creatinine", "199", "umol/L"), [("egfr_below_30", "U2")]),
    (("creatinine", "330", "umol/L"), [("egfr_below_15", "U1")]),
    (("creatinine", "353", "umol/L"), [("egfr_below_15", "U1")]),
    (("creatinine", "8.0", "mg/L"), []),
    (("egfr", "9", "mL/min/{1.73_m2}"), [("egfr_below_15", "U1")]),
    (("egfr", "15", "mL/min/{1.73_m2}"), [("egfr_below_30", "U2")]),
    (("egfr", "30", "mL/min/{1.73_m2}"), []),
    (("egfr", "90", "mL/min/{1.73_m2}", {"comparator": ">"}), []),
]


@pytest.mark.parametrize(("measured", "expected"), LABORATORY, ids=[str(c[0]) for c in LABORATORY])
def test_a_laboratory_value_that_cannot_wait_asks_for_the_physician(measured, expected):
    """The bug it pins: a creatinine of 900 with an HbA1c of 14.5 % made no urgent item."""
    draft = draft_of(measured)
    assert [(i.rule_id, i.level) for i in draft.urgent] == expected
    for lang in ("fr", "en"):
        page_of(draft, lang)


def test_a_very_high_hba1c_with_a_danger_sign_calls_the_physician_now():
    draft = draft_of(("hba1c", "14.5", "%"), symptoms=["dehydration"])
    found = {i.rule_id: i for i in draft.urgent}
    assert found["hba1c_10_with_danger"].level == "U0"
    assert found["hba1c_10_with_danger"].action == "capillary_glucose_now_call_physician"


def test_an_unused_laboratory_value_is_not_measured_again_by_the_nurse():
    """An HbA1c can't be "measured again now": a glucose can, and a laboratory can be called."""
    (hba1c,) = draft_of(("hba1c", "14.5", "%")).urgent
    (creatinine,) = draft_of(("creatinine", "900", "umol/L")).urgent
    assert (hba1c.action, creatinine.action) == (
        "capillary_glucose_now",
        "check_kidney_physician_today",
    )
    assert "glycémie capillaire maintenant" in page_of(draft_of(("hba1c", "14.5", "%")), "fr")
