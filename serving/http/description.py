"""The OpenAPI description: what the routes declare, with the visit, the problems and examples."""

import json
from functools import cache
from importlib.resources import files
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from ...engine.intake.schema import visit_schema
from .problems import MEDIA_TYPE
from .uploads import FORM

_VISITS: Final = "/v1/prediagnoses"
_OPEN: Final = frozenset(
    {
        "/health",
        "/ready",
        "/metrics",
        "/fhir/metadata",
        "/cds-services",
        "/fhir/OperationDefinition/prediagnose",
        "/fhir/Questionnaire/visit",
    }
)
_FHIR: Final = "/fhir/"
_FHIR_JSON: Final = "application/fhir+json"
_UNUSED: Final = ("HTTPValidationError", "ValidationError")
_JSON: Final = "application/json"
_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "RFC 9457, from the error's own fields; nothing of a person stands in it.",
    "required": ["type", "title", "status", "instance"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string"},
        "path": {"type": "string"},
        "found": {"type": "string"},
        "why": {"type": "string"},
        "remedy": {"type": "string"},
        "problems": {"type": "array", "items": {"type": "object"}},
    },
}


@cache
def examples() -> dict[str, Any]:
    """Return the examples by name."""
    text = files(__package__ or "").joinpath("examples.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI description of the application."""
    said = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    parts = said["components"]
    for name in _UNUSED:
        parts["schemas"].pop(name, None)
    parts["schemas"] |= {"Visit": visit_schema(), "Problem": _PROBLEM}
    parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    for path, methods in said["paths"].items():
        for route in methods.values():
            _describe_route(path, route)
    bundle = {_FHIR_JSON: {"schema": {"type": "object"}, "example": examples()["bundle"]}}
    said["paths"][f"{_FHIR}$prediagnose"]["post"]["requestBody"] = {
        "required": True,
        "content": bundle,
    }
    said["paths"]["/cds-services/{service_id}"]["post"]["requestBody"] = {
        "required": True,
        "content": {_JSON: {"schema": {"type": "object"}, "example": examples()["hook"]}},
    }
    for path in (_VISITS, f"{_FHIR}$prediagnose"):
        responses = said["paths"][path]["post"]["responses"]
        responses["415"] = {**responses["default"], "description": "Another type of body."}
    post = said["paths"][_VISITS]["post"]
    post["requestBody"] = {"required": True, "content": _visit_bodies()}
    _show(post, "201", "draft")
    _show(said["paths"][f"{_VISITS}/{{draft_id}}"]["get"], "200", "draft")
    _show(said["paths"][f"{_VISITS}/{{draft_id}}/decision"]["post"], "200", "decided")
    return said


def _describe_route(path: str, route: dict[str, Any]) -> None:
    route["responses"].pop("422", None)
    if path.startswith(_FHIR):
        route["responses"]["200"]["content"] = {_FHIR_JSON: {"schema": {"type": "object"}}}
    if path in _OPEN:
        return
    route["security"] = [{"token": []}]
    if path.startswith(_FHIR):
        outcome = {_FHIR_JSON: {"schema": {"type": "object"}, "example": examples()["outcome"]}}
        route["responses"]["default"] = {"description": "An OperationOutcome.", "content": outcome}
        return
    content = {
        MEDIA_TYPE: {
            "schema": {"$ref": "#/components/schemas/Problem"},
            "example": examples()["problem"],
        }
    }
    route["responses"]["default"] = {"description": "A problem, in words.", "content": content}


def _visit_bodies() -> dict[str, Any]:
    visit = {"$ref": "#/components/schemas/Visit"}
    ecg = {"type": "array", "items": {"type": "string", "format": "binary"}}
    number = {
        "type": "integer",
        "minimum": 0,
        "description": "Which recording, from 0, of an ECG file that holds several.",
    }
    parts = {"visit": visit, "ecg": ecg, "recording": number}
    form = {"type": "object", "required": ["visit"], "properties": parts}
    return {
        _JSON: {"schema": visit, "example": examples()["visit"]},
        FORM: {"schema": form, "encoding": {"visit": {"contentType": _JSON}}},
    }


def _show(route: dict[str, Any], status: str, name: str) -> None:
    route["responses"][status]["content"][_JSON]["example"] = examples()[name]
