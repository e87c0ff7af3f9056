"""A visit with earlier ones of the same person, and its draft by the shipped models."""

from laennec.engine import load_guidelines, load_models, parse, screen

MODELS = load_models()
GUIDELINES = load_guidelines()


def visit(day, *measurements, **more):
    person = {"id": "p1", "birth_date": "1974-03-02", "sex": "female"}
    base = [
        {"code": "height", "value": "164", "unit": "cm"},
        {"code": "weight", "value": "62.0", "unit": "kg"},
        {"code": "waist", "value": "78.0", "unit": "cm", "waist_site": "midpoint"},
    ]
    return {
        "schema": "laennec.visit/1",
        "visit_id": f"v-{day}",
        "performed_at": f"{day}T09:20:00+01:00",
        "person": person,
        "measurements": [*base, *measurements],
        "questionnaire": {"family_history_diabetes": "none", "physically_active": True},
        "symptoms": [],
        **more,
    }


def glucose(value):
    more = {"specimen": "venous_plasma", "fasting_hours": 10}
    return {"code": "glucose", "value": value, "unit": "g/L", **more}


def pressure(systolic, diastolic):
    return (
        {"code": "systolic_bp", "value": systolic, "unit": "mm[Hg]", "site": "left_arm"},
        {"code": "diastolic_bp", "value": diastolic, "unit": "mm[Hg]", "site": "left_arm"},
    )


def draft_of(now, *earlier):
    return screen(parse(now | {"previous_visits": list(earlier)}), MODELS, GUIDELINES)


def named(draft, name):
    (finding,) = (f for f in draft.findings if f.id == name)
    return finding
