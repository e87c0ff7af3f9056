"""An Observation becomes a measurement: code, unit, arm, moment and specimen, or is told."""

import json
from datetime import UTC, datetime

import pytest
from document_support import engine
from fhir_observations import (
    LOINC,
    UCUM,
    codes,
    loinc,
    measured,
    observation,
    quantity,
    with_resource,
)
from fhir_support import bundle, of, sent
from laennec.engine import parse
from laennec.serving.fhir.visit_in import read_visit
from laennec.serving.screening import screen_visit

NOW = datetime(2026, 11, 30, tzinfo=UTC)


def test_two_arms_stay_apart():
    read = read_visit(sent(bundle()))
    pressures = [m for m in read.document["measurements"] if "site" in m]
    assert [m["site"] for m in pressures] == ["left_arm"] * 2 + ["right_arm"] * 2
    assert [m["code"]["code"] for m in pressures] == ["8480-6", "8462-4"] * 2


def test_the_numbers_of_snomed_for_the_arms_are_read():
    for number, arm in (("368208006", "left_arm"), ("368209003", "right_arm")):
        site = {"coding": [{"system": "http://snomed.info/sct", "code": number}]}
        resource = observation(**loinc("8480-6"), **quantity(140, "mm[Hg]"), bodySite=site)
        assert measured(resource)["site"] == arm


def test_an_arm_that_is_not_known_is_refused_and_never_left_out():
    site = {"coding": [{"system": "http://snomed.info/sct", "code": "1"}]}
    resource = observation(**loinc("8480-6"), **quantity(140, "mm[Hg]"), bodySite=site)
    document = with_resource(resource)
    assert "body_site_unknown" in codes(document)
    problems = parse(read_visit(sent(document)).document).batch.problems
    assert "method_unknown" in {p.code for p in problems}


def test_an_unknown_code_reaches_the_engine_which_refuses_it_by_name():
    resource = observation(**loinc("9279-1"), **quantity(16, "/min"))
    problems = parse(read_visit(sent(with_resource(resource))).document).batch.problems
    assert [p.code for p in problems if p.severity == "refused_record"] == ["code_unknown"]


def test_codes_of_two_measurements_are_never_chosen_from():
    both = {"coding": [{"system": LOINC, "code": c} for c in ("8480-6", "8462-4")]}
    document = with_resource(observation(code=both, **quantity(140, "mm[Hg]")))
    told, *doubts = read_visit(sent(document)).problems
    assert {(p.item, p.code) for p in doubts} == {
        ("systolic_bp", "code_doubtful"),
        ("diastolic_bp", "code_doubtful"),
    }
    assert (told.severity, told.code, told.path) == (
        "refused_record",
        "codes_disagree",
        "Bundle.entry[10].resource.code",
    )


def test_a_date_without_a_time_is_the_first_moment_of_its_day():
    resource = observation(
        **loinc("2093-3"), **quantity(2.1, "g/L"), effectiveDateTime="2026-10-01"
    )
    assert measured(resource)["at"] == "2026-10-01T00:00:00+01:00"


def test_a_fast_without_hours_is_never_turned_into_hours():
    fast = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0916", "code": "F"}]}
    kind = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0487", "code": "SER"}]}
    inner = {"resourceType": "Specimen", "id": "s", "type": kind}
    inner["collection"] = {"fastingStatusCodeableConcept": fast}
    resource = observation(**loinc("2345-7"), **quantity(118, "mg/dL"))
    resource |= {"contained": [inner], "specimen": {"reference": "#s"}}
    assert "fasting_without_hours" in codes(with_resource(resource))
    one = measured(resource)
    assert one["specimen"] == "venous_serum"
    assert "fasting_hours" not in one
    hours = {"value": 11, "system": UCUM, "code": "h"}
    inner["collection"] = {"fastingStatusDuration": hours}
    assert measured(resource)["fasting_hours"] == "11"


def test_two_values_are_refused_and_a_remark_is_told():
    both = observation(**loinc("8867-4"), **quantity(72, "/min"), valueString="rapide")
    assert codes(with_resource(both)) == {"values_several"}
    read = parse(read_visit(sent(with_resource(both))).document)
    assert "value_not_decimal" in {p.code for p in read.batch.problems}
    noted = observation(**loinc("8867-4"), **quantity(72, "/min"), note=[{"text": "douleur"}])
    assert codes(with_resource(noted)) == {"remark_not_read"}
    assert "douleur" not in repr(read_visit(sent(with_resource(noted))).problems)


@pytest.mark.parametrize("value", ["192", True, [192], {"a": 192}])
def test_a_value_that_is_no_json_number_is_refused_and_the_urgent_rules_still_read_it(value):
    """FHIR writes 72, not "72"; what a crisis may hide behind is measured again, not dropped."""
    resource = observation(**loinc("8480-6"), **quantity(value, "mm[Hg]"))
    document = with_resource(resource)
    (issue,) = read_visit(sent(document)).issues
    assert (issue.code, issue.severity) == ("value_not_number", "error")
    assert issue.where.endswith(".resource.valueQuantity.value")
    batch = parse(read_visit(sent(document)).document).batch
    assert "value_not_decimal" in {p.code for p in batch.problems}


@pytest.mark.parametrize(
    "parts",
    [quantity("192", "mm[Hg]"), {**quantity(192, "mm[Hg]"), "valueString": "trop haut"}],
)
def test_a_refused_crisis_calls_for_a_new_measurement(parts):
    document = bundle()
    document["entry"] = [
        entry for entry in document["entry"] if entry["resource"]["resourceType"] != "Observation"
    ]
    resource = observation(**loinc("8480-6"), **parts)
    document["entry"].append({"fullUrl": "urn:uuid:added", "resource": resource})
    read = read_visit(sent(document))
    urgent = screen_visit(json.dumps(read.document).encode(), engine(), now=NOW).draft.urgent
    assert any(item.message.id.startswith("urgent.remeasure") for item in urgent)


def test_a_value_of_a_pressure_panel_is_refused_and_named():
    """Pinned: "unknown code 85354-9" for the value, of a code that is taken for its components."""
    document = bundle()
    panel = next(o for o in of(document, "Observation") if "component" in o)
    panel |= quantity(200, "mm[Hg]")
    read = read_visit(sent(document))
    assert [i.code for i in read.issues if i.severity == "error"] == ["panel_with_value"]
    problems = parse(read.document).batch.problems
    assert [p.code for p in problems if p.severity == "refused_record"] == ["code_unknown"]
    panel.pop("valueQuantity")
    assert codes(document) == set()


def test_what_is_not_used_is_named_as_it_was_sent():
    """Pinned: a code of no letters, a range as Python prints it, and a fast of "? min"."""
    named = observation(code={"text": "Glycémie"}, **quantity(33, "mmol/L"))
    (problem,) = [
        p
        for p in parse(read_visit(sent(with_resource(named))).document).batch.problems
        if p.code == "code_unknown"
    ]
    assert problem.parameters["found"] == "Glycémie"
    ends = {"low": {"value": 480, "unit": "mg/dL"}, "high": {"value": 600, "unit": "mg/dL"}}
    assert measured(observation(**loinc("2345-7"), valueRange=ends))["value"] == (
        "480 mg/dL 600 mg/dL"
    )
    glucose = {**loinc("2345-7"), **quantity(118, "mg/dL"), "specimen": {"reference": "#s"}}
    for duration, said in (({"value": 600, "code": "min"}, "600 min"), ({"value": 10}, "10 ?")):
        fast = {"resourceType": "Specimen", "id": "s"}
        fast["collection"] = {"fastingStatusDuration": duration}
        document = read_visit(
            sent(with_resource(observation(**glucose, contained=[fast])))
        ).document
        assert document["measurements"][-1]["fasting_hours"] == said
        problems = parse(document).batch.problems
        assert "fasting_unreadable" in {p.code for p in problems}
