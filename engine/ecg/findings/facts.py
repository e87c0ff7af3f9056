"""The statements of a visit's ECG as findings of its draft: facts with reasons, for a physician."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import numpy as np

from ...fuzzy.rules import Rule
from ...prediagnosis import Finding, InputValue, Message, ModelReference, Parameter, Reason, Urgency
from ..features import EcgFeatures
from .cases import few_cases
from .find import BORDERLINE, NEEDS, NOT_ASSESSABLE, NOT_WITH, PRESENT, Statement
from .model import StatementsModel
from .settings import statement_settings
from .shown import pair_of

PREFIX: Final = "ecg_"
TOLD: Final = (PRESENT, BORDERLINE)
ACTION: Final = "read_ecg"
ADDRESSEE: Final = "occupational_physician"
REFUSED: Final = "ecg.statement.model_refused"
BETTER: Final = "ecg.statement.better_supported"
SYMPTOMS: Final = "ecg.statement.with_symptoms"
ACTION_WITH_SYMPTOMS: Final = "call_physician_today"
COUNTS_AS_NEW: Final = "ecg.statement.counts_as_new"
RIVAL: Final = "reason.ecg_rival"
RIVAL_SOURCE: Final = "House choice (ENG)"
DECIMALS: Final = {"ms": 0, "deg": 0, "/min": 0, "a": 0}
_OTHER_DECIMALS: Final = 2
_CONTRIBUTION_DECIMALS: Final = 4
_SCORE_DECIMALS: Final = 6


def statement_findings(
    statements: tuple[Statement, ...],
    features: EcgFeatures,
    model: StatementsModel,
    reference: ModelReference,
    *,
    with_symptoms: bool = False,
) -> tuple[Finding, ...]:
    """Return one finding for each statement.

    Parameters
    ----------
    statements : what ``find_statements`` returned
    features : of the same recording, for the values behind the reasons
    model : whose rules spoke
    reference : how the bundle is named
    with_symptoms : the person declared one that the heart can cause
    """
    present = {s.name for s in statements if s.state == PRESENT}
    found = (_told_beside(_finding(s, features, model, reference), present) for s in statements)
    return tuple(_as_pressing_as_symptoms(f) if with_symptoms else f for f in found)


def _told_beside(finding: Finding, present: set[str]) -> Finding:
    """Say of a finding what another statement that is present may do to it."""
    if finding.state not in TOLD:
        return finding
    name = finding.id.removeprefix(PREFIX)
    rows = statement_settings()["beside"].items()
    notes = [Message(row["note"]) for other, row in rows if other in present and name in row["of"]]
    return replace(finding, limits=(*finding.limits, *notes)) if notes else finding


def _as_pressing_as_symptoms(finding: Finding) -> Finding:
    """Raise what cannot wait in a person with symptoms."""
    raised = statement_settings()["level_with_symptoms"].get(finding.id.removeprefix(PREFIX))
    if raised is None or finding.state != PRESENT:
        return finding
    limits = (*finding.limits, Message(SYMPTOMS))
    return replace(finding, urgency=raised, proposed_action=ACTION_WITH_SYMPTOMS, limits=limits)


def refused_findings(names: tuple[str, ...]) -> tuple[Finding, ...]:
    """Return the findings of statements whose rules may not be asked: not assessable, and why."""
    return tuple(
        Finding(
            id=f"{PREFIX}{name}",
            kind="fact",
            message=_message(name, NOT_ASSESSABLE),
            state=NOT_ASSESSABLE,
            limits=(Message(REFUSED),),
        )
        for name in names
    )


def not_asked(finding: Finding) -> Finding:
    """Return the finding of a statement as one that nobody could ask for, with what limits it."""
    name = finding.id.removeprefix(PREFIX)
    return Finding(
        id=finding.id,
        kind="fact",
        message=_message(name, NOT_ASSESSABLE),
        state=NOT_ASSESSABLE,
        limits=finding.limits if finding.state == NOT_ASSESSABLE else (),
    )


def _message(name: str, state: str) -> Message:
    return Message(f"finding.ecg_statement.{state}", {"statement": f"finding_name:{PREFIX}{name}"})


def _finding(
    said: Statement, features: EcgFeatures, model: StatementsModel, reference: ModelReference
) -> Finding:
    for_, against = _reasons(said, features, model)
    level: Urgency | None = statement_settings()["level"].get(said.name)
    is_told = said.state in TOLD
    return Finding(
        id=f"{PREFIX}{said.name}",
        kind="fact",
        message=_message(said.name, said.state),
        state=said.state,  # type: ignore[arg-type]  # one of the four states
        urgency=level if said.state == PRESENT else None,
        reasons_for=for_,
        reasons_against=(*against, *_rivals(said)),
        proposed_action=ACTION if is_told else "",
        proposed_addressee=ADDRESSEE if is_told else "",
        model=reference,
        limits=(
            *(limit_of(why) for why in said.why),
            *_yields(said),
            *([Message(said.unseen)] if said.unseen else []),
            *said.held,
            *_counts_as_new(said),
            *(few_cases(model.cases.get(said.name)) if is_told else ()),
        ),
        details=_details(said, model),
    )


def _details(said: Statement, model: StatementsModel) -> dict[str, Parameter]:
    """Return how the score came about: ``bias + rules = logit``, and the cut-offs it is held to.

    Where a measured value decides (QTc), the cut-offs of the score decide nothing.
    """
    if said.why:
        return {}
    parts = {"bias": said.bias, "rules": said.rules_sum, "logit": said.logit}
    found: dict[str, Parameter] = {k: round(v, _CONTRIBUTION_DECIMALS) for k, v in parts.items()}
    found["score"] = round(said.score, _SCORE_DECIMALS)
    if said.name not in statement_settings()["decided_by_value"]:
        spec = next(s for s in model.table.statements if s.name == said.name)
        found["borderline_from"] = round(spec.borderline_from, _SCORE_DECIMALS)
        found["present_from"] = round(spec.present_from, _SCORE_DECIMALS)
    return found


def _yields(said: Statement) -> tuple[Message, ...]:
    """Say which rival is better supported."""
    if not said.better:
        return ()
    return (Message(BETTER, {"statement": f"finding_name:{PREFIX}{said.better}"}),)


def _counts_as_new(said: Statement) -> tuple[Message, ...]:
    """Say that without an earlier ECG what is seen counts as new."""
    is_so = (
        said.state == PRESENT and said.name in statement_settings()["counts_as_new"]["statements"]
    )
    return (Message(COUNTS_AS_NEW),) if is_so else ()


def _rivals(said: Statement) -> tuple[Reason, ...]:
    """Name what speaks against a statement without a part in its score: rivals that yield."""
    return tuple(
        Reason(
            rule_id=f"{said.name}.rival_{name}",
            message=Message(RIVAL, {"statement": f"finding_name:{PREFIX}{name}"}),
            contribution=None,
            inputs=(),
            source=RIVAL_SOURCE,
        )
        for name in said.yielded
    )


def limit_of(why: str) -> Message:
    """Word why nothing can be said: the feature or the other statement is a parameter."""
    head, _, name = why.rpartition(".")
    if head == NEEDS:
        return Message(NEEDS, {"item": f"variable:{name}"})
    if head == NOT_WITH:
        return Message(NOT_WITH, {"statement": f"finding_name:{PREFIX}{name}"})
    return Message(why)


def _reasons(
    said: Statement, features: EcgFeatures, model: StatementsModel
) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """Return all that speaks for and against a statement that is not simply absent.

    Largest first; with the bias they add up to the logit of the score.
    """
    if said.state not in TOLD:
        return (), ()
    rules = {rule.id: rule for rule in model.system.rules}
    order = sorted(said.contribution, key=lambda name: -abs(said.contribution[name]))
    told = [rule_reason(rules[name], said, features, model) for name in order]
    for_ = [reason for reason in told if (reason.contribution or 0.0) > 0]
    against = [reason for reason in told if (reason.contribution or 0.0) < 0]
    return tuple(for_), tuple(against)


def rule_reason(
    rule: Rule, said: Statement, features: EcgFeatures, model: StatementsModel
) -> Reason:
    """Return one rule of a statement as a reason: how true it is, what it adds, and its values."""
    names = dict.fromkeys(literal.variable for literal in rule.literals)
    leads = _leads_that_gave(names, features)
    premise = {"premise": f"premise:{rule.antecedent}"}
    return Reason(
        rule_id=rule.id,
        message=Message("reason.tsk_rule_in", {**premise, "leads": " / ".join(leads)})
        if leads
        else Message("reason.tsk_rule", premise),
        contribution=round(said.contribution[rule.id], _CONTRIBUTION_DECIMALS),
        inputs=tuple(_input(name, features, model) for name in names),
        source=rule.source,
        membership=round(said.firing[rule.id], _CONTRIBUTION_DECIMALS),
    )


def _leads_that_gave(names: Iterable[str], features: EcgFeatures) -> list[str]:
    """Return the neighbouring leads that gave each value of a rule, in the order of its values.

    None where a value is of no such leads: which value they belong to would not be clear.
    """
    measured = [n for n in names if np.isfinite(features.values.get(n, np.nan))]
    pairs = [", ".join(pair_of(name, features)) for name in measured]
    return list(dict.fromkeys(pairs)) if all(pairs) else []


def _input(name: str, features: EcgFeatures, model: StatementsModel) -> InputValue:
    unit = next(v.unit for v in model.system.variables if v.name == name)
    value = features.values.get(name, float("nan"))
    if not np.isfinite(value):
        return InputValue(name, "", "", "estimated")
    digits = DECIMALS.get(unit, _OTHER_DECIMALS)
    return InputValue(name, f"{value:.{digits}f}", unit, "derived")
