"""Published scores as findings of a visit."""

from typing import Any

import pytest
from laennec.engine.features import features
from laennec.engine.intake import parse
from laennec.engine.plausibility.check import check_plausibility
from laennec.engine.prediagnosis import Finding
from laennec.engine.published import evaluate_published, published_findings

PERSON = {"id": "p-1", "birth_date": "1976-03-02", "sex": "male"}
BODY = [
    {"code": "height", "value": "180", "unit": "cm"},
    {"code": "weight", "value": "101", "unit": "kg"},
    {"code": "waist", "value": "105", "unit": "cm"},
]
HEART = [
    {"code": "systolic_bp", "value": "140", "unit": "mm[Hg]"},
    {"code": "diastolic_bp", "value": "85", "unit": "mm[Hg]"},
    {"code": "total_cholesterol", "value": "5.5", "unit": "mmol/L"},
    {"code": "hdl_cholesterol", "value": "1.3", "unit": "mmol/L"},
]
ANSWERS = {
    "physically_active": False,
    "daily_fruit_vegetables": False,
    "ever_high_glucose": False,
    "family_history_diabetes": "first_degree",
    "smoker": "current",
}


def findings(
    measurements: list[dict[str, str]], person: dict[str, str] = PERSON, **other: Any
) -> dict[str, Finding]:
    document = {
        "schema": "laennec.visit/1",
        "visit_id": "v-1",
        "performed_at": "2026-11-03T09:20:00+01:00",
        "person": person,
        "measurements": measurements,
        **other,
    }
    batch = check_plausibility(parse(document).batch)
    columns = evaluate_published(batch, features(batch))
    return {f.id: f for f in published_findings(columns, 0)}


def test_findrisc_of_a_visit_equals_the_hand_count_and_shows_where_points_come_from() -> None:
    """Man of 50, BMI 31, waist 105, inactive, no daily fruit, treated, diabetic parent: 19."""
    found = findings(
        [*BODY, *HEART], questionnaire=ANSWERS, medications=["antihypertensive"], conditions=[]
    )["findrisc"]
    assert (found.details["points_low"], found.details["points_high"]) == (19, 19)
    assert (found.grade, found.band, found.urgency) == ("high", "high", "U3")
    assert sum(r.contribution or 0 for r in found.reasons_for) == 19
    assert found.missing == ()


def test_a_missing_item_gives_an_interval_and_names_the_item() -> None:
    found = findings(BODY, questionnaire=ANSWERS, conditions=[])["findrisc"]
    assert (found.details["points_low"], found.details["points_high"]) == (17, 19)
    assert [m.item for m in found.missing] == ["score_item:blood_pressure_medication"]
    assert found.band == "high"


def test_an_interval_that_spans_bands_decides_nothing() -> None:
    found = findings(BODY, conditions=[])["findrisc"]
    assert found.band == "not_assessable"
    assert found.message.id == "finding.findrisc.interval"


def test_score2_prints_the_published_value_of_its_vector() -> None:
    """Man of 50, smoker, 140 mmHg, TC 5.5, HDL 1.3, low-risk region: 5.9 %."""
    found = findings(HEART, questionnaire={"smoker": "current"}, conditions=[], medications=[])[
        "score2"
    ]
    assert found.risk == pytest.approx(0.059, abs=0.0005)
    assert (found.grade, found.urgency) == ("high", "U2")
    assert found.details["region"] == "low"


@pytest.mark.parametrize(
    ("birth_date", "conditions", "reason"),
    [
        ("1987-11-03", [], "age_out_of_range"),
        ("1976-03-02", ["diabetes"], "known_diabetes"),
        ("1976-03-02", ["cardiovascular_disease"], "known_cvd"),
    ],
)
def test_a_score_that_does_not_apply_says_why(
    birth_date: str, conditions: list[str], reason: str
) -> None:
    person = {**PERSON, "birth_date": birth_date}
    found = findings(HEART, person, questionnaire=ANSWERS, conditions=conditions)["score2"]
    assert found.message.id == f"score.not_applicable.{reason}"
    assert (found.band, found.risk, found.reasons_for) == ("not_assessable", None, ())


def test_what_nobody_asked_is_printed_as_a_limit() -> None:
    found = findings(HEART, questionnaire=ANSWERS)["score2"]
    assert {m.parameters["condition"] for m in found.limits} >= {"known_diabetes", "known_cvd"}


def test_cambridge_never_becomes_a_risk() -> None:
    found = findings(
        [*BODY, *HEART],
        questionnaire=ANSWERS,
        medications=["antihypertensive"],
        conditions=[],
    )["cambridge_rank"]
    assert found.risk is None
    assert found.risk_interval is None
    assert found.band == "not_assessable"


CREATININE = {"code": "creatinine", "unit": "umol/L", "value": "450", "confirmed_by": "nurse"}


@pytest.mark.parametrize(
    ("kidney", "message"),
    [
        (CREATININE, "score.not_applicable.severe_ckd"),
        ({**CREATININE, "value": "200"}, "finding.score2.high"),
        ({"code": "creatinine", "unit": "umol/L", "value": "450"}, "kidney_doubtful"),
        ({"code": "creatinine", "unit": "umol/L", "value": "9000"}, "kidney_doubtful"),
        ({"code": "egfr", "unit": "mL/min/{1.73_m2}", "value": "29"}, "severe_ckd"),
        ({"code": "egfr", "unit": "mL/min/{1.73_m2}", "value": "12"}, "kidney_doubtful"),
    ],
)
def test_score2_is_not_given_to_a_kidney_that_is_or_may_be_failing(
    kidney: dict[str, str], message: str
) -> None:
    found = findings([*BODY, *HEART, kidney], questionnaire=ANSWERS, conditions=[])["score2"]
    assert found.message.id.endswith(message)


def test_a_visit_without_creatinine_has_nothing_of_the_kidney_to_confirm() -> None:
    found = findings([*BODY, *HEART], questionnaire=ANSWERS)["score2"]
    unverified = [limit.parameters.get("condition") for limit in found.limits]
    assert "severe_ckd" in unverified and "kidney_doubtful" not in unverified


@pytest.mark.parametrize("score", ["findrisc", "ada_risk_test", "desir", "score2"])
def test_no_score_speaks_of_a_person_under_glucose_lowering_treatment(score: str) -> None:
    found = findings([*BODY, *HEART], questionnaire=ANSWERS, medications=["glucose_lowering"])
    assert found[score].message.id == "score.not_applicable.glucose_lowering"


@pytest.mark.parametrize(("conditions", "asked"), [([], True), (["diabetes"], False)])
def test_treated_without_a_declared_diabetes_is_asked_about(
    conditions: list[str], asked: bool
) -> None:
    document = {
        "schema": "laennec.visit/1",
        "visit_id": "v-1",
        "performed_at": "2026-11-03T09:20:00+01:00",
        "person": PERSON,
        "measurements": BODY,
        "conditions": conditions,
        "medications": ["glucose_lowering"],
    }
    problems = check_plausibility(parse(document).batch).problems
    assert ("diabetes_or_not" in {p.code for p in problems}) is asked
