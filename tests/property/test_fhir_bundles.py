"""Whatever visit comes: its Bundle says the same, and what leaves is valid FHIR R4, unconfirmed."""

import json
from datetime import UTC, datetime
from functools import cache

import pytest
from fhir_support import is_r4, of
from generated_visits import visits
from hypothesis import HealthCheck, given, settings
from laennec.engine import load_guidelines, load_models
from laennec.engine.words.as_json import as_json
from laennec.serving.fhir.results import result_bundle
from laennec.serving.fhir.visit_in import read_visit
from laennec.serving.fhir.visit_out import visit_bundle
from laennec.serving.fhir.writer import About
from laennec.serving.screening import Engine, screen_visit

NOW = datetime(2026, 11, 30, tzinfo=UTC)
QUICK, MANY = 60, 1000


@cache
def engine():
    return Engine(load_models(), load_guidelines())


def holds(visit):
    text = visit_bundle(visit)
    assert is_r4(json.loads(text))
    sent = read_visit(text.encode())
    by_bundle = screen_visit(json.dumps(sent.document).encode(), engine(), now=NOW).draft
    by_visit = screen_visit(json.dumps(visit).encode(), engine(), now=NOW).draft
    assert by_bundle.content_hash == by_visit.content_hash
    about = About(NOW.isoformat(), subject=sent.subject, basis=sent.basis, issues=sent.issues)
    said = result_bundle(as_json(by_bundle, "fr"), about, sent.places)
    assert is_r4(said)
    statuses = {o["status"] for k in ("Observation", "RiskAssessment") for o in of(said, k)}
    assert statuses <= {"preliminary"}
    shown = len(of(said, "Observation")) + len(of(said, "RiskAssessment"))
    assert shown == len(by_bundle.findings)
    assert len(of(said, "Task")) == len(by_bundle.urgent)


@settings(max_examples=QUICK, deadline=None, suppress_health_check=list(HealthCheck))
@given(visits())
def test_a_visit_and_its_bundle_say_the_same_and_leave_valid(visit):
    holds(visit)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@settings(max_examples=MANY, deadline=None, suppress_health_check=list(HealthCheck))
@given(visits())
def test_a_thousand_visits_leave_valid(visit):
    holds(visit)
