"""From Observations to the measurements of a visit: codes, units and words as they were sent.

A code or a unit that the vocabulary does not know is handed on as it is: the engine's one gate
refuses it by name, and no rule of what is urgent is decided here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final, Self

from ...engine.intake.document import NumberText
from ...engine.intake.problems import shown
from ...engine.record import Problem
from ...engine.vocabulary import load_vocabulary
from .entries import Entry, codings, obj, objects, text
from .issue_codes import IssueName, KeptCode
from .issues import IssueLog
from .item_codes import codes_of, item_of
from .maps import Json, fhir_maps, system
from .moments import moment_of, offset_of, with_time
from .statuses import tell_status

METHOD: Final = "urn:laennec:method:"
_PLAIN: Final = ("fasting_hours", "confirmed_by", "device")
_NOT_ONE: Final[Mapping[str, tuple[IssueName, IssueName]]] = {
    "body_site": ("body_site_unknown", "body_site_unknown.several"),
    "specimen": ("specimen_unknown", "specimen_unknown.several"),
}
"""table of the maps -> what is told where no code of it is known, and where there are two"""


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


def _panels() -> tuple[str, ...]:
    return tuple(fhir_maps()["pressure"]["panel"])


def is_usable(entry: Entry, log: IssueLog) -> bool:
    """Say whether the status of an Observation lets it be read; one that does not is told."""
    status = text(entry.resource.get("status"))
    if status in fhir_maps()["status"]["observation"]:
        return True
    tell_status(entry, status, log)
    return False


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement of a visit, as an Observation says it.

    Parameters
    ----------
    said : in the form of the visit
    path : FHIRPath of its place
    doubts : why it may not be used; the urgent rules read it all the same
    """

    said: Json
    path: str
    doubts: tuple[KeptCode, ...] = ()

    def doubted(self, code: KeptCode) -> Self:
        """Return it with one more doubt."""
        return replace(self, doubts=(*self.doubts, code))

    def problems(self, index: int) -> Iterator[Problem]:
        """Yield what the report says of its doubts.

        Parameters
        ----------
        index : of the measurement in the visit
        """
        item = item_of(self.said["code"])
        for code in self.doubts if item else ():
            yield Problem(0, "refused_item", code, f"$.measurements[{index}]", item)


def read_observation(
    entry: Entry, specimens: Specimens, performed_at: str, log: IssueLog
) -> Iterator[Measured]:
    """Return the measurements of an Observation.

    Parameters
    ----------
    entry : an Observation that may be read
    specimens : of the Bundle
    performed_at : moment of the visit
    log : of the Bundle
    """
    if entry.resource.get("note"):
        log.keep("note", "remark_not_read", f"{entry.path}.note")
    shared = _shared(entry, specimens, performed_at, log)
    parts = objects(entry.resource.get("component"))
    has_value = any(key.startswith("value") for key in entry.resource)
    is_panel = {c for _, c in codings(entry.resource.get("code"))} & set(_panels())
    if has_value and parts and is_panel:
        log.add("panel_with_value", entry.path)
    if has_value or not (parts or entry.resource.get("hasMember")):
        yield from _measured(entry.resource, entry.path, shared, log)
    for index, part in enumerate(parts):
        yield from _measured(part, f"{entry.path}.component[{index}]", shared, log)


def _measured(
    part: Mapping[str, Any], path: str, shared: Json, log: IssueLog
) -> Iterator[Measured]:
    """Yield what was measured; a value with codes of two meanings as each of them, in doubt."""
    is_absent = "dataAbsentReason" in part
    if is_absent and not _given(part):
        log.add("data_absent", path, severity="information")
        return
    value = {**shared, **_extensions(part), **_value(part, path, log)}
    codes = codes_of(part, path, log)
    doubts: tuple[KeptCode, ...] = ("value_said_absent",) if is_absent else ()
    doubts += ("code_doubtful",) if len(codes) > 1 else ()
    for code in codes:
        yield Measured({**value, "code": code}, path, doubts)


def _shared(entry: Entry, specimens: Specimens, performed_at: str, log: IssueLog) -> Json:
    """Return what all values of an Observation share: when, on which arm, from which specimen."""
    at = with_time(moment_of(entry, performed_at, log), offset_of(performed_at))
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
    none, several = _NOT_ONE[table]
    log.add(several if found else none, path)
    return "unknown" if table == "body_site" else None


def _specimen(specimen: Mapping[str, Any], path: str, log: IssueLog) -> Json:
    if not specimen:
        return {}
    found: Json = {"specimen": _mapped(specimen.get("type"), "specimen", path, log)}
    table, collection = fhir_maps()["fasting"], obj(specimen.get("collection"))
    duration = obj(collection.get("fastingStatusDuration"))
    if duration:
        found["fasting_hours"] = _hours(duration)
    for _, code in codings(collection.get("fastingStatusCodeableConcept")):
        if code in table["hours"]:
            found["fasting_hours"] = table["hours"][code]
        elif code in table["no_hours"]:
            log.add("fasting_without_hours", path, severity="warning")
    return found


def _hours(duration: Mapping[str, Any]) -> str:
    """Return a fast in hours; another unit stays beside its number, and the engine refuses it."""
    unit, value = text(duration.get("code")), str(duration.get("value"))
    return value if unit == "h" else shown(f"{value} {unit or '?'}")


def _value(part: Mapping[str, Any], path: str, log: IssueLog) -> Json:
    """Return the value of a part; one that may not be used goes on as words.

    The engine refuses words, and its urgent rules read what they may mean (clinical decision 1).
    """
    quantity, said = part.get("valueQuantity"), _given(part)
    if len(said) > 1:
        log.keep("refused_item", "values_several", path)
    if not isinstance(quantity, Mapping):
        return {"value": shown(" / ".join(map(_words, said.values()))) if said else None}
    value = quantity.get("value")
    number = None if value is None else str(value)
    if not isinstance(value, NumberText | int | float | None) or isinstance(value, bool):
        log.add("value_not_number", f"{path}.valueQuantity.value")
        number = f'"{shown(value)}"'
    if len(said) > 1:
        number = " / ".join(_words(one) for one in (number, *_others(said)))
    return {"value": number, **_comparator(quantity), **_unit(quantity, path, log)}


def _given(part: Mapping[str, Any]) -> Json:
    """Return every value[x] of a part."""
    return {key: value for key, value in part.items() if key.startswith("value")}


def _words(value: object) -> str:
    """Return what a value says, without the names of its elements and the addresses of its codes.

    >>> _words({"low": {"value": 480, "unit": "mg/dL"}, "high": {"value": 600, "unit": "mg/dL"}})
    '480 mg/dL 600 mg/dL'
    """
    if isinstance(value, Mapping):
        inner = [_words(one) for key, one in value.items() if key != "system"]
        return " ".join(dict.fromkeys(inner))
    return " ".join(map(_words, value)) if isinstance(value, list) else shown(value)


def _others(said: Mapping[str, Any]) -> Iterator[object]:
    return (value for key, value in said.items() if key != "valueQuantity")


def _comparator(quantity: Mapping[str, Any]) -> Json:
    given = quantity.get("comparator")
    return {} if given is None else {"comparator": str(given)}


def _unit(quantity: Mapping[str, Any], path: str, log: IssueLog) -> Json:
    """Return the UCUM code of a unit; a unit in words only is told and not handed on."""
    if text(quantity.get("system")) == system("ucum"):
        return {"unit": quantity.get("code")}
    if quantity.get("unit") or quantity.get("code"):
        unit = shown(quantity.get("unit") or quantity.get("code"))
        words = {"found": unit, "system": system("ucum")}
        log.add("unit_not_ucum", f"{path}.valueQuantity", words)
    return {}
