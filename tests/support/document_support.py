"""Confirmed reports for the tests of documents, with the identity that one needs to leave."""

import json
from datetime import UTC, timedelta
from functools import cache
from pathlib import Path

from laennec.engine import load_guidelines, load_models
from laennec.serving.decisions.confirm import decide
from laennec.serving.decisions.consents import Purpose, Said, record_consents
from laennec.serving.decisions.decisions import EVERY_UNDECIDED, Decision, DecisionRequest, Verdict
from laennec.serving.documents.export import Asked, Kind, Leaving
from laennec.serving.drafts.drafts import load_draft
from laennec.serving.screening import Engine, keep_visit, screen_visit
from store_support import MARTIN, NURSE

VISITS = Path(__file__).parents[2] / "examples" / "visits"
RELIABLE = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability"
INS = "274037512345645"
PDF = b"%PDF-1.4 made by a test"
EVERYTHING = (
    ("height", "164", "cm", {}),
    ("weight", "96", "kg", {}),
    ("waist", "104", "cm", {"waist_site": "midpoint"}),
    ("systolic_bp", "168", "mm[Hg]", {"site": "left_arm"}),
    ("diastolic_bp", "104", "mm[Hg]", {"site": "left_arm"}),
    ("systolic_bp", "146", "mm[Hg]", {"site": "right_arm"}),
    ("diastolic_bp", "92", "mm[Hg]", {"site": "right_arm"}),
    ("heart_rate", "104", "/min", {}),
    ("glucose", "1.32", "g/L", {"specimen": "venous_plasma", "fasting_hours": 10}),
    ("hba1c", "6.9", "%", {}),
    ("total_cholesterol", "2.95", "g/L", {}),
    ("hdl_cholesterol", "0.32", "g/L", {}),
    ("ldl_cholesterol", "2.10", "g/L", {}),
    ("triglycerides", "2.60", "g/L", {}),
)


@cache
def engine():
    """The shipped models and guidelines, loaded once."""
    return Engine(load_models(), load_guidelines())


def visit(name="01-raised-risk", *, everything=False):
    """An example visit without its ECG; or one in which everything was measured, and is high."""
    document = json.loads((VISITS / f"{name}.json").read_text(encoding="utf-8"))
    document.pop("ecg", None)
    if everything:
        document["measurements"] = [
            {"code": code, "value": value, "unit": unit, **more}
            for code, value, unit, more in EVERYTHING
        ]
    return document


def kept(store, clock, document=None, *, zone=None):
    """The id of a draft in a store."""
    said = {**(visit() if document is None else document)}
    said["performed_at"] = (clock() - timedelta(hours=1)).astimezone(zone or UTC).isoformat()
    screened = screen_visit(json.dumps(said).encode(), engine(), now=clock())
    return keep_visit(store, screened, "fr", clock=clock)


def decided(store, draft_id, clock, *decisions, by=MARTIN):
    """Decide: what is given, and confirm the rest."""
    content_hash = load_draft(store, draft_id).content_hash
    rest = Decision(EVERY_UNDECIDED, Verdict.CONFIRM)
    for one in (*decisions, rest):
        request = DecisionRequest(draft_id, content_hash, (one,), None)
        decide(store, request, physician=by, clock=clock)
    return draft_id


def agree(store, clock, purpose=Purpose.MON_ESPACE_SANTE, *, given=True):
    record_consents(store, Said("person-01", {purpose: given}, "2026-11"), actor=NURSE, clock=clock)


def patient(**changes):
    """A FHIR Patient with a qualified identity, as FR Core writes one."""
    kind = {"coding": [{"code": "PI"}]}
    said = {
        "resourceType": "Patient",
        "extension": [{"url": RELIABLE, "valueCoding": {"code": "VALI"}}],
        "identifier": [
            {"type": kind, "system": "urn:laennec:person", "value": "person-01"},
            {"system": "urn:oid:1.2.250.1.213.1.4.8", "value": INS},
        ],
        "name": [{"use": "official", "family": "D'HAUTE & <FILS>", "given": ["ANNE"]}],
        "birthDate": "1974-03-02",
        "gender": "female",
    }
    return json.dumps({k: v for k, v in {**said, **changes}.items() if v is not None}).encode()


def asked(draft_id, kind=Kind.REPORT, form="xdm", *, make=lambda _: PDF, **more):
    """What is asked for; with an identity where it leaves by secure mail."""
    given = {"leaving": Leaving(patient(), "750000001")} if form == "xdm" else {}
    said = {"lang": "fr", "specialty": None, **given, **more}
    lang, specialty = said.pop("lang"), said.pop("specialty")
    return Asked(draft_id, kind, form, lang, "Service <Nord>", lambda: make, specialty, **said)
