"""How true the antecedent of every rule is: the plain walk over each rule's tree."""

from dataclasses import dataclass
from functools import reduce

import numpy as np

from .membership import FloatArray
from .rules import And, Antecedent, Is
from .status import CleanInputs
from .system import FuzzySystem
from .variables import LinguisticVariable, membership_range


@dataclass(frozen=True, slots=True)
class FiringRange:
    """Least and greatest firing of each rule over all values of the missing inputs, shape (n, r).

    Both are equal where nothing that the rule reads is missing. The range is sound and may be
    wider than needed: each `X is T` on a missing X takes any truth that T has within the universe
    of X, by itself.
    """

    low: FloatArray
    high: FloatArray


class _Truth:
    """Truth of antecedents; a literal on a missing input takes its least or greatest truth."""

    def __init__(self, system: FuzzySystem, inputs: CleanInputs, *, greatest: bool) -> None:
        self.system, self.inputs, self.greatest = system, inputs, greatest
        self.column = {name: j for j, name in enumerate(system.inputs)}

    def of(self, tree: Antecedent) -> FloatArray:
        """Shape (n,)."""
        if isinstance(tree, Is):
            return self._literal(tree)
        parts = [self.of(part) for part in tree.parts]
        if not isinstance(tree, And):
            return reduce(np.maximum, parts)
        return reduce(np.minimum if self.system.tnorm == "min" else np.multiply, parts)

    def _literal(self, literal: Is) -> FloatArray:
        j = self.column[literal.variable]
        variable = self.system.variables[j]
        truth = variable.term(literal.term).membership(self.inputs.x[:, j])
        if literal.negated:
            truth = 1.0 - truth
        missing = self.inputs.missing[:, j]
        if not missing.any():
            return truth
        return np.where(missing, truth_range(variable, literal)[self.greatest], truth)


def truth_range(variable: LinguisticVariable, literal: Is) -> tuple[float, float]:
    """Least and greatest truth of `X is [not] T` over the universe of X."""
    low, high = membership_range(variable.term(literal.term), variable.universe)
    return (1.0 - high, 1.0 - low) if literal.negated else (low, high)


def rule_firing(system: FuzzySystem, inputs: CleanInputs, *, greatest: bool = False) -> FloatArray:
    """Evaluate every antecedent.

    Parameters
    ----------
    system : its rules and variables
    inputs : cleaned, in the order of system.inputs
    greatest : what `X is T` is worth where X is missing: its greatest truth within the universe
        of X, else its least (what is true whatever X is)

    Returns
    -------
    shape (n, r), 0..1; rules are not weighted
    """
    truth = _Truth(system, inputs, greatest=greatest)
    return np.stack([truth.of(rule.antecedent) for rule in system.rules], axis=1)


def firing_range(system: FuzzySystem, inputs: CleanInputs) -> FiringRange:
    """Bound every firing over all values of the missing inputs.

    Sound because "and" and "or" never fall when one of their parts rises.
    """
    return FiringRange(rule_firing(system, inputs), rule_firing(system, inputs, greatest=True))
