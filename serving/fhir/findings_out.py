"""Findings as they leave: facts as Observations, risks as RiskAssessments, nothing left unsaid.

Before a physician confirms, only sign and screening codes leave. A disease code never does: a
physician confirms a finding of one visit, which is no diagnosis (ADR 0003).
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from .maps import Json, coded, system
from .writer import Writer, sent_reference

_OF_VERDICT: Final = {"confirm": "final", "amend": "amended", "reject": "cancelled"}
_STANDING: Final = {"confirm": "confirmed", "amend": "amended", "reject": "rejected"}
_NOT_ASSESSABLE: Final = "not_assessable"
_PRESENT: Final = "present"


@cache
def finding_codes() -> Mapping[str, Mapping[str, Any]]:
    """Return the row of ``codes.toml`` of each finding."""
    raw = _codes()
    return {row["id"]: row for row in raw["finding"]}


@cache
def _codes() -> Mapping[str, Any]:
    folder = files("laennec.engine.guidelines")
    return tomllib.loads(folder.joinpath("codes.toml").read_text(encoding="utf-8"))


def cim10(code: str, lang: str) -> Json:
    """Return a CIM-10 code with its words."""
    return coded("cim10", code, _codes()["cim10"][code][lang])


def add_finding(writer: Writer, finding: Mapping[str, Any]) -> Json:
    """Add one finding and return the reference to it."""
    verdict = (finding.get("decision") or {}).get("verdict", "")
    status = _OF_VERDICT.get(verdict, writer.status)
    standing = _STANDING.get(verdict, "")
    is_unknown = (finding["state"] or finding["band"]) == _NOT_ASSESSABLE
    if finding["kind"] == "risk" and not is_unknown:
        resource = _risk(writer, finding, status)
        return writer.add("RiskAssessment", finding["id"], resource, standing=standing)
    resource = _fact(writer, finding, status)
    return writer.add("Observation", finding["id"], resource, standing=standing)


def _fact(writer: Writer, finding: Mapping[str, Any], status: str) -> Json:
    state = finding["state"] or finding["band"]
    said: Json = {
        "status": status,
        "category": [coded("category", "exam")],
        "code": writer.finding_code(finding["id"]),
        "subject": writer.subject,
        "effectiveDateTime": writer.when,
        "issued": writer.about.recorded,
        "device": writer.device(),
        "note": _notes(writer, finding),
        "component": _signs(writer, finding) if state == _PRESENT else [],
    }
    if state == _NOT_ASSESSABLE:
        reason = {**coded("absent", "unknown"), "text": finding["text"] or ""}
        return {**said, "dataAbsentReason": {k: v for k, v in reason.items() if v}}
    value = {**coded("state", state), "text": finding["text"] or state}
    return {**said, "valueCodeableConcept": value}


def _signs(writer: Writer, finding: Mapping[str, Any]) -> list[Json]:
    """Return the sign codes of a finding that is present; an empty list is an answer too."""
    row = finding_codes().get(finding["id"], {})
    lang = writer.words.lang
    return [
        {"code": coded("part", "sign"), "valueCodeableConcept": cim10(code, lang)}
        for code in row.get("sign", ())
    ]


def sign_codes(writer: Writer, finding: Mapping[str, Any]) -> list[Json]:
    """Return the sign codes of a finding, for the conclusion of a decided report."""
    return [part["valueCodeableConcept"] for part in _signs(writer, finding)]


def _risk(writer: Writer, finding: Mapping[str, Any], status: str) -> Json:
    action = finding.get("proposed_action")
    screening = finding_codes().get(finding["id"], {}).get("screening")
    return {
        "status": status,
        "method": _method(finding),
        "code": writer.finding_code(finding["id"]),
        "subject": writer.subject,
        "occurrenceDateTime": writer.when,
        "performer": writer.device(),
        "reasonCode": [cim10(screening, writer.words.lang)] if screening else [],
        "basis": [sent_reference(one) for one in writer.about.basis],
        "prediction": [_prediction(writer, finding)],
        "mitigation": action,
        "note": _notes(writer, finding),
    }


def _method(finding: Mapping[str, Any]) -> Json:
    """Return what computed a risk: the model with its version and hash, or the published score."""
    model, guideline = finding.get("model"), finding.get("guideline")
    if model:
        name = f"{model['id']}@{model['version']}"
        coding = {"system": "urn:laennec:model", "code": name, "version": model["sha256"]}
        return {"coding": [coding], "text": name}
    return {"text": guideline["guideline"]} if guideline else {}


def _prediction(writer: Writer, finding: Mapping[str, Any]) -> Json:
    said: Json = {
        "outcome": writer.finding_code(finding["id"]),
        "qualitativeRisk": {**coded("state", finding["band"]), "text": finding["text"] or ""},
        "rationale": _rationale(finding),
    }
    if not said["qualitativeRisk"]["text"]:
        del said["qualitativeRisk"]["text"]
    if finding["risk"] is not None:
        said["probabilityDecimal"] = finding["risk"]
    return {key: value for key, value in said.items() if value}


def _rationale(finding: Mapping[str, Any]) -> str:
    reasons = [*finding["reasons_for"], *finding["reasons_against"]]
    return "\n".join(
        f"{reason['contribution']:+.2f} {reason['text']}"
        if reason["contribution"] is not None
        else str(reason["text"])
        for reason in reasons
    )


def _notes(writer: Writer, finding: Mapping[str, Any]) -> list[Json]:
    words, lines = writer.words, list(finding["limits"])
    if finding["kind"] == "fact":
        lines += [reason["text"] for reason in finding["reasons_for"]]
    if finding.get("risk_interval"):
        low, high = finding["risk_interval"]
        lines.append(words.text("risk.interval", low=low, high=high))
    if finding.get("reference_standard"):
        lines.append(words.text("risk.reference", reference=finding["reference_standard"]))
    if finding["missing"]:
        items = ", ".join(item["text"] for item in finding["missing"])
        lines.append(words.text("missing", items=items))
    if finding.get("proposed_action") and finding.get("proposed_addressee"):
        said = {"action": finding["proposed_action"], "addressee": finding["proposed_addressee"]}
        lines.append(words.text("proposed", **said))
    return [{"text": line} for line in lines if line]


def models_of(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the model bundles behind a pre-diagnosis, by id."""
    found = [f.get("model") for f in document.get("findings", ())]
    found.append((document.get("ecg") or {}).get("model"))
    return {m["id"]: m for m in found if m}


def model_device(model: Mapping[str, Any]) -> Json:
    """Return a model bundle as a Device: its version and the hash that names it."""
    return {
        "identifier": [{"system": system("bundle"), "value": model["sha256"]}],
        "status": "active",
        "deviceName": [{"name": model["id"], "type": "model-name"}],
        "version": [{"value": model["version"]}],
        "note": [{"text": f"key: {model['key']}"}],
    }
