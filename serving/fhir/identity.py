"""Whose Bundle it is: one Patient, and every part of it says so (hazard H2).

Nothing is matched approximately. A part that names another person, or nobody, refuses the whole
Bundle: it is not known which of the two was meant.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ...engine.intake.person import with_plain_spaces
from ...engine.intake.problems import shown
from .contained import OBSERVATION
from .entries import Entry, codings, obj, objects, text
from .issues import IssueLog
from .maps import Json, fhir_maps
from .national import tell_national
from .references import means

_OWN_NUMBERS: Final = frozenset({"PI", "MR"})
_MUST_NAME: Final = frozenset(
    {"Observation", "QuestionnaireResponse", "DocumentReference", "Encounter", "Specimen"}
)
_WHO: Final = ("subject", "patient")


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
        log.refuse("wrong_patient.count", "Bundle.entry", {"count": str(len(patients))})
        log.require()
    patient = patients[0]
    _check_links(patient, log)
    for entry in entries:
        if entry is not patient:
            _check_subject(entry, patient, log)
    tell_national(patient, log)
    log.require()
    return Patient(patient, _person(patient, log))


def _check_links(patient: Entry, log: IssueLog) -> None:
    """Refuse a record that says of itself that it is not the one in use."""
    if is_out_of_use(patient.resource):
        log.refuse("wrong_patient.not_in_use", patient.path)


def is_out_of_use(patient: Mapping[str, Any]) -> bool:
    """Say whether a Patient is inactive, or linked to another record of the same person."""
    return patient.get("active") is False or bool(objects(patient.get("link")))


def _check_subject(entry: Entry, patient: Entry, log: IssueLog) -> None:
    kind = {"kind": shown(entry.kind)}
    named = [obj(entry.resource[key]) for key in _WHO if key in entry.resource]
    if not named and entry.kind in _MUST_NAME:
        log.refuse("wrong_patient.unsaid", entry.path, kind)
    for reference in named:
        if not means(reference, patient):
            log.refuse("wrong_patient.other", f"{entry.path}.subject", kind)
    for part in objects(entry.resource.get("contained")):
        inner = Entry(part, "", f"{entry.path}.contained")
        if inner.kind == "Patient":
            log.refuse("wrong_patient.contained", inner.path)
        elif inner.kind != OBSERVATION and any(key in part for key in _WHO):
            _check_subject(inner, patient, log)


def _person(patient: Entry, log: IssueLog) -> Json:
    resource = patient.resource
    _tell_several(patient, log)
    gender = text(resource.get("gender"))
    sex = fhir_maps()["sex"].get(gender)
    if gender and sex is None:
        where, words = f"{patient.path}.gender", {"found": shown(gender)}
        log.add("sex_unknown", where, words, severity="information")
    return {
        "id": person_number(resource),
        "birth_date": resource.get("birthDate"),
        "sex": sex,
    }


def _tell_several(patient: Entry, log: IssueLog) -> None:
    """Say that none of several patient numbers was taken."""
    count = len(_own_numbers(patient.resource))
    if count > 1:
        where, words = f"{patient.path}.identifier", {"count": str(count)}
        if text(patient.resource.get("id")):
            log.add("identifiers_several.id_taken", where, words, severity="warning")
        else:
            log.add("identifiers_several", where, words)


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
