"""Whose Bundle it is: one Patient, and every part of it says so (hazard H2).

Nothing is matched approximately. A part that names another person, or nobody, refuses the whole
Bundle: it is not known which of the two was meant.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ...engine.intake.person import with_plain_spaces
from .entries import Entry, codings, obj, objects, text
from .issues import IssueLog, IssueSeverity
from .maps import Json, fhir_maps
from .national import tell_national

_OWN_NUMBERS: Final = frozenset({"PI", "MR"})
_MUST_NAME: Final = frozenset(
    {"Observation", "QuestionnaireResponse", "DocumentReference", "Encounter", "Specimen"}
)
_WHO: Final = ("subject", "patient")
_MEND: Final = "Send one Bundle for one person, whose every resource refers to its Patient"


@dataclass(frozen=True, slots=True)
class Patient:
    """The person of a Bundle.

    Parameters
    ----------
    entry : its resource
    person : the ``person`` of the visit
    """

    entry: Entry
    person: Json

    @property
    def reference(self) -> str:
        """Return how the answer refers to the person: as the Bundle does."""
        own = text(self.entry.resource.get("id"))
        return self.entry.full_url or f"Patient/{own}"


def read_patient(entries: Sequence[Entry], log: IssueLog) -> Patient:
    """Return the one person of a Bundle, of whom every resource must be.

    Raises
    ------
    BundleRefused : none or several, or a part of another person; with every such part
    """
    patients = [e for e in entries if e.kind == "Patient"]
    if len(patients) != 1:
        found = f"{len(patients)} resources of the type Patient"
        _wrong(log, found, "a visit is of one person", "Bundle.entry")
        log.require()
    patient = patients[0]
    _check_links(patient, log)
    for entry in entries:
        if entry is not patient:
            _check_subject(entry, patient, log)
    tell_national(patient, log)
    log.require()
    return Patient(patient, _person(patient, log))


def _wrong(log: IssueLog, found: str, why: str, where: str) -> None:
    log.refuse("wrong_patient", (found, why, _MEND), where)


def _check_links(patient: Entry, log: IssueLog) -> None:
    """Refuse a record that says of itself that it is not the one in use."""
    resource = patient.resource
    if resource.get("active") is False or objects(resource.get("link")):
        found = "a Patient that is not in use, or that is linked to another record"
        _wrong(log, found, "the facts may belong to the other record", patient.path)


def _check_subject(entry: Entry, patient: Entry, log: IssueLog) -> None:
    named = [obj(entry.resource[key]) for key in _WHO if key in entry.resource]
    if not named and entry.kind in _MUST_NAME:
        _wrong(log, f"{entry.kind} without a subject", "it is not said of whom it is", entry.path)
    for reference in named:
        if not _means(reference, patient):
            found = f"{entry.kind} of another person than the Patient"
            _wrong(log, found, "the facts of two people are mixed", f"{entry.path}.subject")
    for part in objects(entry.resource.get("contained")):
        inner = Entry(part, "", f"{entry.path}.contained")
        if inner.kind == "Patient":
            _wrong(log, "a Patient inside another resource", "there are two of them", inner.path)
        elif any(key in part for key in _WHO):
            _check_subject(inner, patient, log)


def _means(reference: Mapping[str, Any], patient: Entry) -> bool:
    """Say whether a reference means the Patient: every way in which it names somebody agrees."""
    if text(reference.get("type")) not in ("", "Patient"):
        return False
    address, number = text(reference.get("reference")), obj(reference.get("identifier"))
    if not address and not number:
        return False
    bare = address.partition("/_history/")[0]
    is_there = not address or bare in patient.names
    return is_there and (not number or _pair(number) in _numbers(patient))


def _pair(identifier: Mapping[str, Any]) -> tuple[str, str]:
    return text(identifier.get("system")), text(identifier.get("value"))


def _numbers(patient: Entry) -> set[tuple[str, str]]:
    pairs = {_pair(one) for one in objects(patient.resource.get("identifier"))}
    return {pair for pair in pairs if pair[1]}


def _person(patient: Entry, log: IssueLog) -> Json:
    resource = patient.resource
    _tell_several(patient, log)
    gender = text(resource.get("gender"))
    sex = fhir_maps()["sex"].get(gender)
    if gender and sex is None:
        words = (
            f"the gender {gender[:20]!r}",
            "no equation knows it",
            "What needs a sex is not assessed",
        )
        log.add("sex_unknown", words, f"{patient.path}.gender", severity="information")
    return {
        "id": person_number(resource),
        "birth_date": resource.get("birthDate"),
        "sex": sex,
    }


def _tell_several(patient: Entry, log: IssueLog) -> None:
    """Say that none of several patient numbers was taken."""
    count = len(_own_numbers(patient.resource))
    if count > 1:
        has_id = bool(text(patient.resource.get("id")))
        words = (
            f"{count} identifiers of the type PI or MR",
            "which of them is the number of the person is not guessed; "
            + ("the id of the Patient was taken" if has_id else "none was taken"),
            "Send one identifier of the type PI or MR",
        )
        severity: IssueSeverity = "warning" if has_id else "error"
        log.add("identifiers_several", words, f"{patient.path}.identifier", severity=severity)


def person_number(resource: Mapping[str, Any]) -> str:
    """Return the patient number of the software (type PI or MR) where there is one, else the id."""
    own = _own_numbers(resource)
    return with_plain_spaces(own[0] if len(own) == 1 else text(resource.get("id")))


def _own_numbers(resource: Mapping[str, Any]) -> list[str]:
    return [
        text(one.get("value"))
        for one in objects(resource.get("identifier"))
        if _OWN_NUMBERS & {code for _, code in codings(one.get("type"))}
        and text(one.get("system")) not in fhir_maps()["ins"]["kinds"]
    ]
