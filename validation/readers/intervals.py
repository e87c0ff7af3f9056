"""Intervals of what readers did: by drawing cases, and with readers drawn too."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from scipy import stats

from ...training.metrics import LEVEL, Estimate
from ..statistics.estimate import BoolArray, FloatArray, IntArray, NotEstimable, Result
from ..statistics.proportions import clopper_pearson
from ..statistics.resampling import bootstrap_of, person_factors
from .plan import settings

CASES = "percentile bootstrap of cases"
PAIRED = f"{CASES}, paired by reader and case"
ALIKE = "every reading alike: Clopper-Pearson of cases"
READERS = "Obuchowski-Rockette, readers and cases random; jackknife; Hillis' degrees of freedom"
_LEAST = 2


def share(of: BoolArray, among: BoolArray, case: IntArray) -> Result:
    """Return the share of some readings, shape (n,), with its interval.

    Where every reading is alike a bootstrap has no width, and says that three readings are
    certain: there the interval is that of as many independent readings as there are cases.
    """
    if among.any() and (of[among].all() or not of[among].any()):
        cases = len(np.unique(case[among]))
        found = clopper_pearson(cases if of[among].all() else 0, cases)
        return replace(found, n=int(among.sum()), method=ALIKE)

    def statistic(weight: FloatArray) -> float:
        total = float(weight.sum())
        return float(weight[of].sum()) / total if total > 0 else float("nan")

    return by_cases(statistic, among.astype(np.float64), case, CASES)


def by_cases(
    statistic: Callable[[FloatArray], float], weight: FloatArray, case: IntArray, method: str
) -> Result:
    """Return a statistic of weighted readings; an interval without width is no interval."""
    factors = person_factors(case, settings()["bootstraps"], 1)
    found = bootstrap_of(statistic, weight, factors, method)
    if isinstance(found, Estimate) and found.ci_low == found.ci_high:
        return NotEstimable("no_spread", found.n, method)
    return found


def median_of(values: FloatArray, among: BoolArray, case: IntArray) -> Result:
    """Return the median of some readings, shape (n,)."""

    def statistic(weight: FloatArray) -> float:
        drawn = np.repeat(values, weight.astype(np.int64))
        return float(np.median(drawn)) if len(drawn) else float("nan")

    return by_cases(statistic, among.astype(np.float64), case, CASES)


def paired(
    values: FloatArray, rows: BoolArray, c: Mapping[str, Any]
) -> tuple[FloatArray, IntArray, IntArray]:
    """Return the readings of some rows that were read in both arms by the same reader.

    Returns
    -------
    values of shape (2, pairs), aided first, and the reader and the case of each pair, as numbers
    """
    readers = np.unique(c["reader"], return_inverse=True)[1]
    key = readers * (int(c["case"].max()) + 1) + c["case"]
    aided, unaided = rows & c["aided"], rows & ~c["aided"]
    both, first, second = np.intersect1d(key[aided], key[unaided], return_indices=True)
    at = np.flatnonzero(aided)[first]
    pairs = np.stack([values[at], values[np.flatnonzero(unaided)[second]]]).reshape(2, len(both))
    return pairs, readers[at], c["case"][at]


def difference(values: FloatArray, rows: BoolArray, c: Mapping[str, Any]) -> dict[str, Result]:
    """Return the mean aided minus unaided, over cases that a reader read in both arms.

    ``these_readers`` draws cases and says nothing of other readers; ``any_readers`` takes the
    readers for a sample too.
    """
    pairs, reader, case = paired(values, rows, c)
    gaps = pairs[0] - pairs[1]

    def statistic(weight: FloatArray) -> float:
        total = float(weight.sum())
        return float(weight @ gaps) / total if total > 0 else float("nan")

    mine = by_cases(statistic, np.ones(len(gaps)), case, PAIRED)
    return {"these_readers": mine, "any_readers": obuchowski_rockette(pairs, reader, case)}


def obuchowski_rockette(pairs: FloatArray, reader: IntArray, case: IntArray) -> Result:
    """Return the mean difference of two arms, readers and cases both being samples.

    Parameters
    ----------
    pairs : shape (2, n), what each reader's reading of each case was worth, by arm
    reader, case : shape (n,)

    Only cases that every reader read in both arms count: the method is for crossed readings.

    Source: Obuchowski and Rockette 1995, Commun Stat Simul Comput 24:285-308; degrees of freedom
    and the jackknife of Hillis 2007, Stat Med 26:596-619. Departures: none.
    """
    readers = np.unique(reader)
    kept = [k for k in np.unique(case) if len(readers) == int((case == k).sum())]
    r, m = len(readers), len(kept)
    if r < _LEAST or m < _LEAST:
        return NotEstimable("too_few", 2 * r * m, READERS)
    worth = np.array(
        [[[arm[(reader == j) & (case == k)][0] for k in kept] for j in readers] for arm in pairs]
    )
    left_out = (worth.sum(axis=2, keepdims=True) - worth) / (m - 1)
    apart = (left_out - left_out.mean(axis=2, keepdims=True)).reshape(2 * r, m)
    covariance = (apart @ apart.T * (m - 1) / m).reshape(2, r, 2, r)
    others = ~np.eye(r, dtype=np.bool_)
    same_arm = np.mean([covariance[i, :, i, :][others].mean() for i in (0, 1)])
    other_arm = np.mean([covariance[i, :, 1 - i, :][others].mean() for i in (0, 1)])
    apart_by = worth[0] - worth[1]
    gaps = apart_by.mean(axis=1)
    interaction = float(gaps.var(ddof=1)) / 2
    spread = interaction + max(r * float(same_arm - other_arm), 0.0)
    if spread <= 0:
        return NotEstimable("no_spread", worth.size, READERS)
    degrees = (r - 1) * (spread / interaction) ** 2 if interaction > 0 else np.inf
    half = float(stats.t.ppf((1 + LEVEL) / 2, degrees)) * np.sqrt(2 * spread / r)
    value = float(apart_by.mean())  # of whole numbers: a difference of nothing is 0, not -4e-17
    return Estimate(value, value - float(half), value + float(half), int(worth.size), READERS)
