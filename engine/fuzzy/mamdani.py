"""Mamdani inference with an exact centroid.

Truth of the antecedent (and: least or product; or: greatest), times the weight of the rule, cuts
(clip) or scales the concluded term; the union of all is their greatest height; the score is its
centroid. Source: Mamdani and Assilian 1975 (doi:10.1016/S0020-7373(75)80002-2). Departure: the
centroid is the integral itself, not a sum over a grid.

A missing input is not evidence: a rule counts with what is true whatever the input is, and the
range of the score over everything that the input could be is given beside it.
"""

from dataclasses import dataclass

import numpy as np

from .breakpoints import bound_nodes, plan_breakpoints
from .centroid import (
    TIE,
    OutputTerms,
    centroid,
    centroid_bounds,
    pieces,
    term_shares,
)
from .firing import rule_firing
from .membership import FloatArray
from .status import FIRES, BoolArray, CleanInputs, IntArray, Status, clean_inputs
from .system import MamdaniSystem


@dataclass(frozen=True, slots=True, eq=False)
class MamdaniResult:
    """The answer and its explanation, from one pass.

    Where no rule fires (`Status.NO_RULE_FIRED`) or the record could not be evaluated, the score
    is the middle of the output universe, its range the whole universe and every share 0: the
    numbers say nothing and must not be shown.

    Parameters
    ----------
    score : shape (n,), in the unit of the output; uncalibrated
    score_low, score_high : shape (n,), contain the score for every value that the missing inputs
        could have in their universes and for which some rule fires; equal to the score where
        nothing is missing
    rule_firing : shape (n, r), 0..1, weighted; where an input is missing, what is true whatever
        it is
    rule_share : shape (n, r), share of each rule in the output area; sums to 1 where some rule
        fires. Each point of the area belongs to the highest term there, and a term to its
        strongest rule; ties (to within 1e-9 of the strongest firing) are split equally, among
        terms first, then among rules
    status : shape (n,), codes of `Status`
    """

    score: FloatArray
    score_low: FloatArray
    score_high: FloatArray
    rule_firing: FloatArray
    rule_share: FloatArray
    status: IntArray


def evaluate_mamdani(system: MamdaniSystem, x: FloatArray, observed: BoolArray) -> MamdaniResult:
    """Score records.

    Parameters
    ----------
    system : variables, rules, output
    x : shape (n, k), in the units of the variables; anything, NaN too, where not observed
    observed : shape (n, k)

    Raises
    ------
    ContractBroken : arrays of another shape than the system's
    """
    inputs = clean_inputs(x, observed, system.universes, system.required_mask)
    firing = _weighted_firing(system, inputs, greatest=False)
    terms = OutputTerms(system.output, system.implication)
    levels = term_levels(system, firing)
    fires = levels.max(axis=1) > FIRES
    parts = pieces(terms, levels, np.sort(terms.breakpoints(levels), axis=1))
    middle = (terms.low + terms.high) / 2
    score = np.where(fires, centroid(parts, terms.low, terms.high), middle)
    share = rule_shares(system, firing, levels, term_shares(parts, levels))
    low, high = _range(system, inputs, levels, score)
    return MamdaniResult(
        score=score,
        score_low=np.where(fires, low, terms.low),
        score_high=np.where(fires, high, terms.high),
        rule_firing=firing,
        rule_share=np.where(fires[:, None], share, 0.0),
        status=np.where(fires, inputs.status, np.maximum(inputs.status, Status.NO_RULE_FIRED)),
    )


def _weighted_firing(system: MamdaniSystem, inputs: CleanInputs, *, greatest: bool) -> FloatArray:
    """Least or greatest firing over all values of what is missing; 0 where nothing is evaluated."""
    truth = rule_firing(system, inputs, greatest=greatest)
    return np.where(inputs.is_evaluated[:, None], truth * system.weights, 0.0)


def _range(
    system: MamdaniSystem, inputs: CleanInputs, least: FloatArray, score: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Bound the score over all values of what is missing, for levels that are the least."""
    low, high = score.copy(), score.copy()
    rows = np.flatnonzero(inputs.missing.any(axis=1))
    if len(rows):
        greatest = term_levels(system, _weighted_firing(system, inputs, greatest=True))[rows]
        terms = OutputTerms(system.output, system.implication)
        plan, universe = plan_breakpoints(system), system.output.universe
        nodes = bound_nodes(plan, universe, least[rows], greatest)
        bounds = centroid_bounds(terms, least[rows], greatest, nodes)
        low[rows] = np.minimum(bounds[0], score[rows])
        high[rows] = np.maximum(bounds[1], score[rows])
    return low, high


def term_levels(system: MamdaniSystem, firing: FloatArray) -> FloatArray:
    """Greatest firing of the rules that conclude each term, shape (n, m); 0 where no rule does."""
    levels = np.zeros((len(firing), len(system.output.terms)))
    for r, term in enumerate(system.output_index):
        levels[:, term] = np.maximum(levels[:, term], firing[:, r])
    return levels


def rule_shares(
    system: MamdaniSystem, firing: FloatArray, levels: FloatArray, shares: FloatArray
) -> FloatArray:
    """Give the share of each term to its strongest rules, equally, shape (n, r)."""
    own = np.array(system.output_index)
    slack = TIE * levels.max(axis=1, keepdims=True)
    strongest = (firing >= levels[:, own] - slack) & (firing > 0.0)
    rivals = np.stack([strongest[:, own == term].sum(axis=1) for term in own], axis=1)
    return np.where(strongest, shares[:, own] / np.maximum(rivals, 1), 0.0)
