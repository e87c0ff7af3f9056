"""Hypothesis strategies for visits: valid ones, with any item present or missing."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

PERFORMED_AT = "2026-11-03T09:20:00+01:00"


def decimals(low: str, high: str, places: int) -> st.SearchStrategy[str]:
    """Decimal strings with that many places, ends included."""
    step = Decimal(1).scaleb(-places)
    ends = int(Decimal(low) / step), int(Decimal(high) / step)
    return st.integers(*ends).map(lambda k: str(k * step))


def _measured(
    code: str, unit: str, value: st.SearchStrategy[str], **more: Any
) -> st.SearchStrategy[Any]:
    return value.map(lambda v: {"code": code, "value": v, "unit": unit, **more})


_GLUCOSE = st.one_of(
    _measured(
        "glucose", "g/L", decimals("0.40", "4.00", 2), specimen="venous_plasma", fasting_hours=9
    ),
    _measured(
        "glucose", "mmol/L", decimals("2.2", "22.0", 1), specimen="venous_plasma", fasting_hours=10
    ),
    _measured("glucose", "mg/dL", decimals("40", "400", 0), specimen="venous_plasma"),
    _measured("glucose", "g/L", decimals("0.40", "4.00", 2), specimen="capillary"),
    _measured(
        "glucose", "g/L", decimals("0.40", "4.00", 2), specimen="venous_plasma", fasting_hours=2
    ),
)


@st.composite
def _pressures(draw: st.DrawFn) -> list[dict[str, Any]]:
    found = []
    for arm in draw(st.lists(st.sampled_from(["left_arm", "right_arm"]), max_size=2, unique=True)):
        low = draw(st.integers(50, 120))
        high = draw(st.integers(low + 20, min(low + 100, 215)))
        found.append({"code": "systolic_bp", "value": str(high), "unit": "mm[Hg]", "site": arm})
        found.append({"code": "diastolic_bp", "value": str(low), "unit": "mm[Hg]", "site": arm})
    return found


@st.composite
def visits(draw: st.DrawFn) -> dict[str, Any]:
    """One valid visit; every optional item may be missing."""
    single = [
        _measured("height", "cm", decimals("145", "205", 0)),
        _measured("weight", "kg", decimals("42.0", "140.0", 1)),
        _measured("waist", "cm", decimals("58.0", "145.0", 1)),
        _measured("heart_rate", "/min", decimals("42", "128", 0)),
        _measured("total_cholesterol", "mmol/L", decimals("4.0", "9.0", 1)),
        _measured("triglycerides", "mmol/L", decimals("0.4", "14.0", 1)),
        _measured("hdl_cholesterol", "mmol/L", decimals("0.5", "2.5", 1)),
        _measured("hba1c", "%", decimals("4.2", "9.5", 1)),
        _GLUCOSE,
    ]
    measurements = [draw(s) for s in single if draw(st.booleans())] + draw(_pressures())
    document: dict[str, Any] = {
        "schema": "laennec.visit/1",
        "visit_id": "v-1",
        "performed_at": PERFORMED_AT,
        "person": {
            "id": "p-1",
            "birth_date": f"{draw(st.integers(1942, 2004))}-05-17",
            "sex": draw(st.sampled_from(["female", "male"])),
        },
        "measurements": measurements,
        "questionnaire": draw(_questionnaire()),
    }
    for key, codes in (
        ("symptoms", ["chest_pain", "polyuria", "vomiting", "dyspnoea", "palpitations"]),
        ("conditions", ["diabetes", "pregnancy", "anaemia", "cardiovascular_disease"]),
        ("medications", ["antihypertensive", "glucose_lowering"]),
    ):
        if draw(st.booleans()):
            document[key] = draw(st.lists(st.sampled_from(codes), max_size=1))
    return document


def _questionnaire() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {},
        optional={
            "family_history_diabetes": st.sampled_from(["none", "second_degree", "first_degree"]),
            "smoker": st.sampled_from(["never", "former", "current"]),
            "physically_active": st.booleans(),
            "daily_fruit_vegetables": st.booleans(),
            "ever_high_glucose": st.booleans(),
        },
    )
