"""Measurements inside other resources and members of a panel: none vanishes (hazard H1)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal

from ...engine.intake.problems import shown
from .entries import Entry, obj, objects, text
from .issue_codes import KeptCode
from .issues import IssueLog
from .maps import fhir_maps
from .references import means

OBSERVATION: Final = "Observation"
_SPECIMEN: Final = "Specimen"
_ENCOUNTER: Final = "Encounter"
_OF_CONTAINER: Final = ("subject", "encounter", "focus")
_POINTS_TO: Final[Mapping[str, tuple[Literal["refused_item", "note"], KeptCode]]] = {
    "hasMember": ("refused_item", "member_not_received"),
    "derivedFrom": ("note", "source_not_received"),
}


def with_contained(entries: Sequence[Entry]) -> list[Entry]:
    """Return the resources of a Bundle and the Observations that are contained in one of them.

    Subject, visit and focus of a contained one are those of its container where it names none, and
    it may name a specimen of its container. What is contained in a resource that was taken back was
    taken back with it; a visit that was taken back keeps its own, as the urgent rules read them.

    Parameters
    ----------
    entries : the resources of a Bundle
    """
    return [*entries, *(one for entry in entries for one in _contained(entry))]


def _contained(entry: Entry) -> Iterator[Entry]:
    is_back = entry.resource.get("status") in fhir_maps()["status"]["taken_back"]
    if is_back and entry.kind != _ENCOUNTER:
        return
    parts = objects(entry.resource.get("contained"))
    shared = {key: entry.resource[key] for key in _OF_CONTAINER if key in entry.resource}
    specimens = [one for one in parts if text(one.get("resourceType")) == _SPECIMEN]
    for index, part in enumerate(parts):
        if text(part.get("resourceType")) == OBSERVATION:
            own = {key: value for key, value in part.items() if key != "id"}
            where = f"{entry.path}.contained[{index}]"
            yield Entry({**shared, "contained": specimens, **own}, "", where)


def tell_contained(entries: Sequence[Entry], log: IssueLog) -> None:
    """Tell of every contained resource that is not read: answers or a report may stand there.

    Parameters
    ----------
    entries : the resources of a Bundle
    log : of the Bundle
    """
    known = {OBSERVATION, _SPECIMEN, *fhir_maps()["contained"]["not_told"]}
    for entry in entries:
        for index, part in enumerate(objects(entry.resource.get("contained"))):
            kind = text(part.get("resourceType"))
            if kind not in known:
                where = f"{entry.path}.contained[{index}]"
                log.keep("note", "resource_not_read", where, kind=shown(kind))


def tell_members(observation: Entry, entries: Sequence[Entry], log: IssueLog) -> None:
    """Tell of every member of a panel, and every source of a value, that did not arrive.

    Parameters
    ----------
    observation : one that is read
    entries : the resources of the Bundle
    log : of the Bundle
    """
    inner = objects(observation.resource.get("contained"))
    local = {f"#{text(one.get('id'))}" for one in inner}
    for key, (severity, code) in _POINTS_TO.items():
        for index, named in enumerate(objects(observation.resource.get(key))):
            if not _is_here(named, local, entries):
                log.keep(severity, code, f"{observation.path}.{key}[{index}]")


def _is_here(reference: Mapping[str, Any], local: set[str], entries: Sequence[Entry]) -> bool:
    if text(obj(reference).get("reference")) in local:
        return True
    return any(means(reference, entry) for entry in entries)
