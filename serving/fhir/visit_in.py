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
from .contained import OBSERVATION, tell_contained, tell_members, with_contained
from .deceased import tell_deceased
from .encounter import read_encounter
from .entries import Entry, read_entries
from .focus import is_of_person
from .identity import Patient, read_patient
from .interpretations import tell_interpretations
from .issues import Issue, IssueLog
from .maps import Json
from .moments import moment_of, tell_undated
from .observations import Measured, Specimens, is_usable, read_observation
from .of_visit import SentVisit, sent_visit
from .profiles import PATIENT, conforming, tell_unmet
from .sampled import is_sampled, sampled_file, tell_unfit
from .waveforms import Waveforms, add_documents

_READ: Final = frozenset(
    {
        "Patient",
        OBSERVATION,
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


def read_visit(document: bytes | Mapping[str, Any], open_visit: Entry | None = None) -> FhirVisit:
    """Read a Bundle into a visit.

    Parameters
    ----------
    document : FHIR R4 JSON, or what `load_document` made of it
    open_visit : the Encounter that its sender has open, by its names; counts where none came

    Raises
    ------
    RecordError : no JSON object
    BundleRefused : not one Bundle of one person, or something that changes its meaning; with
        every issue
    """
    log = IssueLog()
    bundle, sent = read_entries(document, log)
    entries = with_contained(sent)
    patient = read_patient(entries, log)
    tell_incomplete(bundle, entries, log)
    visit, places = _head(bundle, entries, patient, log)
    tell_deceased(patient.entry, visit["performed_at"], log)
    this = sent_visit(entries, visit["performed_at"], open_visit)
    answers = read_answers(_of(entries, "QuestionnaireResponse"), this, log)
    waveforms = Waveforms()
    observations = _readable(entries, patient.entry, log)
    specimens = Specimens({n: e for e in _of(entries, "Specimen") for n in e.names})
    measured = _measurements(observations, specimens, this, log)
    _add_sampled(observations, this, waveforms, log)
    tell_undated(log)
    add_documents(_of(entries, "DocumentReference"), _of(entries, "Binary"), waveforms, log)
    _tell_unread(entries, log)
    tell_contained(sent, log)
    tell_interpretations(observations, log)
    tell_unmet(entries, log)
    log.require()
    places |= {f"$.measurements[{i}]": one.path for i, one in enumerate(measured)}
    doubts = [problem for i, one in enumerate(measured) for problem in one.problems(i)]
    ecg, earlier = waveforms.parted(visit["performed_at"], log)
    places |= {"$.ecg": ecg.path} if ecg.path else {}
    return FhirVisit(
        document={**visit, "measurements": [one.said for one in measured], **answers.visit},
        ecg=ecg.file,
        issues=tuple(log.issues),
        places={**places, **answers.places},
        subject=patient.reference,
        basis=tuple(_names(entries)),
        is_french=PATIENT in conforming(patient.entry.resource),
        problems=(*log.kept, *doubts),
        earlier=earlier,
    )


def _of(entries: Sequence[Entry], kind: str) -> list[Entry]:
    return [entry for entry in entries if entry.kind == kind]


def _names(entries: Sequence[Entry]) -> list[str]:
    wanted = (OBSERVATION, "QuestionnaireResponse")
    names = [e.full_url or next(iter(e.names), "") for e in entries if e.kind in wanted]
    return [name for name in names if name]


def _head(
    bundle: Mapping[str, Any], entries: Sequence[Entry], patient: Patient, log: IssueLog
) -> tuple[Json, dict[str, str]]:
    """Return who, when and which visit."""
    said, places = read_encounter(bundle, _of(entries, "Encounter"), log)
    person = {key: value for key, value in patient.person.items() if value is not None}
    return {"schema": SCHEMA, **said, "person": person}, {"$.person": patient.entry.path, **places}


def _readable(entries: Sequence[Entry], patient: Entry, log: IssueLog) -> list[Entry]:
    """Return the Observations of the person that may be read; any other is told."""
    found = []
    for entry in _of(entries, OBSERVATION):
        if is_usable(entry, log) and is_of_person(entry, patient, log):
            tell_members(entry, entries, log)
            found.append(entry)
    return found


def _measurements(
    observations: Sequence[Entry], specimens: Specimens, visit: SentVisit, log: IssueLog
) -> list[Measured]:
    """Return what was measured; what names another visit is in doubt."""
    found = []
    for entry in observations:
        if is_sampled(entry.resource):
            continue
        read = read_observation(entry, specimens, visit.performed_at, log)
        is_other = visit.is_other(entry)
        found += [one.doubted("result_of_other_visit") if is_other else one for one in read]
    return found


def _add_sampled(
    observations: Sequence[Entry], visit: SentVisit, waveforms: Waveforms, log: IssueLog
) -> None:
    """Hand the ECGs on; of another visit only one of an earlier day, which is an earlier ECG."""
    for entry in observations:
        if not is_sampled(entry.resource):
            continue
        moment = moment_of(entry, visit.performed_at, log)
        if visit.is_other(entry) and not visit.is_earlier(moment):
            log.keep("refused_item", "ecg_of_other_visit", f"{entry.path}.encounter")
            continue
        tell_unfit(entry, log)
        waveforms.add(*sampled_file(entry), entry.path, moment)


def _tell_unread(entries: Sequence[Entry], log: IssueLog) -> None:
    for entry in entries:
        if entry.kind not in _READ and entry.kind != OUTCOME:
            log.keep("note", "resource_not_read", entry.path, kind=shown(entry.kind))
