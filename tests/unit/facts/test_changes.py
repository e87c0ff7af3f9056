"""What would change a fact: the nearest cut-off each way, found by evaluating again."""

import pytest
from guideline_rows import raw_file
from laennec.engine.facts.findings import evaluate_facts, fact_findings
from laennec.engine.guidelines import Guidelines, load_guidelines
from laennec.engine.guidelines.load import parse_set
from visits import visit_batch

FR = load_guidelines()
FASTING = "glucose.fasting_venous"
LEFT, RIGHT = "systolic_bp.left_arm", "systolic_bp.right_arm"
DIASTOLIC = "diastolic_bp.left_arm"


def found(visit, finding, guidelines=FR):
    batch = visit_batch(visit)
    columns = evaluate_facts(batch, guidelines)
    return next(f for f in fact_findings(columns, batch, 0) if f.id == finding)


REPEAT, BELOW, ABOVE = (f"change.fact.{way}" for way in ("repeat", "below", "above"))


@pytest.mark.parametrize(
    ("visit", "finding", "expected"),
    [
        ({FASTING: "1.30 g/L"}, "diabetes_range", [(REPEAT, ["1.25"], "borderline")]),
        (
            {FASTING: "1.25 g/L"},
            "diabetes_range",
            [
                (REPEAT, ["1.26"], "diabetes_range.to_confirm"),
                (REPEAT, ["1.22"], "absent"),
            ],
        ),
        (
            {LEFT: ["150 mm[Hg]", "148 mm[Hg]"], DIASTOLIC: "95 mm[Hg]"},
            "blood_pressure",
            [
                (REPEAT, ["100"], "blood_pressure.grade_2"),
                (REPEAT, ["139", "89"], "borderline"),
            ],
        ),
        (
            {LEFT: "148 mm[Hg]", DIASTOLIC: "95 mm[Hg]"},
            "blood_pressure",
            [
                (REPEAT, ["100"], "blood_pressure.grade_2"),
                (REPEAT, ["139", "89"], "borderline"),
            ],
        ),
        (
            {LEFT: "165 mm[Hg]", DIASTOLIC: "84 mm[Hg]"},
            "blood_pressure",
            [
                (REPEAT, ["159"], "blood_pressure.grade_1"),
                (REPEAT, ["180"], "blood_pressure.grade_3"),
            ],
        ),
        ({"waist": "126 cm"}, "waist", [(BELOW, ["102"], "waist.increased")]),
        (
            {"waist": "100 cm"},
            "waist",
            [(REPEAT, ["103"], "waist.greatly_increased"), (BELOW, ["94"], "borderline")],
        ),
        (
            {"weight": "92 kg", "height": "178 cm"},
            "bmi",
            [(ABOVE, ["30.0"], "bmi.obesity_1"), (BELOW, ["25.0"], "absent")],
        ),
        (
            {"weight": "54 kg", "height": "178 cm"},
            "bmi",
            [(BELOW, ["16.0"], "bmi.severe_underweight"), (ABOVE, ["18.5"], "absent")],
        ),
        (
            {"weight": "50 kg", "height": "178 cm"},
            "bmi",
            [(REPEAT, ["16.00"], "bmi.underweight")],
        ),
        (
            {"heart_rate": "45 /min"},
            "heart_rate",
            [(REPEAT, ["50"], "absent"), (REPEAT, ["39"], "heart_rate.below_40")],
        ),
        ({"ldl_cholesterol": "5.2 mmol/L"}, "ldl", [(REPEAT, ["4.8"], "ldl.high")]),
        ({"hdl_cholesterol": "0.38 g/L"}, "hdl", [(REPEAT, ["0.40"], "absent")]),
        ({"hdl_cholesterol": "0.20 g/L"}, "hdl", [(ABOVE, ["0.40"], "absent")]),
    ],
)
def test_the_nearest_cut_off_each_way_was_evaluated_again(visit, finding, expected):
    """The bug it pins: obesity class 3 was told what would make it absent, 19 kg/m2 away."""
    changes = found(visit, finding).what_would_change
    said = [(c.message.id, [step[2] for step in c.inputs], c.becomes) for c in changes]
    assert said == expected
    assert all(c.risk is None for c in changes)


def test_no_change_is_offered_that_is_none():
    """No change names age or sex, and each leads to another state or grade."""
    for visit in ({"waist": "126 cm"}, {FASTING: "1.40 g/L"}, {"bmi": "41 kg/m2"}):
        for finding in fact_findings(evaluate_facts(visit_batch(visit), FR), visit_batch(visit), 0):
            for change in finding.what_would_change:
                assert change.becomes not in (finding.state, f"{finding.id}.{finding.grade}")
                assert not {"age", "sex"} & {name for name, *_ in change.inputs}


def test_nothing_is_offered_where_nothing_measured_would_change_it():
    assert found({"hba1c": "5.2 %"}, "hba1c_suspicion").what_would_change == ()
    assert found({FASTING: ["1.30 g/L", "1.10 g/L"]}, "diabetes_range").what_would_change == ()
    apart = {LEFT: ["150 mm[Hg]"] * 2, RIGHT: ["125 mm[Hg]"] * 2}
    assert found(apart, "interarm_difference").what_would_change == ()
    for fasting in ("1.00 g/L", "1.24 g/L"):
        conflicting = {"glucose.random_venous": "2.10 g/L", FASTING: fasting}
        assert found(conflicting, "diabetes_range").what_would_change == ()


def test_a_rate_above_the_cut_off_changes_downwards_too():
    """``<=`` and ``>`` rows name the value on their own side."""
    raw = raw_file("heart_rate_eng.toml")
    raw["finding"][0]["row"][0].update(
        op="<=", borderline_from={"/min": "52"}, borderline_source="test"
    )
    guidelines = Guidelines({}, parse_set(raw, "test"), ())
    low = found({"heart_rate": "50 /min"}, "heart_rate", guidelines)
    assert [s[2] for s in low.what_would_change[0].inputs] == ["51"]
    near = found({"heart_rate": "51 /min"}, "heart_rate", guidelines)
    assert near.state == "borderline"
    assert {c.inputs[0][2] for c in near.what_would_change} == {"50", "53"}
    high = found({"heart_rate": "110 /min"}, "heart_rate", guidelines)
    assert [s[2] for s in high.what_would_change[0].inputs] == ["100"]


def test_a_cut_off_of_another_finding_is_no_change_to_not_assessable():
    """Above 2.00 g/L after the load stands the level of diabetes: another finding says that."""
    batch = visit_batch({"glucose.two_hour_75g": "1.42 g/L"})
    guidelines = load_guidelines()
    found = fact_findings(evaluate_facts(batch, guidelines), batch, 0)
    one = next(f for f in found if f.id == "intermediate_glycaemia")
    assert one.what_would_change
    assert "not_assessable" not in {change.becomes for change in one.what_would_change}
