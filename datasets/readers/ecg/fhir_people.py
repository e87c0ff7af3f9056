"""Whom an Observation of FHIR is about: its subject, and the Patient that the document carries.

Source: HL7 FHIR R4, https://hl7.org/fhir/R4/references.html: a subject is named by an address in
the Bundle, by a contained resource, by an address elsewhere, or by an identifier.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from .births import birth_of
from .fhir_json import Json, items, text_of_json
from .recording import Sex, sex_of

_KIND: Final = "Patient"
_CONTAINED: Final = "#"
_OWN_NUMBERS: Final = {"PI", "MR"}  # of HL7 table 0203: the number of the software or the hospital


@dataclass(frozen=True, slots=True)
class FhirPerson:
    """What a document says of one person; nothing of it is printed.

    ``numbers`` are the person's own number first, then identifiers and the logical id.
    """

    numbers: tuple[str, ...] = field(default=(), repr=False)
    sex: Sex | None = field(default=None, repr=False)
    birth_date: date | None = field(default=None, repr=False)
    born_in: tuple[int, int | None] | None = field(default=None, repr=False)


def patients_in(document: Json) -> dict[str, Json]:
    """Return the Patients of a Bundle, by each address under which an entry may refer to them."""
    found: dict[str, Json] = {}
    for place, entry in enumerate(items(document, "entry")):
        resource = entry.get("resource")
        if not isinstance(resource, dict):
            continue
        if resource.get("resourceType") == "Bundle":
            found |= patients_in(resource)
        elif resource.get("resourceType") == _KIND:
            own, url = text_of_json(resource.get("id")), text_of_json(entry.get("fullUrl"))
            found[url or f"entry {place}"] = resource
            if own:
                found[f"{_KIND}/{own}"] = resource
    return found


def person_of(observation: Json, patients: dict[str, Json]) -> FhirPerson:
    """Return what is said of the subject of an Observation."""
    subject = observation.get("subject")
    subject = subject if isinstance(subject, dict) else {}
    address, identifier = text_of_json(subject.get("reference")), subject.get("identifier")
    named = _values([identifier] if isinstance(identifier, dict) else [])
    is_contained = address.startswith(_CONTAINED)
    patient = _patient(observation, address, patients)
    if patient is None:
        return FhirPerson(_distinct(*named, "" if is_contained else address.rpartition("/")[2]))
    person = _described(patient, has_own_id=not is_contained)
    return replace(person, numbers=_distinct(*person.numbers, *named))


def people_of(persons: Sequence[FhirPerson], patients: dict[str, Json]) -> list[tuple[int, int]]:
    """Return one key for everybody whom a document tells apart.

    Parameters
    ----------
    persons : the subjects of its ECGs
    patients : of its Bundle; two that share a number are one, unless sex or birth date differ
    """
    bundled = [_described(patient) for patient in patients.values()]
    groups: list[list[FhirPerson]] = []
    for person in (*bundled, *persons):
        if person == FhirPerson():
            continue
        same = [g for g in groups if any(_is_same(person, other) for other in g)]
        groups = [g for g in groups if g not in same]
        groups.append([person, *(one for g in same for one in g)])
    return [(k, n) for k, group in enumerate(groups) for n in range(_contradicting(group))]


def _is_same(one: FhirPerson, other: FhirPerson) -> bool:
    return one == other or bool(set(one.numbers) & set(other.numbers))


def _contradicting(group: Sequence[FhirPerson]) -> int:
    """Return how many people one number stands for: 1 where nothing contradicts."""
    births = {one.birth_date for one in group if one.birth_date}
    sexes = {one.sex for one in group} - {None}
    years = {day.year for day in births} | {one.born_in[0] for one in group if one.born_in}
    return max(1, len(births), len(sexes), len(years))


def _described(patient: Json, *, has_own_id: bool = True) -> FhirPerson:
    identifiers = items(patient, "identifier")
    own = _values([one for one in identifiers if _OWN_NUMBERS & _codes(one)])
    logical = text_of_json(patient.get("id")) if has_own_id else ""
    return FhirPerson(
        _distinct(own[0] if len(own) == 1 else "", logical, *_values(identifiers)),
        sex_of(text_of_json(patient.get("gender"))),
        *birth_of(text_of_json(patient.get("birthDate"))),
    )


def _patient(observation: Json, address: str, patients: dict[str, Json]) -> Json | None:
    """Return the Patient that is meant; without a reference, the only one there is."""
    contained = [p for p in items(observation, "contained") if p.get("resourceType") == _KIND]
    if address.startswith(_CONTAINED):
        meant = [p for p in contained if text_of_json(p.get("id")) == address[1:]]
        return meant[0] if len(meant) == 1 else None
    if address:
        return patients.get(address) or patients.get("/".join(address.split("/")[-2:]))
    everybody = {id(patient): patient for patient in (*contained, *patients.values())}
    return next(iter(everybody.values())) if len(everybody) == 1 else None


def _codes(identifier: Json) -> set[str]:
    return {text_of_json(c.get("code")) for c in items(identifier.get("type"), "coding")}


def _values(identifiers: Sequence[Json]) -> list[str]:
    return [value for one in identifiers if (value := text_of_json(one.get("value")).strip())]


def _distinct(*numbers: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(number for number in numbers if number))
