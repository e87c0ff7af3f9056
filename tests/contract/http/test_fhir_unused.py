"""What came in a Bundle and was not used stands in the report, where a physician reads it."""

import json

import pytest
from fhir_support import bundle, is_r4, of

FHIR = "application/fhir+json"
ECG = {"coding": [{"system": "http://loinc.org", "code": "11524-6"}]}
ADDRESS = {"contentType": "application/dicom", "url": "https://his.example/ecg"}


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite:///{tmp_path / 'laennec.db'}"


def post(client, document, query=""):
    headers = {"Content-Type": FHIR}
    answer = client.post(
        f"/fhir/$prediagnose{query}", content=json.dumps(document), headers=headers
    )
    assert answer.status_code == 200, answer.text
    assert is_r4(answer.json())
    return answer.json()


def added(document, **resource):
    subject = of(document, "Observation")[0]["subject"]
    number = len(document["entry"])
    body = {"subject": subject, **resource}
    document["entry"].append({"fullUrl": f"urn:uuid:added-{number}", "resource": body})
    return document


def with_ecg_document(attachment):
    said = {"resourceType": "DocumentReference", "status": "current", "type": ECG}
    return added(bundle(), **said, content=[{"attachment": attachment}])


@pytest.mark.parametrize("attachment", [ADDRESS, {"title": "ecg.xml", "data": "no base64!"}])
@pytest.mark.parametrize(("lang", "words"), [("fr", "Un ECG annoncé"), ("en", "An ECG that was")])
def test_an_ecg_that_was_announced_and_not_received_stands_in_the_report(
    people, attachment, lang, words
):
    said = post(people.as_("software"), with_ecg_document(attachment), f"?lang={lang}")
    draft_id = said["identifier"]["value"]
    report = people.as_("martin").get(f"/v1/prediagnoses/{draft_id}?lang={lang}").json()
    (told,) = [i for i in report["refused_items"] if i["code"] == "ecg_not_received"]
    assert told["found"].startswith(words)
    again = people.as_("martin").get(f"/fhir/Bundle/{draft_id}?lang={lang}").json()
    for one in (said, again):
        assert any(i["detail"].startswith(words) for i in of(one, "DetectedIssue"))
    (outcome,) = of(said, "OperationOutcome")
    places = {i["details"]["coding"][0]["code"]: i["expression"] for i in outcome["issue"]}
    where = len(bundle()["entry"])
    assert places["ecg_not_received"] == [f"Bundle.entry[{where}].resource.content[0].attachment"]


def test_what_was_not_read_is_a_note_and_what_was_taken_back_is_not_named(people):
    document = added(bundle(), resourceType="Condition")
    value = {"code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]}}
    added(document, resourceType="Observation", status="unknown", **value)
    added(document, resourceType="Observation", status="entered-in-error", **value)
    said = post(people.as_("software"), document)
    report = people.as_("martin").get(f"/v1/prediagnoses/{said['identifier']['value']}").json()
    notes = [(n["code"], n["path"]) for n in report["notes"]]
    where = len(bundle()["entry"])
    assert ("resource_not_read", f"Bundle.entry[{where}].resource") in notes
    assert ("status_not_usable", f"Bundle.entry[{where + 1}].resource.status") in notes
    assert "entered-in-error" not in json.dumps(report)
    (outcome,) = of(said, "OperationOutcome")
    assert "entered-in-error" in json.dumps(outcome)


def test_the_same_key_with_another_unread_part_is_another_request(people):
    client = people.as_("software")
    headers = {"Content-Type": FHIR, "Idempotency-Key": "k1"}
    for document, status in ((bundle(), 200), (with_ecg_document(ADDRESS), 422)):
        answer = client.post("/fhir/$prediagnose", content=json.dumps(document), headers=headers)
        assert answer.status_code == status


def test_codes_of_two_measurements_are_said_in_the_words_of_the_report(people):
    codings = [
        {"system": "http://loinc.org", "code": "29463-7"},
        {"system": "urn:laennec:measurement", "code": "height"},
    ]
    document = added(
        bundle(),
        resourceType="Observation",
        status="final",
        effectiveDateTime="2026-11-03T09:20:00+01:00",
        code={"coding": codings},
    )
    said = json.dumps(post(people.as_("software"), document), ensure_ascii=False)
    assert "Les codes de deux mesures sur une même valeur (height, weight)" in said
    assert "« two »" not in said
