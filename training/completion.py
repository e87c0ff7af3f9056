"""The table of expected firings for every pattern of missing inputs, by weighted least squares."""

import numpy as np
from numpy.typing import NDArray

from ..engine.errors import DataError
from ..engine.fuzzy.completion import ConditionalCompletion, optional_columns
from ..engine.fuzzy.firing import rule_firing
from ..engine.fuzzy.status import clean_inputs
from ..engine.fuzzy.system import TskSystem
from .survey import FloatArray

BoolArray = NDArray[np.bool_]
_RIDGE = 1e-10
"""Relative to the mean square of the firings: lets two rules that always fire together share."""


def fit_completion(system: TskSystem, x: FloatArray, weight: FloatArray) -> ConditionalCompletion:
    """Fit, for each pattern, the expectation of unknown firings given the known ones.

    Parameters
    ----------
    system : the rules
    x : shape (n, k), people of whom everything is known
    weight : shape (n,)

    Returns
    -------
    one affine map for each of the 2^m patterns of the m optional inputs; computed exactly for each
    pattern (normal equations), not by iteration

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
    columns = optional_columns(system)
    maps = np.zeros((2 ** len(columns), r, r + 1))
    for pattern in range(1, len(maps)):
        missing = [column for j, column in enumerate(columns) if pattern >> j & 1]
        unknown = np.asarray(system.uses[missing].any(axis=0))
        maps[pattern] = _solve(gram, unknown)
    return ConditionalCompletion(system.optional, maps)


def _firings(system: TskSystem, x: FloatArray) -> FloatArray:
    k = len(system.inputs)
    everything = np.ones(x.shape, dtype=np.bool_)
    inputs = clean_inputs(x, everything, system.universes, np.ones(k, dtype=np.bool_))
    return rule_firing(system, inputs)


def _solve(gram: FloatArray, unknown: BoolArray) -> FloatArray:
    """Regress the unknown firings on the known ones and 1; returns (r, r + 1), 0 elsewhere."""
    r = len(unknown)
    given = np.flatnonzero(np.append(~unknown, True))
    wanted = np.flatnonzero(unknown)
    small = gram[np.ix_(given, given)] + _RIDGE * np.trace(gram) / len(gram) * np.eye(len(given))
    table = np.zeros((r, r + 1))
    table[np.ix_(wanted, given)] = np.linalg.solve(small, gram[np.ix_(given, wanted)]).T
    return table


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
    unknown = system.uses[missing].any(axis=0)
    firing = _firings(system, x)
    root = np.sqrt(weight / weight.sum())[:, None]
    design = np.column_stack([firing[:, ~unknown], np.ones(len(x))])
    solution = np.linalg.lstsq(design * root, firing[:, unknown] * root, rcond=None)[0]
    middle = system.universes.mean(axis=1)
    known = _firings(system, np.where(missing, middle, at))
    given = np.column_stack([known[:, ~unknown], np.ones(len(at))])
    known[:, unknown] = np.clip(given @ solution, 0.0, 1.0)
    return known
