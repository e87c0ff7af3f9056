"""The decision, as one pure function: a record in, a draft pre-diagnosis out.

No clock, file, network, randomness, logging or language here. It reads in the order in which the
house works: plausibility, features, urgent rules, facts, published scores, risks, draft.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256

import numpy as np

from .bundles.load import Models
from .canonical import canonical_bytes
from .contradicting_tests import ABSTENTION, with_contradiction
from .earlier_diabetes import with_earlier_diabetes
from .earlier_findings import with_earlier
from .earlier_symptoms import note_of
from .earlier_values import EarlierValues, earlier_values
from .ecg_past import ecg_past
from .exposures import exposures_before, exposures_of
from .facts.findings import fact_findings
from .facts.not_interpreted import values_not_interpreted
from .guidelines import Guidelines
from .intake import VisitRecord
from .one_person import take_person
from .past import checked_earlier, past_of, unused_earlier
from .past_risks import risk_changes_of
from .prediagnosis import (
    ECG_RULES,
    PRESSING,
    URGENCIES,
    Finding,
    ItemNotice,
    Message,
    PreDiagnosis,
    RiskChange,
    Urgency,
    UrgentItem,
)
from .pressing_facts import pressing_facts, with_old_values
from .published import published_findings
from .record import UNKNOWN, VisitBatch
from .risks import RiskColumns
from .risks.findings import risk_finding
from .risks.old_inputs import score_with_days
from .risks.person import PersonContext
from .risks.without_diabetes import score_without_diabetes
from .screened import consent_note, is_declined, is_minor
from .screening import NO_URGENCY, Screening, screen_columns
from .uninterpretable import with_hba1c_limit
from .urgency.agreement import (
    agree_with_urgent,
    measurement_of,
    with_pressing_findings,
)
from .urgency.gaps import rules_not_applied
from .urgency.not_asked import answers_not_asked
from .urgency.of_day import with_days, with_days_of_values
from .urgency.rules import urgent_items
from .urgency.symptoms import symptoms_of
from .words import sentences_sha256
from .words.as_json import canonical_content


def screen(record: VisitRecord, models: Models, guidelines: Guidelines) -> PreDiagnosis:
    """Screen one visit.

    Parameters
    ----------
    record : what ``parse`` returned, refused or not
    models : what ``load_models`` returned; refused bundles make their findings not assessable
    guidelines : what ``load_guidelines`` returned

    Returns
    -------
    the draft: urgent items, findings with their reasons, refused and suspect values. A refused
    record still goes through the urgent rules.
    """
    return draft_of(screen_record(record, models, guidelines), 0, record.performed_at)


def screen_record(record: VisitRecord, models: Models, guidelines: Guidelines) -> Screening:
    """Screen one visit with its ECG and its past, in columns of one row."""
    signals = {} if record.ecg is None else {0: record.ecg}
    visits = checked_earlier(record)
    batch = with_earlier_diabetes(record.batch, visits, unused_earlier(record))
    screening = screen_columns(batch, models, guidelines, signals=signals)
    since = ecg_past(record, screening)
    past = past_of(record, screening, visits, since.points)
    earlier = earlier_values(record, screening.batch, guidelines, visits)
    levels = [URGENCIES.index(item.level) for item in (*earlier.urgent, *since.urgent)]
    return replace(
        screening,
        urgency=np.minimum(screening.urgency, min([NO_URGENCY, *levels])).astype(np.int8),
        earlier={0: earlier},
        exposures={0: exposures_of(batch, 0, exposures_before(visits))},
        ecg_urgent={0: since.urgent},
        ecg_findings={0: since.findings},
        ecg_comparison={} if since.comparison is None else {0: since.comparison},
        trajectories=past.trajectories,
        follow_up=past.follow_up,
        risk_changes=risk_changes_of(record, screening),
    )


def draft_of(screening: Screening, row: int, performed_at: str) -> PreDiagnosis:
    """Assemble one person's draft, with its content hash."""
    return sealed_draft_of(screening, row, performed_at)[0]


def sealed_draft_of(
    screening: Screening, row: int, performed_at: str
) -> tuple[PreDiagnosis, bytes]:
    """Assemble one person's draft, with the very bytes that its content hash is of."""
    batch = screening.batch
    found = _findings(screening, row)
    urgent = with_pressing_findings(_urgent(screening, row), found)
    urgent = with_old_values(urgent, screening.facts.take(row), take_person(batch, row))
    urgent = with_days(urgent, batch, _said_of_ecg(screening, row))
    findings = agree_with_urgent(found, urgent)
    notices = (*_notices(batch, row), *_further_notes(screening, row, urgent))
    without_hash = PreDiagnosis(
        visit_id=batch.visit_id[row],
        person_id=batch.person_id[row],
        performed_at=performed_at,
        findings=findings,
        urgent=urgent,
        urgency=_level(int(screening.urgency[row]), findings),
        refused_items=tuple(n for n in notices if n.severity.startswith("refused")),
        suspect_items=tuple(n for n in notices if n.severity == "suspect_item"),
        notes=tuple(n for n in notices if n.severity == "note"),
        quality=_quality(findings),
        guideline_sets=dict(screening.guidelines.sets),
        models_refused=tuple((r.id, r.error.code) for r in screening.models.refused),
        rows_unsigned=screening.guidelines.rows_unsigned,
        sentences_sha256=sentences_sha256(),
        content_hash="",
        development_model=screening.models.is_development,
        symptoms=symptoms_of(batch, row, urgent),
        rules_not_applied=_not_applied(screening, row),
        screening_declined=bool(is_declined(batch)[row]),
        is_minor=bool(is_minor(batch)[row]),
        ecg=screening.ecgs.get(row),
        exposures=screening.exposures.get(row, exposures_of(batch, row)),
        trajectories=screening.trajectories.get(row, ()),
        follow_up=screening.follow_up.get(row),
        risk_changes=_changes_of(findings, screening.risk_changes.get(row, ())),
        ecg_comparison=screening.ecg_comparison.get(row),
    )
    content = canonical_bytes(canonical_content(without_hash))
    return replace(without_hash, content_hash=sha256(content).hexdigest()), content


def _urgent(screening: Screening, row: int) -> tuple[UrgentItem, ...]:
    """Return what asks for a person, the most urgent first, of the ECG too."""
    items = urgent_items(screening.urgent, screening.batch, row)
    if screening.batch.refused[row]:
        items += tuple(_not_said(items, screening, row))
    items += screening.ecg_urgent.get(row, ())
    items += screening.earlier.get(row, EarlierValues()).urgent
    return tuple(sorted(items, key=lambda item: item.level))


def _not_said(items: Sequence[UrgentItem], screening: Screening, row: int) -> Iterator[UrgentItem]:
    """Yield what a guideline row calls urgent in a refused record, whose findings are withheld.

    Triglycerides of 12 mmol/L were told of a refused visit of yesterday, and of one of today not.
    """
    said = {measurement_of(v.name) for item in items if item.level in PRESSING for v in item.inputs}
    for item in pressing_facts(screening.facts.take(row), take_person(screening.batch, row)):
        names = {measurement_of(value.name) for value in item.inputs}
        if not names <= said:
            said |= names
            yield item


def _said_of_ecg(screening: Screening, row: int) -> frozenset[str]:
    """Return the rules and findings that speak of the ECG of the visit."""
    items, findings = screening.ecg_urgent.get(row, ()), screening.ecg_findings.get(row, ())
    return frozenset({item.rule_id for item in items} | {finding.id for finding in findings})


def _level(code: int, findings: Sequence[Finding]) -> Urgency | None:
    """Return the most urgent level; an earlier visit may have made a finding more urgent."""
    said = [URGENCIES.index(f.urgency) for f in findings if f.urgency]
    most = min([code, *said])
    return URGENCIES[most] if most < NO_URGENCY else None


def _notices(batch: VisitBatch, row: int) -> tuple[ItemNotice, ...]:
    return tuple(
        ItemNotice(p.item, p.path, p.code, p.severity, dict(p.parameters))
        for p in batch.problems
        if p.row == row
    )


def _further_notes(
    screening: Screening, row: int, urgent: Sequence[UrgentItem]
) -> tuple[ItemNotice, ...]:
    """Return what the reader must know beside what intake noted."""
    told = {value for item in urgent for value in item.inputs}
    unread = values_not_interpreted(screening.facts, screening.batch, row, told)
    rules = rules_not_applied(screening.batch, screening.guidelines.urgent, row)
    asked = answers_not_asked(rules, screening.batch, row)
    earlier = (note_of(one) for one in screening.earlier.get(row, EarlierValues()).denied)
    return (*unread, *earlier, *consent_note(screening.batch, row), *asked)


def _findings(screening: Screening, row: int) -> tuple[Finding, ...]:
    """Return what is said of one person, withheld where the record or the person refuses it."""
    batch = screening.batch
    past = screening.earlier.get(row, EarlierValues())
    unconfirmed = past.speaks_for_diabetes or bool(screening.diabetes_unconfirmed[row])
    made = screening.made
    person = PersonContext.of(batch, made, row, is_diabetes_unconfirmed=unconfirmed)
    measured = (with_days_of_values(f, batch) for f in fact_findings(screening.facts, batch, row))
    facts = (*measured, *screening.ecg_findings.get(row, ()))
    scores = tuple(
        score_with_days(score, person) for score in published_findings(screening.published, row)
    )
    if unconfirmed:
        scores = tuple(score_without_diabetes(score) for score in scores)
    risks = (*(_risk(screening, columns, person) for columns in screening.risks), *scores)
    if batch.refused[row]:
        return tuple(_withheld(f, "finding.record_refused") for f in (*facts, *risks))
    if is_declined(batch)[row]:
        risks = tuple(_withheld(f, "finding.screening_declined") for f in risks)
    facts, risks = (tuple(_with_earlier(f, past) for f in said) for said in (facts, risks))
    if is_minor(batch)[row] and batch.age_years[row] != UNKNOWN:
        limit = Message("limit.adult_thresholds", {"age": int(batch.age_years[row])})
        facts = tuple(
            f if f.state == "not_assessable" else replace(f, limits=(*f.limits, limit))
            for f in facts
        )
    return (*facts, *risks)


def _changes_of(
    findings: Sequence[Finding], changes: tuple[RiskChange, ...]
) -> tuple[RiskChange, ...]:
    """Return how risks changed, without those that contradicting tests withhold."""
    held = {f.id for f in findings if any(m.id == ABSTENTION for m in f.limits)}
    return tuple(change for change in changes if change.outcome not in held)


def _with_earlier(finding: Finding, past: EarlierValues) -> Finding:
    return with_contradiction(with_earlier(finding, past), past.contradiction)


def _risk(screening: Screening, columns: RiskColumns, person: PersonContext) -> Finding:
    """Return one risk; one of glycaemia says where an HbA1c was kept from it."""
    finding = risk_finding(columns, person)
    is_kept = screening.hba1c_unread[person.row] and columns.outcome.topic == "diabetes"
    return with_hba1c_limit(finding) if is_kept else finding


def _not_applied(screening: Screening, row: int) -> tuple[str, ...]:
    rules = rules_not_applied(screening.batch, screening.guidelines.urgent, row)
    of_ecg = (ECG_RULES,) if row in screening.ecg_unread else ()
    return (*(rule.id for rule in rules), *of_ecg)


def _withheld(finding: Finding, why: str) -> Finding:
    """Withhold everything that a finding would have said."""
    kind = {"state": "not_assessable"} if finding.kind == "fact" else {"band": "not_assessable"}
    return Finding(
        id=finding.id,
        kind=finding.kind,
        message=replace(finding.message, id=why, parameters={}),
        reference_standard=finding.reference_standard,
        **kind,  # type: ignore[arg-type]  # the two literals stand one line above
    )


def _quality(findings: tuple[Finding, ...]) -> dict[str, int]:
    """Count what could and what could not be assessed."""
    said = [finding.state or finding.band for finding in findings]
    withheld = sum(state == "not_assessable" for state in said)
    return {"assessed": len(said) - withheld, "not_assessable": withheld}
