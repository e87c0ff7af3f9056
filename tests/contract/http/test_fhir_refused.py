"""A Bundle that can't be kept still says what calls somebody now, and where to mend it."""

import json

import pytest
from fhir_support import bundle, example, of
from http_support import send

FHIR = "application/fhir+json"


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite:///{tmp_path / 'laennec.db'}"


def post(client, document, query=""):
    headers = {"Content-Type": FHIR}
    return client.post(f"/fhir/$prediagnose{query}", content=json.dumps(document), headers=headers)


def without_number(document):
    of(document, "Patient")[0].pop("id", None)
    of(document, "Patient")[0]["identifier"] = []
    return document


@pytest.mark.parametrize(
    ("lang", "word"), [("fr", "Douleur thoracique"), ("en", "Declared chest pain")]
)
def test_an_urgent_bundle_without_a_person_says_what_is_urgent(people, lang, word):
    answer = post(people.as_("software"), without_number(bundle("03-urgent")), f"?lang={lang}")
    assert answer.status_code == 422
    first, *others = answer.json()["issue"]
    assert first["details"]["coding"] == [
        {"system": "urn:laennec:rule", "code": "declared_chest_pain"}
    ]
    assert first["details"]["text"].startswith("U0 : ")
    assert word in first["diagnostics"]
    refused = [i for i in others if i["details"]["coding"][0]["code"] == "identifier_missing"]
    assert refused[0]["expression"] == ["Bundle.entry[0].resource"]


def test_two_numbers_of_a_person_are_named_where_they_stand(people):
    document = bundle("03-urgent")
    (patient,) = of(document, "Patient")
    patient.pop("id", None)
    patient["identifier"].append({**patient["identifier"][0], "value": "another"})
    issues = post(people.as_("software"), document).json()["issue"]
    told = [i for i in issues if i["details"]["coding"][0]["code"] == "identifiers_several"]
    assert told[0]["expression"] == ["Bundle.entry[0].resource.identifier"]
    assert told[0]["diagnostics"].startswith("2 identifiants du type PI ou MR")
    assert "U0 : " in issues[0]["details"]["text"]


@pytest.mark.parametrize("half", ["R\\ud800x", "R\\udfffx"])
@pytest.mark.parametrize("kind", ["Patient", "Encounter"])
def test_half_a_character_in_an_identifier_makes_nobody_one_with_another(people, kind, half):
    """Pinned: two halves and a question mark were one person, and one took the other's place."""
    client = people.as_("software")
    document = bundle("03-urgent")
    (named,) = of(document, kind)
    old = named["identifier"][0]["value"]
    named["identifier"][0]["value"] = "R?x"
    kept = post(client, document)
    assert kept.status_code == 200
    assert old != "R?x"
    data = json.dumps(document).replace("R?x", half).encode()
    answer = client.post("/fhir/$prediagnose", content=data, headers={"Content-Type": FHIR})
    assert answer.status_code == 422
    codes = [i["details"]["coding"][0]["code"] for i in answer.json()["issue"]]
    assert codes[0] == "declared_chest_pain"
    assert "identifier_missing" in codes
    (report,) = people.as_("martin").get("/v1/worklist").json()["reports"]
    assert report["version"] == 1


def test_the_number_of_another_persons_visit_says_what_is_urgent(people):
    """The right person was refused with no word of the chest pain, after somebody's mistake."""
    client = people.as_("software")
    first = bundle()
    (encounter,) = of(first, "Encounter")
    number = encounter["identifier"][0]["value"]
    assert post(client, first).status_code == 200
    urgent = bundle("03-urgent")
    of(urgent, "Encounter")[0]["identifier"][0]["value"] = number
    answer = post(client, urgent)
    assert answer.status_code == 422
    codes = [i["details"]["coding"][0]["code"] for i in answer.json()["issue"]]
    assert codes[0] == "declared_chest_pain"
    assert "not_permitted" in codes
    document, _ = example("03-urgent")
    said = send(client, json.dumps({**document, "visit_id": number})).json()
    assert said["code"] == "not_permitted"
    assert [item["rule_id"] for item in said["urgent"]][0] == "declared_chest_pain"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": f"{FHIR}; fhirVersion=5.0"}, 415),
        ({"Content-Type": f'{FHIR}; charset=utf-8; fhirVersion="4.0"'}, 200),
        ({"Content-Type": FHIR, "Accept": "application/fhir+xml"}, 406),
        ({"Content-Type": FHIR, "Accept": f"{FHIR}; fhirVersion=5.0"}, 406),
        ({"Content-Type": FHIR, "Accept": "application/fhir+xml, */*;q=0.1"}, 200),
    ],
)
def test_another_version_or_form_of_fhir_is_not_taken_for_r4_in_json(people, headers, status):
    body = json.dumps(bundle())
    answer = people.as_("software").post("/fhir/$prediagnose", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.json()["resourceType"] == ("Bundle" if status == 200 else "OperationOutcome")


def test_what_is_wrong_with_sampled_data_is_named_to_who_sent_it(people):
    data = {"origin": {"value": 0, "unit": "mV", "code": "mV"}, "dimensions": 1, "data": "0 1"}
    data |= {"interval": 2, "intervalUnit": "ms"}
    part = {"code": {"coding": [{"system": "urn:iso:std:iso:11073:10101", "code": "131330"}]}}
    document = bundle()
    ecg = {
        **of(document, "Observation")[0],
        "code": {"text": "ECG"},
        "component": [{**part, "valueSampledData": data}],
    }
    ecg.pop("valueQuantity", None)
    document["entry"].append({"fullUrl": "urn:uuid:ecg", "resource": ecg})
    (outcome,) = of(post(people.as_("software"), document).json(), "OperationOutcome")
    told = [i for i in outcome["issue"] if i["details"]["coding"][0]["code"] == "sampled_unfit"]
    assert "l'élément interval de FHIR R5" in told[0]["diagnostics"]
    where = f"Bundle.entry[{len(document['entry']) - 1}].resource"
    assert told[0]["expression"] == [f"{where}.component[0].valueSampledData"]
    codes = [i["details"]["coding"][0]["code"] for i in outcome["issue"]]
    assert {"ecg_unsupported", "ecg_unreadable"} <= set(codes)


@pytest.mark.parametrize(("lang", "words"), [("fr", "Rien n'a été évalué"), ("en", "Nothing was")])
def test_a_bundle_that_is_refused_as_a_whole_says_that_nothing_was_screened(people, lang, words):
    document = bundle("03-urgent")
    of(document, "Observation")[0]["subject"] = {"reference": "Patient/other"}
    first, *others = post(people.as_("software"), document, f"?lang={lang}").json()["issue"]
    assert first["diagnostics"].startswith(words)
    assert first["details"]["coding"][0]["code"] == "bundle_refused"
    assert [i["details"]["coding"][0]["code"] for i in others] == ["wrong_patient"]


def test_answers_to_an_old_questionnaire_are_kept_refused_with_what_is_urgent(people):
    document = bundle("03-urgent")
    of(document, "QuestionnaireResponse")[0]["questionnaire"] += "0"
    answer = post(people.as_("software"), document)
    assert answer.status_code == 200
    said = answer.json()
    assert of(said, "GuidanceResponse")[0]["status"] == "failure"
    assert "declared_chest_pain" in {t["code"]["coding"][0]["code"] for t in of(said, "Task")}
    issues = of(said, "OperationOutcome")[0]["issue"]
    places = {i["details"]["coding"][0]["code"]: i["expression"][0] for i in issues}
    assert places["questionnaire_unknown"].endswith("resource.questionnaire")
    (report,) = people.as_("martin").get("/v1/worklist").json()["reports"]
    assert report["urgency"] == "U0"
