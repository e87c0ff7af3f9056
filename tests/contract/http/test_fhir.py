"""FHIR over HTTP: a Bundle in, a draft out, final after the physician's act and not before."""

import json

import pytest
from fhir_support import NAMES, bundle, example, is_r4, of
from http_support import People, decide
from laennec.serving.fhir.visit_out import visit_bundle

FHIR = "application/fhir+json"


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite:///{tmp_path / 'laennec.db'}"


def post(client, document, **headers):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    given = {"Content-Type": FHIR, **headers}
    return client.post("/fhir/$prediagnose", content=body, headers=given)


def draft_of(answer):
    return answer.json()["identifier"]["value"]


def outcome(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == FHIR
    said = answer.json()
    assert said["resourceType"] == "OperationOutcome"
    return [i["details"]["coding"][0]["code"] for i in said["issue"]]


@pytest.mark.parametrize("name", NAMES)
def test_every_example_goes_in_and_out(people, name):
    visit, ecg = example(name)
    answer = post(people.as_("software"), visit_bundle(visit, ecg).encode())
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == FHIR
    said = answer.json()
    assert is_r4(said)
    assert {one["status"] for one in of(said, "DiagnosticReport")} == {"preliminary"}
    assert (len(of(said, "DiagnosticReport")) > 1) is ("ecg" in visit)
    by_json = people.as_("software").get(f"/v1/prediagnoses/{draft_of(answer)}").json()
    assert answer.headers["etag"] == f'W/"{by_json["content_hash"]}"'
    assert by_json["visit_id"] == visit["visit_id"]


def test_it_is_final_after_the_act_of_a_physician_and_not_before(people):
    client, physician = people.as_("software"), people.as_("martin")
    draft_id = draft_of(post(client, bundle()))
    before = client.get(f"/fhir/Bundle/{draft_id}").json()
    assert is_r4(before)
    assert {o["status"] for o in of(before, "Observation")} == {"preliminary"}
    draft = client.get(f"/v1/prediagnoses/{draft_id}").json()
    reject = {"finding": "waist", "verdict": "reject", "reason": "wrong-value"}
    assert decide(physician, draft, reject).status_code == 200
    assert of(client.get(f"/fhir/Bundle/{draft_id}").json(), "DiagnosticReport")[0]["status"] == (
        "preliminary"
    )
    amend = {"finding": "bmi", "verdict": "amend", "to": "absent", "reason": "wrong-value"}
    assert decide(physician, draft, amend).status_code == 200
    assert decide(physician, draft).status_code == 200
    after = client.get(f"/fhir/Bundle/{draft_id}").json()
    assert is_r4(after)
    status = {o["code"]["coding"][0]["code"]: o["status"] for o in of(after, "Observation")}
    assert (status["waist"], status["bmi"], status["blood_pressure"]) == (
        "cancelled",
        "amended",
        "final",
    )
    report = of(after, "DiagnosticReport")[0]
    assert report["status"] == "amended"
    codes = {c["coding"][0]["code"] for c in report["conclusionCode"]}
    assert "R03.0" in codes
    assert not codes & {"E11", "I10", "E66.9"}
    assert report["resultsInterpreter"][0]["identifier"]["value"] == "10001234567"
    agents = of(after, "Provenance")[0]["agent"]
    assert [a["type"]["coding"][0]["code"] for a in agents] == ["assembler", "verifier"]


def test_the_same_request_again_has_one_effect(people):
    client = people.as_("software")
    one = post(client, bundle(), **{"Idempotency-Key": "k1"})
    two = post(client, bundle(), **{"Idempotency-Key": "k1"})
    assert draft_of(one) == draft_of(two)
    other = bundle("02-items-missing")
    assert outcome(post(client, other, **{"Idempotency-Key": "k1"}), 422) == [
        "idempotency_key_reused"
    ]


def test_a_bundle_of_two_people_is_refused_with_every_part_and_nothing_is_kept(people):
    document = bundle()
    for entry in document["entry"][2:4]:
        entry["resource"]["subject"] = {"reference": "Patient/other"}
    said = outcome(post(people.as_("software"), document), 422)
    assert said == ["bundle_refused", "wrong_patient", "wrong_patient"]
    assert people.as_("martin").get("/v1/worklist").json()["reports"] == []


def test_refusals_are_outcomes_whoever_asks(people):
    assert outcome(post(people.as_(None), bundle()), 401) == ["not_signed_in"]
    assert outcome(post(people.as_("administrator"), bundle()), 403) == ["wrong_role"]
    assert outcome(post(people.as_("software"), b"{"), 422) == ["record_error"]
    assert outcome(people.as_("martin").get("/fhir/Bundle/none"), 404) == ["no_such_report"]
    assert outcome(people.as_("martin").get("/fhir/Patient/1"), 404) == ["no_such_route"]
    other_method = people.as_("martin").delete("/fhir/metadata")
    assert outcome(other_method, 405) == ["method_not_allowed"]
    assert other_method.headers["allow"] == "GET"
    elsewhere = people.as_("martin").get("/fhir/metadata", headers={"Host": "elsewhere.example"})
    assert outcome(elsewhere, 421) == ["wrong_host"]
    plain = people.as_("software").post("/fhir/$prediagnose", content=b"x")
    assert outcome(plain, 415) == ["media_type_not_taken"]
    strange = people.as_("martin").get("/fhir/Questionnaire/visit?lang=de")
    assert outcome(strange, 422) == ["request_unreadable"]


def test_a_nurse_gets_what_to_do_and_no_finding(people):
    said = post(people.as_("nurse"), bundle("03-urgent")).json()
    assert is_r4(said)
    assert of(said, "Task")
    assert not of(said, "RiskAssessment")
    assert not of(said, "Observation")


def test_in_the_shadow_no_finding_leaves(tmp_path, database_url):
    with People(tmp_path, database_url, shadow=True) as people:
        answer = post(people.as_("software"), bundle())
        assert is_r4(answer.json())
        assert not of(answer.json(), "RiskAssessment")
        assert outcome(people.as_("martin").get(f"/fhir/Bundle/{draft_of(answer)}"), 409) == [
            "shadow_mode"
        ]


def test_what_the_service_can_do_is_said_without_a_token(people):
    client = people.as_(None)
    said = client.get("/fhir/metadata").json()
    assert said["rest"][0]["operation"][0]["name"] == "prediagnose"
    assert said["implementation"]["url"] == f"{people.address}/fhir"
    definition = client.get("/fhir/OperationDefinition/prediagnose").json()
    assert said["rest"][0]["operation"][0]["definition"] == definition["url"]
    asked = client.get("/fhir/Questionnaire/visit").json()
    assert (
        bundle()["entry"][-1]["resource"]["questionnaire"] == f"{asked['url']}|{asked['version']}"
    )
