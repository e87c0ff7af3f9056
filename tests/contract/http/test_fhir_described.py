"""What the service says that it can do in FHIR is what its routes do, and the other way round."""

import pytest
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from fhir.resources.R4B.operationdefinition import OperationDefinition
from fhir.resources.R4B.questionnaire import Questionnaire
from fhir_support import bundle, is_r4, sent
from laennec.serving.http.routes.fhir import router

FHIR = "application/fhir+json"


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite:///{tmp_path / 'laennec.db'}"


def test_the_capability_statement_is_derived_from_the_same_routes(people):
    said = people.as_(None).get("/fhir/metadata").json()
    assert CapabilityStatement.model_validate(said)
    (rest,) = said["rest"]
    described = {
        ("GET", one["type"])
        for one in rest["resource"]
        for act in one.get("interaction", ())
        if act["code"] == "read"
    }
    described |= {("POST", f"${one['name']}") for one in rest["operation"]}
    served = {
        (method, route.path.removeprefix("/fhir/").partition("/")[0])
        for route in router.routes
        for method in route.methods
    }
    assert served == described | {("GET", "metadata")}


def test_the_operation_is_called_as_its_definition_says(people):
    client = people.as_("software")
    said = client.get("/fhir/OperationDefinition/prediagnose").json()
    assert OperationDefinition.model_validate(said)
    capability = client.get("/fhir/metadata").json()
    (named,) = capability["rest"][0]["operation"]
    assert (named["definition"], named["name"]) == (said["url"], said["code"])
    assert (said["system"], said["type"], said["instance"]) == (True, False, False)
    given = [one for one in said["parameter"] if one["use"] == "in"]
    assert [(one["name"], one["type"], one["min"], one["max"]) for one in given] == [
        ("bundle", "Bundle", 1, "1")
    ]
    parameters = {
        "resourceType": "Parameters",
        "parameter": [{"name": given[0]["name"], "resource": bundle()}],
    }
    answer = client.post(
        f"/fhir/${said['code']}", content=sent(parameters), headers={"Content-Type": FHIR}
    )
    assert answer.status_code == 200
    (back,) = [one for one in said["parameter"] if one["use"] == "out"]
    assert answer.json()["resourceType"] == back["type"]
    assert is_r4(answer.json())


def test_the_questionnaire_is_r4_in_both_languages(people):
    for lang in ("fr", "en"):
        said = people.as_("software").get(f"/fhir/Questionnaire/visit?lang={lang}").json()
        assert Questionnaire.model_validate(said)
        assert said["language"] == lang
