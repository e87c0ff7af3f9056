"""FHIR R4 Observations whose components carry SampledData, one per lead.

Source: HL7 FHIR R4, https://hl7.org/fhir/R4/datatypes.html#SampledData: a sample is
``origin + factor * data``, in the unit of ``origin``; E is an error, U and L lie beyond a limit.
"""

import json
import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np

from ....engine.fixedpoint import FloatArray
from .assemble import StoredLead, assemble
from .errors import unreadable, unsupported
from .names import lead_of_code, microvolt_per
from .people import noting_people
from .recording import Declared, EcgHeader, EcgRecording
from .source import Source, text_of

FORMAT = "fhir_observation"
_MILLISECONDS_PER_SECOND = 1000.0
_GAPS = {"E", "U", "L"}
_OF_R5 = ("interval", "intervalUnit")
_WITHDRAWN = {"cancelled", "entered-in-error"}


def sniff(source: Source) -> bool:
    """Whether the document is JSON with a FHIR resource type."""
    head = source.head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith(b"{") and b'"resourceType"' in source.data[: 1 << 16]


def read(source: Source, declared: Declared) -> Sequence[EcgRecording]:
    """Return the ECG of one Observation, or one for each Observation of a Bundle."""
    try:
        document = json.loads(text_of(source))
    except (ValueError, RecursionError):
        raise unreadable("A JSON document that is not well-formed", source.label) from None
    observations = _observations(document)
    if not observations:
        raise unreadable("A FHIR document without sampled data", source.label)
    found = [_recording(one, source, declared) for one in observations]
    return noting_people(found, [one.header.patient_id for one in found if one.header.patient_id])


def _observations(document: object) -> list[dict[str, Any]]:
    if not isinstance(document, dict):
        return []
    if document.get("resourceType") == "Bundle":
        inner = [e.get("resource") for e in _items(document, "entry")]
        return [one for resource in inner for one in _observations(resource)]
    is_ecg = document.get("resourceType") == "Observation" and _sampled(document)
    return [document] if is_ecg else []


def _sampled(observation: dict[str, Any]) -> list[dict[str, Any]]:
    parts = [observation, *_items(observation, "component")]
    return [part for part in parts if isinstance(part.get("valueSampledData"), dict)]


def _items(node: object, key: str) -> list[dict[str, Any]]:
    found = node.get(key) if isinstance(node, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _recording(observation: dict[str, Any], source: Source, declared: Declared) -> EcgRecording:
    if observation.get("status") in _WITHDRAWN:
        raise unsupported(
            "An Observation that was cancelled or entered in error",
            "Send the final one",
            source.label,
        )
    leads = [_lead(part, source.label) for part in _sampled(observation)]
    device = observation.get("device")
    header = EcgHeader(
        format=FORMAT,
        record=source.stem or _text(observation.get("id")) or "record",
        patient_id=_reference(observation.get("subject")),
        acquired_at=_moment(observation),
        device=_text(device.get("display")) if isinstance(device, dict) else "",
    )
    return assemble(leads, header, declared)


def _reference(subject: object) -> str:
    text = _text(subject.get("reference")) if isinstance(subject, dict) else ""
    return text.removeprefix("Patient/")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _moment(observation: dict[str, Any]) -> datetime | None:
    period = observation.get("effectivePeriod")
    start = period.get("start") if isinstance(period, dict) else None
    try:
        return datetime.fromisoformat(_text(observation.get("effectiveDateTime") or start))
    except ValueError:
        return None


def _lead(part: dict[str, Any], where: str) -> StoredLead:
    data = part["valueSampledData"]
    newer = [name for name in _OF_R5 if name in data]
    if newer:
        raise unsupported(
            f"Sampled data with the element {newer[0]} of FHIR R5",
            "Send FHIR R4: `period` in milliseconds; the two are not guessed from each other",
            where,
        )
    origin = data.get("origin")
    origin = origin if isinstance(origin, dict) else {}
    if _number(data.get("dimensions"), where) != 1:
        raise unsupported(
            "Sampled data of several dimensions", "Send one component for each lead", where
        )
    factor = _number(data.get("factor", 1), where)  # R4: a factor that is absent is 1
    zero = _number(origin.get("value"), where)
    if not math.isfinite(zero):
        raise unreadable("Sampled data without an origin", where)
    samples = _samples(data.get("data"), where)
    unit = _text(origin.get("code")) or _text(origin.get("unit"))
    per_unit = microvolt_per(unit)
    step = math.nan if per_unit is None else factor * per_unit
    period_ms = _number(data.get("period"), where)
    rate = _MILLISECONDS_PER_SECOND / period_ms if period_ms > 0 else math.nan
    shifted = samples + zero / factor if factor else samples
    return StoredLead(_name(part), shifted, step, rate, gain=factor)


def _name(part: dict[str, Any]) -> str:
    code = part.get("code")
    for coding in _items(code, "coding"):
        known = lead_of_code(_text(coding.get("code")))
        if known:
            return known
    shown = [_text(c.get("display")) for c in _items(code, "coding")]
    words = _text(code.get("text")) if isinstance(code, dict) else ""
    return next((text for text in (*shown, words) if text), "")


def _number(value: object, where: str) -> float:
    """Return a JSON number, NaN where it is absent."""
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise unreadable("Sampled data with a field that is no number", where)
    return float(value)


def _samples(data: object, where: str) -> FloatArray:
    if not isinstance(data, str):
        raise unreadable("Sampled data without samples", where)
    parts = ["nan" if part in _GAPS else part for part in data.split()]
    try:
        return np.array(parts, dtype=np.float64)
    except ValueError:
        raise unreadable("A sample that is no number", where) from None
