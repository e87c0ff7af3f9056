"""One FHIR Bundle to one visit: the whole way in, with every problem at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ...engine.intake.problems import shown
from ...engine.intake.visit import SCHEMA
from ...engine.record import Problem
from ..ecg.sent_files import EarlierFile, EcgFile
from .answers import read_answers
from .completeness import OUTCOME, tell_incomplete
from .deceased import tell_deceased
from .encounter import read_encounter
from .entries import Entry, read_entries
from .identity import Patient, read_patient
from .interpretations import tell_interpretations
from .issues import Issue, IssueLog
from .maps import Json
from .observations import Specimens, is_usable, moment_of, offset_of, read_observation
from .profiles import PATIENT, conforming, tell_unmet
from .sampled import is_sampled, sampled_file, tell_unfit
from .waveforms import Waveforms, add_documents

_READ: Final = frozenset(
    {
        "Patient",
        "Observation",
        "QuestionnaireResponse",
        "DocumentReference",
        "Binary",
        "Encounter",
        "Specimen",
    }
)


@dataclass(frozen=True, slots=True)
class FhirVisit:
    """A visit as it came in a Bundle.

    Parameters
    ----------
    document : in the form ``laennec.visit/1``
    ecg : its ECG file
    issues : what was noticed on the way, nothing of it refuses the Bundle
    places : path in the visit -> FHIRPath
    subject : how the Bundle refers to the person
    basis : references of the resources that were read
    is_french : the Patient meets the French profile, so that what is said of it may claim one
    problems : what was not used and belongs into the report, where a physician reads it
    earlier : ECGs of an earlier day than the visit
    """

    document: Json = field(repr=False)
    ecg: EcgFile | None
    issues: tuple[Issue, ...]
    places: Mapping[str, str]
    subject: str
    basis: tuple[str, ...]
    is_french: bool = False
    problems: tuple[Problem, ...] = ()
    earlier: tuple[EarlierFile, ...] = ()


def read_visit(document: bytes | Mapping[str, Any]) -> FhirVisit:
    """Read a Bundle into a visit.

    Parameters
    ----------
    document : FHIR R4 JSON, or what `load_document` made of it

    Raises
    ------
    RecordError : no JSON object
    BundleRefused : not one Bundle of one person, or something that changes its meaning; with
        every issue
    """
    log = IssueLog()
    bundle, entries = read_entries(document, log)
    patient = read_patient(entries, log)
    tell_incomplete(bundle, entries, log)
    visit, places = _head(bundle, entries, patient, log)
    tell_deceased(patient.entry, visit["performed_at"], log)
    answers = read_answers(_of(entries, "QuestionnaireResponse"), log)
    waveforms = Waveforms()
    measurements = _measurements(entries, offset_of(visit["performed_at"]), waveforms, log)
    add_documents(_of(entries, "DocumentReference"), _of(entries, "Binary"), waveforms, log)
    _tell_unread(entries, log)
    tell_interpretations(_of(entries, "Observation"), log)
    tell_unmet(entries, log)
    log.require()
    places |= {f"$.measurements[{i}]": path for i, (_, path) in enumerate(measurements)}
    ecg, earlier = waveforms.parted(visit["performed_at"], log)
    places |= {"$.ecg": ecg.path} if ecg.path else {}
    return FhirVisit(
        document={**visit, "measurements": [one for one, _ in measurements], **answers.visit},
        ecg=ecg.file,
        issues=tuple(log.issues),
        places={**places, **answers.places},
        subject=patient.reference,
        basis=tuple(_names(entries)),
        is_french=PATIENT in conforming(patient.entry.resource),
        problems=tuple(log.kept),
        earlier=earlier,
    )


def _of(entries: Sequence[Entry], kind: str) -> list[Entry]:
    return [entry for entry in entries if entry.kind == kind]


def _names(entries: Sequence[Entry]) -> list[str]:
    wanted = ("Observation", "QuestionnaireResponse")
    names = [e.full_url or next(iter(e.names), "") for e in entries if e.kind in wanted]
    return [name for name in names if name]


def _head(
    bundle: Mapping[str, Any], entries: Sequence[Entry], patient: Patient, log: IssueLog
) -> tuple[Json, dict[str, str]]:
    """Return who, when and which visit."""
    said, places = read_encounter(bundle, _of(entries, "Encounter"), log)
    person = {key: value for key, value in patient.person.items() if value is not None}
    return {"schema": SCHEMA, **said, "person": person}, {"$.person": patient.entry.path, **places}


def _measurements(
    entries: Sequence[Entry], offset: str, waveforms: Waveforms, log: IssueLog
) -> list[tuple[Json, str]]:
    specimens = Specimens({n: e for e in _of(entries, "Specimen") for n in e.names})
    found: list[tuple[Json, str]] = []
    for entry in _of(entries, "Observation"):
        if not is_usable(entry, log):
            continue
        if is_sampled(entry.resource):
            tell_unfit(entry, log)
            waveforms.add(*sampled_file(entry), entry.path, moment_of(entry.resource))
        else:
            found += read_observation(entry, specimens, offset, log)
    return found


def _tell_unread(entries: Sequence[Entry], log: IssueLog) -> None:
    for entry in entries:
        if entry.kind not in _READ and entry.kind != OUTCOME:
            log.keep("note", "resource_not_read", entry.path, kind=shown(entry.kind))
