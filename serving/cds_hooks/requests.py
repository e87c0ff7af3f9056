"""A call of a service: its form, whose it is, and the visit that its prefetch holds."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ...engine.errors import RecordError
from ...engine.intake.document import load_document
from ...engine.record import Problem
from ..fhir.completeness import is_cut
from ..fhir.entries import Entry, obj, text
from .arrived import not_arrived
from .services import Json, service_of

_KEYS: Final = frozenset(
    {"hook", "hookInstance", "context", "prefetch", "fhirServer", "fhirAuthorization", "extension"}
)
_MOST_INSTANCE: Final = 100
_ENCOUNTER: Final = "Encounter"


class CallUnreadable(RecordError):
    """A call that does not have the form of its service."""

    code = "request_unreadable"


class PrefetchMissing(RecordError):
    """A call without the data that its service needs; no other server is ever asked for them."""

    code = "prefetch_missing"


@dataclass(frozen=True, slots=True)
class HookCall:
    """One call.

    Parameters
    ----------
    service_id : which service
    instance : ``hookInstance``; the same one again is the same call
    patient_id : the person whose record is open
    prefetch : what the caller sent along, by key
    open_visit : the Encounter of the context, of which only the names are known; None without one
    problems : what of it did not arrive
    """

    service_id: str
    instance: str
    patient_id: str
    prefetch: Mapping[str, Any]
    open_visit: Entry | None = None
    problems: tuple[Problem, ...] = ()

    def bundle(self) -> Json:
        """Return the prefetched resources as one Bundle, which goes on where one of them did.

        Where no Encounter came its number is that of the open visit, so that the report names it.
        """
        bundle: Json = {"resourceType": "Bundle", "type": "collection"}
        if self.open_visit is not None:
            bundle["identifier"] = {"value": self.open_visit.resource["id"]}
        if any(is_cut(obj(given)) for given in self.prefetch.values()):
            bundle |= {"type": "searchset", "link": [{"relation": "next"}]}
        return {**bundle, "entry": list(_entries(self.prefetch))}


def read_call(service_id: str, body: bytes) -> HookCall:
    """Read a call of a service.

    Parameters
    ----------
    service_id : from the address
    body : JSON

    Raises
    ------
    NoSuchService : it is not offered
    CallUnreadable : another hook, no instance, no patient, or a key that the specification lacks
    PrefetchMissing : without what the service needs; nothing is fetched from anywhere
    """
    service, said = service_of(service_id), load_document(body)
    _check(said, service)
    given = obj(said.get("prefetch"))
    prefetch = {k: v for k, v in given.items() if isinstance(v, Mapping)}
    missing = [name for name in service["required"] if name not in prefetch]
    if missing:
        raise PrefetchMissing(
            found=f"a call without the prefetch {', '.join(missing)}",
            why="the service needs it, and no server is called from here; nothing was screened",
            remedy="Look at the visit without waiting; send the prefetch of GET /cds-services",
            path="prefetch",
        )
    patient_id = text(obj(said["context"]).get("patientId"))
    _check_patient(patient_id, obj(prefetch["patient"]))
    open_visit = _open_visit(said)
    _check_encounters(open_visit, prefetch)
    problems = tuple(not_arrived(service["prefetch"], given))
    instance = text(said["hookInstance"])
    return HookCall(service_id, instance, patient_id, prefetch, open_visit, problems)


def _entries(prefetch: Mapping[str, Any]) -> Iterator[object]:
    for given in prefetch.values():
        kind = obj(given).get("resourceType")
        if kind == "Bundle":
            entries = given.get("entry")
            yield from entries if isinstance(entries, list) else ()
        elif kind:
            yield {"resource": given}


def _open_visit(said: Mapping[str, Any]) -> Entry | None:
    """Return the Encounter that the context names, under its address on the caller's server."""
    number, server = text(obj(said["context"]).get("encounterId")), text(said.get("fhirServer"))
    if not number:
        return None
    address = f"{server.rstrip('/')}/{_ENCOUNTER}/{number}" if server else ""
    return Entry({"resourceType": _ENCOUNTER, "id": number}, address, "context.encounterId")


def _check(said: Mapping[str, Any], service: Mapping[str, Any]) -> None:
    context = obj(said.get("context"))
    problems = {
        f"the hook {text(said.get('hook'))[:40]!r}": said.get("hook") != service["hook"],
        "no hookInstance that is a UUID": not _is_uuid(text(said.get("hookInstance"))),
        "a key that CDS Hooks does not know": bool(set(said) - _KEYS),
    } | {f"no context.{key}": not text(context.get(key)) for key in service["context"]}
    found = [words for words, is_wrong in problems.items() if is_wrong]
    if found:
        raise CallUnreadable(
            found=f"a call with {'; '.join(found)}",
            why="what is asked can't be told",
            remedy=f"Call the hook {service['hook']} as CDS Hooks 2.0 has it",
            path="hook",
        )


def _is_uuid(value: str) -> bool:
    try:
        return bool(uuid.UUID(value)) and len(value) <= _MOST_INSTANCE
    except ValueError:
        return False


def _check_patient(patient_id: str, patient: Mapping[str, Any]) -> None:
    """Refuse a call whose open record is not that of its prefetch (hazard H2)."""
    if text(patient.get("id")) != patient_id:
        raise CallUnreadable(
            found="a prefetch of another person than the open record",
            why="the card would speak of somebody else",
            remedy="Send the Patient of context.patientId",
            path="prefetch.patient",
        )


def _check_encounters(open_visit: Entry | None, prefetch: Mapping[str, Any]) -> None:
    """Refuse a call whose open visit is not that of its prefetch, wherever it stands (H2)."""
    sent = (obj(obj(entry).get("resource")) for entry in _entries(prefetch))
    own = {text(one.get("id")) for one in sent if one.get("resourceType") == _ENCOUNTER} - {""}
    if open_visit is not None and own - {open_visit.resource["id"]}:
        raise CallUnreadable(
            found="a prefetch of another visit than the open one",
            why="the card would speak of another day",
            remedy="Send the Encounter of context.encounterId",
            path="prefetch.encounter",
        )
