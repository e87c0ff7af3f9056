"""From Observations to the measurements of a visit: codes, units and words as they were sent.

A code or a unit that the vocabulary does not know is handed on as it is: the engine's one gate
refuses it by name, and no rule of what is urgent is decided here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from ...engine.intake.problems import shown
from ...engine.vocabulary import load_vocabulary
from .entries import Entry, codings, obj, objects, text
from .issues import IssueLog
from .maps import Json, fhir_maps, system
from .statuses import tell_status

METHOD: Final = "urn:laennec:method:"
_PLAIN: Final = ("fasting_hours", "confirmed_by", "device")
_DATE_LENGTH: Final = len("2026-11-03")


@dataclass(frozen=True, slots=True)
class Specimens:
    """The specimens of a Bundle, by the references that mean them."""

    entries: Mapping[str, Entry]

    def of(self, observation: Entry) -> Mapping[str, Any]:
        """Return the specimen of an Observation, empty where it names none."""
        address = text(obj(observation.resource.get("specimen")).get("reference"))
        if address.startswith("#"):
            inner = objects(observation.resource.get("contained"))
            return next((one for one in inner if f"#{text(one.get('id'))}" == address), {})
        found = self.entries.get(address)
        return {} if found is None else found.resource


@cache
def _qualifiers() -> tuple[str, ...]:
    return (*load_vocabulary().methods, *_PLAIN)


def is_usable(entry: Entry, log: IssueLog) -> bool:
    """Say whether the status of an Observation lets it be read; one that does not is told."""
    status = text(entry.resource.get("status"))
    if status in fhir_maps()["status"]["observation"]:
        return True
    tell_status(entry, status, log)
    return False


def read_observation(
    entry: Entry, specimens: Specimens, offset: str, log: IssueLog
) -> Iterator[tuple[Json, str]]:
    """Return the measurements of an Observation, each with its place.

    Parameters
    ----------
    entry : an Observation that may be read
    specimens : of the Bundle
    offset : time zone of the visit, for a date without a time
    log : of the Bundle
    """
    if entry.resource.get("note"):
        log.keep("note", "remark_not_read", f"{entry.path}.note")
    shared = _shared(entry, specimens, offset, log)
    parts = objects(entry.resource.get("component"))
    has_value = any(key.startswith("value") for key in entry.resource)
    if has_value or not (parts or entry.resource.get("hasMember")):
        yield from _measured(entry.resource, entry.path, shared, log)
    for index, part in enumerate(parts):
        yield from _measured(part, f"{entry.path}.component[{index}]", shared, log)


def _measured(
    part: Mapping[str, Any], path: str, shared: Json, log: IssueLog
) -> Iterator[tuple[Json, str]]:
    if "dataAbsentReason" in part:
        words = ("a result that is said to be absent", "there is nothing to read", "Measure it")
        log.add("data_absent", words, path, severity="information")
        return
    code = _code(part, path, log)
    if sum(key.startswith("value") for key in part) > 1:
        log.keep("refused_item", "values_several", path)
    elif code is not None:
        yield {**shared, **_extensions(part), "code": code, **_value(part, path, log)}, path


def _shared(entry: Entry, specimens: Specimens, offset: str, log: IssueLog) -> Json:
    """Return what all values of an Observation share: when, on which arm, from which specimen."""
    at = _moment(entry, offset, log)
    said = {
        "at": at,
        "site": _mapped(entry.resource.get("bodySite"), "body_site", entry.path, log),
        **_specimen(specimens.of(entry), entry.path, log),
        **_extensions(entry.resource),
    }
    return {key: value for key, value in said.items() if value is not None}


def _extensions(part: Mapping[str, Any]) -> Json:
    """Return the house's own qualifiers; any other extension may be left unread."""
    found: Json = {}
    for extension in objects(part.get("extension")):
        name = text(extension.get("url")).removeprefix(METHOD)
        values = [v for key, v in extension.items() if key.startswith("value")]
        if name in _qualifiers() and len(values) == 1:
            found[name] = str(values[0])
    return found


def _mapped(concept: object, table: str, path: str, log: IssueLog) -> str | None:
    """Return the local code of a CodeableConcept by a map; what it does not know is told."""
    if concept is None:
        return None
    rows = fhir_maps()[table]
    found = {rows[s][c] for s, c in codings(concept) if c in rows.get(s, {}) and s != "source"}
    if len(found) == 1:
        return str(found.pop())
    words = (
        f"{'two readings' if found else 'no known code'} of {table.replace('_', ' ')}",
        "which is meant is not guessed",
        f"Send one of the codes of the map {table}",
    )
    log.add(f"{table}_unknown", words, path)
    return "unknown" if table == "body_site" else None


def _specimen(specimen: Mapping[str, Any], path: str, log: IssueLog) -> Json:
    if not specimen:
        return {}
    found: Json = {"specimen": _mapped(specimen.get("type"), "specimen", path, log)}
    table, collection = fhir_maps()["fasting"], obj(specimen.get("collection"))
    duration = obj(collection.get("fastingStatusDuration"))
    if duration:
        unit = text(duration.get("code"))
        found["fasting_hours"] = str(duration.get("value")) if unit == "h" else f"? {shown(unit)}"
    for _, code in codings(collection.get("fastingStatusCodeableConcept")):
        if code in table["hours"]:
            found["fasting_hours"] = table["hours"][code]
        elif code in table["no_hours"]:
            words = (
                "a fast whose hours are not said",
                "a fasting value needs them, and none are invented",
                "Send fastingStatusDuration in h, or the LOINC code of the fasting test",
            )
            log.add("fasting_without_hours", words, path, severity="warning")
    return found


def _moment(entry: Entry, offset: str, log: IssueLog) -> str | None:
    """Return when it was measured; a date alone is read as the first moment of that day."""
    resource = entry.resource
    period = obj(resource.get("effectivePeriod"))
    said = (
        resource.get("effectiveDateTime") or resource.get("effectiveInstant") or period.get("start")
    )
    moment = text(said)
    if not moment:
        words = ("a result without a time", "it is taken as measured at the visit",
                 "Send effectiveDateTime")  # fmt: skip
        log.add("time_missing", words, entry.path, severity="warning")
        return None
    return f"{moment}T00:00:00{offset}" if len(moment) == _DATE_LENGTH else moment


def offset_of(performed_at: str) -> str:
    """Return the time zone of a moment as it is written.

    >>> offset_of("2026-11-03T09:20:00+01:00"), offset_of("2026-11-03T08:20:00Z")
    ('+01:00', '+00:00')
    """
    try:
        zone = datetime.fromisoformat(performed_at).strftime("%z")
    except ValueError:
        zone = ""
    return f"{zone[:3]}:{zone[3:5]}" if zone else "+00:00"


def _code(part: Mapping[str, Any], path: str, log: IssueLog) -> str | Json | None:
    """Return the code that the vocabulary knows, else the first as it came, to be refused.

    None where there are codes of two measurements.
    """
    given = codings(part.get("code"))
    vocabulary = load_vocabulary()
    loinc = [c for s, c in given if s == system("loinc") and c in vocabulary.loinc]
    local = [c for s, c in given if s == system("measurement") and c in vocabulary.items]
    items = {vocabulary.loinc[c]["item"] for c in loinc} | set(local)
    if len(items) > 1:
        log.keep("refused_record", "codes_disagree", f"{path}.code", items=", ".join(sorted(items)))
        return None
    if loinc:
        return {"system": system("loinc"), "code": loinc[0]}
    if local:
        return local[0]
    first = given[0] if given else ("", "")
    return {"system": first[0], "code": first[1]}


def _value(part: Mapping[str, Any], path: str, log: IssueLog) -> Json:
    quantity = part.get("valueQuantity")
    if not isinstance(quantity, Mapping):
        others = [v for key, v in part.items() if key.startswith("value")]
        return {"value": shown(others[0]) if others else None}
    value = quantity.get("value")
    said: Json = {"value": None if value is None else str(value)}
    if quantity.get("comparator") is not None:
        said["comparator"] = str(quantity["comparator"])
    if text(quantity.get("system")) == system("ucum"):
        said["unit"] = quantity.get("code")
    elif quantity.get("unit") or quantity.get("code"):
        words = (
            f"the unit {shown(quantity.get('unit') or quantity.get('code'))!r} in words only",
            "a unit counts as UCUM code, and none is guessed",
            f"Send system {system('ucum')} and its code",
        )
        log.add("unit_not_ucum", words, f"{path}.valueQuantity")
    return said
