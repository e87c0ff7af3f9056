"""Membership functions: how true "waist is high" is for a measured waist, from 0 to 1.

Every function is vectorised over a (n,) float64 array and gives values in 0..1. NaN gives 0
(nothing is known to be true of it) so that no NaN ever reaches a rule; the evaluators never rely
on that: they refuse the record before (`status.py`). Infinite values give the limit of the
function.

Source: Zadeh 1965, Fuzzy sets (doi:10.1016/S0019-9958(65)90241-X); the forms are those of
scikit-fuzzy 0.5.0 (trimf, trapmf, gaussmf, sigmf), which is the oracle of the tests.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .logistic import logistic

FloatArray = NDArray[np.float64]


def _rising_edge(x: FloatArray, zero: float, full: float) -> FloatArray:
    """0 up to `zero`, 1 from `full` on; where they are equal, a step that includes `full`."""
    if zero == full:
        return (x >= full).astype(np.float64)
    with np.errstate(over="ignore"):
        return np.clip((x - zero) / (full - zero), 0.0, 1.0)


def _falling_edge(x: FloatArray, full: float, zero: float) -> FloatArray:
    """1 up to `full`, 0 from `zero` on; where they are equal, a step that includes `full`."""
    if zero == full:
        return (x <= full).astype(np.float64)
    with np.errstate(over="ignore"):
        return np.clip((zero - x) / (zero - full), 0.0, 1.0)


def _known(x: FloatArray, value: FloatArray) -> FloatArray:
    """Give 0 where x is NaN."""
    return np.where(np.isnan(x), 0.0, value)


def triangular(x: FloatArray, left: float, peak: float, right: float) -> FloatArray:
    """1 at `peak`, 0 outside `left`..`right`, straight lines between.

    Parameters
    ----------
    x : shape (n,), any unit; NaN gives 0
    left, peak, right : left <= peak <= right, left < right, in the unit of x

    Returns
    -------
    shape (n,), 0..1
    """
    return trapezoidal(x, left, peak, peak, right)


def trapezoidal(
    x: FloatArray, left: float, top_left: float, top_right: float, right: float
) -> FloatArray:
    """1 on `top_left`..`top_right`, 0 outside `left`..`right`, straight lines between.

    Parameters
    ----------
    x : shape (n,), any unit; NaN gives 0
    left, top_left, top_right, right : in ascending order (equal allowed: a step), in the unit of x

    Returns
    -------
    shape (n,), 0..1
    """
    edges = np.minimum(_rising_edge(x, left, top_left), _falling_edge(x, top_right, right))
    return _known(x, edges)


def rising_shoulder(x: FloatArray, zero: float, full: float) -> FloatArray:
    """0 up to `zero`, 1 from `full` on: a trapezoid open to the right.

    Parameters
    ----------
    x : shape (n,), any unit; NaN gives 0
    zero, full : zero <= full, in the unit of x

    Returns
    -------
    shape (n,), 0..1, never falling in x
    """
    return _known(x, _rising_edge(x, zero, full))


def falling_shoulder(x: FloatArray, full: float, zero: float) -> FloatArray:
    """1 up to `full`, 0 from `zero` on: a trapezoid open to the left.

    Parameters
    ----------
    x : shape (n,), any unit; NaN gives 0
    full, zero : full <= zero, in the unit of x

    Returns
    -------
    shape (n,), 0..1, never rising in x
    """
    return _known(x, _falling_edge(x, full, zero))


def gaussian(x: FloatArray, centre: float, width: float) -> FloatArray:
    """exp(-((x - centre) / width)^2 / 2).

    Parameters
    ----------
    x : shape (n,), any unit; NaN gives 0
    centre : where the value is 1, in the unit of x
    width : standard deviation, > 0, in the unit of x

    Returns
    -------
    shape (n,), 0..1
    """
    with np.errstate(over="ignore"):
        distance = (x - centre) / width
        return _known(x, np.exp(-0.5 * distance * distance))


def rising_sigmoid(x: FloatArray, midpoint: float, scale: float) -> FloatArray:
    """1 / (1 + exp(-(x - midpoint) / scale)): a smooth open shoulder to the right.

    Parameters
    ----------
    x : shape (n,), any unit; NaN gives 0
    midpoint : where the value is one half, in the unit of x
    scale : > 0, in the unit of x; the value goes from .12 to .88 over 4 scales

    Returns
    -------
    shape (n,), 0..1, never falling in x
    """
    with np.errstate(over="ignore"):
        return _known(x, logistic((x - midpoint) / scale))


def falling_sigmoid(x: FloatArray, midpoint: float, scale: float) -> FloatArray:
    """1 / (1 + exp((x - midpoint) / scale)): a smooth open shoulder to the left.

    Parameters
    ----------
    x : shape (n,), any unit; NaN gives 0
    midpoint : where the value is one half, in the unit of x
    scale : > 0, in the unit of x

    Returns
    -------
    shape (n,), 0..1, never rising in x
    """
    with np.errstate(over="ignore"):
        return _known(x, logistic((midpoint - x) / scale))


@dataclass(frozen=True, slots=True)
class Shape:
    """What a membership shape is called with.

    Parameters
    ----------
    function : called as function(x, *parameters)
    parameters : names of the parameters, in order
    ordered : the first `ordered` parameters stand on the axis of x and must ascend
    direction : 1 never falls in x, -1 never rises in x, 0 rises then falls
    """

    function: Callable[..., FloatArray]
    parameters: tuple[str, ...]
    ordered: int
    direction: int

    @property
    def has_scale(self) -> bool:
        """Whether the last parameter is a positive width."""
        return self.ordered < len(self.parameters)


SHAPES: dict[str, Shape] = {
    "triangular": Shape(triangular, ("left", "peak", "right"), 3, 0),
    "trapezoidal": Shape(trapezoidal, ("left", "top_left", "top_right", "right"), 4, 0),
    "rising_shoulder": Shape(rising_shoulder, ("zero", "full"), 2, 1),
    "falling_shoulder": Shape(falling_shoulder, ("full", "zero"), 2, -1),
    "gaussian": Shape(gaussian, ("centre", "width"), 1, 0),
    "rising_sigmoid": Shape(rising_sigmoid, ("midpoint", "scale"), 1, 1),
    "falling_sigmoid": Shape(falling_sigmoid, ("midpoint", "scale"), 1, -1),
}
PIECEWISE_LINEAR = ("triangular", "trapezoidal", "rising_shoulder", "falling_shoulder")


def membership(shape: str, parameters: tuple[float, ...], x: FloatArray) -> FloatArray:
    """Evaluate one named shape.

    Parameters
    ----------
    shape : a key of `SHAPES`
    parameters : as the shape names them, already checked
    x : shape (n,); NaN gives 0

    Returns
    -------
    shape (n,), 0..1
    """
    return SHAPES[shape].function(x, *parameters)


def corners(shape: str, parameters: tuple[float, ...], low: float, high: float) -> FloatArray:
    """Write a piecewise linear shape as a trapezoid; an open shoulder ends with the universe.

    Parameters
    ----------
    shape : one of `PIECEWISE_LINEAR`
    parameters : as the shape names them
    low, high : the universe; equal to the shape for every x inside it

    Returns
    -------
    shape (4,): left, top left, top right, right
    """
    if shape == "triangular":
        left, peak, right = parameters
        return np.array([left, peak, peak, right])
    if shape == "rising_shoulder":
        zero, full = parameters
        return np.array([zero, full, max(full, high), max(full, high)])
    if shape == "falling_shoulder":
        full, zero = parameters
        return np.array([min(full, low), min(full, low), full, zero])
    return np.array(parameters)
