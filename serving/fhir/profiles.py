"""What French profiles ask of a resource: told where one is claimed and not met, set where it is.

The checks are of cardinalities, codes and units that can be seen in the resource itself. No value
set is expanded and no reference is followed: this is no validator.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final

from ...engine.intake.problems import shown
from .entries import Entry, codings, obj, objects, text
from .issues import IssueLog
from .maps import system
from .national import is_qualified, national_identifiers
from .wording import Said, Words

PATIENT: Final = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient"
_OWN_USES: Final = ("usual", "old")
_INS_SEXES: Final = ("male", "female", "unknown")
Row = Mapping[str, Any]
Resource = Mapping[str, Any]


@cache
def french_profiles() -> Mapping[str, Row]:
    """Return what each profile asks, by its address."""
    said = tomllib.loads(
        files(__package__ or "").joinpath("profiles.toml").read_text(encoding="utf-8")
    )
    return {row["url"]: {"category": said["category"], **row} for row in said["profile"]}


def conforming(resource: Resource) -> list[str]:
    """Return the French profiles whose checks a resource passes.

    Parameters
    ----------
    resource : with its resource type
    """
    kind = resource.get("resourceType")
    return [
        url
        for url, row in french_profiles().items()
        if row["type"] == kind and not row.get("is_qualified") and not list(faults(resource, row))
    ]


def claimed(resource: Resource) -> list[str]:
    """Return the French profiles that a resource says it follows, without their versions."""
    said = obj(resource.get("meta")).get("profile")
    listed = said if isinstance(said, list) else []
    bare = [text(one).partition("|")[0] for one in listed]
    return [url for url in bare if url in french_profiles()]


def tell_unmet(entries: Sequence[Entry], log: IssueLog) -> None:
    """Tell of every resource that claims a French profile and does not meet it; it is read.

    Parameters
    ----------
    entries : of a Bundle
    log : of the Bundle
    """
    for entry in entries:
        for url in claimed(entry.resource):
            found = list(faults(entry.resource, french_profiles()[url]))
            if found:
                said: Words = {
                    "kind": entry.kind,
                    "profile": url.rpartition("/")[2],
                    "faults": found,
                }
                log.add("profile_not_met", f"{entry.path}.meta", said, severity="warning")


def _fault(name: str, **words: str) -> Said:
    return f"fault.{name}", words


def faults(resource: Resource, row: Row) -> Iterator[Said]:
    """Yield what a resource lacks of a profile, as sentences of this room.

    Parameters
    ----------
    resource : with its resource type
    row : of ``profiles.toml``
    """
    if resource.get("resourceType") != row["type"]:
        yield _fault("type", found=shown(resource.get("resourceType")))
    elif row["type"] == "Patient":
        yield from _patient(resource, row)
    else:
        yield from _vital_sign(resource, row)


def _vital_sign(resource: Resource, row: Row) -> Iterator[Said]:
    if not resource.get("status"):
        yield _fault("no_status")
    yield from _category(resource, row)
    if (system("loinc"), row["loinc"]) not in codings(resource.get("code")):
        yield _fault("no_loinc", code=row["loinc"])
    if not obj(resource.get("subject")):
        yield _fault("no_subject")
    ways = row.get("effective", ("effectiveDateTime", "effectivePeriod"))
    if not any(resource.get(way) for way in ways):
        yield _fault("no_effective", names=" / ".join(ways))
    yield from _values(resource, row)
    site = resource.get("bodySite")
    if site and "site" in row and row["site"] not in {s for s, _ in codings(site)}:
        yield _fault("site_system", system=row["site"])
    if resource.get("device") and not row.get("device", True):
        yield _fault("device")


def _category(resource: Resource, row: Row) -> Iterator[Said]:
    found = [
        coding
        for concept in objects(resource.get("category"))
        for coding in objects(concept.get("coding"))
        if (coding.get("system"), coding.get("code")) == (system("category"), row["category"])
    ]
    if not found:
        yield _fault("no_category", category=row["category"])
    elif "display" in row and all(one.get("display") != row["display"] for one in found):
        yield _fault("category_display", display=row["display"])


def _values(resource: Resource, row: Row) -> Iterator[Said]:
    if "components" not in row:
        yield from _quantity(resource, row)
        return
    if any(key.startswith("value") for key in resource):
        yield _fault("value_beside")
    for code in row["components"]:
        parts = [
            part
            for part in objects(resource.get("component"))
            if (system("loinc"), code) in codings(part.get("code"))
        ]
        if len(parts) != 1:
            yield _fault("components", count=str(len(parts)), code=code)
        else:
            yield from _quantity(parts[0], row)


def _quantity(part: Resource, row: Row) -> Iterator[Said]:
    """Yield what a value lacks: number, words and UCUM code of its unit; or why there is none."""
    quantity = obj(part.get("valueQuantity"))
    if not quantity:
        if not obj(part.get("dataAbsentReason")):
            yield _fault("no_quantity")
        return
    if any(quantity.get(key) in (None, "") for key in ("value", "unit")):
        yield _fault("no_value_or_unit")
    if quantity.get("system") != system("ucum") or quantity.get("code") not in row["ucum"]:
        yield _fault("unit", units=" / ".join(row["ucum"]))


def _patient(resource: Resource, row: Row) -> Iterator[Said]:
    for one in objects(resource.get("identifier")):
        is_own = "PI" in {code for _, code in codings(one.get("type"))}
        if is_own and (one.get("use") not in _OWN_USES or not one.get("system")):
            yield _fault("own_number")
    if row.get("is_qualified"):
        yield from _qualified(resource)


def _qualified(resource: Resource) -> Iterator[Said]:
    """Yield what a Patient lacks to carry a national identity."""
    if not is_qualified(resource):
        yield _fault("not_qualified")
    if len(national_identifiers(resource)) != 1:
        yield _fault("ins_count", count=str(len(national_identifiers(resource))))
    if resource.get("gender") not in _INS_SEXES:
        yield _fault("no_gender")
    if not resource.get("birthDate"):
        yield _fault("no_birth_date")
    official = [n for n in objects(resource.get("name")) if n.get("use") == "official"]
    if len(official) != 1 or not official[0].get("family") or not official[0].get("given"):
        yield _fault("no_official_name")
