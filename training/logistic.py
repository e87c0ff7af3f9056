"""A weighted logistic regression without penalty, which converges or says why not."""

from collections.abc import Callable

import numpy as np
from scipy.special import expit

from ..engine.errors import DataError
from ..engine.fixedpoint import FloatArray
from ..engine.record import BoolArray

_NEWTON_STEPS = 50
_CONVERGED = 1e-8
_HALVINGS = 20
_FARTHEST = 8.0


def fit_logistic(
    x: FloatArray,
    case: BoolArray,
    weight: FloatArray,
    offset: FloatArray | None = None,
    start: FloatArray | None = None,
) -> FloatArray:
    """Fit a weighted logistic regression without penalty.

    Parameters
    ----------
    x : shape (n, p), with a column of ones if an intercept is wanted
    case : shape (n,)
    weight : shape (n,)
    offset : shape (n,), added to the logit
    start : shape (p,), where to start; 0 when None

    Returns
    -------
    shape (p,)

    Raises
    ------
    DataError  if it does not converge (cases and others are separated, or columns repeat)
    """
    beta = np.zeros(x.shape[1]) if start is None else start
    fixed = np.zeros(len(x)) if offset is None else offset
    loss = _log_loss(fixed + x @ beta, case, weight)
    for _ in range(_NEWTON_STEPS):
        risk = expit(fixed + x @ beta)
        gradient = x.T @ (weight * (case - risk))
        hessian = (x * (weight * risk * (1 - risk))[:, None]).T @ x
        try:
            step = np.linalg.solve(hessian, gradient)
        except np.linalg.LinAlgError:
            break
        if np.abs(step).max() < _CONVERGED:
            return beta
        step = _short(step, x)
        beta, loss = _downhill(beta, step, loss, lambda b: _log_loss(fixed + x @ b, case, weight))
    raise DataError(
        found="the logistic regression does not converge",
        why="its coefficients are not determined by these people",
        remedy="Give more people of both kinds, or fewer columns",
        path="calibration",
    )


def _short(step: FloatArray, x: FloatArray) -> FloatArray:
    """Return a step that moves nobody's logit too far at once.

    Far from the solution a whole step lands where every risk is 0 or 1, from where there is no way
    back: so a model that is wrong for nearly everybody was said not to converge.
    """
    far = float(np.abs(x @ step).max())
    return step * min(1.0, _FARTHEST / far) if far > 0 else step


def _log_loss(logit: FloatArray, case: BoolArray, weight: FloatArray) -> float:
    return float(weight @ (np.logaddexp(0.0, logit) - case * logit))


def _downhill(
    beta: FloatArray, step: FloatArray, loss: float, loss_at: Callable[[FloatArray], float]
) -> tuple[FloatArray, float]:
    """Go as far along a Newton step as the loss falls, halving it where it would rise."""
    for halvings in range(_HALVINGS):
        moved = beta + step / 2**halvings
        found = loss_at(moved)
        if found <= loss + abs(loss) * 1e-12:
            break
    return moved, found
