"""The national identity of a document: given at the export, qualified, kept nowhere."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ...engine.errors import NotPermitted
from ...engine.intake.document import load_document
from ..fhir.entries import objects, text
from ..fhir.identity import person_number
from ..fhir.national import is_qualified, national_identifiers
from ..fhir.periods import is_in_period
from ..fhir.validity import not_valid
from .agreement import disagreements
from .settings import document_settings

_OWN_NAMES: Final = frozenset({"official", "usual", "maiden"})
"""Uses of a FHIR name under which a document may leave; the name at birth is that of an INS."""


class IdentityNotQualified(NotPermitted):
    """A document was asked for under an identity that may not carry it."""

    code = "identity_not_qualified"


@dataclass(frozen=True, slots=True)
class QualifiedIdentity:
    """Who a document is about.

    Parameters
    ----------
    root, number : the national identity (INS): its authority and the number
    family, given : names
    birth_date : ISO text
    gender : M or F
    """

    root: str
    number: str = field(repr=False)
    family: str = field(repr=False)
    given: tuple[str, ...] = field(repr=False)
    birth_date: str = field(repr=False)
    gender: str = field(repr=False)


def read_identity(
    patient: bytes, person_id: str, report: Mapping[str, Any] | None = None
) -> QualifiedIdentity:
    """Return the identity of a report's person from a FHIR Patient.

    Parameters
    ----------
    patient : a FHIR R4 Patient, as FR Core writes one with a qualified identity
    person_id : of the report; the Patient must have it as its own number
    report : age and sex of the report and the day of its visit, as `disagreements` compares them;
        ``today`` is the day on which a name or a number must still hold

    Raises
    ------
    RecordError : no JSON object
    IdentityNotQualified : another person, one whose record may not be used, no qualified identity,
        no INS, a trait is missing, or number, birth date and sex do not agree with each other or
        with the report
    """
    said, known_of = load_document(patient), report or {}
    today = str(known_of.get("today", ""))
    if said.get("resourceType") != "Patient" or person_number(said) != person_id:
        raise _refused("a Patient that is not the person of the report", "hazard H2 and H22")
    for found in not_valid(said, str(known_of.get("day", ""))):
        raise _refused(found, "it may be the record of another person")
    if not is_qualified(said):
        raise _refused("an identity that is not said to be qualified", "an INS needs one")
    known = document_settings()["oid"]["ins"]
    listed = national_identifiers(said, today)
    numbers = [(known[authority], number) for authority, number in listed if authority in known]
    if len(numbers) != 1:
        found = f"{len(numbers)} national identities in use"
        raise _refused(found, "a document has exactly one")
    identity = QualifiedIdentity(*numbers[0], **_traits(said, today))
    differs = disagreements(identity.number, identity.birth_date, identity.gender, known_of)
    found = "; ".join(differs)
    if found:
        raise _refused(f"an identity with {found}", "it may be that of another person")
    return identity


def _traits(said: Mapping[str, Any], today: str) -> dict[str, Any]:
    names = [
        name
        for name in objects(said.get("name"))
        if ("use" not in name or text(name["use"]) in _OWN_NAMES) and is_in_period(name, today)
    ]
    if not names:
        raise _refused("no name in use", "an old name, a nickname or a false one is not theirs")
    name = next((n for n in names if n.get("use") == "official"), names[0] if names else {})
    listed = name.get("given")
    given = tuple(text(one) for one in listed if text(one)) if isinstance(listed, list) else ()
    gender = {"male": "M", "female": "F"}.get(text(said.get("gender")), "")
    traits = (text(name.get("family")), given, text(said.get("birthDate")), gender)
    if not all(traits):
        raise _refused("an identity without a name, a birth date or a sex", "all four are needed")
    if any(unicodedata.category(sign)[0] == "C" for one in (traits[0], *given) for sign in one):
        raise _refused("a name with a sign that can't be printed", "it would read as another one")
    return dict(zip(("family", "given", "birth_date", "gender"), traits, strict=True))


def _refused(found: str, why: str) -> IdentityNotQualified:
    return IdentityNotQualified(
        found=found,
        why=f"a document under the wrong identity can't be called back ({why})",
        remedy="Qualify the identity with the teleservice INSi, and give its FHIR Patient",
        path="identity",
    )
