"""Missing items: chained equations, Rubin's rules, and what if the missing ones differ."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

import numpy as np
from scipy import stats
from scipy.special import expit, logit

from ...engine.errors import DataError
from ...training.logistic import fit_logistic
from ...training.metrics import LEVEL, Estimate
from .estimate import BoolArray, FloatArray, IntArray, NotEstimable, Result, z_value

_DONORS = 5
_ROUNDS = 5
_RIDGE = 1e-6
_EDGE = 1e-9


Scale = Literal["plain", "logit", "logarithm"]
_TO: Mapping[Scale, Callable[[FloatArray], FloatArray]] = {
    "plain": lambda v: v,
    "logit": lambda v: logit(np.clip(v, _EDGE, 1 - _EDGE)),
    "logarithm": np.log,
}
_BACK: Mapping[Scale, Callable[[FloatArray], FloatArray]] = {
    "plain": lambda v: v,
    "logit": expit,
    "logarithm": np.exp,
}


def rubin(estimates: Sequence[Result], scale: Scale = "plain") -> Result:
    """Pool an estimate over imputations, degrees of freedom as Barnard and Rubin.

    The standard error of each is read from the width of its interval on the scale; so the pooled
    interval is only as good as a normal one on it.

    Parameters
    ----------
    estimates : one an imputation, at least two
    scale : on which they are pooled: logit for a share, logarithm for a ratio above 0

    Source: Rubin 1987; Barnard and Rubin 1999, Biometrika 86:948-955.
    """
    method = "Rubin's rules" if scale == "plain" else f"Rubin's rules on the {scale}"
    refused = next((e for e in estimates if isinstance(e, NotEstimable)), None)
    if refused is not None or len(estimates) < 2:  # noqa: PLR2004 - a spread needs two
        return refused or NotEstimable("too_few", 0, method)
    known = [e for e in estimates if isinstance(e, Estimate)]
    ends = np.array([[e.value, e.ci_low, e.ci_high] for e in known])
    ends = _TO[scale](ends)
    errors = (ends[:, 2] - ends[:, 1]) / (2 * z_value())
    value, half = pool(ends[:, 0], errors**2, known[0].n)
    found = np.array([value, value - half, value + half])
    middle, low, high = (float(v) for v in _BACK[scale](found))
    return Estimate(middle, low, high, known[0].n, method)


def pool(values: FloatArray, variances: FloatArray, n: int) -> tuple[float, float]:
    """Return the pooled value and half the width of its interval.

    Parameters
    ----------
    values, variances : shape (m,), of each imputed data set
    n : people; n - 1 are the degrees of freedom of complete data
    """
    m, within = len(values), float(variances.mean())
    between = float(values.var(ddof=1))
    total = within + (1 + 1 / m) * between
    if total <= 0:
        return float(values.mean()), 0.0
    lost = (1 + 1 / m) * between / total
    complete = max(n - 1.0, 1.0)
    observed = (complete + 1) / (complete + 3) * complete * (1 - lost)
    degrees = observed
    if lost > 0:
        old = (m - 1) / lost**2
        degrees = old * observed / (old + observed)
    half = float(stats.t.ppf((1 + LEVEL) / 2, max(degrees, 1.0))) * np.sqrt(total)
    return float(values.mean()), float(half)


def impute(
    x: FloatArray, observed: BoolArray, helper: FloatArray, imputations: int, seed: int
) -> Iterator[FloatArray]:
    """Yield completed copies of x by chained equations.

    A continuous column is filled by predictive mean matching (a value of one of the five people
    with the nearest prediction), a yes/no column by a draw from a logistic regression; parameters
    are drawn anew each time, so that copies differ as much as ignorance makes them.

    Parameters
    ----------
    x : shape (n, k); the value where ``observed`` is False has no effect
    observed : shape (n, k)
    helper : shape (n, h), complete columns that are not filled: the outcome must be among them
    imputations, seed : how many copies, and the seed of all of them

    Source: van Buuren and Groothuis-Oudshoorn 2011, J Stat Softw 45(3); Moons et al. 2006, J Clin
    Epidemiol 59:1092-1101 (why the outcome belongs in it).
    """
    if not len(x):
        return
    incomplete = [j for j in range(x.shape[1]) if not observed[:, j].all() and observed[:, j].any()]
    for copy in range(imputations):
        generator = np.random.default_rng([seed, copy])
        filled = _start(x, observed, generator)
        for _ in range(_ROUNDS if incomplete else 0):
            for j in incomplete:
                _fill(filled, j, observed[:, j], helper, generator)
        yield filled


def _start(x: FloatArray, observed: BoolArray, generator: np.random.Generator) -> FloatArray:
    """Fill each hole with the value of somebody else."""
    filled = x.copy()
    for j in range(x.shape[1]):
        holes = ~observed[:, j]
        if holes.any() and observed[:, j].any():
            filled[holes, j] = generator.choice(x[observed[:, j], j], int(holes.sum()))
    return filled


def _fill(
    filled: FloatArray,
    j: int,
    known: BoolArray,
    helper: FloatArray,
    generator: np.random.Generator,
) -> None:
    others = np.column_stack([np.delete(filled, j, axis=1), helper])
    spread = others.std(axis=0)
    kept = spread > 0
    scaled = (others[:, kept] - others[:, kept].mean(axis=0)) / spread[kept]
    basis = np.column_stack([np.ones(len(filled)), scaled])
    y = filled[:, j]
    is_yes_no = set(np.unique(y[known])) <= {0.0, 1.0}
    fill = _draw_yes_no if is_yes_no else _match
    filled[~known, j] = fill(basis, y, known, generator)


def _match(
    basis: FloatArray, y: FloatArray, known: BoolArray, generator: np.random.Generator
) -> FloatArray:
    """Return donors' values by predictive mean matching."""
    inside = basis[known]
    gram = np.linalg.inv(inside.T @ inside + _RIDGE * np.eye(basis.shape[1]))
    beta = gram @ inside.T @ y[known]
    residual = y[known] - inside @ beta
    degrees = max(len(inside) - basis.shape[1], 1)
    sigma = np.sqrt(float(residual @ residual) / generator.chisquare(degrees))
    drawn = beta + sigma * np.linalg.cholesky(gram) @ generator.standard_normal(len(beta))
    return _donors(inside @ beta, basis[~known] @ drawn, y[known], generator)


def _donors(
    have: FloatArray, want: FloatArray, values: FloatArray, generator: np.random.Generator
) -> FloatArray:
    """Return, for each wanted prediction, the value of one of the nearest people."""
    order = np.argsort(have, kind="stable")
    ordered, reach = have[order], min(_DONORS, len(have))
    place = np.searchsorted(ordered, want)
    candidates = np.clip(place[:, None] + np.arange(-reach, reach), 0, len(have) - 1)
    distance = np.abs(ordered[candidates] - want[:, None])
    nearest = np.argsort(distance, axis=1, kind="stable")[:, :reach]
    chosen: IntArray = generator.integers(0, reach, len(want))
    picked = candidates[np.arange(len(want)), nearest[np.arange(len(want)), chosen]]
    return values[order[picked]]


def _draw_yes_no(
    basis: FloatArray, y: FloatArray, known: BoolArray, generator: np.random.Generator
) -> FloatArray:
    """Return draws from a logistic regression whose parameters are drawn too."""
    inside, answer = basis[known], y[known] > 0
    try:
        beta = fit_logistic(inside, answer, np.ones(len(inside)))
    except DataError:
        return generator.choice(y[known], int((~known).sum()))
    share = expit(inside @ beta)
    information = (inside * (share * (1 - share))[:, None]).T @ inside
    covariance = np.linalg.inv(information + _RIDGE * np.eye(len(beta)))
    drawn = beta + np.linalg.cholesky(covariance) @ generator.standard_normal(len(beta))
    chance = expit(basis[~known] @ drawn)
    return (generator.random(len(chance)) < chance).astype(np.float64)


def shifted(
    filled: FloatArray, observed: BoolArray, shift: float, low: FloatArray, high: FloatArray
) -> FloatArray:
    """Return a copy whose imputed continuous values are moved by standard deviations.

    Parameters
    ----------
    filled, observed : shape (n, k)
    shift : standard deviations of the observed values; 0 leaves missing at random
    low, high : shape (k,), what a model accepts; moved values are held inside

    Source: delta adjustment, van Buuren 2018, Flexible Imputation, section 3.8.
    """
    moved = filled.copy()
    for j in range(filled.shape[1]):
        values = filled[observed[:, j], j]
        if len(values) < 2 or set(np.unique(values)) <= {0.0, 1.0}:  # noqa: PLR2004 - a spread
            continue
        holes = ~observed[:, j]
        moved[holes, j] += shift * float(values.std())
        moved[holes, j] = np.clip(moved[holes, j], low[j], high[j])
    return moved
