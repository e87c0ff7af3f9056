"""A visit as a FHIR R4 Bundle, as visit software would send it: examples, tests, benchmarks."""

import base64
import json
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ...engine.intake.answers import LISTS, OBJECTS
from ...engine.intake.measurements import LOINC_SYSTEM
from .maps import Json, coded, fhir_maps, system
from .observations import METHOD
from .profiles import conforming
from .questionnaire import NONE_CODE, canonical

_SPACE: Final = uuid.UUID("9a6d3a76-54c8-5d43-8f7e-0f7c4b2d1e55")
_PRESSURES: Final = {"systolic_bp": "8480-6", "diastolic_bp": "8462-4"}
_NUMBER: Final = "\x00"
"""Before a text that leaves as a number: a decimal keeps its last zeros, a float does not."""
_VITAL_SIGNS: Final = ("height", "weight", "bmi", "heart_rate", "waist")
_VITAL_SIGN: Final = coded("category", "vital-signs", "vital-signs")
_OWN_KEYS: Final = ("code", "value", "unit", "comparator", "at", "site")


def visit_bundle(visit: Mapping[str, Any], ecg: Mapping[str, bytes] | None = None) -> str:
    """Return the Bundle of a visit, as JSON text.

    Parameters
    ----------
    visit : in the form ``laennec.visit/1``, one without problems
    ecg : files of its ECG by name

    Returns
    -------
    A Bundle that `read_visit` reads back into the same visit
    """
    person = visit["person"]
    subject = {"reference": _address(visit, "patient")}
    resources: list[tuple[str, Json]] = [("patient", _patient(person))]
    resources.append(("encounter", _encounter(visit, subject)))
    resources += _observations(visit, subject)
    resources += _response(visit, subject)
    if ecg:
        resources.append(("ecg", _document(ecg, subject)))
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": visit["performed_at"],
        "entry": [{"fullUrl": _address(visit, key), "resource": one} for key, one in resources],
    }
    text = json.dumps(bundle, ensure_ascii=False, indent=1)
    return re.sub(rf'"{re.escape(json.dumps(_NUMBER)[1:-1])}([^"]*)"', r"\1", text)


def _address(visit: Mapping[str, Any], key: str) -> str:
    return uuid.uuid5(_SPACE, f"{visit['visit_id']}/{key}").urn


def _patient(person: Mapping[str, Any]) -> Json:
    kind = coded("standing", "PI")
    kind["coding"][0]["system"] = "http://terminology.hl7.org/CodeSystem/v2-0203"
    said = {
        "resourceType": "Patient",
        "identifier": [
            {"use": "usual", "type": kind, "system": system("person"), "value": person["id"]}
        ],
        "gender": person.get("sex"),
        "birthDate": person.get("birth_date"),
    }
    return _with_profiles({key: value for key, value in said.items() if value})


def _with_profiles(resource: Json) -> Json:
    """Return a resource with the French profiles that it meets."""
    found = conforming(resource)
    return {**resource, "meta": {"profile": found}} if found else resource


def _encounter(visit: Mapping[str, Any], subject: Json) -> Json:
    return {
        "resourceType": "Encounter",
        "identifier": [{"system": system("visit"), "value": visit["visit_id"]}],
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "subject": subject,
        "period": {"start": visit["performed_at"]},
    }


def _observations(visit: Mapping[str, Any], subject: Json) -> Iterator[tuple[str, Json]]:
    measurements = visit.get("measurements", [])
    index = 0
    while index < len(measurements):
        pair = measurements[index : index + 2]
        is_pair = _is_pressure(pair)
        yield f"observation-{index}", _observation(visit, pair if is_pair else pair[:1], subject)
        index += 2 if is_pair else 1


def _is_pressure(pair: Sequence[Mapping[str, Any]]) -> bool:
    """Say whether two measurements are the two pressures of one reading."""
    codes = [one["code"] for one in pair]
    rest = [{k: v for k, v in one.items() if k not in ("code", "value")} for one in pair]
    return codes == list(_PRESSURES) and rest[0] == rest[1]


def _observation(
    visit: Mapping[str, Any], measured: Sequence[Mapping[str, Any]], subject: Json
) -> Json:
    first = measured[0]
    said: Json = {
        "resourceType": "Observation",
        "status": "final",
        "subject": subject,
        "effectiveDateTime": first.get("at", visit["performed_at"]),
    }
    if "site" in first:
        said["bodySite"] = coded("method", first["site"])
    extensions = [_extension(k, v) for k, v in first.items() if k not in _OWN_KEYS]
    if extensions:
        said["extension"] = extensions
    if len(measured) == 1:
        code = _vital_code(first)
        said["category"] = [_VITAL_SIGN] if code else []
        code = code or _code(first["code"])
        kept = {key: value for key, value in said.items() if value}
        return _with_profiles({**kept, "code": code, "valueQuantity": _quantity(first)})
    said["category"] = [_VITAL_SIGN]
    panel = coded("loinc", fhir_maps()["pressure"]["panel"][0], "Blood pressure panel")
    parts = [{"code": _code(m["code"]), "valueQuantity": _quantity(m)} for m in measured]
    return _with_profiles({**said, "code": panel, "component": parts})


def _vital_code(measured: Mapping[str, Any]) -> Json:
    """Return the vital sign's code beside the house's; empty where it would say something else."""
    signs, code = fhir_maps()["vital_signs"], measured["code"]
    is_other_waist = code == "waist" and measured.get("waist_site") != signs["waist_site"]
    if not isinstance(code, str) or code not in _VITAL_SIGNS or is_other_waist:
        return {}
    own = coded("measurement", code)["coding"]
    return {"coding": [*coded("loinc", signs[code])["coding"], *own]}


def _extension(name: str, value: object) -> Json:
    return {"url": f"{METHOD}{name}", "valueString": str(value)}


def _code(code: str | Mapping[str, str]) -> Json:
    if not isinstance(code, str):
        return {"coding": [{"system": LOINC_SYSTEM, "code": code["code"]}]}
    if code in _PRESSURES:
        return coded("loinc", _PRESSURES[code])
    return coded("measurement", code)


def _quantity(measured: Mapping[str, Any]) -> Json:
    said: Json = {"value": f"{_NUMBER}{measured['value']}"}
    if "comparator" in measured:
        said["comparator"] = measured["comparator"]
    unit = measured["unit"]
    return {**said, "unit": unit, "system": system("ucum"), "code": unit}


def _response(visit: Mapping[str, Any], subject: Json) -> Iterator[tuple[str, Json]]:
    items = [
        {"linkId": section, "item": [_answer(f"{section}.{k}", v) for k, v in visit[key].items()]}
        for key, section in OBJECTS.items()
        if visit.get(key)
    ]
    items += [
        {"linkId": section, "answer": [_coding(code) for code in visit[key] or [NONE_CODE]]}
        for key, section in LISTS.items()
        if key in visit
    ]
    if items:
        yield (
            "answers",
            {
                "resourceType": "QuestionnaireResponse",
                "questionnaire": canonical(),
                "status": "completed",
                "subject": subject,
                "authored": visit["performed_at"],
                "item": items,
            },
        )


def _answer(name: str, value: object) -> Json:
    said = {"valueBoolean": value} if isinstance(value, bool) else _coding(str(value))
    return {"linkId": name, "answer": [said]}


def _coding(code: str) -> Json:
    return {"valueCoding": {"system": system("answer"), "code": code}}


def _document(files: Mapping[str, bytes], subject: Json) -> Json:
    attachments = [
        {"attachment": {"title": name, "data": base64.b64encode(data).decode()}}
        for name, data in files.items()
    ]
    study = coded("loinc", fhir_maps()["waveform"]["study"])
    said = {"resourceType": "DocumentReference", "status": "current", "type": study}
    return {**said, "subject": subject, "content": attachments}
