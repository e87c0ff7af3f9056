"""The ECG as it leaves: its measurements, and how it stands beside an earlier one."""

import re
from collections.abc import Mapping
from typing import Any, Final

from .maps import Json, coded, fhir_maps, system
from .writer import Writer

_NOT_COMPARED: Final = "not_comparable"
_DAY: Final = len("2026-11-03")
_ZONED: Final = re.compile(r".*T.*(Z|[+-]\d\d:\d\d)")


def add_ecg(writer: Writer) -> None:
    """Add the measurements of the ECG; software measured them, a physician reads the tracing."""
    ecg = writer.document.get("ecg")
    if not ecg:
        return
    known = fhir_maps()["ecg"]
    results = [
        writer.add("Observation", f"ecg/{one['name']}", _measured(writer, one, known[one["name"]]))
        for one in ecg["measured"]
        if one["name"] in known
    ]
    study = fhir_maps()["waveform"]["study"]
    report = {
        "status": writer.status,
        "code": {**coded("loinc", study, "EKG study"), "text": writer.words.text("report.ecg")},
        "subject": writer.subject,
        "effectiveDateTime": _recorded(writer),
        "issued": writer.about.recorded,
        "result": [*results, *_comparison(writer)],
        "conclusion": "\n".join([*ecg["text"], ecg["note"]]),
    }
    writer.add("DiagnosticReport", "ecg", report)


def _recorded(writer: Writer) -> Any:  # noqa: ANN401 - any JSON value
    """Return when the ECG was recorded; the moment of the visit where nobody states it.

    FHIR has no time without its zone: of a device that keeps none, the day is sent.
    """
    at = writer.document["ecg"].get("recorded_at")
    if not at:
        return writer.when
    return at if _ZONED.fullmatch(at) else at[:_DAY]


def _measured(writer: Writer, one: Mapping[str, Any], known: Mapping[str, Any]) -> Json:
    said: Json = {
        "status": writer.status,
        "category": [coded("category", name) for name in known.get("category", ["procedure"])],
        "code": coded("loinc", known["loinc"], known["display"]),
        "subject": writer.subject,
        "effectiveDateTime": _recorded(writer),
        "device": writer.device(),
        "note": [{"text": limit["text"]} for limit in one["withheld"]],
    }
    if one["value"] is None or one["withheld"]:
        return {**said, "dataAbsentReason": coded("absent", "error")}
    quantity = {"value": round(one["value"], 1), "unit": one["unit"]}
    quantity |= {"system": system("ucum"), "code": known["ucum"]}
    return {**said, "valueQuantity": quantity}


def _comparison(writer: Writer) -> list[Json]:
    """Add the comparison with an earlier ECG as one Observation; nothing where there is none."""
    said = writer.document.get("ecg_comparison")
    if not said:
        return []
    lines = [*said["text"], said["summary"], said["note"]]
    lines += [f"{one['label']} : {one['why_text']}" for one in said["changes"] if one["why_text"]]
    observation = {
        "status": writer.status,
        "category": [coded("category", "procedure")],
        "code": {**coded("part", "ecg-comparison"), "text": writer.words.text("report.ecg_since")},
        "subject": writer.subject,
        "effectiveDateTime": writer.when,
        "device": writer.device(),
        "note": [{"text": line} for line in dict.fromkeys(lines) if line],
        "component": [
            *_earlier(said),
            *(_standing(one) for one in said["standings"]),
            *(_change(one) for one in said["changes"] if one["verdict"] != _NOT_COMPARED),
        ],
    }
    return [writer.add("Observation", "ecg_comparison", observation)]


def _earlier(said: Mapping[str, Any]) -> list[Json]:
    """Return the day of the earlier ECG, which is left out where it is not known."""
    day = said["earlier_on"]
    return [{"code": coded("part", "earlier-ecg"), "valueDateTime": day}] if day else []


def _standing(one: Mapping[str, Any]) -> Json:
    """Return whether a statement or a pattern is new, gone, changed or was there already."""
    value = {**coded("since", one["standing"]), "text": one["text"]}
    return {
        "code": coded("ecg_statement", one["name"], one["label"]),
        "valueCodeableConcept": value,
    }


def _change(one: Mapping[str, Any]) -> Json:
    """Return how a value differs from the earlier one, and whether that is more than they vary."""
    name = f"{one['name']}@{one['lead']}" if one["lead"] else one["name"]
    known = fhir_maps()["ecg"].get(one["name"], {})
    unit = known.get("ucum", one["unit"])
    quantity: Json = {"value": round(one["difference"], 3), "unit": one["unit"]}
    quantity |= {"system": system("ucum"), "code": unit} if unit else {}
    return {
        "code": {**coded("ecg_difference", name), "text": one["text"]},
        "valueQuantity": {key: value for key, value in quantity.items() if value != ""},
        "interpretation": [coded("verdict", one["verdict"])],
    }
