"""Exact Shapley values from the few coalitions that share a rule, where the rules are added up.

In an additive Takagi-Sugeno-Kang model the logit is a sum over rules, and a rule reads one or two
inputs. So only inputs that stand in one rule act together, and the dividends of all other sets of
inputs are 0. The graph is asked about those sets alone (some 15 instead of 4,096), and each
dividend is shared equally among its inputs, which gives the Shapley values exactly.

A rule that reads a missing input fires as expected given all known firings: one affine map of them,
cut off at 0 and 1. While it stays between its ends in every coalition it adds no set of its own.
Whether it does is bounded from the same answers; a record for which that is not certain, or whose
dividends do not sum to the answer for all inputs together, is left to the full enumeration.

Source: Harsanyi 1963 (dividends), Shapley 1953. Departures: none.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, combinations

import numpy as np

from ..fixedpoint import FloatArray
from ..fuzzy.system import FuzzySystem, TskSystem
from ..model_output import ModelOutput
from ..record import BoolArray
from ..runtime import RiskModel

SUM_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Attribution:
    """What the short way gave.

    Parameters
    ----------
    values : shape (n, k)
    additive, baseline : shape (n,), as in ``ShapleyValues``
    exact : shape (n,); where False the other three mean nothing
    """

    values: FloatArray
    additive: FloatArray
    baseline: FloatArray
    exact: BoolArray


@dataclass(frozen=True, slots=True)
class _Sets:
    """The sets of inputs that act together, the empty one first.

    Parameters
    ----------
    members : shape (d, k)
    dividends : shape (d, d), worth of the sets -> dividends
    shares : shape (d, k), dividends -> values
    """

    members: BoolArray
    dividends: FloatArray
    shares: FloatArray


def is_added_up(rules: FuzzySystem | None) -> bool:
    """Say whether the logit is a plain sum over these rules."""
    return isinstance(rules, TskSystem) and not rules.normalised


def attribute(
    model: RiskModel, rules: FuzzySystem, x: FloatArray, players: BoolArray
) -> Attribution:
    """Attribute the answers of records that have the same inputs.

    Parameters
    ----------
    model : a model whose rules are added up
    rules : its rules, in the order of its graph
    x : shape (n, k)
    players : shape (k,), the inputs that were observed
    """
    known: BoolArray = np.asarray(~rules.uses[~players].any(axis=0))
    sets = _sets((rules.uses[:, known] & players[:, None]).T.tobytes(), len(players))
    asked = np.concatenate([sets.members, players[None]]) | ~players
    rows = np.where(asked[None], x[:, None, :], model.columns.reference).reshape(-1, len(players))
    output = model.run(rows, np.broadcast_to(players, rows.shape))
    worth = model.additive(output).reshape(len(x), -1)
    dividends = worth[:, :-1] @ sets.dividends.T
    whole = np.abs(dividends.sum(axis=1) - worth[:, -1]) <= SUM_TOLERANCE
    exact = whole & _never_cut_off(output, sets, ~known, len(x))
    return Attribution(dividends @ sets.shares, worth[:, -1], worth[:, 0], exact)


def _never_cut_off(output: ModelOutput, sets: _Sets, completed: BoolArray, n: int) -> BoolArray:
    """Say for whom no completed rule reaches 0 or 1 in any coalition, shape (n,)."""
    firing = output.rule_firing.reshape(n, len(sets.members) + 1, -1)[:, :-1, completed]
    inside = ((firing > 0.0) & (firing < 1.0)).all(axis=(1, 2))
    moves = np.einsum("ts,nsr->ntr", sets.dividends, firing)[:, 1:]
    low = firing[:, 0] + np.minimum(moves, 0.0).sum(axis=1)
    high = firing[:, 0] + np.maximum(moves, 0.0).sum(axis=1)
    return np.asarray(inside & ((low > 0.0) & (high < 1.0)).all(axis=1))


@lru_cache(maxsize=256)
def _sets(used: bytes, k: int) -> _Sets:
    """Return the sets for rules given as bytes of a mask (r, k)."""
    rules = np.frombuffer(used, dtype=np.bool_).reshape(-1, k)
    found: set[frozenset[int]] = {
        frozenset(part)
        for items in {tuple(np.flatnonzero(rule).tolist()) for rule in rules}
        for part in chain.from_iterable(combinations(items, s) for s in range(len(items) + 1))
    }
    order = sorted({frozenset(), *found}, key=lambda s: (len(s), sorted(s)))
    members = np.array([[j in s for j in range(k)] for s in order])
    sign = [[(-1.0) ** len(t - s) if s <= t else 0.0 for s in order] for t in order]
    sizes = np.maximum(members.sum(axis=1), 1)
    return _Sets(members, np.array(sign), members / sizes[:, None])
