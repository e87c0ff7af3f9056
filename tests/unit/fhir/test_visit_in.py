"""A FHIR Bundle becomes the very visit, or says at once everything that is wrong with it."""

import base64
import json
from datetime import UTC, datetime

import pytest
from document_support import engine
from fhir_support import NAMES, ROOT, bundle, example, is_r4, of, sent
from laennec.engine import parse
from laennec.engine.errors import RecordError
from laennec.serving.fhir.issues import BundleRefused
from laennec.serving.fhir.visit_in import read_visit
from laennec.serving.fhir.visit_out import visit_bundle
from laennec.serving.http.description import examples
from laennec.serving.screening import screen_visit

NOW = datetime(2026, 11, 30, tzinfo=UTC)
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"


def codes(document):
    read = read_visit(sent(document))
    return {one.code for one in (*read.issues, *read.problems)}


def refused(document):
    with pytest.raises(BundleRefused) as caught:
        read_visit(sent(document))
    return {issue.code for issue in caught.value.issues}


def observation(**parts):
    subject = {"reference": bundle()["entry"][0]["fullUrl"]}
    said = {"resourceType": "Observation", "status": "final", "subject": subject}
    return {**said, "effectiveDateTime": "2026-11-03T09:00:00+01:00", **parts}


def quantity(value, code, system=UCUM):
    return {"valueQuantity": {"value": value, "unit": code, "system": system, "code": code}}


def loinc(code):
    return {"code": {"coding": [{"system": LOINC, "code": code}]}}


def with_resource(resource):
    document = bundle()
    document["entry"].append({"fullUrl": "urn:uuid:added", "resource": resource})
    return document


def measured(resource):
    return read_visit(sent(with_resource(resource))).document["measurements"][-1]


@pytest.mark.parametrize("name", NAMES)
def test_an_example_comes_back_as_it_was(name):
    visit, ecg = example(name)
    text = visit_bundle(visit, ecg)
    assert is_r4(json.loads(text))
    read = read_visit(text.encode())
    assert not read.issues
    kept = ("code", "at")
    for one, given in zip(read.document["measurements"], visit["measurements"], strict=True):
        assert {k: v for k, v in one.items() if k not in kept} == {
            k: str(v) for k, v in given.items() if k not in kept
        }
    for key in set(visit) - {"measurements", "ecg"}:
        assert read.document[key] == visit[key]
    assert (read.ecg is not None) is ("ecg" in visit)
    assert parse(read.document).batch.problems == parse({**read.document}).batch.problems


def test_the_shipped_bundles_are_those_of_the_example_visits():
    """Their version of the questionnaire went stale once, and every example was refused."""
    for path in sorted((ROOT / "examples" / "fhir").glob("*.json")):
        visit, _ = example(path.stem)
        assert path.read_text(encoding="utf-8").strip() == visit_bundle(visit).strip()
    shown = examples()["bundle"]
    assert read_visit(sent(shown)).document["visit_id"] == "example-02"


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


def test_every_problem_comes_back_at_once():
    document = bundle()
    extra = [
        observation(**loinc("9279-1"), **quantity(16, "/min")),
        observation(**loinc("2093-3"), valueQuantity={"value": 2.1, "unit": "g/L"}),
        observation(**loinc("4548-4"), **quantity(6.1, "%"), status="entered-in-error"),
        {"resourceType": "Condition", "subject": observation()["subject"]},
    ]
    document["entry"] += [
        {"fullUrl": f"urn:uuid:{i}", "resource": one} for i, one in enumerate(extra)
    ]
    assert codes(document) == {"unit_not_ucum", "status_not_usable", "resource_not_read"}
    problems = {p.code for p in parse(read_visit(sent(document)).document).batch.problems}
    assert {"code_unknown", "unit_missing"} <= problems


def test_codes_of_two_measurements_are_never_chosen_from():
    both = {"coding": [{"system": LOINC, "code": c} for c in ("8480-6", "8462-4")]}
    document = with_resource(observation(code=both, **quantity(140, "mm[Hg]")))
    (told,) = read_visit(sent(document)).problems
    assert (told.severity, told.code, told.path) == (
        "refused_record",
        "codes_disagree",
        "Bundle.entry[10].resource.code",
    )
    assert "two" not in json.dumps(read_visit(sent(document)).document)


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


def test_lists_are_asked_in_whole_or_not_at_all():
    document = bundle()
    response = of(document, "QuestionnaireResponse")[0]
    assert read_visit(sent(document)).document["symptoms"] == []
    response["item"] = [i for i in response["item"] if i["linkId"] != "symptom"]
    assert "symptoms" not in read_visit(sent(document)).document
    pain = [{"valueCoding": {"code": "chest_pain"}}, {"valueCoding": {"code": "none"}}]
    response["item"].append({"linkId": "symptom", "answer": pain})
    read = parse(read_visit(sent(document)).document)
    assert read.is_refused  # "none" beside a symptom says two things
    assert int(read.batch.answer("symptom.chest_pain")[0]) == 1


def test_a_question_that_is_not_asked_is_refused_by_name():
    document = bundle()
    of(document, "QuestionnaireResponse")[0]["item"].append(
        {"linkId": "hobby", "answer": [{"valueString": "vélo"}]}
    )
    problems = parse(read_visit(sent(document)).document).batch.problems
    assert ("unknown_key", "hobby") in {(p.code, p.parameters.get("key")) for p in problems}


def test_sampled_data_is_handed_to_the_reader_and_the_form_of_r5_is_not():
    data = {"origin": {"value": 0, "unit": "mV", "code": "mV"}, "period": 2, "dimensions": 1}
    data |= {"factor": 0.005, "data": " ".join(["0"] * 5000)}
    part = {"code": {"coding": [{"system": "urn:iso:std:iso:11073:10101", "code": "131330"}]}}
    resource = observation(code={"text": "ECG"}, component=[{**part, "valueSampledData": data}])
    ecg = read_visit(sent(with_resource(resource))).ecg
    assert ecg is not None
    from laennec.serving.screening import why_unreadable

    assert "R5" not in str(why_unreadable(ecg))
    data |= {"interval": 2, "intervalUnit": "ms"}
    newer = read_visit(sent(with_resource(resource))).ecg
    assert "element interval of FHIR R5" in str(why_unreadable(newer))


def test_no_address_is_ever_called():
    document = bundle("04-with-ecg")
    of(document, "DocumentReference")[0]["content"] = [
        {"attachment": {"url": "https://example.org/ecg"}}
    ]
    (told,) = read_visit(sent(document)).problems
    assert (told.severity, told.code, told.item) == ("refused_item", "ecg_not_received", "ecg")
    of(document, "DocumentReference")[0].pop("type")
    assert codes(document) == {"attachment_unreadable"}


def test_a_binary_that_no_document_names_is_of_nobody():
    document = bundle()
    data = base64.b64encode(b"x").decode()
    binary = {"resourceType": "Binary", "contentType": "text/plain", "data": data}
    document["entry"].append({"fullUrl": "urn:uuid:b", "resource": binary})
    assert refused(document) == {"wrong_patient"}
    subject = of(document, "Observation")[0]["subject"]
    content = [{"attachment": {"url": "urn:uuid:b", "title": "ecg.txt"}}]
    reference = {"resourceType": "DocumentReference", "status": "current", "subject": subject}
    document["entry"].append({"resource": {**reference, "content": content}})
    assert codes(document) == {"document_not_read"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda d: d.update(resourceType="Patient"), "not_a_bundle"),
        (lambda d: d.update(type="transaction"), "bundle_type"),
        (lambda d: d.pop("entry"), "bundle_entries"),
        (lambda d: d["entry"].append({"fullUrl": "urn:x"}), "entry_without_resource"),
        (lambda d: d["entry"][2]["resource"].update(implicitRules="urn:x"), "meaning_changed"),
        (
            lambda d: d["entry"][2]["resource"]["code"].update(modifierExtension=[{"url": "u"}]),
            "meaning_changed",
        ),
        (lambda d: d.update(implicitRules="urn:x"), "meaning_changed"),
        (lambda d: d.update(modifierExtension=[{"url": "u"}]), "meaning_changed"),
        (lambda d: d["entry"][2].update(modifierExtension=[{"url": "u"}]), "meaning_changed"),
        (lambda d: d["entry"][2].update(request={"method": "DELETE"}), "entry_with_request"),
        (lambda d: d["entry"].append(d["entry"][2]), "resource_twice"),
        (
            lambda d: d["entry"].append({"resource": d["entry"][1]["resource"]}),
            "encounters_several",
        ),
    ],
)
def test_what_changes_the_meaning_of_the_whole_refuses_the_whole(change, code):
    document = bundle()
    change(document)
    assert code in refused(document)


def test_parameters_may_carry_the_bundle():
    inner = {"name": "bundle", "resource": bundle()}
    document = {"resourceType": "Parameters", "parameter": [inner]}
    assert read_visit(sent(document)).document["visit_id"] == "example-01"


def test_parameters_that_change_the_meaning_are_refused():
    inner = {"name": "bundle", "resource": bundle()}
    for changed in (
        {"implicitRules": "urn:x"},
        {"parameter": [inner | {"modifierExtension": [1]}]},
    ):
        document = {"resourceType": "Parameters", "parameter": [inner], **changed}
        assert refused(document) == {"meaning_changed"}


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


def test_what_others_call_critical_is_kept_and_the_rest_is_counted():
    """HH was dropped unsaid."""
    system = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
    document = bundle()
    for code in ("HH", "N", "H"):
        said = {"interpretation": [{"coding": [{"system": system, "code": code}]}]}
        resource = observation(**loinc("8867-4"), **quantity(72, "/min"), **said)
        document["entry"].append({"fullUrl": f"urn:uuid:{code}", "resource": resource})
    taken_back = {**document["entry"][-3]["resource"], "status": "entered-in-error"}
    document["entry"].append({"fullUrl": "urn:uuid:back", "resource": taken_back})
    told = {p.code: p for p in read_visit(sent(document)).problems}
    assert told["interpretation_critical"].parameters == {"found": "HH"}
    assert told["interpretation_critical"].path.endswith(".interpretation[0]")
    assert told["interpretations_not_read"].parameters == {"count": "2"}


def test_bytes_that_are_no_json_object_are_refused():
    for data in (b"[]", b"{", b'{"a": 1, "a": 2}', b'{"a": NaN}', b"\xff\xfe", b"[" * 100_000):
        with pytest.raises(RecordError):
            read_visit(data)


def test_the_national_identity_is_told_and_never_read():
    document = bundle()
    patient = of(document, "Patient")[0]
    number = {"system": "urn:oid:1.2.250.1.213.1.4.8", "value": "277076322082910"}
    patient["identifier"].append(number)
    read = read_visit(sent(document))
    assert "ins_not_qualified" in {issue.code for issue in read.issues}
    assert number["value"] not in json.dumps(read.document)
    url = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability"
    inner = {"url": "identityStatus", "valueCoding": {"code": "VALI"}}
    patient["extension"] = [{"url": url, "extension": [inner]}]
    read = read_visit(sent(document))
    assert not read.issues
    assert number["value"] not in json.dumps(read.document)
