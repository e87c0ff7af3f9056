"""What a statistic answers: an estimate, or why there is none."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from ...training.metrics import LEVEL, Estimate

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

Why = Literal[
    "nobody",
    "no_case",
    "no_other",
    "constant_score",
    "too_few",
    "zero_cell",
    "no_spread",
    "does_not_converge",
    "no_follow_up",
    "not_a_risk",
]
WHY: Mapping[Why, str] = {
    "nobody": "there is nobody to count",
    "no_case": "there is no case",
    "no_other": "everybody is a case",
    "constant_score": "everybody has the same score",
    "too_few": "there are too few cases or people",
    "zero_cell": "a count on which it divides is zero",
    "no_spread": "every reading is alike, so an interval would have no width",
    "does_not_converge": "the fit does not converge",
    "no_follow_up": "nobody is followed for so long",
    "not_a_risk": "the score is no risk between 0 and 1",
}


@dataclass(frozen=True, slots=True)
class NotEstimable:
    """A statistic that these people can't give.

    Parameters
    ----------
    code : key of ``WHY``
    n : how many people there were
    method : what was tried
    """

    code: Why
    n: int
    method: str = ""

    @property
    def why(self) -> str:
        """The reason in words."""
        return WHY[self.code]


Result = Estimate | NotEstimable


@dataclass(frozen=True, slots=True)
class TestResult:
    """A test of a hypothesis: statistic, two-sided p, on how many people, and which test."""

    __test__ = False  # the name is that of statistics; pytest would collect it

    statistic: float
    p_value: float
    n: int
    method: str


@cache
def z_value(level: float = LEVEL) -> float:
    """Return the two-sided normal quantile of a level, 1.96 for 95 %."""
    return float(stats.norm.ppf((1 + level) / 2))


def wald(
    value: float, error: float, n: int, method: str, *, within: tuple[float, float] | None = None
) -> Result:
    """Return value -+ z * error, cut to a range where one is given."""
    if not (np.isfinite(value) and np.isfinite(error)):
        return NotEstimable("zero_cell", n, method)
    low, high = value - z_value() * error, value + z_value() * error
    if within is not None:
        low, high = max(low, within[0]), min(high, within[1])
    return Estimate(float(value), float(low), float(high), n, method)


def log_wald(value: float, error: float, n: int, method: str) -> Result:
    """Return an interval that is symmetric on the logarithm; ``error`` is that of the logarithm."""
    if not (value > 0 and np.isfinite(value) and np.isfinite(error)):
        return NotEstimable("zero_cell", n, method)
    factor = float(np.exp(z_value() * error))
    return Estimate(float(value), float(value / factor), float(value * factor), n, method)


def logit_wald(
    value: float, error: float, n: int, method: str, *, z: float | None = None
) -> Result:
    """Return an interval symmetric on the logit; ``error`` is that of the value itself."""
    if not (0 < value < 1 and np.isfinite(error)):
        return NotEstimable("zero_cell", n, method)
    logit = np.log(value / (1 - value))
    half = (z_value() if z is None else z) * error / (value * (1 - value))
    low, high = 1 / (1 + np.exp(half - logit)), 1 / (1 + np.exp(-half - logit))
    return Estimate(float(value), float(low), float(high), n, method)


def as_data(result: Result | TestResult) -> dict[str, Any]:
    """Return a result as plain data; a number that is not finite is null."""
    if isinstance(result, NotEstimable):
        return {"not_estimable": result.code, "n": result.n, "method": result.method}
    plain = asdict(result)
    return {
        key: None if isinstance(v, float) and not np.isfinite(v) else v for key, v in plain.items()
    }


def one_class(case: BoolArray, method: str) -> NotEstimable | None:
    """Return why discrimination can't be had of these people, or None."""
    n, cases = len(case), int(case.sum())
    if n == 0:
        return NotEstimable("nobody", 0, method)
    if cases == 0:
        return NotEstimable("no_case", n, method)
    return NotEstimable("no_other", n, method) if cases == n else None
