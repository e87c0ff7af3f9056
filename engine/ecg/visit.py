"""The ECG of a visit: measured by the shipped network where that may and can be asked."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from ..bundles.load import Models
from ..bundles.waves import SignalBundle
from ..errors import ModelError
from ..prediagnosis import (
    EcgEvidence,
    EcgSection,
    Finding,
    InputValue,
    Message,
    ModelReference,
    UrgentItem,
)
from ..record import FEMALE, MALE, YES, VisitBatch
from .analysis import EcgAnalysis, analyse_ecg
from .delineation.delineate import Delineator
from .failures import FAILURES
from .features import EcgFeatures, ecg_features
from .findings.facts import refused_findings, statement_findings
from .findings.find import Statement, find_statements
from .findings.model import StatementsModel
from .findings.settings import statement_settings
from .findings.shown import evidence_of
from .findings.swapped import said_with_swaps
from .findings.urgent_rules import as_rules_see
from .measure.reference import Person
from .page import page_said
from .section import section_of
from .signal import EcgSignal
from .urgent import EcgUrgency, load_ecg_urgent, urgent_ecg
from .windows import (
    Seen,
    drawn_from_s,
    look_through,
    with_items_of_windows,
    with_statements_of_windows,
)

DELINEATOR_ID: Final = "ecg_delineation/waves"
STATEMENTS_ID: Final = "ecg_findings/twelve_lead"
VOCABULARY: Final[tuple[str, ...]] = tuple(statement_settings()["vocabulary"])
NOT_RECEIVED: Final = "ecg_not_received_with_symptoms"
OF_ANOTHER: Final = "ecg_of_another_person"
ST_NOT_EXCLUDED: Final = "ecg_st_not_excluded"
ST_ELEVATION: Final = "ecg_st_elevation"


@dataclass(frozen=True, slots=True)
class ScreenedEcg:
    """The ECG of one person: what the draft shows, and what asks for a person now.

    ``analysis`` is what everything else was made of. ``statements`` are what the findings were made
    of, with their scores; none where rules or network may not be asked.
    """

    section: EcgSection
    urgency: EcgUrgency
    analysis: EcgAnalysis
    findings: tuple[Finding, ...] = ()
    statements: tuple[Statement, ...] = ()


def ready_delineator(models: Models) -> tuple[Delineator, ModelReference] | None:
    """Return the network that finds the waves; None where it is refused or not there.

    A network that fails its known answers counts as refused: the gate and the second measurement
    then speak without it.
    """
    bundle = models.signal(DELINEATOR_ID)
    if bundle is None:
        return None
    try:
        network = bundle.delineator()
    except ModelError:
        return None
    return network, reference_of(bundle)


def person_at(batch: VisitBatch, row: int) -> Person:
    """Return sex and age of one person of a batch, None where they are not known."""
    sex, age = int(batch.sex[row]), int(batch.age_years[row])
    return Person({FEMALE: "female", MALE: "male"}.get(sex), None if age < 0 else float(age))


def reference_of(bundle: SignalBundle) -> ModelReference:
    """Name a bundle in a report."""
    m = bundle.manifest
    return ModelReference(m.id, m.version, bundle.sha256, m.key)


def declared_symptoms(batch: VisitBatch, row: int) -> tuple[str, ...]:
    """Return the symptoms of one person that raise the level of an urgent ECG rule."""
    names = load_ecg_urgent().symptoms
    return tuple(name for name in names if int(batch.answer(name)[row]) == YES)


def screened_ecg(
    signal: EcgSignal,
    models: Models,
    person: Person,
    *,
    declared: Iterable[str] = (),
    without_network: bool = False,
) -> ScreenedEcg:
    """Judge and measure the ECG of one person, and apply the urgent rules.

    A network that fails on this ECG counts as refused: the gate, the second measurement and the
    urgent rules, which stand on it, then speak without.

    Parameters
    ----------
    signal : millivolt
    models : what ``load_models`` returned
    person : whose reference intervals are printed and whose ST limits hold
    declared : names of declared symptoms
    without_network : the person declined screening by models
    """
    ready = None if without_network else ready_delineator(models)
    analysis, model = _analysed(signal, ready)
    symptoms = tuple(declared)
    ready_rules = None if without_network or model is None else _ready_rules(models)
    seen = look_through(analysis, person, symptoms, ready_rules and ready_rules[0])
    whole = urgent_ecg(analysis, person, symptoms)
    urgency = with_items_of_windows(whole, seen)
    section = section_of(analysis, model, person, urgency)
    section = replace(
        section,
        windows=(*_page_said(analysis), *seen.said(whole)),
        drawn_from_s=drawn_from_s(urgency, analysis.signal.duration_s, seen.settings),
    )
    if without_network:
        return ScreenedEcg(section, urgency, analysis)
    told = (analysis, seen, frozenset(item.rule_id for item in urgency.items))
    said = _said(told, ready_rules, models, person, with_symptoms=bool(symptoms))
    urgency = replace(
        urgency, items=(*urgency.items, *_st_not_excluded(urgency, said.findings, symptoms))
    )
    section = replace(section, evidence=said.evidence)
    return ScreenedEcg(section, urgency, analysis, said.findings, said.statements)


def _page_said(analysis: EcgAnalysis) -> tuple[Message, ...]:
    """Return what is said of a page; nothing of any other ECG."""
    read = analysis.columns
    return () if read is None else (page_said(read.classical, read.quality),)


@dataclass(frozen=True, slots=True)
class _Said:
    """What the rules say, as findings, with scores, and where it was read."""

    findings: tuple[Finding, ...]
    statements: tuple[Statement, ...] = ()
    evidence: tuple[EcgEvidence, ...] = ()


def _ready_rules(models: Models) -> tuple[StatementsModel, ModelReference] | None:
    """Return the rules that name what an ECG shows; None where they are refused or not there."""
    bundle = models.statement_rules(STATEMENTS_ID)
    if bundle is None:
        return None
    try:
        rules = bundle.model()
    except FAILURES:
        return None
    m = bundle.manifest
    return rules, ModelReference(m.id, m.version, bundle.sha256, m.key)


def _said(
    looked: tuple[EcgAnalysis, Seen, frozenset[str]],
    ready: tuple[StatementsModel, ModelReference] | None,
    models: Models,
    person: Person,
    *,
    with_symptoms: bool,
) -> _Said:
    """Return what the rules say; not assessable where rules or network may not be asked."""
    bundle = models.statement_rules(STATEMENTS_ID)
    names = VOCABULARY if bundle is None else bundle.table.names
    if ready is None:
        return _Said(refused_findings(names))
    rules, reference = ready
    analysis, seen, urgent = looked

    def worded(statements: tuple[Statement, ...], features: EcgFeatures) -> tuple[Finding, ...]:
        told = statement_findings(
            statements, features, rules, reference, with_symptoms=with_symptoms
        )
        return tuple(said_with_swaps(f, features, analysis.quality.swaps) for f in told)

    try:
        features = ecg_features(analysis, person)
        found = find_statements(analysis, features, rules)
        found = tuple(as_rules_see(said, urgent) for said in found)
    except FAILURES:
        return _Said(refused_findings(names))
    findings = worded(found, features)
    evidence = evidence_of(findings, features, analysis.fiducials)
    both = with_statements_of_windows(
        tuple(zip(found, findings, strict=True)), seen, lambda s, f: worded((s,), f)[0]
    )
    return _Said(tuple(f for _, f in both), tuple(s for s, _ in both), evidence)


def _st_not_excluded(
    urgency: EcgUrgency, findings: Iterable[Finding], symptoms: tuple[str, ...]
) -> tuple[UrgentItem, ...]:
    """Ask for a reading of an ST elevation that is present where no rule could judge it."""
    seen = any(f.id == ST_ELEVATION and f.state == "present" for f in findings)
    if not seen or "ecg_st" not in urgency.not_applied:
        return ()
    return review_items(ST_NOT_EXCLUDED, symptoms)


def unread_ecg(declared: Iterable[str], *, of_another: bool = False) -> tuple[UrgentItem, ...]:
    """Return what is urgent where an ECG was sent and was not read.

    Parameters
    ----------
    declared : symptoms of the person
    of_another : the ECG names another person, who may be the one in danger
    """
    return review_items(OF_ANOTHER if of_another else NOT_RECEIVED, declared)


def review_items(review: str, declared: Iterable[str]) -> tuple[UrgentItem, ...]:
    """Make the item of a review, at the level that symptoms give it; none where it has none."""
    rule = load_ecg_urgent().reviews[review]
    symptoms = tuple(InputValue(name, "yes", "") for name in declared)
    level = rule.level_for(symptoms=bool(symptoms))
    if level is None:
        return ()
    message = Message(f"urgent.{rule.id}")
    action = rule.action_with_symptoms if symptoms else rule.action
    return (UrgentItem(rule.id, level, message, symptoms, action, rule.addressee, rule.source),)


def _analysed(
    signal: EcgSignal, ready: tuple[Delineator, ModelReference] | None
) -> tuple[EcgAnalysis, ModelReference | None]:
    if ready is not None:
        try:
            return analyse_ecg(signal, ready[0]), ready[1]
        except FAILURES:
            pass
    return analyse_ecg(signal, None), None
