"""Findings written by hand, as realistic as those of the example visits."""

import math

from laennec.engine.prediagnosis import (
    Change,
    Finding,
    GuidelineReference,
    InputValue,
    Message,
    MissingItem,
    ModelReference,
    Reason,
)

ESH = "ESH 2023, office blood pressure categories, table 4"
FINDRISC = "Lindström J, Tuomilehto J. Diabetes Care 2003;26:725-731"
ANAES = "ANAES 2003 / HAS, France: principles of screening for type 2 diabetes"
NO_LAB = ModelReference(
    id="diabetes_type_2/undiagnosed_no_lab", version="0.1.0", sha256="3f" * 32, key="development"
)
TEXTBOOK = ModelReference(
    id="diabetes_type_2/textbook", version="0.1.0", sha256="a7" * 32, key="development"
)


def tsk_reason(premise: str, contribution: float, *inputs: InputValue, rule: str) -> Reason:
    return Reason(
        rule_id=rule,
        message=Message("reason.tsk_rule", {"premise": f"premise:{premise}"}),
        contribution=contribution,
        inputs=inputs,
        source="learned on NHANES 1999-2014 from clinical initial sets",
        membership=0.8,
    )


WAIST_TO_HEIGHT = InputValue("waist_to_height_ratio", "0.634", "1", "derived")
AGE = InputValue("age_years", "52", "a")
PRESSURE = InputValue("systolic_bp_mmhg", "148", "mm[Hg]", "derived")


def high_risk() -> Finding:
    reasons_for = (
        tsk_reason("waist_to_height_ratio is high", 1.412, WAIST_TO_HEIGHT, rule="waist_high"),
        tsk_reason(
            "age_years is middle_aged and family_history_diabetes is yes",
            0.731,
            AGE,
            InputValue("questionnaire.family_history_diabetes", "first_degree", ""),
            rule="age_family",
        ),
        tsk_reason("systolic_bp_mmhg is raised", 0.284, PRESSURE, rule="pressure_raised"),
        tsk_reason(
            "physically_active is no",
            0.117,
            InputValue("physically_active", "", "", "estimated"),
            rule="inactive",
        ),
    )
    against = (
        tsk_reason("age_years is not older", -0.522, AGE, rule="age_not_older"),
        tsk_reason(
            "smoker_current is no",
            -0.061,
            InputValue("questionnaire.smoker", "never", ""),
            rule="not_smoking",
        ),
    )
    bias = -4.212
    total = bias + sum(r.contribution for r in (*reasons_for, *against))
    return Finding(
        id="t2d_undiagnosed",
        kind="risk",
        message=Message("finding.t2d_undiagnosed.high"),
        band="high",
        risk=round(1 / (1 + math.exp(-total)), 4),
        risk_interval=(0.0871, 0.1012),
        reference_standard="ref.hba1c_or_fpg",
        urgency="U3",
        reasons_for=reasons_for,
        reasons_against=against,
        missing=(
            MissingItem(
                "feature:physically_active", False, (0.0871, 0.1012), could_change_band=False
            ),
        ),
        what_would_change=(
            Change(
                Message("change.flips", {"band": "band:intermediate"}),
                (("waist_cm", "104", "98", "cm"),),
                0.0688,
                "intermediate",
            ),
            Change(
                Message("change.flips", {"band": "band:intermediate"}),
                (("waist_cm", "104", "101", "cm"), ("systolic_bp_mmhg", "148", "134", "mm[Hg]")),
                0.0741,
                "intermediate",
            ),
        ),
        proposed_action="venous_fasting_glucose",
        proposed_addressee="treating_physician",
        model=NO_LAB,
        limits=(
            Message("limit.waist_site_mismatch"),
            Message("limit.population_nhanes"),
            Message("limit.conformal", {"coverage": 90}),
        ),
        shapley={"waist_to_height_ratio": 1.31, "age_years": 0.22},
        details={"form": "undiagnosed_no_lab", "low_below": 0.012, "high_from": 0.08, "bias": bias},
    )


def textbook() -> Finding:
    return Finding(
        id="t2d_textbook",
        kind="risk",
        message=Message("finding.t2d_textbook.intermediate"),
        band="intermediate",
        reference_standard="ref.textbook",
        reasons_for=(
            Reason(
                "m07",
                Message(
                    "reason.mamdani_rule",
                    {
                        "premise": "premise:waist_to_height_ratio is high",
                        "conclusion": "premise:diabetes_risk is high",
                    },
                ),
                0.62,
                (WAIST_TO_HEIGHT,),
                FINDRISC,
                0.71,
                62.0,
            ),
            Reason(
                "m02",
                Message(
                    "reason.mamdani_rule",
                    {
                        "premise": "premise:age_years is middle_aged",
                        "conclusion": "premise:diabetes_risk is medium",
                    },
                ),
                0.38,
                (AGE,),
                FINDRISC,
                0.44,
                38.0,
            ),
        ),
        model=TEXTBOOK,
        limits=(Message("limit.not_probability"),),
        details={"form": "textbook", "low_below": 35.0, "high_from": 65.0, "score": 58.4},
    )


def pressure() -> Finding:
    values = {
        "item": "item:systolic_bp.left_arm",
        "value": "148",
        "unit": "unit:mm[Hg]",
        "limit": "140",
    }
    return Finding(
        id="blood_pressure",
        kind="fact",
        message=Message("finding.blood_pressure.grade_1", values),
        state="present",
        grade="grade_1",
        urgency="U3",
        reasons_for=(
            Reason(
                "esh2023.sbp_140",
                Message("row.at_least", values),
                None,
                (InputValue("systolic_bp.left_arm", "148", "mm[Hg]"),),
                f"{ESH} [clinical reference 1.3]",
            ),
        ),
        reasons_against=(
            Reason(
                "esh2023.sbp_160",
                Message("row.at_least.not", values | {"limit": "160"}),
                None,
                (InputValue("systolic_bp.left_arm", "148", "mm[Hg]"),),
                f"{ESH} [clinical reference 1.3]",
            ),
        ),
        proposed_action="confirm_pressure_out_of_office",
        proposed_addressee="treating_physician",
        guideline=GuidelineReference("esh2023", ("esh2023.sbp_140",), ESH, signed=False),
        limits=(Message("limit.single_reading"),),
    )


def waist_absent() -> Finding:
    values = {"item": "item:waist", "value": "78.0", "unit": "unit:cm", "limit": "80"}
    return Finding(
        id="waist",
        kind="fact",
        message=Message("finding.waist.absent", values),
        state="absent",
        guideline=GuidelineReference("who", ("who.waist_female_80",), "WHO 2008", signed=False),
    )


def diabetes_not_assessable() -> Finding:
    return Finding(
        id="diabetes_range",
        kind="fact",
        message=Message("finding.diabetes_range.not_assessable"),
        state="not_assessable",
        missing=(
            MissingItem(
                "glucose.fasting_venous", required=True, next_step="venous_fasting_glucose"
            ),
        ),
        proposed_addressee="treating_physician",
        guideline=GuidelineReference("fr", (), "HAS / ANAES / WHO, France", signed=False),
    )
