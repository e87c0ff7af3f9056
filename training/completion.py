"""The table of expected firings for every pattern of missing inputs, by weighted least squares.

Least squares alone could let the risk fall where an input worsens: what is known about the missing
one may speak against it (older people smoke less). So the pull of each known rule against unknown
ones, in points, is held below the rule's own points: the risk stays monotone with inputs missing.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..engine.errors import DataError
from ..engine.fuzzy.completion import ConditionalCompletion, optional_columns
from ..engine.fuzzy.firing import rule_firing
from ..engine.fuzzy.membership import SHAPES
from ..engine.fuzzy.status import clean_inputs
from ..engine.fuzzy.system import TskSystem
from .survey import FloatArray

BoolArray = NDArray[np.bool_]
Regression = Callable[[NDArray[np.intp], int, FloatArray], FloatArray]
_RIDGE = 1e-10
"""Relative to the mean square of the firings: lets two rules that always fire together share."""
_SHARE_OF_POINTS = 0.95
_ROUNDS = 60


def monotone_variables(system: TskSystem) -> dict[str, int]:
    """Return the inputs in which the risk only rises (1) or only falls (-1) when all is known.

    An input is in it when every rule that reads it has positive points and every word said of it
    turns the same way.
    """
    turns: dict[str, set[int]] = {name: set() for name in system.inputs}
    for rule, points in zip(system.rules, system.points, strict=True):
        for literal in rule.literals:
            variable = system.variables[system.inputs.index(literal.variable)]
            way = SHAPES[variable.term(literal.term).shape].direction
            way = -way if literal.negated else way
            turns[literal.variable].add(way if points > 0 else 0)
    return {name: ways.pop() for name, ways in turns.items() if ways in ({1}, {-1})}


@dataclass(frozen=True, slots=True)
class _Limits:
    """How far known rules may pull unknown ones down.

    Parameters
    ----------
    points : shape (r,), log-odds of each rule
    held : shape (r,), rules that read an input in which the risk is monotone
    """

    points: FloatArray
    held: BoolArray


def _limits(system: TskSystem) -> _Limits:
    names = monotone_variables(system)
    held = [bool(rule.variables & names.keys()) for rule in system.rules]
    return _Limits(np.abs(system.points), np.array(held))


def fit_completion(system: TskSystem, x: FloatArray, weight: FloatArray) -> ConditionalCompletion:
    """Fit, for each pattern, the expectation of unknown firings given the known ones.

    Parameters
    ----------
    system : the rules, points learned
    x : shape (n, k), people of whom everything is known
    weight : shape (n,)

    Returns
    -------
    one affine map for each of the 2^m patterns of the m optional inputs; computed for each pattern
    by itself (normal equations), not by iteration over patterns

    Raises
    ------
    DataError  if there are fewer people than rules
    """
    firing = _firings(system, x)
    n, r = firing.shape
    if n <= r:
        raise DataError(
            found=f"{n} people of whom everything is known, and {r} rules",
            why="what is expected of a rule can't be fitted on so few",
            remedy="Give more people, or fewer rules",
            path=system.name,
        )
    design = np.column_stack([firing, np.ones(n)])
    gram = (design * (weight / weight.sum())[:, None]).T @ design
    small = _RIDGE * np.trace(gram) / len(gram)

    def regression(given: NDArray[np.intp], wanted: int, known: FloatArray) -> FloatArray:
        right = gram[given, wanted] - gram[given] @ known
        left = gram[np.ix_(given, given)] + small * np.eye(len(given))
        return np.asarray(np.linalg.solve(left, right))

    limits, columns = _limits(system), optional_columns(system)
    maps = np.zeros((2 ** len(columns), r, r + 1))
    for pattern in range(1, len(maps)):
        missing = [column for j, column in enumerate(columns) if pattern >> j & 1]
        unknown = np.asarray(system.uses[missing].any(axis=0))
        maps[pattern] = _solve(unknown, limits, regression)
    return ConditionalCompletion(system.optional, maps)


def _firings(system: TskSystem, x: FloatArray) -> FloatArray:
    k = len(system.inputs)
    everything = np.ones(x.shape, dtype=np.bool_)
    inputs = clean_inputs(x, everything, system.universes, np.ones(k, dtype=np.bool_))
    return rule_firing(system, inputs)


def _solve(unknown: BoolArray, limits: _Limits, regression: Regression) -> FloatArray:
    """Regress unknown firings on the known ones and 1, within the limits; (r, r + 1), 0 elsewhere.

    Where the pull of a known rule exceeds its limit, its negative entries are scaled down to it and
    kept, and the rest is solved again.
    """
    r = len(unknown)
    given, wanted = np.flatnonzero(np.append(~unknown, True)), np.flatnonzero(unknown)
    table, kept = np.zeros((r, r + 1)), np.zeros((r, r + 1), dtype=np.bool_)
    for _ in range(_ROUNDS):
        for u in wanted:
            free = given[~kept[u, given]]
            known = np.where(kept[u], table[u], 0.0)
            table[u, free] = regression(free, int(u), known)
        over = _excess(table, unknown, limits)
        if not (over > 1).any():
            return table
        for j in np.flatnonzero(over > 1):
            pulled = wanted[table[wanted, j] < 0]
            table[pulled, j] /= over[j]
            kept[pulled, j] = True
    over = np.maximum(_excess(table, unknown, limits), 1.0)
    return np.where(table < 0, table / np.append(over, 1.0), table)


def _excess(table: FloatArray, unknown: BoolArray, limits: _Limits) -> FloatArray:
    """Return, for each known rule, its pull against unknown rules over what it may have."""
    pull = limits.points[unknown] @ np.maximum(-table[unknown, :-1], 0.0)
    bound = _SHARE_OF_POINTS * limits.points
    return np.where(limits.held & ~unknown, pull / np.maximum(bound, 1e-12), 0.0)


def exact_expectation(
    system: TskSystem, x: FloatArray, weight: FloatArray, missing: BoolArray, at: FloatArray
) -> FloatArray:
    """Solve one pattern directly on the people, without the table: the reference of the checks.

    Parameters
    ----------
    system : the rules
    x, weight : people of whom everything is known, shape (n, k) and (n,)
    missing : shape (k,), one pattern
    at : shape (q, k), records to complete; what stands in missing columns has no influence

    Returns
    -------
    shape (q, r), firings with every unknown one replaced by its expectation, clipped to 0..1
    """
    unknown = np.asarray(system.uses[missing].any(axis=0))
    root = np.sqrt(weight / weight.sum())[:, None]
    design = np.column_stack([_firings(system, x), np.ones(len(x))]) * root

    def regression(given: NDArray[np.intp], wanted: int, known: FloatArray) -> FloatArray:
        left_over = design[:, wanted] - design @ known
        return np.asarray(np.linalg.lstsq(design[:, given], left_over, rcond=None)[0])

    table = _solve(unknown, _limits(system), regression)
    middle = system.universes.mean(axis=1)
    known = _firings(system, np.where(missing, middle, at))
    known[:, unknown] = 0.0
    guess = np.clip(known @ table[:, :-1].T + table[:, -1], 0.0, 1.0)
    return np.where(unknown, guess, known)
