"""A value of somebody else, in another resource, or in doubt: read, refused or told, never lost."""

from datetime import UTC, datetime

import pytest
from fhir_observations import LOINC, loinc, observation, quantity, refused
from fhir_support import bundle, of, sent
from laennec.engine import Models, load_guidelines
from laennec.engine.words import Sentences
from laennec.engine.words.phrases import banners
from laennec.serving.fhir.visit_in import read_visit
from laennec.serving.screening import Engine, SiteKnows, screen_visit

NOW = datetime(2026, 12, 1, tzinfo=UTC)
FOCUS_CODE = "http://hl7.org/fhir/StructureDefinition/observation-focusCode"
HIGH = {**loinc("8480-6"), **quantity(205, "mm[Hg]")}


def visit(*resources):
    document = bundle()
    document["entry"] = [e for e in document["entry"] if e["resource"] not in _observed(document)]
    added = [{"fullUrl": f"urn:uuid:{i}", "resource": one} for i, one in enumerate(resources)]
    document["entry"] += added
    return document


def _observed(document):
    return of(document, "Observation")


def draft_of(document):
    read = read_visit(sent(document))
    engine = Engine(Models(()), load_guidelines())
    knows = SiteKnows(unused=read.problems)
    return screen_visit(sent(read.document), engine, now=NOW, knows=knows).draft


def told(document):
    return [(p.severity, p.code) for p in read_visit(sent(document)).problems]


def person():
    return observation()["subject"]


@pytest.mark.parametrize(
    "focus",
    [
        {"focus": [{"reference": "RelatedPerson/husband"}]},
        {"focus": [{"reference": "Patient/OTHER"}]},
        {"focus": [{"display": "fetus"}]},
        {"focus": [person(), {"reference": "RelatedPerson/husband"}]},
        {"focus": {"reference": "RelatedPerson/husband"}},
        {"extension": [{"url": FOCUS_CODE, "valueCodeableConcept": {"text": "fetus"}}]},
    ],
)
@pytest.mark.parametrize("critical", [{}, {"interpretation": [{"coding": [{"code": "HH"}]}]}])
def test_a_value_about_somebody_else_is_told_and_read_by_no_rule(focus, critical):
    """Pinned: the glucose of a husband was read as the wife's, and called her urgent."""
    document = visit(observation(**HIGH, **focus, **critical))
    assert told(document) == [("refused_item", "focus_other")]
    assert read_visit(sent(document)).document["measurements"] == []
    draft = draft_of(document)
    assert "focus_other" in {item.code for item in draft.refused_items}
    assert not draft.urgent


def test_a_focus_on_the_person_is_theirs():
    document = visit(observation(**HIGH, focus=[person()]))
    assert told(document) == []
    assert draft_of(document).urgent


def panel(**parts):
    code = {"code": {"coding": [{"system": LOINC, "code": "85353-1"}]}}
    return observation(**{**code, "hasMember": [{"reference": "#c1"}], **parts})


def inner(**parts):
    said = {key: value for key, value in observation(**HIGH).items() if key != "subject"}
    return {**said, "id": "c1", **parts}


def with_contained(document, kind, **parts):
    of(document, kind)[0]["contained"] = [inner(**parts)]
    return document


@pytest.mark.parametrize(
    "document",
    [
        visit(panel(contained=[inner()])),
        visit(panel(contained=[inner(subject=person())])),
        with_contained(visit(), "Encounter"),
        with_contained(visit(), "QuestionnaireResponse"),
    ],
)
def test_a_measurement_inside_another_resource_is_read(document):
    """Pinned: 205 mmHg in a panel's `contained` got no word at all."""
    assert told(document) == []
    read = read_visit(sent(document))
    assert [m["value"] for m in read.document["measurements"]] == ["205"]
    assert read.places["$.measurements[0]"].endswith(".contained[0]")
    assert draft_of(document).urgent


def test_what_is_contained_is_of_its_container():
    focus = [{"reference": "RelatedPerson/husband"}]
    document = visit(panel(contained=[inner()], focus=focus))
    assert told(document) == [("refused_item", "focus_other")] * 2
    document = visit(panel(contained=[inner()], status="entered-in-error"))
    assert told(document) == []
    assert read_visit(sent(document)).document["measurements"] == []
    fast = {"value": 10, "code": "h"}
    serum = {"system": "http://terminology.hl7.org/CodeSystem/v2-0487", "code": "SER"}
    specimen = {"resourceType": "Specimen", "id": "s", "type": {"coding": [serum]}}
    specimen["collection"] = {"fastingStatusDuration": fast}
    glucose = {**loinc("2345-7"), **quantity(90, "mg/dL"), "specimen": {"reference": "#s"}}
    document = visit(panel(contained=[inner(**glucose), specimen]))
    (one,) = read_visit(sent(document)).document["measurements"]
    assert (one["specimen"], one["fasting_hours"]) == ("venous_serum", "10")


@pytest.mark.parametrize("kind", ["Patient", "DiagnosticReport"])
def test_a_contained_measurement_of_nobody_refuses_the_whole(kind):
    document = visit({"resourceType": "DiagnosticReport", "status": "final"})
    assert refused(with_contained(document, kind)) == {"wrong_patient.unsaid".partition(".")[0]}
    other = with_contained(visit(), "Patient", subject={"reference": "Patient/OTHER"})
    assert refused(other) == {"wrong_patient"}


def test_a_contained_resource_that_is_not_read_is_told():
    response = {"resourceType": "QuestionnaireResponse", "id": "q"}
    who = {"resourceType": "Practitioner", "id": "n"}
    document = visit(observation(**HIGH, contained=[response, who]))
    assert told(document) == [("note", "resource_not_read")]


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("hasMember", ("refused_item", "member_not_received")),
        ("derivedFrom", ("note", "source_not_received")),
    ],
)
def test_a_result_that_is_named_and_did_not_come_is_told(key, said):
    lost = {key: [{"reference": "Observation/999"}, {"display": "x"}, {"reference": "#no"}]}
    document = visit(observation(**HIGH, **lost))
    assert told(document) == [said] * 3
    assert read_visit(sent(document)).problems[1].path.endswith(f".{key}[1]")
    here = {key: [{"reference": "urn:uuid:1"}, {"reference": "#c1"}]}
    document = visit(observation(**HIGH, **here, contained=[inner()]), observation(**HIGH))
    assert told(document) == []


ABSENT = {"dataAbsentReason": {"coding": [{"code": "error"}]}}


def test_a_value_that_is_said_to_be_absent_is_refused_and_the_urgent_rules_read_it():
    """Pinned: 205/135 beside a dataAbsentReason was told to the sender alone."""
    component = {**HIGH, **ABSENT}
    document = visit(observation(component=[component]))
    assert told(document) == [("refused_item", "value_said_absent")]
    draft = draft_of(document)
    (item,) = [i for i in draft.refused_items if i.code == "value_said_absent"]
    assert item.item == "systolic_bp"
    assert any(i.message.id.startswith("urgent.remeasure") for i in draft.urgent)
    assert all(f.state != "present" for f in draft.findings)


def test_a_value_that_is_absent_stays_a_word_to_its_sender():
    document = visit(observation(**loinc("8480-6"), **ABSENT))
    assert told(document) == []
    assert [i.code for i in read_visit(sent(document)).issues] == ["data_absent"]


@pytest.mark.parametrize(
    ("codes", "parts", "urgent"),
    [
        (("8480-6", "8462-4"), quantity(205, "mm[Hg]"), {"systolic_bp", "diastolic_bp"}),
        (("8462-4", "8480-6"), quantity(125, "mm[Hg]"), {"diastolic_bp"}),
        (("8867-4", "2345-7"), quantity(25, "/min"), {"heart_rate"}),
    ],
)
def test_a_value_with_two_codes_is_read_by_the_urgent_rules_as_each(codes, parts, urgent):
    """Pinned: 205 mmHg, urgent either way, got no urgent item and "all rules were applied"."""
    code = {"coding": [{"system": LOINC, "code": one} for one in codes]}
    draft = draft_of(visit(observation(code=code, **parts)))
    assert {i.code for i in draft.refused_items} >= {"codes_disagree", "code_doubtful"}
    again = [i for i in draft.urgent if i.message.id.startswith("urgent.remeasure")]
    assert {v.name.partition(".")[0] for i in again for v in i.inputs} >= urgent
    assert draft.rules_not_applied
    assert "applied all the same" not in " ".join(banners(draft, Sentences("en")))


def glucose_of(*codes, value=7.4):
    code = {"coding": [{"system": LOINC, "code": one} for one in codes]}
    return visit(observation(code=code, **quantity(value, "mmol/L")))


@pytest.mark.parametrize("codes", [("14771-0", "14749-6"), ("14749-6", "14771-0")])
def test_of_two_codes_of_one_measurement_the_one_that_says_more_counts(codes):
    """Pinned: which of "fasting" and "not stated" counted hung on their order, and was not told."""
    read = read_visit(sent(glucose_of(*codes)))
    (one,) = read.document["measurements"]
    assert one["code"]["code"] == "14771-0"
    (issue,) = [i for i in read.issues if i.name == "codes_several"]
    assert "14771-0" in issue.line("en")
    assert issue.where.endswith(".code")


@pytest.mark.parametrize(
    "codes",
    [
        ("14771-0", "14743-9"),
        ("14743-9", "14771-0"),
        ("14771-0", "14995-5"),
        ("14749-6", "14995-5", "14743-9"),
    ],
)
def test_codes_that_contradict_each_other_on_one_item_leave_its_value_in_doubt(codes):
    """Pinned: a capillary value was a diagnosis where the code of a venous one stood first."""
    document = glucose_of(*codes)
    assert told(document) == [("refused_item", "code_doubtful")] * len(codes)
    draft = draft_of(document)
    assert all(f.state != "present" for f in draft.findings)
    assert not any(i.severity == "refused_record" for i in draft.refused_items)
    assert any(
        v.name.startswith("glucose")
        for i in draft_of(glucose_of(*codes, value=31)).urgent
        for v in i.inputs
    )


def test_codes_that_differ_by_the_unit_only_say_the_same():
    read = read_visit(sent(glucose_of("14771-0", "1558-6")))
    assert [one["code"]["code"] for one in read.document["measurements"]] == ["14771-0"]
    assert [i.name for i in read.issues if i.name == "codes_several"] == []
