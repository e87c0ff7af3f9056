"""Drafts written by hand, as realistic as the example visits: raised risk, urgent, unknown."""

from dataclasses import replace

from finding_examples import (
    ESH,
    NO_LAB,
    diabetes_not_assessable,
    high_risk,
    pressure,
    textbook,
    waist_absent,
)
from laennec.engine.canonical import content_hash
from laennec.engine.prediagnosis import (
    Finding,
    InputValue,
    ItemNotice,
    Message,
    MissingItem,
    PreDiagnosis,
    UrgentItem,
)
from laennec.engine.words import sentences_sha256
from laennec.engine.words.as_json import canonical_content
from score_examples import findrisc, score2, score_not_applicable

SETS = {"diabetes": "fr", "blood_pressure": "esh2023", "anthropometry": "who", "lipids": "bmj"}


def sealed(**fields) -> PreDiagnosis:
    """Fill what every draft has, and its content hash."""
    common = {
        "visit_id": "example-01",
        "person_id": "person-01",
        "performed_at": "2026-11-03T09:20:00+01:00",
        "findings": (),
        "urgent": (),
        "urgency": None,
        "refused_items": (),
        "suspect_items": (),
        "notes": (),
        "quality": {"assessed": 9, "not_assessable": 2},
        "guideline_sets": SETS,
        "models_refused": (),
        "rows_unsigned": 66,
        "sentences_sha256": sentences_sha256(),
        "content_hash": "",
        "development_model": True,
    }
    draft = PreDiagnosis(**(common | fields))
    return replace(draft, content_hash=content_hash(canonical_content(draft)))


def high_risk_example() -> PreDiagnosis:
    """Return a woman of 52 with a raised risk, a raised pressure and no blood test yet."""
    return sealed(
        urgency="U3",
        findings=(
            diabetes_not_assessable(),
            pressure(),
            waist_absent(),
            high_risk(),
            textbook(),
            findrisc(),
            score2(),
            score_not_applicable(),
        ),
    )


def urgent_example() -> PreDiagnosis:
    """Return a man with a very high pressure, chest pain, and a glucose in an impossible unit."""
    pressure_now = InputValue("systolic_bp.left_arm", "196", "mm[Hg]")
    glucose = InputValue("glucose.fasting_venous", "6.5", "g/L")
    named = {"item": "item:systolic_bp.left_arm", "value": "196", "unit": "unit:mm[Hg]"}
    again = {"item": "item:glucose.fasting_venous", "value": "6.5", "unit": "unit:g/L"}
    return sealed(
        visit_id="example-03",
        person_id="person-03",
        urgency="U0",
        urgent=(
            UrgentItem(
                "glucose_2_5",
                "U1",
                Message("urgent.remeasure", again),
                (glucose,),
                "remeasure_now_call_physician",
                "occupational_physician",
                "clinical decision 1 of the house",
            ),
            UrgentItem(
                "pressure_180_110_with_signs",
                "U0",
                Message("urgent.pressure_180_110_with_signs", named),
                (pressure_now, InputValue("symptom.chest_pain", "yes", "")),
                "call_physician_now",
                "occupational_physician",
                f"{ESH} [clinical reference 1.9]",
            ),
            UrgentItem(
                "declared_chest_pain",
                "U0",
                Message("urgent.declared_chest_pain", {}),
                (InputValue("symptom.chest_pain", "yes", ""),),
                "call_physician_now",
                "occupational_physician",
                "clinical reference 1.9 [ENG]",
            ),
        ),
        findings=(pressure(), diabetes_not_assessable()),
        refused_items=(
            ItemNotice(
                "glucose",
                "$.measurements[4]",
                "unit_suspect",
                "refused_item",
                {"value": "6.5", "unit": "g/L", "reads_as": "mmol/L"},
            ),
        ),
        suspect_items=(
            ItemNotice(
                "waist",
                "$.measurements[2]",
                "soft_implausible",
                "suspect_item",
                {"value": "151.5", "unit": "cm", "low": "55", "high": "150"},
            ),
        ),
        notes=(ItemNotice("ecg", "$.ecg", "ecg_not_read", "note"),),
        models_refused=(("diabetes_type_2/dysglycaemia_no_lab", "file_changed"),),
    )


def not_assessable_example() -> PreDiagnosis:
    """Return a person of whom too little is known for any finding."""
    silent = Finding(
        id="t2d_undiagnosed",
        kind="risk",
        message=Message("finding.t2d_undiagnosed.not_assessable"),
        band="not_assessable",
        reference_standard="ref.hba1c_or_fpg",
        missing=(
            MissingItem(
                "feature:waist_to_height_ratio",
                required=True,
                next_step="next_step.waist_to_height_ratio",
            ),
        ),
        limits=(Message("abstention.required_missing"),),
        model=NO_LAB,
    )
    return sealed(
        visit_id="example-02",
        person_id="person-02",
        performed_at="",
        findings=(silent, diabetes_not_assessable(), score_not_applicable()),
        refused_items=(
            ItemNotice(
                "waist",
                "$.measurements[0].unit",
                "unit_missing",
                "refused_item",
                {"accepted": "cm, m"},
            ),
        ),
        quality={"assessed": 0, "not_assessable": 3},
        guideline_sets=dict(SETS),
    )


EXAMPLES = (high_risk_example, urgent_example, not_assessable_example)
