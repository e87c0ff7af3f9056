"""One person's risk as a finding: its rules for and against, what is missing, what would change it.

The reasons come out of the same run of the graph that gave the risk; nothing is computed a second
way here.
"""

import math

import numpy as np

from ..bundles.manifest import BAND_NAMES
from ..bundles.verify import Bundle
from ..errors import ScreeningError
from ..explain.counterfactual import Counterfactual, Counterfactuals, counterfactuals
from ..explain.interval import FlippingItems, RiskInterval, missing_that_could_flip, risk_interval
from ..fixedpoint import FloatArray
from ..fuzzy.system import MamdaniSystem, TskSystem
from ..next_steps import step_of
from ..prediagnosis import (
    Band,
    Change,
    Finding,
    Message,
    MissingItem,
    ModelReference,
    Parameter,
    Reason,
)
from .columns import Abstention, Answer, RiskColumns
from .limits import model_limits
from .missing import what_stops
from .old_inputs import old_inputs
from .outcomes import Outcome
from .person import PersonContext
from .reference import from_reference
from .shapley import CONTRIBUTION_DECIMALS, shapley_of
from .values import input_value
from .without_diabetes import said_without_diabetes

EXPLANATION_ERRORS = (
    ScreeningError,
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
"""A risk that can't be explained is not said, and must never take an urgent item with it (H1)."""
_PERCENT = 100.0
_PER_THOUSAND = 1000.0


def risk_finding(columns: RiskColumns, person: PersonContext) -> Finding:
    """Return one person's finding for one outcome."""
    found = columns.answer_for(person.row)
    abstention = Abstention(int(columns.abstention[person.row]))
    if found is None or abstention != Abstention.ANSWERED:
        return _not_assessable(columns, person, abstention)
    answer, position = found
    try:
        finding = _answered(columns, person, answer, position)
        return said_without_diabetes(finding, answer, position, person)
    except EXPLANATION_ERRORS:
        return _not_assessable(columns, person, Abstention.MODEL_FAILED)


def _answered(
    columns: RiskColumns, person: PersonContext, answer: Answer, position: int
) -> Finding:
    bundle = answer.bundle
    model, outcome = bundle.model, columns.outcome
    x, observed = answer.x[position : position + 1], answer.observed[position : position + 1]
    output = answer.output.take(position)
    interval = risk_interval(model, x, observed, output)
    value = float(columns.value[person.row])
    band: Band = BAND_NAMES[int(columns.band[person.row])]  # type: ignore[assignment]  # the names are those of Band
    action = outcome.action(bundle.manifest.form, band)
    starts, contributions = from_reference(model, observed, output)
    start = float(starts[0])
    for_, against = _reasons(bundle, person, output.rule_firing[0], contributions[0])
    changes = counterfactuals(model, x[0], observed[0], _present(bundle, person))
    is_risk = model.is_tsk
    return Finding(
        id=outcome.id,
        kind="risk",
        message=Message(outcome.sentence(bundle.manifest.form, band)),
        band=band,
        risk=value if is_risk else None,
        risk_interval=_interval(bundle, interval) if is_risk else None,
        reference_standard=bundle.manifest.reference_standard,
        urgency=action.urgency,
        reasons_for=for_,
        reasons_against=against,
        missing=_missing(
            bundle, person, interval, missing_that_could_flip(model, output, interval)
        ),
        what_would_change=_changes(changes, band),
        proposed_action=action.action,
        proposed_addressee=action.addressee,
        model=_reference(bundle),
        limits=(
            *_compared(bundle, start),
            *_older(columns, person),
            *old_inputs(bundle.manifest.input_names, person),
            *model_limits(bundle, person.batch, person.row, output, value),
        ),
        shapley=shapley_of(bundle, x, observed),
        details=_details(bundle, start, value),
    )


def _compared(bundle: Bundle, start: float) -> tuple[Message, ...]:
    if not bundle.model.is_tsk:
        return ()
    risk = round(_PER_THOUSAND / (1.0 + math.exp(-start)), 1)
    return (Message("limit.reference_person", {"per_thousand": risk}),)


def _older(columns: RiskColumns, person: PersonContext) -> tuple[Message, ...]:
    """Say where the model is known to be weaker: above an age that stands with its outcome."""
    over = columns.outcome.limit_over_age
    is_older = over is not None and int(person.batch.age_years[person.row]) > over
    return (Message("limit.age_over_65"),) if is_older else ()


def _details(bundle: Bundle, bias: float, value: float) -> dict[str, Parameter]:
    details: dict[str, Parameter] = {
        "form": bundle.manifest.form,
        "low_below": bundle.manifest.bands.low_below,
        "high_from": bundle.manifest.bands.high_from,
    }
    if bundle.model.is_tsk:
        details["bias"] = round(bias, CONTRIBUTION_DECIMALS)
    else:
        details["score"] = value
    return details


def _interval(bundle: Bundle, interval: RiskInterval) -> tuple[float, float] | None:
    low, high = bundle.model.rounded(interval.low)[0], bundle.model.rounded(interval.high)[0]
    return (float(low), float(high)) if np.isfinite(low) else None


def _reasons(
    bundle: Bundle,
    person: PersonContext,
    firing: FloatArray,
    contribution: FloatArray,
) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """Return every rule with a contribution, the largest first, split by its sign."""
    system = bundle.rules
    order = np.argsort(-np.abs(contribution), kind="stable")
    reasons = [
        (_reason(bundle, system, int(r), person, (firing[r], contribution[r])), contribution[r])
        for r in order
        if round(float(contribution[r]), CONTRIBUTION_DECIMALS) != 0.0
    ]
    for_ = tuple(reason for reason, c in reasons if c > 0)
    return for_, tuple(reason for reason, c in reasons if c < 0)


def _reason(
    bundle: Bundle,
    system: MamdaniSystem | TskSystem,
    index: int,
    person: PersonContext,
    numbers: tuple[float, float],
) -> Reason:
    rule = system.rules[index]
    firing, contribution = numbers
    names = dict.fromkeys(literal.variable for literal in rule.literals)
    parameters: dict[str, Parameter] = {"premise": f"premise:{rule.antecedent}"}
    if isinstance(system, MamdaniSystem):
        parameters["conclusion"] = f"premise:{rule.consequent}"
    return Reason(
        rule_id=rule.id,
        message=Message(f"reason.{bundle.manifest.kind}_rule", parameters),
        contribution=round(float(contribution), CONTRIBUTION_DECIMALS),
        inputs=tuple(
            input_value(n, person.made, person.batch, person.row, person.arm) for n in names
        ),
        source=rule.source,
        membership=round(float(firing), CONTRIBUTION_DECIMALS),
        share_percent=round(float(contribution) * _PERCENT, 1)
        if isinstance(system, MamdaniSystem)
        else None,
    )


def _missing(
    bundle: Bundle, person: PersonContext, interval: RiskInterval, flips: FlippingItems
) -> tuple[MissingItem, ...]:
    rounded = bundle.model.rounded
    return tuple(
        MissingItem(
            item=f"feature:{spec.name}",
            required=spec.required,
            next_step=step_of(spec.name, person.batch, person.row),
            risk_interval=(
                float(rounded(interval.item_low)[0, j]),
                float(rounded(interval.item_high)[0, j]),
            ),
            could_change_band=bool(flips.could_flip[0, j]),
        )
        for j, spec in enumerate(bundle.manifest.inputs)
        if np.isfinite(interval.item_low[0, j])
    )


def _present(bundle: Bundle, person: PersonContext) -> dict[str, float]:
    """Return present values of what can change but is no input itself (waist, weight)."""
    made, row = person.made, person.row
    names = [c.name for c in bundle.manifest.changes if c.name in made]
    return {n: float(made[n].values[row]) for n in names if made[n].observed[row]}


def _changes(found: Counterfactuals, band: Band) -> tuple[Change, ...]:
    if found.outcome == "no_reachable_change" and band != "low":
        return (Change(Message("change.none_reachable"), (), None, ""),)
    return tuple(_change(c) for c in found.found)


def _change(found: Counterfactual) -> Change:
    return Change(
        message=Message("change.flips", {"band": f"band:{found.band}"}),
        inputs=tuple((c.name, c.before, c.after, c.unit) for c in found.changes),
        risk=found.value,
        becomes=found.band,
    )


def _reference(bundle: Bundle) -> ModelReference:
    m = bundle.manifest
    return ModelReference(id=m.id, version=m.version, sha256=bundle.sha256, key=m.key)


def _not_assessable(columns: RiskColumns, person: PersonContext, abstention: Abstention) -> Finding:
    outcome = columns.outcome
    chosen = int(columns.chosen[person.row])
    bundle = columns.bundles[chosen] if chosen >= 0 else None
    missing = () if bundle is None else what_stops(columns, bundle, person, abstention)
    return Finding(
        id=outcome.id,
        kind="risk",
        message=Message(f"finding.{outcome.id}.not_assessable"),
        band="not_assessable",
        reference_standard=bundle.manifest.reference_standard if bundle else "",
        reasons_against=(),
        missing=missing,
        limits=(Message(_abstention(outcome, abstention)),),
        model=_reference(bundle) if bundle else None,
    )


def _abstention(outcome: Outcome, abstention: Abstention) -> str:
    name = abstention.name.lower()
    return outcome.abstention.get(name, f"abstention.{name}")
