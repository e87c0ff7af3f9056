"""Writes what the service was once sent and answered: `make golden`.

The golden requests and answers of the mock, the Bundles of the example visits, and the Bundle that
the OpenAPI description shows.
"""

import json
import random
import shutil
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from fastapi.testclient import TestClient
from laennec.serving.fhir.visit_out import visit_bundle
from laennec.serving.http.app import create_app
from laennec.serving.http.settings import HttpSettings
from laennec.serving.http.sign_in.tokens import new_token
from laennec.serving.mock.contract import filled, value_at
from laennec.serving.mock.golden import FILE, SCHEMA
from laennec.serving.site import SiteSettings, load_site

ROOT = Path(__file__).parents[2]
OUT = ROOT / "serving" / "mock" / FILE
PEOPLE = {"software": "SITE:visits-1", "physician": "RPPS:10001234567"}
NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)
JSON = {"Content-Type": "application/json"}
FHIR = {"Content-Type": "application/fhir+json"}
MATCH = {**JSON, "If-Match": '"{hash}"'}
ENGLISH = "?lang=en"
MOCK = "MOCK: "


def visit(name: str) -> dict[str, Any]:
    """Return an example visit."""
    said: dict[str, Any] = json.loads((ROOT / "examples" / "visits" / f"{name}.json").read_text())
    return said


def bundle(name: str) -> dict[str, Any]:
    """Return the Bundle of an example visit."""
    said: dict[str, Any] = json.loads(visit_bundle(visit(name)))
    return said


def two_people() -> dict[str, Any]:
    """Return a Bundle with one Observation of another person."""
    said = bundle("02-items-missing")
    said["entry"][2]["resource"]["subject"] = {"reference": "Patient/other"}
    return said


def hook() -> dict[str, Any]:
    """Return a call of the hook of a measured visit."""
    resources = [entry["resource"] for entry in bundle("03-urgent")["entry"]]
    for resource in resources:
        if resource["resourceType"] == "Patient":
            resource["id"] = "p1"
        else:
            resource["subject"] = {"reference": "Patient/p1"}
    entries = [{"resource": r} for r in resources if r["resourceType"] != "Patient"]
    return {
        "hook": "visit-measured",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/1", "patientId": "p1", "encounterId": "e1"},
        "prefetch": {
            "patient": resources[0],
            "observations": {"resourceType": "Bundle", "type": "searchset", "entry": entries},
            "specimens": None,
            "documents": None,
        },
    }


def requests() -> Iterator[tuple[Any, ...]]:
    """Yield name, role, method, path, headers, body, and what later requests need."""
    sent = {"draft": "id", "hash": "content_hash"}
    card = {"card": "cards.0.uuid"}
    confirm = {"decisions": [{"verdict": "confirm"}]}
    reason = {"reason": {"code": "already-known", "system": "urn:laennec:override-reason"}}
    feedback: dict[str, Any] = {"card": "{card}", "outcome": "overridden", "overrideReason": reason}
    feedback["outcomeTimestamp"] = "2026-11-30T08:05:00Z"
    one = "/v1/prediagnoses/{draft}"
    yield "alive", "nobody", "GET", "/health", {}, None, {}
    yield "a visit", "software", "POST", "/v1/prediagnoses", JSON, visit("01-raised-risk"), sent
    yield "its draft", "software", "GET", one, {}, None, {}
    yield "its draft in words", "software", "GET", f"{one}/report.txt", {}, None, {}
    yield "its draft in English", "software", "GET", f"{one}{ENGLISH}", {}, None, {}
    for name in ("02-items-missing", "03-urgent"):
        yield f"visit {name}", "software", "POST", "/v1/prediagnoses", JSON, visit(name), {}
    english = f"/v1/prediagnoses{ENGLISH}"
    yield "a visit, in English", "software", "POST", english, JSON, visit("02-items-missing"), {}
    yield "no JSON", "software", "POST", "/v1/prediagnoses", JSON, "{", {}
    yield "the worklist", "physician", "GET", "/v1/worklist", {}, None, {}
    yield "a decision on nothing read", "physician", "POST", f"{one}/decision", JSON, confirm, {}
    yield "a decision", "physician", "POST", f"{one}/decision", MATCH, {**confirm}, {}
    yield "the decided report", "software", "GET", f"{one}/report.json", {}, None, {}
    yield "FHIR: what it can do", "nobody", "GET", "/fhir/metadata", {}, None, {}
    yield "FHIR: questions", "nobody", "GET", "/fhir/Questionnaire/visit", {}, None, {}
    kept = {"fhirdraft": "identifier.value"}
    path = "/fhir/$prediagnose"
    yield "FHIR: a visit", "software", "POST", path, FHIR, bundle("02-items-missing"), kept
    yield "FHIR: two people", "software", "POST", path, FHIR, two_people(), {}
    english = f"{path}{ENGLISH}"
    yield "FHIR: in English", "software", "POST", english, FHIR, bundle("02-items-missing"), {}
    yield "FHIR: two people, in English", "software", "POST", english, FHIR, two_people(), {}
    yield "FHIR: no JSON", "software", "POST", path, FHIR, "{", {}
    yield "FHIR: no JSON, in English", "software", "POST", english, FHIR, "{", {}
    yield "FHIR: as it stands", "software", "GET", "/fhir/Bundle/{fhirdraft}", {}, None, {}
    yield "CDS Hooks: services", "nobody", "GET", "/cds-services", {}, None, {}
    measured = "/cds-services/visit-measured"
    yield "CDS Hooks: a visit", "software", "POST", measured, JSON, hook(), card
    yield "CDS Hooks: no JSON", "software", "POST", measured, JSON, "{", {}
    body = {"feedback": [feedback]}
    yield "CDS Hooks: feedback", "software", "POST", f"{measured}/feedback", JSON, body, {}


def marked(answer: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return an answer whose words say that they are a mock's."""
    if isinstance(answer, dict):
        words = ("disclaimer", "summary", "title", "conclusion", "description", "diagnostics")
        return {
            k: f"{MOCK}{v}" if k in words and isinstance(v, str) else marked(v)
            for k, v in answer.items()
        }
    return [marked(v) for v in answer] if isinstance(answer, list) else answer


def exchanges(client: TestClient, tokens: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Yield every exchange with the service."""
    kept: dict[str, str] = {}
    for name, role, method, path, headers, body, keep in requests():
        sending = {k: v.format_map(kept) for k, v in headers.items()}
        if role in tokens:
            sending["Authorization"] = f"Bearer {tokens[role]}"
        content = body if isinstance(body, str) else json.dumps(filled(body, kept))
        answer = client.request(
            method,
            path.format_map(kept),
            headers=sending,
            content=None if body is None else content.encode(),
        )
        kind = answer.headers["content-type"].partition(";")[0]
        said = answer.json() if kind.endswith("json") else f"{MOCK}{answer.text}"
        kept |= {k: str(value_at(said, key)) for k, key in keep.items()}
        yield {
            "name": name,
            "role": role,
            "method": method,
            "path": path,
            "headers": headers,
            "body": body,
            "status": answer.status_code,
            "media_type": kind,
            "answer": marked(said),
            "keep": keep,
        }


@contextmanager
def same_ids() -> Iterator[None]:
    """Draw the ids of drafts and problems alike in every run: only what was said then changes."""
    drawn = random.Random(0)  # noqa: S311 - no secret: everybody reads them in the file
    with (
        patch("secrets.token_hex", lambda n: drawn.randbytes(n).hex()),
        patch("uuid.uuid4", lambda: uuid.UUID(bytes=drawn.randbytes(16), version=4)),
    ):
        yield


def write_bundles() -> None:
    """Write the example visits as Bundles, and the one that the description shows."""
    for path in sorted((ROOT / "examples" / "fhir").glob("*.json")):
        path.write_text(visit_bundle(visit(path.stem)) + "\n", encoding="utf-8")
    shown = ROOT / "serving" / "http" / "examples.json"
    said = json.loads(shown.read_text(encoding="utf-8"))
    said["bundle"] = bundle("02-items-missing")
    shown.write_text(json.dumps(said, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Write the files."""
    write_bundles()
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        shutil.copytree(ROOT / "examples" / "site", site)
        people = load_site(site)
        tokens = {
            role: new_token(people, site, person, days=1, clock=lambda: NOW)
            for role, person in PEOPLE.items()
        }
        settings = SiteSettings(site=site, database=f"sqlite:///{Path(folder) / 'golden.db'}")
        with same_ids():
            app = create_app(HttpSettings(), settings, clock=lambda: NOW)
            with TestClient(app) as client:
                said = list(exchanges(client, tokens))
    rows = ",\n".join(json.dumps(one, ensure_ascii=False) for one in said)
    OUT.write_text(f'{{"schema": "{SCHEMA}", "exchanges": [\n{rows}\n]}}\n', encoding="utf-8")
    for one in said:
        sys.stdout.write(f"{one['status']} {one['method']} {one['path']}  {one['name']}\n")


if __name__ == "__main__":
    main()
