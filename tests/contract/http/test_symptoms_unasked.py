"""Symptoms that were not asked, and a prefetch that did not arrive, are said on every way out."""

import uuid

import pytest
from fhir_support import bundle, is_r4, of
from http_support import problem

FHIR = "application/fhir+json"
KEYS = {"responses": "QuestionnaireResponse", "documents": "DocumentReference"}
WORDS = {"fr": "Symptômes non demandés", "en": "Symptoms were not asked"}


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite:///{tmp_path / 'laennec.db'}"


def without_answers(name="01-raised-risk"):
    document = bundle(name)
    kept = [e for e in document["entry"] if "Questionnaire" not in e["resource"]["resourceType"]]
    return {**document, "entry": kept}


def prefetch(document):
    """A prefetch as the templates ask for it: a search answer for each key, also an empty one."""
    (patient,), (encounter,) = of(document, "Patient"), of(document, "Encounter")
    patient["id"], encounter["id"] = "p1", "e1"
    for entry in document["entry"]:
        if "subject" in entry["resource"]:
            entry["resource"]["subject"] = {"reference": "Patient/p1"}
    kinds = {"observations": "Observation", "specimens": "Specimen", **KEYS}
    found = {
        key: {
            "resourceType": "Bundle",
            "type": "searchset",
            "entry": [{"resource": one} for one in of(document, kind)],
        }
        for key, kind in kinds.items()
    }
    return {"patient": patient, "encounter": encounter, **found}


def hook(people, filled, lang="fr"):
    body = {
        "hook": "visit-measured",
        "hookInstance": str(uuid.uuid4()),
        "context": {"userId": "Practitioner/1", "patientId": "p1", "encounterId": "e1"},
        "prefetch": filled,
    }
    return people.as_("software").post(f"/cds-services/visit-measured?lang={lang}", json=body)


def card_of(answer):
    assert answer.status_code == 200, answer.text
    (card,) = answer.json()["cards"]
    return card


@pytest.mark.parametrize("lang", WORDS)
@pytest.mark.parametrize("role", ["software", "martin", "nurse"])
def test_fhir_says_that_symptoms_were_not_asked(people, lang, role):
    client = people.as_("software" if role == "martin" else role)
    answer = client.post(
        f"/fhir/$prediagnose?lang={lang}", json=without_answers(), headers={"Content-Type": FHIR}
    ).json()
    if role == "martin":
        path = f"/fhir/Bundle/{answer['identifier']['value']}?lang={lang}"
        answer = people.as_(role).get(path).json()
    assert is_r4(answer)
    (told,) = [i for i in of(answer, "DetectedIssue") if i["detail"].startswith(WORDS[lang])]
    assert told["code"]["coding"][0]["code"] == "symptoms_not_asked"
    (outcome,) = of(answer, "OperationOutcome")
    first = outcome["issue"][0]
    assert (first["severity"], first["code"]) == ("warning", "incomplete")
    assert first["diagnostics"] == told["detail"]
    (guidance,) = of(answer, "GuidanceResponse")
    assert guidance["status"] == "data-required"
    assert guidance["dataRequirement"][0]["type"] == "QuestionnaireResponse"
    assert guidance["note"][0]["text"] == told["detail"]
    (report,) = [
        r for r in of(answer, "DiagnosticReport")
        if r["code"]["coding"][0]["code"] == "prediagnosis"
    ]  # fmt: skip
    assert told["detail"] in report["conclusion"].splitlines()


def test_fhir_says_nothing_of_symptoms_that_were_asked(people):
    headers = {"Content-Type": FHIR}
    answer = people.as_("software").post("/fhir/$prediagnose", json=bundle(), headers=headers)
    codes = [i["code"]["coding"][0]["code"] for i in of(answer.json(), "DetectedIssue")]
    assert not [code for code in codes if code.startswith("symptoms_")]
    (guidance,) = of(answer.json(), "GuidanceResponse")
    needed = {one["type"] for one in guidance.get("dataRequirement", [])}
    assert "QuestionnaireResponse" not in needed


@pytest.mark.parametrize(("lang", "said"), [("fr", "non demandés"), ("en", "not asked")])
def test_a_card_says_that_symptoms_were_not_asked(people, lang, said):
    card = card_of(hook(people, prefetch(without_answers()), lang))
    assert said in card["summary"]
    assert len(card["summary"]) < 140
    assert WORDS[lang] in card["detail"]
    assert card["indicator"] == "warning"


def test_a_card_of_a_whole_visit_without_urgency_is_information(people):
    """The same visit with its answers: what makes the others a warning is what is missing."""
    document = bundle("02-items-missing")
    (answers,) = of(document, "QuestionnaireResponse")
    none = {"valueCoding": {"system": "urn:laennec:answer", "code": "none"}}
    answers["item"].append({"linkId": "symptom", "answer": [none]})
    card = card_of(hook(people, prefetch(document)))
    assert card["indicator"] == "info"
    assert "prefetch" not in card["detail"]
    assert "demandés" not in card["summary"]


@pytest.mark.parametrize("key", [*KEYS, "specimens", "observations"])
@pytest.mark.parametrize(
    ("given", "code", "part"),
    [
        (..., "prefetch_not_received", "refused_items"),
        (None, "prefetch_empty", "notes"),
        ({}, "sent_in_part", "refused_items"),
        ([], "sent_in_part", "refused_items"),
        ("http 500", "sent_in_part", "refused_items"),
        ({"resourceType": "Bundle", "entry": "http 500"}, "sent_in_part", "refused_items"),
    ],
)
def test_what_of_a_prefetch_did_not_arrive_is_said_on_the_card_and_in_the_report(
    people, key, given, code, part
):
    """Pinned: a card of mere information said nothing of answers that the software lost."""
    document = without_answers() if key == "responses" else bundle()
    filled = {**prefetch(document), key: given}
    if given is ...:
        del filled[key]
    for lang in WORDS:
        card = card_of(hook(people, filled, lang))
        status = people.as_("software").get("/v1/worklist").json()["reports"][0]
        report = people.as_("martin").get(f"/v1/prediagnoses/{status['id']}?lang={lang}").json()
        (told,) = [i for i in report[part] if i["code"] == code]
        assert told["path"] == f"prefetch.{key}"
        assert told["found"] in card["detail"]
        assert card["indicator"] == "warning"
        if code == "sent_in_part":
            states = {f["state"] or f["band"] for f in report["findings"]}
            assert states == {"not_assessable"}


@pytest.mark.parametrize("given", [..., None, "http 500"])
def test_a_chest_pain_is_read_where_the_observations_did_not_come(people, given):
    """Pinned: the call was refused as a whole, and the pain was read by nobody."""
    filled = {**prefetch(bundle("03-urgent")), "observations": given}
    if given is ...:
        del filled["observations"]
    card = card_of(hook(people, filled))
    assert card["indicator"] == "critical"
    assert "Douleur thoracique déclarée" in card["summary"]


def test_an_entry_of_a_prefetch_that_is_no_resource_is_not_passed_over(people):
    filled = prefetch(bundle())
    filled["responses"]["entry"].append(None)
    problem(hook(people, filled), 422, "bundle_refused")


def test_a_note_that_somebody_must_check_stands_on_the_card(people):
    filled = prefetch(bundle())
    filled["encounter"]["status"] = "planned"
    assert (
        "À vérifier : Une visite au statut « planned »" in card_of(hook(people, filled))["detail"]
    )


def test_a_part_that_stands_under_another_key_did_arrive(people):
    filled = prefetch(bundle())
    filled["observations"]["entry"] += filled.pop("responses")["entry"]
    assert "prefetch" not in card_of(hook(people, filled))["detail"]
