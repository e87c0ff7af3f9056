"""Fact findings: states, grades, what is proposed, what is missing."""

import numpy as np
import pytest
from fact_of import FR, found
from guideline_rows import raw_file
from laennec.engine.facts.findings import evaluate_facts
from laennec.engine.guidelines import Guidelines, load_guidelines
from laennec.engine.guidelines.load import parse_set
from laennec.engine.logic import FALSE, TRUE, UNKNOWN
from visits import says_yes, visit_batch

ADA = load_guidelines({"diabetes": "ada", "blood_pressure": "esc2024"})
FASTING = "glucose.fasting_venous"
UNKNOWN_FASTING = "glucose.unknown_fasting_venous"
LEFT, RIGHT = "systolic_bp.left_arm", "systolic_bp.right_arm"
DIASTOLIC = "diastolic_bp.left_arm"
THIRST = says_yes("symptom.polydipsia")


def said(visit, finding, guidelines=FR):
    one = found(visit, finding, guidelines)
    return one.state, one.grade, one.urgency


DIABETES = [
    ({FASTING: "1.26 g/L"}, "present", "to_confirm", "U2"),
    ({FASTING: "1.25 g/L"}, "borderline", "", "U3"),
    ({FASTING: "1.22 g/L"}, "absent", "", None),
    ({FASTING: ["1.30 g/L", "1.31 g/L"]}, "present", "two_results", "U2"),
    ({FASTING: ["1.30 g/L", "7.2 mmol/L"]}, "present", "two_results", "U2"),
    ({FASTING: ["1.30 g/L", "1.10 g/L"]}, "borderline", "to_confirm", "U2"),
    ({FASTING: ["1.10 g/L", "1.30 g/L"]}, "borderline", "to_confirm", "U2"),
    ({FASTING: ["1.60 g/L", "0.90 g/L", "1.40 g/L"]}, "present", "two_results", "U2"),
    ({FASTING: ["0.90 g/L", "1.24 g/L"]}, "borderline", "", "U3"),
    ({FASTING: ["0.90 g/L", "1.60 g/L suspect"]}, "borderline", "", "U2"),
    ({FASTING: "0.90 g/L", "glucose.capillary": "1.60 g/L suspect"}, "absent", "", None),
    ({FASTING: ["2.10 g/L", "0.90 g/L"], "answers": THIRST}, "borderline", "with_symptoms", "U1"),
    ({FASTING: "1.10 g/L", "glucose.two_hour_75g": "2.00 g/L"}, "present", "to_confirm", "U2"),
    ({"glucose.random_venous": "2.00 g/L"}, "not_assessable", "random_high", "U2"),
    (
        {"glucose.random_venous": "2.00 g/L", "answers": THIRST},
        "present",
        "with_symptoms",
        "U1",
    ),
    (
        {UNKNOWN_FASTING: "2.00 g/L", "answers": THIRST},
        "present",
        "with_symptoms",
        "U1",
    ),
    ({"glucose.random_venous": "2.10 g/L", FASTING: "1.00 g/L"}, "borderline", "random_high", "U2"),
    ({"glucose.random_venous": "1.40 g/L"}, "not_assessable", "measured_only", None),
    ({"glucose.random_venous": "1.40 g/L", FASTING: "0.95 g/L"}, "absent", "", None),
    ({UNKNOWN_FASTING: "1.30 g/L"}, "not_assessable", "fasting_unknown", "U3"),
    ({UNKNOWN_FASTING: "0.90 g/L"}, "not_assessable", "measured_only", None),
    ({"glucose.capillary": "0.90 g/L"}, "not_assessable", "measured_only", None),
    ({UNKNOWN_FASTING: "1.30 g/L", FASTING: "0.95 g/L"}, "absent", "", None),
    ({"glucose.capillary": "1.60 g/L"}, "not_assessable", "not_venous", "U3"),
    ({"hba1c": "9.0 %"}, "not_assessable", "", None),
    ({FASTING: "1.40 g/L refused"}, "not_assessable", "", "U2"),
    ({FASTING: "1.20 g/L suspect"}, "not_assessable", "", None),
    ({FASTING: "<1.30 g/L"}, "not_assessable", "", None),
    ({FASTING: "<1.25 g/L"}, "not_assessable", "", None),
    ({FASTING: "<1.20 g/L"}, "absent", "", None),
    ({}, "not_assessable", "", None),
]


@pytest.mark.parametrize(("visit", "state", "grade", "urgency"), DIABETES)
def test_diabetes_range_of_the_french_set(visit, state, grade, urgency):
    assert said(visit, "diabetes_range") == (state, grade, urgency)


@pytest.mark.parametrize(
    ("visit", "state", "grade"),
    [
        ({FASTING: "1.10 g/L"}, "present", "moderate_fasting_hyperglycaemia"),
        ({FASTING: "1.09 g/L"}, "borderline", ""),
        ({FASTING: "1.06 g/L"}, "absent", ""),
        ({FASTING: "1.26 g/L"}, "absent", "above_range"),
        ({"glucose.two_hour_75g": "1.40 g/L"}, "present", "glucose_intolerance"),
        ({"glucose.two_hour_75g": "1.20 g/L"}, "not_assessable", ""),
        ({FASTING: "1.15 g/L", "answers": says_yes("condition.pregnancy")}, "not_assessable", ""),
    ],
)
def test_intermediate_glycaemia_of_the_french_set(visit, state, grade):
    assert said(visit, "intermediate_glycaemia")[:2] == (state, grade)


@pytest.mark.parametrize(
    ("visit", "state", "grade"),
    [
        ({"hba1c": "6.5 %"}, "present", "suspicion"),
        ({"hba1c": "48 mmol/mol"}, "present", "suspicion"),
        ({"hba1c": "6.4 %"}, "borderline", "below_does_not_exclude"),
        ({"hba1c": "5.2 %"}, "not_assessable", "below_does_not_exclude"),
        ({"hba1c": "9.0 %", "answers": says_yes("condition.anaemia")}, "not_assessable", ""),
        (
            {"hba1c": "9.0 %", "answers": {"method.hba1c.assay": "point_of_care"}},
            "not_assessable",
            "",
        ),
        ({}, "not_assessable", ""),
    ],
)
def test_hba1c_raises_suspicion_in_france_and_never_excludes(visit, state, grade):
    assert said(visit, "hba1c_suspicion")[:2] == (state, grade)


@pytest.mark.parametrize(
    ("visit", "diabetes", "intermediate"),
    [
        ({"hba1c": "6.5 %"}, "present", "absent"),
        ({"hba1c": "5.7 %"}, "absent", "present"),
        ({"hba1c": "5.5 %"}, "absent", "absent"),
        ({"hba1c": "6.5 %", FASTING: "126 mg/dL"}, "present", "absent"),
        ({"hba1c": "6.5 %", "answers": says_yes("condition.anaemia")}, *["not_assessable"] * 2),
        ({FASTING: "100 mg/dL"}, "absent", "present"),
    ],
)
def test_ada_reads_hba1c_as_a_diagnostic_test(visit, diabetes, intermediate):
    assert said(visit, "diabetes_range", ADA)[0] == diabetes
    assert said(visit, "intermediate_glycaemia", ADA)[0] == intermediate


def test_two_markers_of_one_visit_are_two_results_for_ada():
    visit = {"hba1c": "6.5 %", FASTING: "126 mg/dL"}
    assert said(visit, "diabetes_range", ADA)[1] == "two_results"


@pytest.mark.parametrize(
    ("systolic", "diastolic", "state", "grade", "urgency"),
    [
        ("119", "79", "absent", "esh_optimal", None),
        ("120", "79", "absent", "esh_normal", None),
        ("119", "85", "borderline", "esh_high_normal", "U3"),
        ("130", "79", "absent", "esh_high_normal", "U3"),
        ("139", "79", "borderline", "esh_high_normal", "U3"),
        ("140", "79", "present", "grade_1", "U3"),
        ("119", "90", "present", "grade_1", "U3"),
        ("150", "100", "present", "grade_2", "U2"),
        ("180", "79", "present", "grade_3", "U1"),
        ("119", None, "not_assessable", "esh_optimal", None),
        ("150", None, "present", "grade_1", "U3"),
        (None, "95", "present", "grade_1", "U3"),
        (None, None, "not_assessable", "", None),
    ],
)
def test_the_higher_category_of_the_two_pressures_counts(
    systolic, diastolic, state, grade, urgency
):
    visit = {LEFT: f"{systolic} mm[Hg]"} if systolic else {}
    visit |= {DIASTOLIC: f"{diastolic} mm[Hg]"} if diastolic else {}
    assert said(visit, "blood_pressure") == (state, grade, urgency)


def test_the_esc_2024_set_has_its_own_categories():
    visit = {LEFT: "125 mm[Hg]", DIASTOLIC: "65 mm[Hg]"}
    assert said(visit, "blood_pressure", ADA) == ("absent", "esc_elevated", "U3")
    assert said(visit | {LEFT: "165 mm[Hg]"}, "blood_pressure", ADA) == (
        "present",
        "esc_hypertension_160_100",
        "U2",
    )


def test_the_state_says_normal_nowhere():
    """A category code of a guideline is data; no state, message or grade sentence says it."""
    visit = {LEFT: "125 mm[Hg]", DIASTOLIC: "70 mm[Hg]"}
    one = found(visit, "blood_pressure")
    assert one.state == "absent"
    assert one.message.id == "finding.blood_pressure.esh_normal"


@pytest.mark.parametrize(
    ("left", "right", "state", "grade"),
    [
        (["130"], ["125"], "absent", ""),
        (["140"], ["125"], "not_assessable", "repeat_both_arms"),
        (["135"], ["125"], "absent", ""),
        (["150"], ["125"], "not_assessable", "repeat_both_arms"),
        (["137", "137"], ["125", "125"], "borderline", "note_above_10"),
        (["140", "140"], ["125", "125"], "borderline", "note_above_10"),
        (["141", "141"], ["125", "125"], "present", "above_15"),
        (["146", "146"], ["125", "125"], "present", "above_20"),
        (["150", "130"], ["125", "125"], "absent", ""),
        (["130", "150"], ["125", "125"], "not_assessable", "repeat_both_arms"),
        (["150", "150"], [], "not_assessable", ""),
    ],
)
def test_a_difference_between_the_arms_is_said_only_after_a_repeat(left, right, state, grade):
    visit = {LEFT: [f"{v} mm[Hg]" for v in left], RIGHT: [f"{v} mm[Hg]" for v in right]}
    assert said(visit, "interarm_difference")[:2] == (state, grade)


def test_a_first_difference_is_printed_with_what_to_do():
    one = found({LEFT: "150 mm[Hg]", RIGHT: "125 mm[Hg]"}, "interarm_difference")
    assert one.message.parameters["value"] == "25"
    assert one.proposed_action == "repeat_both_arms"
    assert one.urgency is None
    assert one.reasons_for[0].inputs[0].origin == "derived"
    assert [i.name for i in one.reasons_for[0].inputs[1:]] == [LEFT, RIGHT]


@pytest.mark.parametrize(
    ("visit", "finding", "state", "grade"),
    [
        ({"waist": "94.1 cm"}, "waist", "present", "increased"),
        ({"waist": "94 cm"}, "waist", "borderline", ""),
        ({"waist": "92.9 cm"}, "waist", "absent", ""),
        ({"waist": "1.03 m"}, "waist", "present", "greatly_increased"),
        ({"waist": "94 cm", "sex": "female"}, "waist", "present", "greatly_increased"),
        ({"waist": "94 cm", "sex": None}, "waist", "not_assessable", ""),
        ({"waist": "70 cm", "sex": None}, "waist", "absent", ""),
        (
            {"waist": "110 cm", "answers": says_yes("condition.pregnancy")},
            *["waist"],
            "not_assessable",
            "",
        ),
        ({"weight": "81 kg", "height": "180 cm"}, "bmi", "present", "overweight"),
        ({"weight": "80.9 kg", "height": "180 cm"}, "bmi", "absent", ""),
        ({"weight": "52 kg", "height": "180 cm"}, "bmi", "present", "underweight"),
        ({"weight": "51.9 kg", "height": "180 cm"}, "bmi", "present", "underweight"),
        ({"weight": "51.8 kg", "height": "180 cm"}, "bmi", "present", "severe_underweight"),
        ({"bmi": "16.0 kg/m2"}, "bmi", "present", "underweight"),
        ({"bmi": "15.9 kg/m2"}, "bmi", "present", "severe_underweight"),
        ({"bmi": "41 kg/m2"}, "bmi", "present", "obesity_3"),
        ({"ldl_cholesterol": "1.90 g/L"}, "ldl", "present", "suspect_familial"),
        ({"ldl_cholesterol": "2.7 mmol/L"}, "ldl", "absent", "near_optimal"),
        ({"hdl_cholesterol": "0.45 g/L", "sex": "female"}, "hdl", "present", "low"),
        ({"hdl_cholesterol": "0.45 g/L"}, "hdl", "absent", ""),
        ({"triglycerides": "10 mmol/L"}, "triglycerides", "present", "pancreatitis_risk"),
        ({"total_cholesterol": "6.2 mmol/L"}, "total_cholesterol", "present", "high"),
        ({"heart_rate": "45 /min"}, "heart_rate", "present", "below_50"),
        ({"heart_rate": "70 /min"}, "heart_rate", "absent", ""),
    ],
)
def test_the_other_facts(visit, finding, state, grade):
    assert said(visit, finding)[:2] == (state, grade)


def test_what_is_missing_names_the_cheapest_next_measurement():
    one = found({}, "diabetes_range")
    assert [(m.item, m.required, m.next_step) for m in one.missing] == [
        (FASTING, True, "venous_fasting_glucose")
    ]
    pressure = found({LEFT: "125 mm[Hg]"}, "blood_pressure")
    assert [m.item for m in pressure.missing] == ["diastolic_bp.higher_arm"]
    assert pressure.proposed_addressee == "nurse"
    assert found({"answers": says_yes("condition.pregnancy")}, "waist").missing == ()


def test_a_present_fact_is_known_by_name_and_an_unknown_one_is_nobodys():
    batch = visit_batch({FASTING: "1.30 g/L"}, {FASTING: "0.90 g/L"})
    columns = evaluate_facts(batch, FR)
    assert columns.is_present("diabetes_range").tolist() == [True, False]
    assert columns.is_present("thyroid").tolist() == [False, False]
    assert columns.state.shape == columns.urgency.shape == (2, len(FR.findings))


@pytest.mark.parametrize(
    ("limits", "ages", "expected"),
    [
        ({"age_min": 40}, [39, 40, -1], [FALSE, TRUE, UNKNOWN]),
        ({"age_max": 40}, [40, 41, -1], [TRUE, FALSE, UNKNOWN]),
    ],
)
def test_a_row_can_be_meant_for_some_ages(limits, ages, expected):
    raw = raw_file("waist_who.toml")
    raw["finding"][0]["row"][0].update(limits)
    guidelines = Guidelines({}, parse_set(raw, "test"), ())
    visits = [{"waist": "120 cm", "age": age} for age in ages]
    column = evaluate_facts(visit_batch(*visits), guidelines).columns[0]
    assert column.rows[:, 0].tolist() == expected


def test_the_verdicts_of_a_batch_are_columns():
    batch = visit_batch(*({FASTING: f"{v / 100:.2f} g/L"} for v in range(90, 140)))
    columns = evaluate_facts(batch, FR)
    for column in columns.columns:
        assert column.rows.shape == (50, len(column.spec.rows))
        assert column.state.dtype == column.grade.dtype == column.urgency.dtype == np.int8
