"""Values under the wrong unit, as they come: what is asked, at which level, and in which words.

Nothing is converted. What would be urgent in the unit that was sent is asked again at that level
(clinical decision 1), and the unit in which the number would make sense is named beside it.
"""

import pytest
from earlier_visits import GUIDELINES, MODELS, visit
from laennec.engine import parse, screen
from laennec.engine.words.text import render_text

MORE = {"glucose": {"specimen": "venous_plasma", "fasting_hours": 10}}
MORE |= {item: {"site": "left_arm"} for item in ("systolic_bp", "diastolic_bp")}

JUDGED = [
    ("systolic_bp", "120", "kPa", "U0", "mmHg"),
    ("diastolic_bp", "80", "kPa", "U0", "mmHg"),
    ("hba1c", "38", "%", "U1", "mmol/mol"),
    ("hba1c", "48", "%", "U1", "mmol/mol"),
    ("glucose", "5.0", "g/L", "U1", None),
    ("glucose", "5.2", "g/L", "U1", "mmol/L"),
    ("glucose", "7.1", "g/L", "U0", "mmol/L"),
    ("glucose", "95", "g/L", "U0", "mg/dL"),
    ("glucose", "95", "mmol/L", "U0", "mg/dL"),
    ("glucose", "0.95", "mmol/L", "U0", "g/L"),
    ("glucose", "5.2", "mg/dL", "U1", "mmol/L"),
    ("creatinine", "80", "mg/L", "U1", "µmol/L"),
    ("creatinine", "80", "mg/dL", "U1", "µmol/L"),
    ("creatinine", "9", "umol/L", "U1", "mg/L"),
]
"""A number that is calm in another unit. None is lowered: 5.2 g/L is a glucose that people have,
and 95 mmol/L and 120 kPa are asked again in the same minute, with the unit to look at."""

CALM = [
    ("systolic_bp", "14", "mm[Hg]", "cmHg"),
    ("hba1c", "5.6", "mmol/mol", "%"),
    ("ldl_cholesterol", "130", "mmol/L", "mg/dL"),
]


def draft_of(code, value, unit):
    entry = {"code": code, "value": value, "unit": unit, **MORE.get(code, {})}
    return screen(parse(visit("2026-11-10", entry)), MODELS, GUIDELINES)


@pytest.mark.parametrize(("code", "value", "unit", "level", "other"), JUDGED)
def test_a_wrong_label_is_asked_again_with_the_unit_that_would_make_sense(
    code, value, unit, level, other
):
    """Pinned: 120 "kPa" would be urgent "if it were true", and the unit stood pages below."""
    draft = draft_of(code, value, unit)
    (item,) = (i for i in draft.urgent if any(v.name.startswith(code) for v in i.inputs))
    assert (item.level, draft.urgency) == (level, level)
    assert not any(f.state == "present" for f in draft.findings if f.id != "bmi")
    for lang, words in (("fr", "rien n'est converti"), ("en", "nothing is converted")):
        head = " ".join(render_text(draft, lang).split())[:2500]
        assert (words in head) is (item.message.id == "urgent.remeasure_label")
    if item.message.id == "urgent.remeasure_label":
        assert other is not None
        assert other in " ".join(render_text(draft, "fr").split())


@pytest.mark.parametrize(("code", "value", "unit", "other"), CALM)
def test_a_wrong_label_that_is_calm_in_both_units_is_no_alarm_and_is_asked(
    code, value, unit, other
):
    draft = draft_of(code, value, unit)
    assert draft.urgent == ()
    text = " ".join(render_text(draft, "fr").split())
    assert other in text
    assert code in {notice.item for notice in (*draft.refused_items, *draft.suspect_items)}
