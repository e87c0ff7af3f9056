"""The resources of a Bundle with their places, as plain dictionaries that are read with care."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ...engine.intake.document import load_document
from ...engine.intake.problems import shown
from .issues import IssueLog
from .maps import Json, fhir_maps

_MOST_ENTRIES: Final = 2000
_CHANGES_MEANING: Final = ("modifierExtension", "implicitRules")
_HALF: Final = re.compile("[\ud800-\udfff]")
_NO_SIGN: Final = "\ue000"
"""For private use: UTF-8 has it, and no identifier of a visit or person is taken with it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One resource of a Bundle.

    Parameters
    ----------
    resource : as it was sent
    full_url : under which others refer to it
    path : FHIRPath of the resource
    """

    resource: Mapping[str, Any]
    full_url: str
    path: str

    @property
    def kind(self) -> str:
        """Its resource type."""
        return text(self.resource.get("resourceType"))

    @property
    def names(self) -> frozenset[str]:
        """Return the references that mean it."""
        own = text(self.resource.get("id"))
        return frozenset(n for n in (self.full_url, f"{self.kind}/{own}" if own else "") if n)


def text(value: object) -> str:
    """Return a text, empty where there is none.

    Half a character (a lone surrogate) can't be written as UTF-8. It becomes a sign that no
    identifier may have: as a printable one it would make two identifiers the same.
    """
    return _HALF.sub(_NO_SIGN, value) if isinstance(value, str) else ""


def obj(value: object) -> Mapping[str, Any]:
    """Return an object, empty where there is none."""
    return value if isinstance(value, Mapping) else {}


def objects(value: object) -> list[Mapping[str, Any]]:
    """Return the objects of a list, none where there is no list."""
    return [v for v in value if isinstance(v, Mapping)] if isinstance(value, list) else []


def codings(concept: object) -> list[tuple[str, str]]:
    """Return the (system, code) pairs of a CodeableConcept."""
    return [
        (text(c.get("system")), text(c.get("code"))) for c in objects(obj(concept).get("coding"))
    ]


def read_entries(document: bytes | Mapping[str, Any], log: IssueLog) -> tuple[Json, list[Entry]]:
    """Return a Bundle and its resources; what is no Bundle is refused in the log.

    Raises
    ------
    RecordError : no JSON object, not UTF-8, a key twice, or too large
    BundleRefused : no Bundle
    """
    whole = load_document(document)
    _require_shallow(whole, log)
    bundle = _unwrapped(whole)
    _refuse_changed(whole, bundle, log)
    kind = text(bundle.get("type"))
    if bundle.get("resourceType") != "Bundle":
        log.refuse("not_a_bundle", "Bundle", {"found": shown(bundle.get("resourceType"))})
        log.require()
    if kind not in fhir_maps()["bundle"]["types"]:
        types = ", ".join(fhir_maps()["bundle"]["types"])
        log.refuse("bundle_type", "Bundle.type", {"found": shown(kind), "types": types})
    given = bundle.get("entry")
    if not isinstance(given, list) or len(given) > _MOST_ENTRIES:
        log.refuse("bundle_entries", "Bundle.entry", {"limit": str(_MOST_ENTRIES)})
        log.require()
    entries = list(_entries(given, log))
    _require_one_each(entries, log)
    return dict(bundle), entries


def _require_shallow(document: Mapping[str, Any], log: IssueLog) -> None:
    """Refuse what stands deeper than any resource: reading it would exhaust the stack."""
    limit = int(fhir_maps()["bundle"]["deepest"])
    level: list[Mapping[str, Any] | list[Any]] = [document]
    for _ in range(limit):
        inner = [list(one.values()) if isinstance(one, Mapping) else one for one in level]
        level = [one for many in inner for one in many if isinstance(one, Mapping | list)]
        if not level:
            return
    log.refuse("bundle_too_deep", "Bundle", {"limit": str(limit)})
    log.require()


def _unwrapped(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the Bundle of a Parameters resource that carries one, as operations may be called."""
    if document.get("resourceType") != "Parameters":
        return document
    inner = [p.get("resource") for p in objects(document.get("parameter"))]
    bundles = [r for r in inner if isinstance(r, Mapping) and r.get("resourceType") == "Bundle"]
    return bundles[0] if len(bundles) == 1 else document


def _entries(given: object, log: IssueLog) -> Iterator[Entry]:
    for index, entry in enumerate(given if isinstance(given, list) else ()):
        path = f"Bundle.entry[{index}].resource"
        resource = obj(entry).get("resource")
        if not isinstance(resource, Mapping) or not text(resource.get("resourceType")):
            log.refuse("entry_without_resource", f"Bundle.entry[{index}]")
            continue
        _refuse_entry(obj(entry), path, log)
        yield Entry(resource, text(obj(entry).get("fullUrl")), path)


def _refuse_changed(whole: Mapping[str, Any], bundle: Mapping[str, Any], log: IssueLog) -> None:
    """Refuse what changes the meaning of a Bundle, or of the Parameters around it."""
    around = whole if whole is not bundle else {}
    parts = [{key: value for key, value in bundle.items() if key != "entry"}]
    parts += [{key: value for key, value in around.items() if key != "parameter"}]
    parts += [
        {key: value for key, value in one.items() if key != "resource"}
        for one in objects(around.get("parameter"))
    ]
    for part in parts:
        _refuse_meaning(part, "Bundle", log)


def _refuse_entry(entry: Mapping[str, Any], path: str, log: IssueLog) -> None:
    """Refuse an entry that says more than its resource: another meaning, or a wish to a server."""
    beside = {key: value for key, value in entry.items() if key != "resource"}
    _refuse_meaning(entry["resource"], path, log)
    _refuse_meaning(beside, path.removesuffix(".resource"), log)
    if "request" in entry:
        log.refuse("entry_with_request", f"{path.removesuffix('resource')}request")


def _refuse_meaning(value: object, path: str, log: IssueLog) -> None:
    for name in changed_elements(value):
        log.refuse("meaning_changed", path, {"element": name})


def changed_elements(value: object) -> tuple[str, ...]:
    """Return which elements stand in a resource that may change what it means."""
    return tuple(name for name in _CHANGES_MEANING if _holds(value, name))


def _holds(value: object, name: str) -> bool:
    """Say whether an element of that name stands anywhere in a resource."""
    if isinstance(value, Mapping):
        return bool(value.get(name)) or any(_holds(v, name) for v in value.values())
    return isinstance(value, list) and any(_holds(v, name) for v in value)


def _require_one_each(entries: list[Entry], log: IssueLog) -> None:
    seen: set[str] = set()
    for entry in entries:
        if seen & entry.names:
            log.refuse("resource_twice", entry.path)
        seen |= entry.names
