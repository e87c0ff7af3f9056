"""The OpenAPI description is that of the routes, and its examples are what the service takes."""

import json
import subprocess
import sys

import jsonschema
import pytest
from http_support import ROOT, send
from laennec.engine.intake.schema import visit_schema
from laennec.serving.http.description import examples
from laennec.serving.http.problems import STATUS
from laennec.serving.http.routes.bodies import DecisionBody

PAGE = ROOT / "docs" / "schema" / "openapi.json"
DESCRIBED = json.loads(PAGE.read_text(encoding="utf-8"))
OPEN = (
    "/cds-services",
    "/health",
    "/ready",
    "/metrics",
    "/fhir/metadata",
    "/fhir/OperationDefinition/prediagnose",
    "/fhir/Questionnaire/visit",
)
CONTRACT = {
    ("/fhir/$prediagnose", "post"),
    ("/fhir/Bundle/{draft_id}", "get"),
    ("/fhir/metadata", "get"),
    ("/cds-services", "get"),
    ("/cds-services/{service_id}", "post"),
    ("/cds-services/{service_id}/feedback", "post"),
    ("/v1/prediagnoses", "post"),
    ("/v1/prediagnoses/{draft_id}", "get"),
    ("/v1/prediagnoses/{draft_id}/decision", "post"),
    ("/v1/prediagnoses/{draft_id}/report.{ending}", "get"),
    ("/v1/worklist", "get"),
    ("/health", "get"),
    ("/ready", "get"),
    ("/metrics", "get"),
}


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite:///{tmp_path / 'laennec.db'}"


def test_the_published_description_is_that_of_the_routes():
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "tools" / "openapi.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_service_gives_the_description_that_is_published(people):
    assert people.as_(None).get("/openapi.json").json() == DESCRIBED


def test_every_route_of_the_contract_is_described():
    routes = {(path, method) for path, found in DESCRIBED["paths"].items() for method in found}
    assert routes >= CONTRACT


def test_every_other_answer_is_a_problem_and_every_route_names_who_may_call():
    for path, methods in DESCRIBED["paths"].items():
        for route in methods.values():
            if path in OPEN:
                assert "security" not in route
                continue
            assert route["security"] == [{"token": []}]
            kind = (
                "application/fhir+json" if path.startswith("/fhir/") else "application/problem+json"
            )
            assert kind in route["responses"]["default"]["content"]
            assert "422" not in route["responses"]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/v1/prediagnoses", "application/problem+json"),
        ("/fhir/$prediagnose", "application/fhir+json"),
    ],
)
def test_a_body_of_another_type_is_answered_as_it_is_described(people, path, kind):
    described = DESCRIBED["paths"][path]["post"]["responses"]["415"]
    answer = people.as_("software").post(path, content="x", headers={"Content-Type": "text/csv"})
    assert (answer.status_code, answer.headers["content-type"]) == (415, kind)
    assert list(described["content"]) == [kind]
    assert "text/csv" in answer.text


def test_the_example_visit_is_one_that_the_service_takes(people):
    visit = examples()["visit"]
    jsonschema.validate(visit, visit_schema())
    answer = send(people.as_("software"), json.dumps(visit).encode())
    assert answer.status_code == 201
    assert answer.json()["refused_items"] == []
    assert set(examples()["draft"]) <= set(answer.json())
    assert set(examples()["draft"]["findings"][0]) <= set(answer.json()["findings"][0])


def test_the_example_decisions_and_the_example_problem_have_their_form():
    schema = DESCRIBED["components"]["schemas"]["DecisionBody"]
    assert len(schema["examples"]) == 2
    for example in schema["examples"]:
        assert DecisionBody.model_validate(example).decisions
    problem = examples()["problem"]
    jsonschema.validate(problem, DESCRIBED["components"]["schemas"]["Problem"])
    assert STATUS[problem["code"]] == problem["status"]


def test_the_example_of_a_decision_names_findings_of_a_report(people):
    """Pinned: it named raised_pressure and undiagnosed_diabetes, which no report has."""
    report = send(people.as_("software")).json()
    examples = DecisionBody.model_config["json_schema_extra"]["examples"]
    named = {one["finding"] for e in examples for one in e["decisions"] if "finding" in one}
    assert named
    assert named <= {finding["id"] for finding in report["findings"]}
