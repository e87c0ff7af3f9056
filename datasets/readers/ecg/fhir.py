"""FHIR R4 Observations whose components carry SampledData, one per lead.

Source: HL7 FHIR R4, https://hl7.org/fhir/R4/datatypes.html#SampledData: a sample is
``origin + factor * data``, in the unit of ``origin``; E is an error, U and L lie beyond a limit.
"""

import json
import math
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import numpy as np

from ....engine.fixedpoint import FloatArray
from .agree import refuse_two_leads
from .assemble import assemble
from .errors import EcgUnreadable, unreadable, unsupported
from .fhir_json import Json, items, text_of_json
from .fhir_people import FhirPerson, patients_in, people_of, person_of
from .names import is_lead, is_other_signal, lead_of_code, microvolt_per
from .people import noting_people
from .recording import Declared, EcgHeader, EcgRecording
from .source import Source, text_of
from .stated import with_day
from .stored import StoredLead

FORMAT = "fhir_observation"
_MILLISECONDS_PER_SECOND = 1000.0
_GAPS = {"E", "U", "L"}
_OF_R5 = ("interval", "intervalUnit")
_MDC: Final = ("urn:iso:std:iso:11073:10101", "urn:oid:2.16.840.1.113883.6.24", "mdc")
_OFFSET: Final = "http://hl7.org/fhir/StructureDefinition/observation-timeOffset"
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
        raise unreadable("A FHIR document without sampled data of an ECG", source.label)
    patients = patients_in(document)
    persons = [person_of(one, patients) for one in observations]
    found = [
        _recording(one, person, source, declared)
        for one, person in zip(observations, persons, strict=True)
    ]
    return noting_people(found, people_of(persons, patients))


def _observations(document: object) -> list[Json]:
    if not isinstance(document, dict):
        return []
    if document.get("resourceType") == "Bundle":
        inner = [e.get("resource") for e in items(document, "entry")]
        return [one for resource in inner for one in _observations(resource)]
    is_ecg = any(not _is_other(part) for part in _sampled(document))
    return [document] if document.get("resourceType") == "Observation" and is_ecg else []


def _sampled(observation: Json) -> list[Json]:
    parts = [observation, *items(observation, "component")]
    return [part for part in parts if isinstance(part.get("valueSampledData"), dict)]


def _is_other(part: Json) -> bool:
    """Whether a part is no ECG: in a unit that is no voltage, under a name that is no lead."""
    unit, name = _unit(part["valueSampledData"]), _name(part)
    is_voltage = not unit or microvolt_per(unit) is not None
    return is_other_signal(name) or not (is_voltage or is_lead(name))


def _recording(
    observation: Json, person: FhirPerson, source: Source, declared: Declared
) -> EcgRecording:
    if observation.get("status") in _WITHDRAWN:
        raise unsupported(
            "An Observation that was cancelled or entered in error",
            "Send the final one",
            source.label,
        )
    sampled = _sampled(observation)
    parts = [part for part in sampled if not _is_other(part)]
    device = observation.get("device")
    header = EcgHeader(
        format=FORMAT,
        record=source.stem or text_of_json(observation.get("id")) or "record",
        patient_id="".join(person.numbers[:1]),
        other_ids=person.numbers[1:],
        sex=person.sex,
        birth_date=person.birth_date,
        born_in=person.born_in,
        acquired_at=_moment(observation),
        device=text_of_json(device.get("display")) if isinstance(device, dict) else "",
        notes=() if len(parts) == len(sampled) else ("not_ecg_skipped",),
    )
    header = with_day(header, _stated_day(observation))
    return assemble([_lead(part, source.label) for part in parts], header, declared)


def _stated_day(observation: Json) -> str:
    period = observation.get("effectivePeriod")
    start = period.get("start") if isinstance(period, dict) else None
    stated = ("effectiveDateTime", "effectiveInstant")
    return next((t for n in stated if (t := text_of_json(observation.get(n)))), text_of_json(start))


def _moment(observation: Json) -> datetime | None:
    try:
        return datetime.fromisoformat(_stated_day(observation))
    except ValueError:
        return None


def _lead(part: Json, where: str) -> StoredLead:
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
    _refuse_two_units(data, where)
    per_unit = microvolt_per(_unit(data))
    step = math.nan if per_unit is None else factor * per_unit
    period_ms = _number(data.get("period"), where)
    rate = _MILLISECONDS_PER_SECOND / period_ms if period_ms > 0 else math.nan
    shifted = samples + zero / factor if factor else samples
    refuse_two_leads((*_coded(part), *_worded(part)), where)
    return StoredLead(_name(part), shifted, step, rate, gain=factor, start_s=_start_s(part, where))


def _unit(data: Json) -> str:
    """Return the unit of sampled data: its code, else its words."""
    return next((unit for unit in _units(data) if unit), "")


def _units(data: Json) -> tuple[str, str]:
    origin = data.get("origin")
    origin = origin if isinstance(origin, dict) else {}
    return text_of_json(origin.get("code")), text_of_json(origin.get("unit"))


def _refuse_two_units(data: Json, where: str) -> None:
    """Refuse a unit whose code and words are different voltages: a thousand times is possible."""
    known = {microvolt_per(unit) for unit in _units(data)} - {None}
    if len(known) > 1:
        code, words = _units(data)
        raise EcgUnreadable(
            found=f"Sampled data in {code} by its code and in {words} by its unit",
            why="amplitudes would be wrong, and which of the two is right is not known",
            remedy="Send the code and the unit of one and the same unit",
            path=where,
        )


def _start_s(part: Json, where: str) -> float:
    """Return when a part starts after its Observation, by the HL7 extension for strips."""
    offsets = [one for one in items(part, "extension") if one.get("url") == _OFFSET]
    offset_ms = _number(offsets[0].get("valueInteger"), where) if offsets else 0.0
    return offset_ms / _MILLISECONDS_PER_SECOND if math.isfinite(offset_ms) else 0.0


def _name(part: Json) -> str:
    """Return the lead by its code, else by the first words that are one, else the first words."""
    said = [text for text in (*_coded(part), *_worded(part)) if text]
    return next((text for text in said if is_lead(text)), next(iter(said), ""))


def _coded(part: Json) -> list[str]:
    """Return the leads that the codes of a part name; a number counts in the system of MDC only."""
    codings = items(part.get("code"), "coding")
    return [
        lead_of_code(text_of_json(c.get("code")))
        for c in codings
        if _is_of_mdc(text_of_json(c.get("system")))
    ]


def _is_of_mdc(system: str) -> bool:
    """Whether a code system is that of IEEE 11073; where none is stated it may be."""
    return not system or system.lower().rstrip("/").endswith(_MDC)


def _worded(part: Json) -> list[str]:
    code = part.get("code")
    shown = [text_of_json(c.get("display")) for c in items(code, "coding")]
    return [*shown, text_of_json(code.get("text")) if isinstance(code, dict) else ""]


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
