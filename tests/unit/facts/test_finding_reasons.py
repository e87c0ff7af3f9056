"""Fact findings: reasons for and against, the guideline behind them, what weakens them."""

from dataclasses import replace

import pytest
from fact_of import FR, found
from laennec.engine.facts.findings import evaluate_facts, fact_findings
from visits import says_yes, visit_batch

FASTING = "glucose.fasting_venous"
LEFT = "systolic_bp.left_arm"
DIASTOLIC = "diastolic_bp.left_arm"
THIRST = says_yes("symptom.polydipsia")


def test_two_reasons_for_a_borderline_propose_the_more_urgent():
    one = found({"glucose.random_venous": "2.10 g/L", FASTING: "1.24 g/L"}, "diabetes_range")
    assert (one.state, one.grade, one.urgency) == ("borderline", "random_high", "U2")
    assert one.proposed_action == "venous_fasting_glucose"
    assert [r.rule_id for r in one.reasons_for] == ["fr.random_high", "fr.fpg_diabetes"]


def test_reasons_keep_the_value_as_reported_and_its_readings():
    batch = visit_batch({FASTING: "1.300 g/L", LEFT: ["150 mm[Hg]", "142 mm[Hg]", "140 mm[Hg]"]})
    reported = {FASTING: (("1.300",),), LEFT: (("150", "142", "140"),)}
    batch = replace(batch, reported=reported)
    columns = evaluate_facts(batch, FR)
    findings = {f.id: f for f in fact_findings(columns, batch, 0)}
    glucose = findings["diabetes_range"].reasons_for[0]
    assert (glucose.inputs[0].value, glucose.inputs[0].unit) == ("1.300", "g/L")
    assert glucose.contribution is None
    pressure = findings["blood_pressure"].reasons_for[0].inputs
    assert [(i.value, i.origin) for i in pressure] == [
        ("141", "derived"),
        ("142", "reported"),
        ("140", "reported"),
    ]


def test_against_stand_the_first_rows_that_were_not_reached():
    one = found({LEFT: "150 mm[Hg]", DIASTOLIC: "84 mm[Hg]"}, "blood_pressure")
    assert {r.rule_id for r in one.reasons_against} == {"esh2023.sbp_160", "esh2023.dbp_90"}
    assert {r.message.id for r in one.reasons_against} == {"row.at_least.not"}
    calm = found({"bmi": "22 kg/m2"}, "bmi")
    assert {r.rule_id for r in calm.reasons_against} == {"who.bmi_below_18_5", "who.bmi_25"}
    assert {r.rule_id for r in found({"bmi": "27 kg/m2"}, "bmi").reasons_against} == {"who.bmi_30"}
    waist = found({"waist": "85 cm"}, "waist")
    assert [r.rule_id for r in waist.reasons_against] == ["who.waist_male_94"]


def test_symptoms_stand_beside_the_value_that_they_make_urgent():
    one = found({"glucose.random_venous": "2.10 g/L", "answers": THIRST}, "diabetes_range")
    assert [(i.name, i.value) for i in one.reasons_for[0].inputs] == [
        ("glucose.random_venous", "2.1"),
        ("symptom.polydipsia", "yes"),
    ]


def test_the_guideline_of_a_finding_is_that_of_its_rows():
    one = found({FASTING: "1.30 g/L"}, "diabetes_range")
    assert one.guideline.set == "fr"
    assert one.guideline.row_ids == ("fr.fpg_diabetes",)
    assert "ANAES" in one.guideline.guideline
    assert not one.guideline.signed
    assert found({}, "diabetes_range").guideline.row_ids == ()


@pytest.mark.parametrize(
    ("visit", "finding", "limit"),
    [
        (
            {FASTING: "1.30 g/L", "answers": says_yes("condition.diabetes")},
            "diabetes_range",
            "known_diabetes",
        ),
        ({LEFT: "150 mm[Hg]", DIASTOLIC: "80 mm[Hg]"}, "blood_pressure", "isolated_systolic"),
        ({LEFT: "150 mm[Hg]"}, "blood_pressure", "pressure_one_visit"),
        ({LEFT: ["150 mm[Hg]", "18 kPa"]}, "blood_pressure", "mixed_readings"),
        ({LEFT: ["150 mm[Hg]", "250 mm[Hg] suspect"]}, "blood_pressure", "value_waits"),
        ({LEFT: ["150 mm[Hg]", "120 mm[Hg] suspect"]}, "blood_pressure", "value_not_used"),
        ({"waist": "90 cm", "answers": says_yes("condition.pregnancy")}, "waist", "barred"),
        (
            {"waist": "90 cm", "answers": {"method.waist.waist_site": "iliac_crest"}},
            "waist",
            "waist_site_iliac_crest",
        ),
        ({"triglycerides": "1.0 g/L"}, "triglycerides", "lipid_fasting_unknown"),
    ],
)
def test_limits_say_what_weakens_a_finding(visit, finding, limit):
    assert f"limit.fact.{limit}" in [m.id for m in found(visit, finding).limits]


def test_limits_that_do_not_apply_are_not_printed():
    assert found({}, "triglycerides").limits == ()
    both = {LEFT: ["150 mm[Hg]"] * 2, DIASTOLIC: ["95 mm[Hg]"] * 2}
    limits = [m.id for m in found(both, "blood_pressure").limits]
    assert limits == ["limit.fact.pressure_one_visit"]
