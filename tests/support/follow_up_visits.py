"""Visits of one person with known diabetes, and their drafts."""

from laennec.engine import load_guidelines, load_models, parse, screen

MODELS = load_models()
GUIDELINES = load_guidelines()
UNITS = {
    "hba1c": "%", "hba1c_target": "%", "systolic_bp": "mm[Hg]", "diastolic_bp": "mm[Hg]",
    "ldl_cholesterol": "g/L", "egfr": "mL/min/{1.73_m2}", "weight": "kg", "height": "cm",
}  # fmt: skip


def measured(**values):
    """Return measurements of today, as decimal texts."""
    return [
        {"code": c, "value": v, "unit": UNITS[c], **({"site": "left_arm"} if "_bp" in c else {})}
        for c, v in values.items()
    ]


def visit(day="2026-11-03", conditions=("diabetes",), medications=(), answers=None, **values):
    """Return a visit of one day; ``answers`` stand above everything, None leaves a key out."""
    born = values.pop("born", 1970)
    document = {
        "schema": "laennec.visit/1",
        "visit_id": f"v-{day}",
        "performed_at": f"{day}T09:20:00+01:00",
        "person": {"id": "p-1", "birth_date": f"{born}-03-02", "sex": "male"},
        "measurements": measured(**values),
        "conditions": list(conditions),
        "medications": list(medications),
        **(answers or {}),
    }
    return {key: value for key, value in document.items() if value is not None}


def draft(previous=(), **given):
    """Return the draft of a visit with its earlier ones."""
    document = {**visit(**given), "previous_visits": list(previous)}
    return screen(parse(document), MODELS, GUIDELINES)


def state(one, code):
    """Return what is due of one kind."""
    return next(item for item in one.follow_up.due if item.id == code)
