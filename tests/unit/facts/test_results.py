"""Several results of one item: each speaks, on its own side, whatever their order."""

from laennec.engine.facts.findings import evaluate_facts, fact_findings
from laennec.engine.guidelines import load_guidelines
from visits import says_yes, visit_batch

FR = load_guidelines()
FASTING = "glucose.fasting_venous"
THIRST = says_yes("symptom.polydipsia")


def found(visit, finding, guidelines=FR):
    batch = visit_batch(visit)
    columns = evaluate_facts(batch, guidelines)
    return next(f for f in fact_findings(columns, batch, 0) if f.id == finding)


def test_results_that_disagree_stand_for_and_against_whatever_their_order():
    """The bug it pins: of 1.60 and 0.90 g/L only the later one was named."""
    for order in (["1.60 g/L", "0.90 g/L"], ["0.90 g/L", "1.60 g/L"]):
        one = found({FASTING: order}, "diabetes_range")
        assert [r.inputs[0].value for r in one.reasons_for] == ["1.6"]
        assert [r.inputs[0].value for r in one.reasons_against] == ["0.9"]
        assert one.message.id == "finding.diabetes_range.disagree"
        assert one.proposed_action == "repeat_fasting_glucose"
        other = found({FASTING: order}, "intermediate_glycaemia")
        assert other.state == "borderline"
    both = found({FASTING: ["1.60 g/L", "1.15 g/L"]}, "intermediate_glycaemia")
    assert both.state == "borderline"


def test_results_that_disagree_do_not_delay_what_can_not_wait():
    one = found({FASTING: ["2.10 g/L", "0.90 g/L"], "answers": THIRST}, "diabetes_range")
    assert one.proposed_action == "call_physician_today"


def test_results_on_one_side_of_the_decision_are_kept_with_the_farther_one():
    one = found({"ldl_cholesterol": ["5.0 mmol/L", "4.3 mmol/L"]}, "ldl")
    assert (one.state, one.grade) == ("present", "suspect_familial")
    assert [r.inputs[0].value for r in one.reasons_against] == ["4.3"]
    assert "limit.fact.results_differ" in [m.id for m in one.limits]
    lipids = found({"ldl_cholesterol": ["5.0 mmol/L", "3.0 mmol/L"]}, "ldl")
    assert (lipids.state, lipids.urgency) == ("borderline", "U2")
    assert lipids.proposed_action == "repeat_lipids"


def test_two_results_name_both():
    one = found({FASTING: ["1.30 g/L", "1.40 g/L"]}, "diabetes_range")
    (reason,) = one.reasons_for
    assert [i.value for i in reason.inputs] == ["1.3", "1.4"]


def test_a_value_that_allows_no_statement_is_printed_all_the_same():
    one = found({"glucose.random_venous": "1.40 g/L"}, "diabetes_range")
    assert (one.state, one.grade) == ("not_assessable", "measured_only")
    assert [i.value for i in one.reasons_for[0].inputs] == ["1.4"]
    assert one.reasons_against == ()


def test_a_fasting_glucose_that_was_measured_is_not_asked_for():
    both = {"hba1c": "5.5 %", FASTING: "0.95 g/L"}
    assert found(both, "hba1c_suspicion").proposed_action == ""
    assert found({"hba1c": "5.5 %"}, "hba1c_suspicion").proposed_action == "venous_fasting_glucose"
    (missing,) = found({FASTING: "0.95 g/L"}, "hba1c_suspicion").missing
    assert missing.next_step == "already_measured"


def test_the_level_of_pancreatitis_has_one_delay_and_one_action():
    one = found({"triglycerides": "12 mmol/L"}, "triglycerides")
    assert (one.urgency, one.proposed_action) == ("U1", "call_physician_today")
