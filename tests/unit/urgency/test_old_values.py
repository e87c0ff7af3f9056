"""A sign of the moment that was measured on another day: not used, and never silent."""

import pytest
from laennec.engine import Models, load_guidelines, parse, screen
from laennec.engine.vocabulary import load_vocabulary
from laennec.engine.words.text import render_text

VISIT = {
    "schema": "laennec.visit/1",
    "visit_id": "v1",
    "performed_at": "2026-11-03T09:20:00+01:00",
    "person": {"id": "p1", "birth_date": "1974-03-02", "sex": "female"},
    "symptoms": [],
    "conditions": [],
    "medications": [],
}
LONG_AGO = "2019-01-01T10:00:00+01:00"


def measured(code, value, unit, **more):
    return {"code": code, "value": value, "unit": unit, **more}


def draft_of(*measurements):
    return screen(parse(VISIT | {"measurements": measurements}), Models(), load_guidelines())


@pytest.mark.parametrize(
    ("code", "value", "unit", "more"),
    [
        ("glucose", "0.48", "g/L", {"specimen": "capillary"}),
        ("glucose", "6.4", "g/L", {"specimen": "venous_plasma"}),
        ("heart_rate", "28", "/min", {}),
        ("systolic_bp", "225", "mm[Hg]", {"site": "left_arm"}),
        ("ketones", "4", "mmol/L", {}),
        ("heart_rate", "25 irr", "/min", {}),
    ],
)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_an_old_value_is_measured_again_today_and_said_with_its_date(code, value, unit, more, lang):
    """The bug it pins: a wrong year in ``at`` silenced 230/130, and printed the value nowhere."""
    today = draft_of(measured(code, value, unit, **more))
    assert today.urgency == "U0"
    old = draft_of(measured(code, value, unit, at=LONG_AGO, **more))
    assert old.urgency == "U1"
    (item,) = old.urgent
    assert (item.message.id, item.level) == ("urgent.remeasure_old", "U1")
    assert item.action == "measure_again_check_date"
    assert [p.item for p in old.suspect_items] == [code]
    text = " ".join(render_text(old, lang).split())
    shown = value.replace(".", ",") if lang == "fr" else value
    date = "01/01/2019" if lang == "fr" else "2019-01-01"
    assert shown in text[text.rindex(date) - 60 : text.rindex(date)]


def test_an_old_value_is_not_asked_for_where_today_s_is_there():
    today, old = (
        measured("heart_rate", "62", "/min"),
        measured("heart_rate", "28", "/min", at=LONG_AGO),
    )
    assert draft_of(today, old).urgent == ()
    assert draft_of(old).urgency == "U1"


def test_an_old_value_with_a_danger_sign_of_today_is_urgent_today_and_one_of_today_at_once():
    old = measured("glucose", "2.2", "g/L", specimen="capillary", at=LONG_AGO)
    ketones = measured("ketones", "3.5", "mmol/L", at=LONG_AGO)
    assert {item.level for item in draft_of(old, ketones).urgent} == {"U1"}
    assert draft_of(old, measured("ketones", "3.5", "mmol/L")).urgency == "U0"


def test_an_everyday_value_of_another_day_asks_nobody():
    draft = draft_of(
        measured("glucose", "0.95", "g/L", specimen="capillary", at=LONG_AGO),
        measured("systolic_bp", "124", "mm[Hg]", site="left_arm", at=LONG_AGO),
        measured("heart_rate", "64", "/min", at=LONG_AGO),
    )
    assert draft.urgent == ()


def test_a_confirmation_does_not_make_an_old_value_one_of_today():
    """The bug it pins: the remedy proposed to confirm the value, and confirming changed nothing."""
    given = measured("creatinine", "72", "umol/L", at="2024-11-01T08:00:00+01:00")
    for more in ({}, {"confirmed_by": "dr-1"}):
        (problem,) = draft_of(given | more).suspect_items
        assert problem.code == "too_old"
    text = render_text(draft_of(given), "fr")
    assert "confirmer la valeur" not in text
    assert "corriger la date" in " ".join(text.split())


@pytest.mark.parametrize(
    ("at", "state"),
    [
        ("2026-11-02T09:20:00+01:00", "accepted"),
        ("2026-11-02T09:19:59+01:00", "suspect"),
        ("2026-11-02T08:20:00+00:00", "accepted"),
    ],
)
def test_a_pressure_is_of_its_day(at, state):
    record = parse(
        VISIT | {"measurements": [measured("systolic_bp", "150", "mm[Hg]", at=at)]}
    ).batch
    column = record.quantity("systolic_bp.unspecified_arm")
    assert [str(s) for s in column.accepted[0]] == [str(state == "accepted")]


def test_an_old_pressure_is_never_averaged_with_one_of_today():
    pair = (("systolic_bp", "190", "124"), ("diastolic_bp", "115", "76"))
    draft = draft_of(
        *(measured(c, old, "mm[Hg]", site="left_arm", at=LONG_AGO) for c, old, _ in pair),
        *(measured(c, new, "mm[Hg]", site="left_arm") for c, _, new in pair),
    )
    assert draft.urgent == ()
    (pressure,) = [f for f in draft.findings if f.id.startswith("blood_pressure")]
    used = {v.value for r in (*pressure.reasons_for, *pressure.reasons_against) for v in r.inputs}
    assert used <= {"124", "76"}
    assert pressure.state != "present"


def test_every_limit_of_hours_is_of_a_slot_of_its_item():
    items = load_vocabulary().items.values()
    assert all(set(item.freshness_hours) <= set(item.slots) for item in items)
    assert load_vocabulary().items["weight"].freshness_months == 1
