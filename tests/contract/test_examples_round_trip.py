"""Every example that integrators copy goes in and comes out again as it was."""

import json
from collections.abc import Mapping
from decimal import Decimal

import pytest
from fhir.resources.R4B import get_fhir_model_class
from fhir_support import ROOT
from laennec.engine.intake.document import NumberText
from laennec.serving.cds_hooks.requests import read_call
from laennec.serving.fhir.visit_in import read_visit
from laennec.serving.fhir.visit_out import visit_bundle
from laennec.serving.http.routes.cds_hooks import FeedbackBody
from laennec.serving.mock.golden import exchanges

EXAMPLES = sorted((ROOT / "examples" / "fhir").glob("*.json"))
OPENAPI = json.loads((ROOT / "serving" / "http" / "examples.json").read_text("utf-8"))


def fhir_of(value):
    """Every FHIR resource that stands anywhere in a value, outermost only."""
    if isinstance(value, dict):
        if "resourceType" in value:
            yield value
            return
        value = list(value.values())
    for inner in value if isinstance(value, list) else ():
        yield from fhir_of(inner)


def all_fhir():
    found = [(path.stem, json.loads(path.read_text("utf-8"))) for path in EXAMPLES]
    for one in exchanges():
        found += [(f"asked: {one.name}", r) for r in fhir_of(one.body)]
        found += [(f"answered: {one.name}", r) for r in fhir_of(one.answer)]
    return [*found, *(("openapi", r) for r in fhir_of(OPENAPI))]


FHIR = all_fhir()


def exact(text):
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


def moments(value):
    """The same value with every moment as an instant: a validator writes zones in its own way."""
    from datetime import datetime

    if isinstance(value, dict):
        return {k: moments(v) for k, v in value.items()}
    if isinstance(value, list):
        return [moments(v) for v in value]
    if isinstance(value, str) and len(value) > 18 and value[4:5] == "-" and value[10:11] == "T":
        return datetime.fromisoformat(value)
    return value


def test_there_are_examples_of_every_kind():
    kinds = {resource["resourceType"] for _, resource in FHIR}
    assert kinds >= {"Bundle", "OperationOutcome", "CapabilityStatement", "Questionnaire"}
    assert len(FHIR) >= 10
    assert len([e for e in exchanges() if "cds-services" in e.path]) >= 3


@pytest.mark.parametrize(("name", "resource"), FHIR, ids=[name for name, _ in FHIR])
def test_a_fhir_example_survives_the_independent_model(name, resource):
    model = get_fhir_model_class(resource["resourceType"])
    again = model.model_validate_json(json.dumps(resource)).model_dump_json()
    assert moments(exact(again)) == moments(exact(json.dumps(resource)))


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_an_example_bundle_is_the_visit_it_came_from(path):
    read = read_visit(path.read_bytes()).document
    visit = json.loads((ROOT / "examples" / "visits" / path.name).read_text("utf-8"))
    visit.pop("ecg", None)
    assert read_visit(visit_bundle(visit).encode()).document == read
    for key in set(visit) - {"measurements"}:
        assert read[key] == visit[key]


def numbers(value):
    """A document whose numbers, kept as they were written, are numbers again."""
    if isinstance(value, NumberText):
        return json.loads(value)
    if isinstance(value, Mapping):
        return {key: numbers(inner) for key, inner in value.items()}
    return [numbers(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    "call",
    [e for e in exchanges() if e.path.startswith("/cds-services/") and "hook" in (e.body or ())],
    ids=lambda e: e.name,
)
def test_a_call_of_a_hook_is_read_and_read_again(call):
    service = call.path.rpartition("/")[2]
    body = json.dumps(call.body).encode()
    one = read_call(service, body)
    bundle = json.dumps(numbers(one.bundle())).encode()
    assert read_visit(bundle).document == read_visit(one.bundle()).document
    assert read_call(service, json.dumps(json.loads(body)).encode()) == one
    assert json.loads(json.dumps(call.answer)) == call.answer
    for card in call.answer["cards"]:
        assert len(card["summary"]) < 140
        assert {"label"} <= set(card["source"])


def test_a_feedback_is_read_and_written_as_it_came():
    (one,) = [e for e in exchanges() if e.path.endswith("/feedback")]
    body = json.loads(
        json.dumps(one.body).replace("{card}", "5319b3a1-1378-8da2-a11a-e22ec0ca4d00")
    )
    read = FeedbackBody.model_validate(body)
    again = json.loads(read.model_dump_json(exclude_none=True))
    assert again == body
    assert FeedbackBody.model_validate(again) == read
