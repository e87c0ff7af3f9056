"""Values under the wrong unit, as they come: what is asked, at which level, and in which words.

Nothing is converted. What would be urgent in the unit that was sent is asked again at that level
(clinical decision 1), and the unit in which the number would make sense is named beside it.
"""

import pytest
from earlier_visits import GUIDELINES, MODELS, visit
from laennec.engine import parse, screen
from laennec.engine.plausibility.check import check_plausibility
from laennec.engine.stacking import stack_visits
from laennec.engine.urgency.rules import evaluate_urgent, urgent_items
from laennec.engine.words.text import render_text

MORE = {"glucose": {"specimen": "venous_plasma", "fasting_hours": 10}}
MORE |= {item: {"site": "left_arm"} for item in ("systolic_bp", "diastolic_bp")}

ITS_OWN, ANOTHER, NO_OTHER = (f"urgent.remeasure{end}" for end in ("_label", "_other_unit", ""))
JUDGED = [
    ("systolic_bp", "120", "kPa", "U0", "mmHg", ITS_OWN),
    ("diastolic_bp", "80", "kPa", "U0", "mmHg", ITS_OWN),
    ("hba1c", "38", "%", "U1", "mmol/mol", ITS_OWN),
    ("hba1c", "48", "%", "U1", "mmol/mol", ITS_OWN),
    ("glucose", "5.0", "g/L", "U1", None, NO_OTHER),
    ("glucose", "5.2", "g/L", "U1", "mmol/L", ITS_OWN),
    ("glucose", "7.1", "g/L", "U0", "mmol/L", ITS_OWN),
    ("glucose", "95", "g/L", "U0", "mg/dL", ITS_OWN),
    ("glucose", "95", "mmol/L", "U0", "mg/dL", ITS_OWN),
    ("glucose", "0.95", "mmol/L", "U0", "g/L", ITS_OWN),
    ("glucose", "5.2", "mg/dL", "U1", "mmol/L", ANOTHER),
    ("creatinine", "80", "mg/L", "U1", "µmol/L", ITS_OWN),
    ("creatinine", "80", "mg/dL", "U1", "µmol/L", ITS_OWN),
    ("creatinine", "9", "umol/L", "U1", "mg/L", ANOTHER),
]
"""A number that is calm in another unit, and which sentence says so: urgent in its own unit, or in
a third one only. None is lowered: 5.2 g/L is a glucose that people have, and 95 mmol/L and 120 kPa
are asked again in the same minute, with the unit to look at."""

CALM = [
    ("systolic_bp", "14", "mm[Hg]", "cmHg"),
    ("hba1c", "5.6", "mmol/mol", "%"),
    ("ldl_cholesterol", "130", "mmol/L", "mg/dL"),
]


def visit_of(code, value, unit):
    return visit("2026-11-10", {"code": code, "value": value, "unit": unit, **MORE.get(code, {})})


def draft_of(code, value, unit):
    return screen(parse(visit_of(code, value, unit)), MODELS, GUIDELINES)


def head_of(draft, lang):
    """Return what is printed of the urgent items, before everything else."""
    text = " ".join(render_text(draft, lang).split())
    return text[: text.index("SYMPTOMS" if lang == "en" else "SYMPTÔMES")]


@pytest.mark.parametrize("judged", JUDGED, ids=lambda one: "-".join(one[:3]))
def test_a_wrong_label_is_asked_again_with_the_unit_that_would_make_sense(judged):
    """Pinned: 120 "kPa" would be urgent "if it were true", and the unit stood pages below.

    The sentence was never printed: a record of one person lost what the check said of its units.
    """
    code, value, unit, level, other, said = judged
    draft = draft_of(code, value, unit)
    (item,) = (i for i in draft.urgent if any(v.name.startswith(code) for v in i.inputs))
    assert (item.level, draft.urgency, item.message.id) == (level, level, said)
    assert not any(f.state == "present" for f in draft.findings if f.id != "bmi")
    for lang, words in (("fr", "rien n'est converti"), ("en", "nothing is converted")):
        head = head_of(draft, lang)
        assert (words in head) is (said == ITS_OWN)
        if said == ITS_OWN:
            assert f"{other}. " in head
    if other is not None:
        assert other in " ".join(render_text(draft, "fr").split())


def test_of_many_people_each_is_told_of_the_own_unit():
    """The problems of a batch are of everybody; those of the person count."""
    asked = [("hba1c", "5.5", "%"), ("hba1c", "48", "%"), ("systolic_bp", "120", "kPa")]
    batch = check_plausibility(stack_visits([parse(visit_of(*one)).batch for one in asked]))
    columns = evaluate_urgent(batch, GUIDELINES.urgent)
    said = [{i.message.id for i in urgent_items(columns, batch, row)} for row in range(3)]
    assert [ITS_OWN in one for one in said] == [False, True, True]


@pytest.mark.parametrize(("code", "value", "unit", "other"), CALM)
def test_a_wrong_label_that_is_calm_in_both_units_is_no_alarm_and_is_asked(
    code, value, unit, other
):
    draft = draft_of(code, value, unit)
    assert draft.urgent == ()
    text = " ".join(render_text(draft, "fr").split())
    assert other in text
    assert code in {notice.item for notice in (*draft.refused_items, *draft.suspect_items)}
