"""What a missing item leaves open: the answer at the ends of its plausible values.

The ends are the manifest's ``plausible_low_risk`` and ``plausible_high_risk``. For an input in
which the risk is monotone the two ends bound everything between them; for another one the middle is
tried too, and the interval is that of the tried values, no more. Items missing together are moved
together, so that the interval holds even for the person in whom everything is unfavourable.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from ..fixedpoint import FloatArray
from ..model_output import ModelOutput
from ..record import BoolArray
from ..runtime import InputColumns, RiskModel
from .patterns import same_pattern

MAX_MIDDLES = 4
"""With more than this many non-monotone items missing at once, only their ends are tried."""


@dataclass(frozen=True, slots=True)
class RiskInterval:
    """Range of the answer over missing optional inputs; it always contains the answer itself.

    Parameters
    ----------
    low, high : shape (n,); all missing items together; NaN where nothing is missing, where the
        record has no answer, or where a run of the graph failed (then ``failed``)
    item_low, item_high : shape (n, k); that item alone, the others left missing; NaN elsewhere
    failed : shape (n,); the answer stands, its interval could not be computed
    """

    low: FloatArray
    high: FloatArray
    item_low: FloatArray
    item_high: FloatArray
    failed: BoolArray


@dataclass(frozen=True, slots=True)
class FlippingItems:
    """Which missing item could change the band, by itself.

    Parameters
    ----------
    band_low, band_high : shape (n, k), bands at the two ends of that item alone; -1 elsewhere
    could_flip : shape (n, k), whether one of the two is another band than the answer's
    """

    band_low: NDArray[np.int8]
    band_high: NDArray[np.int8]
    could_flip: BoolArray


@dataclass(frozen=True, slots=True)
class _Scenarios:
    """Ways to fill in one pattern of missing items.

    Parameters
    ----------
    fills : shape (s, k), values to fill in
    filled : shape (s, k), where
    item : length s, the column filled alone, or -1 when all are filled together
    """

    fills: FloatArray
    filled: BoolArray
    item: NDArray[np.intp]


def risk_interval(
    model: RiskModel, x: FloatArray, observed: BoolArray, output: ModelOutput
) -> RiskInterval:
    """Run the model at the plausible ends of every missing optional input.

    Parameters
    ----------
    model : the model
    x, observed : shape (n, k), as given to ``model.run``
    output : what ``model.run(x, observed)`` answered

    Returns
    -------
    the interval of each record and of each missing item alone
    """
    n, k = x.shape
    result = RiskInterval(
        low=np.full(n, np.nan),
        high=np.full(n, np.nan),
        item_low=np.full((n, k), np.nan),
        item_high=np.full((n, k), np.nan),
        failed=np.zeros(n, np.bool_),
    )
    open_rows = np.flatnonzero(output.ok & ~observed.all(axis=1))
    for missing, members in same_pattern(~observed[open_rows]):
        rows = open_rows[members]
        scenarios = _scenarios(model.columns, missing)
        _fill(result, rows, scenarios, _run(model, x[rows], observed[rows], scenarios), output)
    return result


def missing_that_could_flip(
    model: RiskModel, output: ModelOutput, interval: RiskInterval
) -> FlippingItems:
    """Say which missing item could, alone, move the answer into another band.

    Parameters
    ----------
    model : for its bands and printed precision
    output, interval : of the same records
    """
    low, high = model.bands(interval.item_low), model.bands(interval.item_high)
    here = model.bands(output.value)[:, None]
    could = (low >= 0) & ((low != here) | (high != here))
    return FlippingItems(low, high, np.asarray(could))


def _scenarios(columns: InputColumns, missing: BoolArray) -> _Scenarios:
    """List the fills for one pattern: all items together, then each alone."""
    items = np.flatnonzero(missing)
    free = [int(j) for j in items if not columns.monotone[j]]
    middles = len(free) <= MAX_MIDDLES
    fills, filled, item = [], [], []
    for side in (columns.low_risk, columns.high_risk):
        for values in product(*(_tried(columns, j, middles=middles) for j in free)):
            fill = side.copy()
            fill[free] = values
            fills.append(fill)
            filled.append(missing)
            item.append(-1)
    for j in items:
        for value in _tried(columns, int(j), middles=not columns.monotone[j]):
            fill = columns.reference.copy()
            fill[j] = value
            fills.append(fill)
            filled.append(np.arange(len(missing)) == j)
            item.append(int(j))
    return _Scenarios(np.array(fills), np.array(filled), np.array(item, np.intp))


def _tried(columns: InputColumns, j: int, *, middles: bool) -> tuple[float, ...]:
    low, high = float(columns.low_risk[j]), float(columns.high_risk[j])
    if not middles or columns.whole[j]:
        return low, high
    return low, (low + high) / 2.0, high


def _run(model: RiskModel, x: FloatArray, observed: BoolArray, scenarios: _Scenarios) -> FloatArray:
    """Return the answers, shape (s, m): every scenario of every row in one call."""
    filled = scenarios.filled[:, None, :]
    values = np.where(filled, scenarios.fills[:, None, :], x[None])
    mask = observed[None] | filled
    k = x.shape[1]
    output = model.run(values.reshape(-1, k), mask.reshape(-1, k))
    return output.value.reshape(len(scenarios.item), len(x))


def _fill(
    result: RiskInterval,
    rows: NDArray[np.intp],
    scenarios: _Scenarios,
    answers: FloatArray,
    output: ModelOutput,
) -> None:
    """Write one pattern's answers into the result; NaN wins, so that a failure is seen."""
    here = output.value[rows]
    for j in sorted(set(scenarios.item.tolist())):
        part = answers[scenarios.item == j]
        low, high = np.minimum(part.min(axis=0), here), np.maximum(part.max(axis=0), here)
        if j < 0:
            result.low[rows], result.high[rows] = low, high
            result.failed[rows] = np.isnan(low)
        else:
            result.item_low[rows, j], result.item_high[rows, j] = low, high
