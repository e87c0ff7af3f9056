"""The columns of the decision: everything that is said of n people, before one draft is written."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from .bundles.load import Models
from .contradicting_results import reads_one_of, without_contradicting
from .earlier_values import EarlierValues
from .ecg.signal import EcgSignal
from .facts.columns import FactColumns, evaluate_facts
from .features import Feature, features
from .guidelines import Guidelines
from .plausibility.check import check_plausibility
from .plausibility.diabetes import DIABETES
from .prediagnosis import (
    PRESSING,
    URGENCIES,
    DeclaredExposure,
    EcgComparison,
    EcgSection,
    Finding,
    FollowUp,
    RiskChange,
    Trajectory,
    UrgentItem,
)
from .pressing_facts import old_levels
from .published import PublishedColumns, evaluate_published
from .record import YES, BoolArray, Int8Array, VisitBatch
from .risks import FactsSay, RiskColumns, evaluate_risks, load_outcomes, signs_of_diabetes
from .screen_ecg import screen_ecgs
from .uninterpretable import as_models_read, hba1c_not_interpretable
from .urgency.rules import UrgentColumns, evaluate_urgent

if TYPE_CHECKING:
    from .ecg.comparison import EcgSide
    from .ecg.findings.find import Statement

NO_URGENCY = len(URGENCIES)
_BAND_NAMES = ("low", "intermediate", "high")


@dataclass(frozen=True, slots=True)
class Screening:
    """Everything that is said of n people, in columns.

    Attributes
    ----------
    batch : the record after the plausibility check
    made : features as models read them, without an HbA1c that says nothing of the person
    urgency : int8 (n,), 0 for U0 to 3 for U3, 4 where nothing asks for anyone
    hba1c_unread : bool (n,), for whom an accepted HbA1c was kept from the models
    diabetes_unconfirmed : bool (n,), whose measured facts speak for a diabetes that is not declared
    """

    batch: VisitBatch
    made: Mapping[str, Feature]
    urgent: UrgentColumns
    facts: FactColumns
    published: PublishedColumns
    risks: tuple[RiskColumns, ...]
    urgency: Int8Array
    hba1c_unread: BoolArray
    diabetes_unconfirmed: BoolArray
    models: Models
    guidelines: Guidelines
    ecgs: Mapping[int, EcgSection] = field(default_factory=dict)
    ecg_urgent: Mapping[int, tuple[UrgentItem, ...]] = field(default_factory=dict)
    ecg_unread: frozenset[int] = frozenset()
    ecg_findings: Mapping[int, tuple[Finding, ...]] = field(default_factory=dict)
    ecg_statements: Mapping[int, "tuple[Statement, ...]"] = field(default_factory=dict)
    ecg_sides: Mapping[int, "EcgSide"] = field(default_factory=dict)
    ecg_comparison: Mapping[int, EcgComparison] = field(default_factory=dict)
    trajectories: Mapping[int, tuple[Trajectory, ...]] = field(default_factory=dict)
    follow_up: Mapping[int, FollowUp] = field(default_factory=dict)
    risk_changes: Mapping[int, tuple[RiskChange, ...]] = field(default_factory=dict)
    earlier: Mapping[int, EarlierValues] = field(default_factory=dict)
    exposures: Mapping[int, tuple[DeclaredExposure, ...]] = field(default_factory=dict)


def screen_columns(
    batch: VisitBatch,
    models: Models,
    guidelines: Guidelines,
    *,
    signals: Mapping[int, EcgSignal] | None = None,
    outcomes: Collection[str] | None = None,
) -> Screening:
    """Screen n visits in columns; a single visit is n = 1, through this very function.

    Parameters
    ----------
    signals : row -> the ECG of that person, where there is one
    outcomes : the risks that are asked for; all of them where None
    """
    checked = check_plausibility(batch)
    hba1c_unread = hba1c_not_interpretable(checked, guidelines)
    for_models, torn = without_contradicting(as_models_read(checked, hba1c_unread))
    made = features(for_models)
    urgent = evaluate_urgent(checked, guidelines.urgent)
    facts = evaluate_facts(checked, guidelines)
    published = evaluate_published(checked, made)
    risks = tuple(
        evaluate_risks(
            outcome,
            for_models,
            made,
            models,
            _say(outcome.measured_by, facts, reads_one_of(outcome.id, models, made, torn)),
        )
        for outcome in load_outcomes()
        if outcomes is None or outcome.id in outcomes
    )
    most = facts.urgency.min(axis=1)
    said = np.where(checked.refused & (most >= len(PRESSING)), NO_URGENCY, most)
    levels = [urgent.level, said, published.urgency, old_levels(facts, checked)]
    levels += [_risk_urgency(columns) for columns in risks]
    signs = _say(signs_of_diabetes(), facts)
    ecgs = screen_ecgs(checked, models, signals or {})
    levels.append(ecgs.urgency(batch.n))
    if ecgs.failed:
        checked = replace(checked, problems=(*checked.problems, *ecgs.failed))
    return Screening(
        batch=checked,
        made=made,
        urgent=urgent,
        facts=facts,
        published=published,
        risks=risks,
        urgency=np.minimum.reduce(levels).astype(np.int8),
        hba1c_unread=hba1c_unread,
        diabetes_unconfirmed=(signs.present | signs.could_be) & (checked.answer(DIABETES) != YES),
        models=models,
        guidelines=guidelines,
        ecgs=ecgs.sections,
        ecg_urgent=ecgs.urgent,
        ecg_unread=ecgs.unread,
        ecg_findings=ecgs.findings,
        ecg_statements=ecgs.statements,
        ecg_sides=ecgs.sides,
    )


def _say(names: Sequence[str], facts: FactColumns, torn: BoolArray | None = None) -> FactsSay:
    """Say for whom one of some facts is present or has the grade after the point, or would be.

    ``torn`` (n,): of whom it is not known, as results contradict each other.
    """
    present = np.zeros(facts.n, dtype=np.bool_)
    could_be = present.copy() if torn is None else torn.copy()
    for name in names:
        finding, _, grade = name.partition(".")
        present |= facts.has_grade(finding, grade) if grade else facts.is_present(finding)
        could_be |= facts.could_be(finding, grade)
    return FactsSay(present, could_be)


def _risk_urgency(columns: RiskColumns) -> Int8Array:
    bands = columns.outcome.bands
    found = [bands[name].urgency for name in _BAND_NAMES]
    levels = [NO_URGENCY if u is None else URGENCIES.index(u) for u in found]
    return np.array([*levels, NO_URGENCY], dtype=np.int8)[columns.band]
