"""Hypothesis strategies for visits: values near the cut-offs, in every unit, with every doubt."""

from typing import Any

from hypothesis import strategies as st

UNIT_VALUES = {
    "glucose": {
        "g/L": (
            "0.40",
            "0.60",
            "0.95",
            "1.09",
            "1.10",
            "1.23",
            "1.26",
            "1.99",
            "2.00",
            "2.50",
            "6.00",
        ),
        "mmol/L": ("2.9", "3.8", "5.5", "5.6", "6.1", "6.8", "7.0", "11.1", "13.9", "33.3"),
        "mg/dL": ("53", "69", "99", "100", "110", "123", "126", "199", "200", "250", "600"),
    },
    "hba1c": {"%": ("5.0", "5.6", "5.7", "6.4", "6.5"), "mmol/mol": ("31", "38", "39", "47", "48")},
    "systolic_bp": {
        "mm[Hg]": ("65", "75", "85", "119", "120", "134", "135", "140", "159", "160", "180", "220"),
        "kPa": ("9.3", "15.9", "16.0", "18.6", "18.7", "21.4", "24.0", "29.4"),
    },
    "diastolic_bp": {
        "mm[Hg]": ("60", "79", "80", "84", "85", "89", "90", "100", "110", "120"),
        "kPa": ("8.0", "10.7", "11.3", "11.9", "12.0", "13.4", "14.7", "16.0"),
    },
    "heart_rate": {"/min": ("18", "29", "35", "45", "50", "70", "100", "110", "121", "151")},
    "ketones": {"mmol/L": ("0.3", "1.4", "1.5", "2.9", "3.0")},
    "waist": {"cm": ("78", "79", "80", "88", "93", "94", "95", "103"), "m": ("0.80", "0.95")},
    "weight": {"kg": ("50", "81", "92", "120")},
    "height": {"cm": ("160", "180"), "m": ("1.60", "1.80")},
    "bmi": {"kg/m2": ("18.4", "22", "25.0", "31")},
    "ldl_cholesterol": {"g/L": ("1.00", "1.60", "1.90"), "mmol/L": ("2.5", "4.1", "4.9")},
    "hdl_cholesterol": {"g/L": ("0.39", "0.40", "0.50"), "mmol/L": ("0.9", "1.0", "1.3")},
}
GLUCOSE_SLOTS = (
    "fasting_venous",
    "random_venous",
    "unknown_fasting_venous",
    "two_hour_75g",
    "capillary",
    "unknown_specimen",
)
ARMS = ("left_arm", "right_arm", "unspecified_arm")
PRESSURES = tuple(f"{p}.{a}" for p in ("systolic_bp", "diastolic_bp") for a in ARMS)
SLOTS = (
    *(f"glucose.{s}" for s in GLUCOSE_SLOTS),
    *PRESSURES,
    *(i for i in UNIT_VALUES if i not in ("glucose", "systolic_bp", "diastolic_bp")),
)
SYMPTOMS = (
    "symptom.chest_pain",
    "symptom.dyspnoea",
    "symptom.syncope",
    "symptom.visual_disturbance",
    "symptom.severe_headache",
    "symptom.palpitations",
    "symptom.polyuria",
    "symptom.polydipsia",
    "symptom.weight_loss",
    "symptom.vomiting",
    "symptom.dehydration",
    "symptom.confusion",
    "symptom.back_pain",
    "symptom.sudden_back_pain",
    "symptom.hypoglycaemia_signs",
)
OTHER_ANSWERS = (
    "condition.diabetes",
    "condition.pregnancy",
    "condition.anaemia",
    "medication.glucose_lowering",
)
STATES = ("accepted", "accepted", "accepted", "suspect", "refused")


@st.composite
def readings(draw: st.DrawFn, slot: str, states: tuple[str, ...] = STATES) -> list[tuple[str, ...]]:
    """Draw one to three readings of a slot; pressures carry no comparators."""
    units = UNIT_VALUES[slot.split(".", maxsplit=1)[0]]
    signs = ("",) if slot in PRESSURES else ("", "", "", "<", ">", "<=", ">=")
    found = []
    for _ in range(draw(st.integers(1, 3))):
        unit = draw(st.sampled_from(sorted(units)))
        value = draw(st.sampled_from(signs)) + draw(st.sampled_from(units[unit]))
        found.append((value, unit, draw(st.sampled_from(states))))
    return found


@st.composite
def visits(draw: st.DrawFn, states: tuple[str, ...] = STATES) -> dict[str, Any]:
    """Draw one visit with a few slots measured and a few questions answered."""
    slots = draw(st.lists(st.sampled_from(SLOTS), unique=True, max_size=6))
    asked = draw(st.lists(st.sampled_from((*SYMPTOMS, *OTHER_ANSWERS)), unique=True, max_size=4))
    visit: dict[str, Any] = {slot: draw(readings(slot, states)) for slot in slots}
    visit["answers"] = {name: draw(st.sampled_from(("yes", "no"))) for name in asked}
    visit["sex"] = draw(st.sampled_from(("female", "male", None)))
    visit["age"] = draw(st.integers(-1, 80))
    return visit
