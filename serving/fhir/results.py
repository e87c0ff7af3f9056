"""A pre-diagnosis as a FHIR R4 Bundle: the whole way out, for a draft and for a decided report."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import version as installed
from typing import Any, Final

from ...engine.prediagnosis import CALLED
from .ecg_out import add_ecg
from .findings_out import add_finding, model_device, models_of, sign_codes
from .issues import notice_issues, outcome
from .maps import Json, coded, fhir_maps, system
from .symptoms_out import add_unasked, unasked_symptoms
from .writer import About, Writer, sent_reference

_REFUSED: Final = "refused_record"
_VOID: Final = "entered-in-error"


def result_bundle(
    document: Mapping[str, Any], about: About, places: Mapping[str, str] | None = None
) -> Json:
    """Return the Bundle of a pre-diagnosis.

    Parameters
    ----------
    document : ``laennec.prediagnosis/1`` as the caller may see it: a status without findings, a
        draft, or what was released after a physician's act
    about : when, where it stands, whose it is
    places : path in the visit -> FHIRPath of the Bundle that came

    Returns
    -------
    A Bundle of the type ``collection``; statuses are preliminary until a physician decided
    """
    writer = Writer(document, about)
    _add_devices(writer)
    findings = [*document.get("findings", ()), *document.get("rejected_findings", ())]
    results = [add_finding(writer, finding) for finding in findings]
    _add_report(writer, results, findings)
    add_ecg(writer)
    _add_urgency(writer)
    said = _add_issues(writer, places or {})
    _add_guidance(writer, said)
    _add_provenance(writer, findings)
    return writer.bundle()


@cache
def _own_version() -> str:
    return installed("laennec")


def _add_devices(writer: Writer) -> None:
    software = {
        "status": "active",
        "manufacturer": "Laennec",
        "deviceName": [{"name": "Laennec", "type": "model-name"}],
        "version": [{"value": _own_version()}],
        "note": [{"text": writer.document["disclaimer"]}],
    }
    writer.add("Device", "software", software)
    for name, model in models_of(writer.document).items():
        device = {**model_device(model), "parent": writer.device()}
        writer.add("Device", f"model/{name}", device)


def _add_report(
    writer: Writer, results: Sequence[Json], findings: Sequence[Mapping[str, Any]]
) -> None:
    document, words = writer.document, writer.words
    kept = [f for f in findings if (f.get("decision") or {}).get("verdict") == "confirm"]
    codes = [c for f in kept if f["state"] == "present" for c in sign_codes(writer, f)]
    observed = {
        entry["fullUrl"]
        for entry in writer.entries
        if entry["resource"]["resourceType"] == "Observation"
    }
    unasked = unasked_symptoms(document)
    lines = [document["disclaimer"], *document.get("banners", ())]
    lines += [unasked.text] if unasked else []
    lines += [item["text"] for item in document["urgent"]]
    report = {
        "identifier": [{"system": system("content"), "value": document.get("content_hash")}]
        if document.get("content_hash")
        else [],
        "status": writer.status,
        "code": {**coded("part", "prediagnosis"), "text": words.text("report.name")},
        "subject": writer.subject,
        "effectiveDateTime": writer.when,
        "issued": writer.about.recorded,
        "resultsInterpreter": _physicians(findings),
        "result": [one for one in results if one["reference"] in observed],
        "conclusion": "\n".join(line for line in lines if line),
        "conclusionCode": codes if writer.is_decided else [],
    }
    writer.add("DiagnosticReport", "prediagnosis", report)


def _physicians(findings: Sequence[Mapping[str, Any]]) -> list[Json]:
    """Return who decided, by the number under which the site names them."""
    people = [(f.get("decision") or {}).get("physician") for f in findings]
    named = {one["id"]: one["name"] for one in people if one}
    return [_practitioner(number, name) for number, name in named.items()]


def _practitioner(number: str, name: str) -> Json:
    scheme, _, value = number.partition(":")
    identifier = {"system": f"urn:laennec:people:{scheme.lower()}", "value": value}
    return {"type": "Practitioner", "identifier": identifier, "display": name}


def _add_urgency(writer: Writer) -> None:
    """Add a Flag for an urgent visit, and a Task for everything that somebody must do."""
    document, words = writer.document, writer.words
    level, is_void = document["urgency"], writer.status == _VOID
    if level in CALLED:
        flag = {
            "status": _VOID if is_void else "active",
            "category": [{"text": words.text("flag.unconfirmed")}],
            "code": {**coded("state", level), "text": words.text("flag.urgency", level=level)},
            "subject": writer.subject,
            "period": {"start": writer.when},
            "author": writer.device(),
        }
        writer.add("Flag", "urgency", flag, standing="unconfirmed")
    for index, item in enumerate(document["urgent"]):
        task = {
            "status": _VOID if is_void else "requested",
            "intent": "proposal",
            "priority": fhir_maps()["priority"][item["level"]],
            "code": {**coded("rule", item["rule_id"]), "text": item["action"]},
            "description": item["text"],
            "for": writer.subject,
            "authoredOn": writer.about.recorded,
            "requester": writer.device(),
            "performerType": [{"text": item["addressee"]}] if item["addressee"] else [],
        }
        writer.add("Task", f"{index}/{item['rule_id']}", task, standing="unconfirmed")


def _add_issues(writer: Writer, places: Mapping[str, str]) -> Json:
    """Add every problem: one DetectedIssue for each item, all of them as an OperationOutcome."""
    document, severities = writer.document, fhir_maps()["severity"]
    for name in ("refused_items", "suspect_items"):
        for index, item in enumerate(document[name]):
            issue = {
                "status": "preliminary",
                "code": coded("part", item["code"]),
                "severity": severities[item["severity"]],
                "patient": writer.subject,
                "identifiedDateTime": writer.about.recorded,
                "author": writer.device(),
                "detail": f"{item['found']} : {item['why']}",
                "mitigation": [{"action": {"text": item["remedy"]}}] if item["remedy"] else [],
            }
            writer.add("DetectedIssue", f"{name}/{index}", issue, standing="unconfirmed")
    noticed = [issue.as_fhir(writer.words.lang) for issue in writer.about.issues]
    notices = notice_issues(document, places, writer.about.issues)
    issues = [*add_unasked(writer), *noticed, *notices]
    return writer.add("OperationOutcome", "issues", outcome(issues), standing="unconfirmed")


def _add_guidance(writer: Writer, said: Json) -> None:
    """Add the answer to the call itself: done, or what is required for more."""
    document = writer.document
    missing = [m for f in document.get("findings", ()) for m in f["missing"]]
    required = list(dict.fromkeys(m["item"] for m in missing if m["required"]))
    is_refused = any(i["severity"] == _REFUSED for i in document["refused_items"])
    unasked = unasked_symptoms(document)
    done = "data-requested" if missing else "success"
    steps = [unasked.text] if unasked else []
    steps += dict.fromkeys(m["next_step"] for m in missing if m["next_step"])
    guidance = {
        "moduleUri": "urn:laennec:screen",
        "status": "failure" if is_refused else "data-required" if required or unasked else done,
        "subject": writer.subject,
        "occurrenceDateTime": writer.about.recorded,
        "performer": writer.device(),
        "note": [{"text": step} for step in steps],
        "evaluationMessage": [said],
        "dataRequirement": [
            *([{"type": "QuestionnaireResponse"}] if unasked else []),
            *(_requirement(writer, item) for item in required),
        ],
    }
    writer.add("GuidanceResponse", "screen", guidance, standing="unconfirmed")


def _requirement(writer: Writer, item: str) -> Json:
    coding = {"system": system("measurement"), "code": item}
    known = writer.site_codings(f"measurement:{item}") or writer.site_codings(f"question:{item}")
    return {"type": "Observation", "codeFilter": [{"path": "code", "code": [coding, *known]}]}


def _add_provenance(writer: Writer, findings: Sequence[Mapping[str, Any]]) -> None:
    targets = [{"reference": e["fullUrl"]} for e in writer.entries]
    agents = [{"type": coded("agent", "assembler"), "who": writer.device()}]
    agents += [{"type": coded("agent", "verifier"), "who": who} for who in _physicians(findings)]
    used = [{"role": "source", "what": sent_reference(one)} for one in writer.about.basis]
    provenance = {
        "target": targets,
        "recorded": writer.about.recorded,
        "agent": agents,
        "entity": used,
    }
    writer.add("Provenance", "screen", provenance)
