"""From features to statements: a score, a state, and why."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ...fixedpoint import FloatArray
from ...prediagnosis import Message
from ..analysis import REFUSED, EcgAnalysis
from ..conduction import may_be_higher_block
from ..features import EcgFeatures
from ..features.table import is_own_scale
from ..gaps import inner_gaps_of
from .axis import allows_present, as_axis_is_extreme, as_rules_read
from .decide import NO_RIVAL, Decided, decide, forbidden_by, ruled_out
from .evidence import is_shown, why_not_shown
from .least import at_least
from .limits import reaches_limit, why_held
from .model import StatementsModel, StatementsOutput
from .said import ABSENT, BORDERLINE, NOT_ASSESSABLE, PRESENT, Statement
from .settings import statement_settings
from .spec import StatementSpec, statement_of
from .urgent_rules import (
    BESIDE_RULE,
    PREEXCITATION_RULE,
    PREEXCITED,
    VENTRICULAR,
    VENTRICULAR_RULES,
    as_rules_see,
    forbidden_by_rule,
    rules_that_speak,
)
from .walls import every_wall_seen
from .wide import WIDE, is_wide_tachycardia, silenced

__all__ = [
    "ABSENT",
    "BORDERLINE",
    "NEEDS",
    "NOT_ASSESSABLE",
    "NOT_WITH",
    "PRESENT",
    "Statement",
    "columns_of",
    "find_statements",
    "state_of",
]

AXIS: Final = "qrs_axis_deg"
NEEDS: Final = "ecg.statement.needs"
NOT_WITH: Final = "ecg.statement.not_with"
BLOCKED: Final = "ecg.statement.blocked_p"
OWN_SCALE: Final = "ecg.statement.own_scale"
NOT_EXCLUDED: Final = "ecg.statement.not_excluded"
WALL_NOT_SEEN: Final = "ecg.statement.wall_not_seen"
GAP: Final = "ecg.statement.gap"


def columns_of(features: EcgFeatures, model: StatementsModel) -> tuple[FloatArray, np.ndarray]:
    """Return ``x`` and ``observed`` of one ECG, shape (1, k)."""
    axis = np.array(features.values.get(AXIS, np.nan))
    values = {**features.values, AXIS: float(as_rules_read(axis))}
    x = np.array([[values.get(name, np.nan) for name in model.system.inputs]])
    return x, np.isfinite(x)


def find_statements(
    analysis: EcgAnalysis, features: EcgFeatures, model: StatementsModel
) -> tuple[Statement, ...]:
    """Say of every statement whether it is present.

    Parameters
    ----------
    analysis : with the quality gate and what was withheld
    features : of the same recording
    model : of a verified bundle

    Raises
    ------
    ContractBroken : the graph failed; nothing is said then
    """
    x, observed = columns_of(features, model)
    output = model.run(x, observed)
    names = model.table.names
    ecg = _Ecg.of(analysis, features)
    columns = {name: np.array([value]) for name, value in features.values.items()}
    shown, reaches = is_shown(names, columns, 1), reaches_limit(names, columns, 1)
    reaches &= allows_present(names, columns.get(AXIS, np.array([np.nan])))
    reasons = [
        _reasons(s, ecg, reached=bool(score >= s.present_from and seen))
        for s, score, seen in zip(model.table.statements, output.score[0], shown[0], strict=True)
    ]
    free = np.array([[not why for why in reasons]])
    excluded = ruled_out(columns, 1)
    decided = decide(model.table, output.score, free, shown & reaches, excluded)
    forbids = {name for name, is_in in zip(names, decided.forbids[0], strict=True) if is_in}
    found = []
    for i, spec in enumerate(model.table.statements):
        beside = tuple(f"{NOT_WITH}.{name}" for name in forbidden_by(spec) if name in forbids)
        own = () if beside and reasons[i] == (BESIDE_RULE,) else reasons[i]
        why = own + beside
        said = _statement(spec, i, why, output, (model, features))
        said = _beside_rivals(said, i, names, decided)
        is_seen = bool(shown[0, i]), bool(reaches[0, i])
        said = _as_far_as_seen(said, features, *is_seen)
        said = _not_excluded(said, i, names, decided)
        found.append(as_axis_is_extreme(said, features.values))
    found = [at_least(said, found, features) for said in found]
    if not every_wall_seen(analysis):
        found = [_not_absent(said) for said in found]
    return tuple(as_rules_see(_of_one_kind(said, found), ecg.rules) for said in found)


def _as_far_as_seen(
    said: Statement, features: EcgFeatures, is_shown_: bool, reaches: bool
) -> Statement:
    """Call borderline what reached its cut-off without what must be seen of it, or its limit."""
    if said.state != PRESENT:
        return said
    if not is_shown_:
        said = replace(said, state=BORDERLINE, unseen=why_not_shown(said.name))
    if not reaches:
        said = replace(said, state=BORDERLINE, held=why_held(said.name, features.values))
    return said


def _not_excluded(said: Statement, index: int, names: tuple[str, ...], found: Decided) -> Statement:
    """Call borderline what is forbidden by a statement that could not be excluded."""
    by = int(found.held[0, index])
    if said.state != PRESENT or by == NO_RIVAL:
        return said
    why = Message(NOT_EXCLUDED, {"statement": f"finding_name:ecg_{names[by]}"})
    return replace(said, state=BORDERLINE, held=(*said.held, why))


def _beside_rivals(
    said: Statement, index: int, names: tuple[str, ...], found: Decided
) -> Statement:
    """Let a statement yield to its better rival, and the better one name what yields."""
    better = int(found.better[0, index])
    if better != NO_RIVAL:
        state = BORDERLINE if said.state == PRESENT else said.state
        return replace(said, state=state, better=names[better])
    yielded = tuple(names[j] for j in np.flatnonzero(found.better[0] == index))
    return replace(said, yielded=yielded if said.state == PRESENT else ())


def _not_absent(said: Statement) -> Statement:
    """Say nothing of what is absent in the leads that are there and may stand in the others."""
    if said.state != ABSENT or said.name not in statement_settings()["absent_if_every_wall_seen"]:
        return said
    return replace(said, state=NOT_ASSESSABLE, score=float("nan"), why=(WALL_NOT_SEEN,))


def _of_one_kind(said: Statement, found: list[Statement]) -> Statement:
    """Call what is only borderline absent where one of its kind is present, and name that one."""
    if said.state != BORDERLINE or said.better:
        return said
    kinds = [kind for kind in statement_settings()["of_one_kind"] if said.name in kind]
    rivals = {name for kind in kinds for name in kind}
    seen = [s.name for s in found if s.state == PRESENT and s.name in rivals]
    return replace(said, state=ABSENT, better=seen[0]) if seen else said


@dataclass(frozen=True, slots=True, eq=False)
class _Ecg:
    """What the reasons against any statement are read from."""

    analysis: EcgAnalysis
    features: EcgFeatures
    is_wide: bool
    rules: frozenset[str]

    @classmethod
    def of(cls, analysis: EcgAnalysis, features: EcgFeatures) -> "_Ecg":
        wide = is_wide_tachycardia(analysis, features.values)
        return cls(analysis, features, wide, rules_that_speak(analysis))


def _reasons(spec: StatementSpec, ecg: _Ecg, *, reached: bool) -> tuple[str, ...]:
    """Return why nothing can be said, empty where something can.

    ``reached``: the score is at its cut-off, and what must be seen was; what is not measured and
    could only add to it is then not needed.
    """
    analysis, features = ecg.analysis, ecg.features
    forbidden = _forbidden(spec, ecg)
    if forbidden:
        return (forbidden,)
    spared = statement_settings()["only_adds"].get(spec.name, ()) if reached else ()
    needed = [n for n in spec.needs if n not in spared]
    absent = [n for n in needed if not np.isfinite(features.values.get(n, np.nan))]
    if absent:
        return tuple(f"{NEEDS}.{name}" for name in absent)
    withheld: dict[str, None] = {}
    for name in spec.not_withheld:
        measured = analysis.measurements.measured.get(name)
        if measured is not None:
            withheld |= dict.fromkeys(measured.withheld)
    return tuple(withheld)


def _forbidden(spec: StatementSpec, ecg: _Ecg) -> str:
    """Return what of the recording as a whole forbids a statement, empty where nothing does."""
    analysis, settings = ecg.analysis, statement_settings()
    blocked = spec.name in settings["every_p_conducts"] and may_be_higher_block(
        analysis.measurements, analysis.fiducials
    )
    preexcited = PREEXCITATION_RULE in ecg.rules
    ventricular = not ecg.rules.isdisjoint(VENTRICULAR_RULES)
    checks = (
        (spec.name in settings["in_millivolt"] and is_own_scale(analysis), OWN_SCALE),
        (analysis.quality.uses[spec.use].verdict == REFUSED, f"ecg.statement.quality.{spec.use}"),
        (spec.name in settings["not_beside_gap"] and bool(inner_gaps_of(analysis.signal)), GAP),
        (ecg.is_wide and silenced(spec.name, ecg.features.values), WIDE),
        (ventricular and silenced(spec.name, ecg.features.values), VENTRICULAR),
        (preexcited and spec.name in settings["not_said_if_preexcited"], PREEXCITED),
        (forbidden_by_rule(spec, ecg.rules), BESIDE_RULE),
        (blocked, BLOCKED),
    )
    return next((why for holds, why in checks if holds), "")


def _statement(
    spec: StatementSpec,
    index: int,
    why: tuple[str, ...],
    output: StatementsOutput,
    shared: tuple[StatementsModel, EcgFeatures],
) -> Statement:
    model, features = shared
    ids = model.system.rule_ids
    mine = [r for r, rule_id in enumerate(ids) if statement_of(rule_id) == spec.name]
    score = float(output.score[0, index])
    state = NOT_ASSESSABLE if why else _decided(spec, score, features)
    return Statement(
        name=spec.name,
        score=float("nan") if why else score,
        state=state,
        why=why,
        firing={ids[r]: float(output.rule_firing[0, r]) for r in mine},
        contribution={ids[r]: float(output.rule_contribution[0, r]) for r in mine},
        bias=float(output.bias[0, index]),
    )


def _decided(spec: StatementSpec, score: float, features: EcgFeatures) -> str:
    """Let a measured value decide where the house says so (QTc), else the score."""
    rule = statement_settings()["decided_by_value"].get(spec.name)
    if rule is None:
        return state_of(spec, score)
    value = features.values[rule["feature"]]
    if value >= rule["present_from"]:
        return PRESENT
    return BORDERLINE if value >= rule["borderline_from"] else ABSENT


def state_of(spec: StatementSpec, score: float) -> str:
    """Return present, borderline or absent for a score."""
    if score >= spec.present_from:
        return PRESENT
    return BORDERLINE if score >= spec.borderline_from else ABSENT
