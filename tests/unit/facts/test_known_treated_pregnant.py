"""Facts of somebody whose disease is known, who is treated for it, or who is pregnant."""

import pytest
from fact_of import FR, found
from laennec.engine.facts.findings import KNOWN_OPEN
from laennec.engine.guidelines import load_guidelines
from laennec.engine.guidelines.model import NOT_ASSESSABLE
from laennec.engine.words import Sentences
from visits import says_yes

ADA = load_guidelines({"diabetes": "ada", "blood_pressure": "esc2024"})
FASTING = "glucose.fasting_venous"
THIRST = says_yes("symptom.polydipsia")


@pytest.mark.parametrize("guidelines", [FR, ADA])
@pytest.mark.parametrize("glucose", ["1.00 g/L", "1.30 g/L"])
def test_a_glucose_in_pregnancy_is_printed_and_left_to_a_physician(glucose, guidelines):
    visit = {FASTING: glucose, "answers": says_yes("condition.pregnancy")}
    one = found(visit, "diabetes_range", guidelines)
    assert (one.state, one.grade, one.urgency) == ("not_assessable", "", "U2")
    assert one.message.id == "finding.diabetes_range.barred"
    assert one.proposed_action == "read_glucose_in_pregnancy"
    limits = {limit.id: limit.parameters for limit in one.limits}
    assert float(limits["limit.fact.barred_value"]["value"]) == float(glucose.partition(" ")[0])
    assert "limit.fact.pregnancy_glucose" in limits
    beside = found(visit, "intermediate_glycaemia", guidelines)
    assert "limit.fact.pregnancy_glucose" in {limit.id for limit in beside.limits}


def test_without_a_glucose_nobody_is_asked_to_read_one_in_pregnancy():
    one = found({"answers": says_yes("condition.pregnancy")}, "diabetes_range")
    assert (one.state, one.urgency, one.proposed_action) == ("not_assessable", None, "")


@pytest.mark.parametrize("guidelines", [FR, ADA])
@pytest.mark.parametrize("finding", ["diabetes_range", "intermediate_glycaemia"])
def test_a_known_diabetes_is_not_said_to_be_below_the_range_of_diabetes(finding, guidelines):
    """The bug it pins: 0.95 g/L in a known diabetes printed "diabetes range not reached"."""
    glucose = {FASTING: "0.95 g/L"}
    for more, tail in (({}, "absent"), (says_yes("condition.diabetes"), "known_absent")):
        one = found({**glucose, "answers": more}, finding, guidelines)
        assert (one.state, one.message.id) == ("absent", f"finding.{finding}.{tail}")


@pytest.mark.parametrize("guidelines", [FR, ADA])
def test_a_known_diabetes_is_not_to_be_confirmed(guidelines):
    visit = {FASTING: "1.40 g/L", "answers": says_yes("condition.diabetes")}
    one = found(visit, "diabetes_range", guidelines)
    assert (one.state, one.urgency) == ("present", "U2")
    assert one.message.id == "finding.diabetes_range.known"
    assert one.proposed_action == "follow_known_diabetes"
    thirsty = {FASTING: "2.10 g/L", "answers": says_yes("condition.diabetes", *THIRST)}
    assert found(thirsty, "diabetes_range", guidelines).proposed_action == "call_physician_today"


@pytest.mark.parametrize("guidelines", [FR, ADA])
@pytest.mark.parametrize(
    ("given", "tail"),
    [({}, "not_assessable"), ({"glucose.capillary": "1.71 g/L"}, "known_open"),
     ({"glucose.random_venous": "2.25 g/L"}, "known_open"),
     ({"glucose.unknown_fasting_venous": "1.30 g/L"}, "known_open")],
)  # fmt: skip
def test_a_known_diabetes_asks_for_no_glucose_that_would_confirm_it(given, tail, guidelines):
    """ "Next step: venous fasting glucose at a laboratory" stood beside "diabetes known"."""
    one = found({**given, "answers": says_yes("condition.diabetes")}, "diabetes_range", guidelines)
    assert (one.state, one.message.id) == ("not_assessable", f"finding.diabetes_range.{tail}")
    assert {m.next_step for m in one.missing} == {"diabetes_followed"}
    assert one.proposed_action == ("follow_known_diabetes" if given else "")
    unknown = found(given, "diabetes_range", guidelines)
    assert one.urgency == unknown.urgency
    assert "diabetes_followed" not in {m.next_step for m in unknown.missing}


def test_every_finding_of_a_known_disease_words_what_it_says_of_it():
    for guidelines in (FR, ADA):
        for spec in (one for one in guidelines.findings if one.known_when):
            assert all(
                Sentences(lang).has(f"finding.{spec.id}.{KNOWN_OPEN}")
                for lang in ("fr", "en")
                for grade in spec.grades
                if grade.state == NOT_ASSESSABLE
            ), spec.id
            assert Sentences("fr").has(f"next.{spec.postponed_step}")


@pytest.mark.parametrize("finding", ["diabetes_range", "intermediate_glycaemia"])
def test_a_glucose_under_treatment_says_so(finding):
    visit = {FASTING: "0.95 g/L", "answers": says_yes("medication.glucose_lowering")}
    assert "limit.fact.glucose_treated" in {limit.id for limit in found(visit, finding).limits}


def test_a_lipid_panel_waits_for_the_end_of_a_pregnancy():
    one = found({"answers": says_yes("condition.pregnancy")}, "ldl")
    assert [m.next_step for m in one.missing] == ["lipids_after_pregnancy"]
    assert [m.next_step for m in found({}, "ldl").missing] == ["lipids"]
