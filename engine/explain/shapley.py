"""Exact Shapley values through the ONNX graph, against the manifest's one reference person.

The game: the players are the inputs that were observed. A coalition S has the person's values for
the inputs in S and the reference person's values for the others; its worth is the logit of the
model (the score of a Mamdani model). All 2^m coalitions are run, so the values are exact, not
sampled, and they sum to logit(person) - logit(reference person). Where the rules of the model are
given and added up, the same values come from the few coalitions that share a rule
(``shared_rules``).

An observed input that has the reference person's very value adds nothing to any coalition: its
value is 0, and no coalition is run twice for it. A missing input is not a player: it stays missing
in every coalition, the reference person's included, and its value is 0. So the baseline is the
reference person of whom the same items are unknown, and no credit is given to a value that nobody
measured.

Source: Shapley 1953; interventional game with a single reference (Lundberg and Lee 2017,
Sundararajan and Najmi 2020, "baseline Shapley"). Departures: none.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import factorial

import numpy as np
from numpy.typing import NDArray

from ..errors import ContractBroken
from ..fixedpoint import FloatArray
from ..fuzzy.system import FuzzySystem
from ..record import BoolArray
from ..runtime import RiskModel
from .patterns import same_pattern
from .shared_rules import attribute, is_added_up

MAX_INPUTS = 12
ROWS_AT_ONCE = 1 << 16


@dataclass(frozen=True, slots=True)
class ShapleyValues:
    """Exact attributions, on the logit (tsk) or the score (mamdani).

    Parameters
    ----------
    values : shape (n, k); 0 for an input that is missing, NaN where a coalition has no answer
    additive : shape (n,); logit or score of the person
    baseline : shape (n,); the same of the reference person with the same items missing
    """

    values: FloatArray
    additive: FloatArray
    baseline: FloatArray


def shapley_values(
    model: RiskModel, x: FloatArray, observed: BoolArray, rules: FuzzySystem | None = None
) -> ShapleyValues:
    """Attribute the answer of each record to its observed inputs.

    Parameters
    ----------
    model : at most 12 inputs
    x, observed : shape (n, k), as given to ``model.run``
    rules : the model's rules, for the short way where it is exact; every coalition is run without

    Raises
    ------
    ContractBroken  if the model has more than 12 inputs
    """
    n, k = x.shape
    if k > MAX_INPUTS:
        raise ContractBroken(
            found=f"{k} inputs",
            why=f"exact Shapley values run 2^k coalitions, at most 2^{MAX_INPUTS}",
            remedy="Explain this model by its rule contributions",
            path=model.manifest.id,
        )
    result = ShapleyValues(np.zeros((n, k)), np.full(n, np.nan), np.full(n, np.nan))
    for players, rows in same_pattern(observed):
        left = rows
        if rules is not None and is_added_up(rules):
            left = _by_rules(result, model, rules, (x, players, rows))
        _by_coalitions(result, model, (x, players, left))
    return result


def _by_rules(
    result: ShapleyValues,
    model: RiskModel,
    rules: FuzzySystem,
    people: tuple[FloatArray, BoolArray, NDArray[np.intp]],
) -> NDArray[np.intp]:
    """Attribute the short way; return the rows for which that is not certain to be exact."""
    x, players, rows = people
    short = attribute(model, rules, x[rows], players)
    done = rows[short.exact]
    result.values[done] = short.values[short.exact]
    result.baseline[done] = short.baseline[short.exact]
    result.additive[done] = short.additive[short.exact]
    return rows[~short.exact]


def _by_coalitions(
    result: ShapleyValues,
    model: RiskModel,
    people: tuple[FloatArray, BoolArray, NDArray[np.intp]],
) -> None:
    """Attribute by running every coalition."""
    x, players, rows = people
    for moving, members in same_pattern(players & (x[rows] != model.columns.reference)):
        m, mine = int(moving.sum()), rows[members]
        size = max(1, ROWS_AT_ONCE >> m)
        for start in range(0, len(mine), size):
            part = mine[start : start + size]
            worth = _worth(model, x[part], players, moving)
            result.values[np.ix_(part, moving)] = worth @ _weights(m).T
            result.values[part[np.isnan(worth).any(axis=1)]] = np.nan
            result.baseline[part], result.additive[part] = worth[:, 0], worth[:, -1]


def _worth(model: RiskModel, x: FloatArray, players: BoolArray, moving: BoolArray) -> FloatArray:
    """Run every coalition; shape (n, 2^m), column s has the moving inputs whose bit is set in s."""
    inside = np.broadcast_to(~moving, (1 << int(moving.sum()), len(moving))).copy()
    inside[:, moving] = _members(int(moving.sum()))
    values = np.where(inside[None], x[:, None, :], model.columns.reference)
    rows = values.reshape(-1, len(players))
    output = model.run(rows, np.broadcast_to(players, rows.shape))
    return model.additive(output).reshape(len(x), -1)


@lru_cache(maxsize=MAX_INPUTS + 1)
def _members(m: int) -> BoolArray:
    """Say which player is in which coalition, shape (2^m, m)."""
    return np.asarray((np.arange(1 << m)[:, None] >> np.arange(m)) % 2 == 1)


@lru_cache(maxsize=MAX_INPUTS + 1)
def _weights(m: int) -> FloatArray:
    """Return the matrix that turns worths into values, shape (m, 2^m).

    A coalition of s others that player i joins counts s! (m - s - 1)! / m!.
    """
    members = _members(m)
    size = members.sum(axis=1)
    joins = [factorial(s) * factorial(m - s - 1) / factorial(m) for s in range(m)]
    gain = np.array([0.0, *joins])[size]
    loss = np.array([*joins, 0.0])[size]
    weights: FloatArray = np.where(members, gain[:, None], -loss[:, None]).T
    return weights
