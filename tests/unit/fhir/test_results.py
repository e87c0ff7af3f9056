"""A pre-diagnosis leaves as valid FHIR R4, unconfirmed until a physician decided it."""

import json
from datetime import UTC, datetime

import pytest
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from fhir.resources.R4B.operationdefinition import OperationDefinition
from fhir.resources.R4B.questionnaire import Questionnaire
from fhir_support import NAMES, VISITS, bundle, example, is_r4, of
from laennec.engine import load_guidelines, load_models
from laennec.serving.commands.screen import ScreenOptions, screen_file
from laennec.serving.fhir.capability import capability_statement, operation_definition
from laennec.serving.fhir.questionnaire import questionnaire
from laennec.serving.fhir.results import result_bundle
from laennec.serving.fhir.visit_out import visit_bundle
from laennec.serving.fhir.writer import About

NOW = datetime(2026, 11, 30, tzinfo=UTC)
DISEASE = ("E11", "E66", "E78", "I10")
STATUSES = {
    "draft": "preliminary",
    "seen": "preliminary",
    "rejected": "cancelled",
    "superseded": "entered-in-error",
    "withdrawn": "entered-in-error",
}


@pytest.fixture(scope="module")
def options():
    models, guidelines = load_models(), load_guidelines()
    return lambda form, lang="fr": ScreenOptions(models, guidelines, lang, form, NOW)


def answered(path, options, lang="fr"):
    return json.loads(screen_file(path, options("fhir", lang)).rendered)


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_every_example_leaves_as_valid_r4_and_unconfirmed(name, lang, options):
    said = answered(VISITS / f"{name}.json", options, lang)
    assert is_r4(said)
    text = json.dumps(said)
    for kind in ("Observation", "RiskAssessment", "DiagnosticReport", "DetectedIssue"):
        assert {one["status"] for one in of(said, kind)} <= {"preliminary"}
    assert not any(f'"code": "{code}' in text for code in DISEASE)
    assert not any("conclusionCode" in one for one in of(said, "DiagnosticReport"))
    assert {tag["code"] for e in said["entry"] for tag in e["resource"]["meta"]["tag"]} == {
        "unconfirmed"
    }
    assert {"Device", "GuidanceResponse", "OperationOutcome", "Provenance"} <= {
        e["resource"]["resourceType"] for e in said["entry"]
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_visit_says_the_same_as_its_bundle(name, options, tmp_path):
    visit, ecg = example(name)
    path = tmp_path / "bundle.json"
    path.write_text(visit_bundle(visit, ecg), encoding="utf-8")
    by_bundle = screen_file(path, options("json"))
    by_visit = screen_file(VISITS / f"{name}.json", options("json"))
    assert by_bundle.draft.content_hash == by_visit.draft.content_hash


def test_nothing_of_a_draft_is_left_out(options):
    said = answered(VISITS / "01-raised-risk.json", options)
    draft = json.loads(screen_file(VISITS / "01-raised-risk.json", options("json")).rendered)
    codes = [
        one["code"]["coding"][0]["code"]
        for kind in ("Observation", "RiskAssessment")
        for one in of(said, kind)
    ]
    assert sorted(codes) == sorted(f["id"] for f in draft["findings"])
    unknown = [f["id"] for f in draft["findings"] if (f["state"] or f["band"]) == "not_assessable"]
    absent = [o for o in of(said, "Observation") if "dataAbsentReason" in o]
    assert len(absent) == len(unknown) > 0
    models = {f["model"]["sha256"] for f in draft["findings"] if f["model"]}
    hashes = {i["value"] for d in of(said, "Device") for i in d.get("identifier", ())}
    assert models == hashes
    risk = next(o for o in of(said, "RiskAssessment") if "probabilityDecimal" in o["prediction"][0])
    assert risk["method"]["text"] or risk["method"]["coding"]


def test_a_present_fact_has_its_sign_code_and_no_disease(options):
    said = answered(VISITS / "01-raised-risk.json", options)
    pressure = next(
        o for o in of(said, "Observation") if o["code"]["coding"][0]["code"] == "blood_pressure"
    )
    codes = [p["valueCodeableConcept"]["coding"][0]["code"] for p in pressure["component"]]
    assert codes == ["R03.0"]


def test_what_is_urgent_is_a_flag_and_tasks(options):
    said = answered(VISITS / "03-urgent.json", options)
    assert [f["code"]["coding"][0]["code"] for f in of(said, "Flag")] == ["U0"]
    assert {t["priority"] for t in of(said, "Task")} == {"stat"}
    assert {t["intent"] for t in of(said, "Task")} == {"proposal"}
    issue = of(said, "DetectedIssue")[0]
    assert issue["severity"] == "high"


def test_a_problem_stands_at_its_place_in_the_bundle(options, tmp_path):
    document = bundle()
    weight = next(i for i, e in enumerate(document["entry"]) if "kg" in json.dumps(e))
    document["entry"][weight]["resource"]["valueQuantity"]["code"] = "stone"
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    said = answered(path, options)
    issues = [i for o in of(said, "OperationOutcome") for i in o["issue"]]
    found = {i["details"]["coding"][0]["code"]: i["expression"][0] for i in issues}
    assert found["unit_unknown"].startswith(f"Bundle.entry[{weight}].resource")
    assert is_r4(said)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_number_in_quotation_marks_is_told_once_and_with_one_remedy(options, tmp_path, lang):
    """Two issues said of one value to send it as FHIR has it, and as the laboratory printed it."""
    document = bundle()
    weight = next(i for i, e in enumerate(document["entry"]) if "kg" in json.dumps(e))
    document["entry"][weight]["resource"]["valueQuantity"]["value"] = "80"
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    said = answered(path, options, lang)
    place = f"Bundle.entry[{weight}].resource"
    issues = [i for o in of(said, "OperationOutcome") for i in o["issue"]]
    there = [i for i in issues if i.get("expression", [""])[0].startswith(place)]
    assert [i["details"]["coding"][0]["code"] for i in there] == ["value_not_number"]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_no_reader_of_fhir_is_told_a_place_of_another_form(options, tmp_path, lang):
    """The value that contradicts another was named by its place in the JSON of a visit."""
    document = bundle()
    panel = next(e["resource"] for e in document["entry"] if "component" in e["resource"])
    for part, value in zip(panel["component"], (76, 118), strict=True):
        part["valueQuantity"]["value"] = value
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    text = json.dumps(answered(path, options, lang))
    assert "pressure_swapped" in text
    assert "$.measurements" not in text


def test_in_text_the_issues_of_a_bundle_are_not_lost(options, tmp_path):
    document = bundle()
    document["entry"][3]["resource"]["status"] = "cancelled"
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    screened = screen_file(path, options("text"))
    assert [issue["code"] for issue in screened.issues] == ["status_not_usable"]


@pytest.mark.parametrize(("state", "status"), STATUSES.items())
def test_every_state_has_its_status(state, status, options):
    draft = json.loads(screen_file(VISITS / "03-urgent.json", options("json")).rendered)
    said = result_bundle(draft, About(NOW.isoformat(), state))
    assert is_r4(said)
    assert {one["status"] for one in of(said, "DiagnosticReport")} == {status}
    is_void = status == "entered-in-error"
    assert (of(said, "Flag")[0]["status"] == status) is is_void


def test_the_same_content_has_the_same_addresses(options):
    draft = json.loads(screen_file(VISITS / "01-raised-risk.json", options("json")).rendered)
    one, two = (result_bundle(draft, About(NOW.isoformat())) for _ in range(2))
    assert one == two


def test_what_is_served_about_the_service_is_valid():
    assert CapabilityStatement.model_validate(capability_statement("http://localhost/fhir"))
    assert OperationDefinition.model_validate(operation_definition())
    for lang in ("fr", "en"):
        assert Questionnaire.model_validate(questionnaire(lang))
