"""A sign of the moment that was measured on another day says nothing of today."""

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
def test_an_old_value_calls_nobody_now_and_its_date_is_said(code, value, unit, more):
    today = draft_of(measured(code, value, unit, **more))
    assert today.urgency == "U0"
    old = draft_of(measured(code, value, unit, at=LONG_AGO, **more))
    assert "U0" not in {item.level for item in old.urgent}
    if value != "25 irr":
        assert old.urgent == ()
        assert [p.item for p in old.suspect_items] == [code]
    assert "2019-01-01" in render_text(old, "fr")


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
