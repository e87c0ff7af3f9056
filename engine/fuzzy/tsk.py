"""Zero-order Takagi-Sugeno-Kang inference: points (log-odds) times degree of truth.

Additive (default): logit = bias + sum over rules of points * firing. Every rule is one printed
step and removing it changes the logit by exactly its contribution. If no rule is true the answer
is the bias: the log-odds of a person of whom nothing that the rules speak of is true.

Normalised (the classical form, Takagi and Sugeno 1985, doi:10.1109/TSMC.1985.6313399, with a bias):
logit = bias + sum of points * firing / sum of firing. If no rule is true it has no answer
(NO_RULE_FIRED).

In both forms bias + contributions = logit on every record, and risk = 1 / (1 + exp(-logit)).
"""

from dataclasses import dataclass, replace

import numpy as np

from ..errors import ContractBroken
from .completion import ConditionalCompletion, complete
from .firing import firing_range, rule_firing
from .logistic import logistic
from .membership import FloatArray
from .rules import Points
from .status import FIRES, BoolArray, IntArray, Status, clean_inputs
from .system import TskSystem


@dataclass(frozen=True, slots=True, eq=False)
class TskResult:
    """The answer and its explanation, from one pass.

    Where the status is not assessable by `status.is_assessable`, the firings and contributions of
    a record that could not be evaluated are 0 and its risk is that of the bias alone: it must not
    be shown.

    Parameters
    ----------
    risk : shape (n,), 0..1
    logit : shape (n,), bias + sum of rule_contribution
    rule_firing : shape (n, r), 0..1; the expected firing where an input is missing
    rule_contribution : shape (n, r), log-odds
    bias : shape (n,), log-odds
    status : shape (n,), codes of `Status`
    """

    risk: FloatArray
    logit: FloatArray
    rule_firing: FloatArray
    rule_contribution: FloatArray
    bias: FloatArray
    status: IntArray


def evaluate_tsk(
    system: TskSystem,
    x: FloatArray,
    observed: BoolArray,
    *,
    completion: ConditionalCompletion | None = None,
) -> TskResult:
    """Score records.

    Parameters
    ----------
    system : variables, rules, bias
    x : shape (n, k), in the units of the variables; anything, NaN too, where not observed
    observed : shape (n, k)
    completion : how missing optional inputs are completed; without it every input is required

    Raises
    ------
    ContractBroken : arrays or completion of another shape than the system's
    """
    if completion:
        completion.check(system)
    required = system.required_mask if completion else np.ones(len(system.inputs), dtype=np.bool_)
    inputs = clean_inputs(x, observed, system.universes, required)
    firing = rule_firing(system, inputs)
    if completion:
        firing = complete(firing, inputs.missing, system, completion)
    firing = np.where(inputs.is_evaluated[:, None], firing, 0.0)
    contribution = firing * system.points
    status = inputs.status
    if system.normalised:
        contribution, status = _normalise(contribution, firing, status)
    logit = system.bias + contribution.sum(axis=1)
    bias = np.full(len(x), system.bias)
    return TskResult(logistic(logit), logit, firing, contribution, bias, status)


def _normalise(
    contribution: FloatArray, firing: FloatArray, status: IntArray
) -> tuple[FloatArray, IntArray]:
    """Divide by the sum of the firings; a record in which none fires has no answer."""
    total = firing.sum(axis=1)
    silent = total <= FIRES
    share = np.where(silent[:, None], 0.0, contribution / np.where(silent, 1.0, total)[:, None])
    return share, np.maximum(status, np.where(silent, Status.NO_RULE_FIRED, Status.ASSESSED))


def risk_range(
    system: TskSystem, x: FloatArray, observed: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """Bound the risk over all values that the missing inputs could have within their universes.

    Sound (it contains the risk for every such value) and may be wider than needed, since the
    words said of one missing input are bounded one by one; exact where one input is missing and
    its words all rise (or all fall) in it with points of one sign. Additive systems only, whose
    logit is monotone in each firing.

    Parameters
    ----------
    system : additive
    x : shape (n, k); anything, NaN too, where not observed
    observed : shape (n, k)

    Returns
    -------
    low and high, shape (n,) each; equal where nothing is missing; 0 and 1 where an observed value
    is invalid
    """
    if system.normalised:
        raise needs_additive("the range of the risk")
    inputs = clean_inputs(
        x, observed, system.universes, np.zeros(len(system.inputs), dtype=np.bool_)
    )
    firing = firing_range(system, inputs)
    low, high = firing.low * system.points, firing.high * system.points
    logit_low = system.bias + np.minimum(low, high).sum(axis=1)
    logit_high = system.bias + np.maximum(low, high).sum(axis=1)
    known = inputs.is_evaluated
    return np.where(known, logistic(logit_low), 0.0), np.where(known, logistic(logit_high), 1.0)


def needs_additive(what: str) -> ContractBroken:
    """Build the error for what a normalised system does not have."""
    return ContractBroken(
        found=f"{what} of a normalised system",
        why="its logit may rise or fall with each firing, so bounds of the firings do not bound it",
        remedy="Use an additive system (normalised = false)",
        path="normalised",
    )


def recalibrated(system: TskSystem, *, slope: float, intercept: float) -> TskSystem:
    """Fold an affine calibration of the logit into points and bias: nothing stays unprinted.

    Parameters
    ----------
    system : additive or normalised
    slope, intercept : new logit = intercept + slope * old logit
    """
    rules = tuple(
        replace(rule, consequent=Points(slope * rule.consequent.value))
        if isinstance(rule.consequent, Points)
        else rule
        for rule in system.rules
    )
    return replace(system, rules=rules, bias=intercept + slope * system.bias)
