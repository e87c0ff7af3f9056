"""Leads that contradict each other: algebra, a lead twice, legs only, a gain ten times off."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np

from ...fixedpoint import FloatArray
from ..leads import LIMB_WEIGHTS
from .settings import GainLimits, LeadLimits
from .view import View

_TINY: Final = 1e-9
_READ: Final = 1024
# Each row of three must follow from each other.
_ALGEBRA: Final = (("I", "II", "III"), ("I", "II", "aVR"), ("I", "II", "aVL"), ("I", "II", "aVF"))
_MADE_TOGETHER: Final = (("I", "II", "III"), ("aVR", "aVL", "aVF"))
_RELATED: Final = 3
_ALWAYS_AGREE: Final = _RELATED - 1
_LEG_LEADS: Final = {"II": "ra_rl", "III": "la_rl", "I": "arms_legs"}


def _sampled(view: View) -> dict[str, FloatArray]:
    """Return the usable leads around zero, at most some 1024 samples of each.

    Those of times at which a lead has none are left out of all: what bridges a gap obeys no law.
    """
    if view.coarse.x.size == 0:
        return {}
    step = max(view.coarse.x.shape[1] // _READ, 1)
    there = view.coarse.known[:, ::step].all(axis=0)
    if not there.any():
        return {}
    x = view.coarse.x[:, ::step][:, there]
    x = x - x.mean(axis=1, keepdims=True)
    return {view.signal.leads[row]: x[i] for i, row in enumerate(view.coarse.rows)}


def _size(x: FloatArray) -> float:
    return float(np.sqrt(x @ x / max(len(x), 1)))


def limb_scale(one: FloatArray, two: FloatArray, three: FloatArray) -> tuple[float, float, float]:
    """Return the factors of I and II after which III follows from them, and what is left over.

    Some files store every lead on its own scale: III is then a II - b I with a and b other than 1.

    Parameters
    ----------
    one, two, three : shape (n,), leads I, II and III around zero

    Returns
    -------
    factor of I, factor of II, share of the size of the leads that is left over; the share is
    infinite where no positive factors exist
    """
    stacked = np.stack([one, two, three])
    direction = np.linalg.eigh(stacked @ stacked.T)[1][:, 0]
    a, b, c = direction * np.sign(direction[0] or 1.0)
    if not (a > 0.0 and b < 0.0 and c > 0.0):
        return 1.0, 1.0, float("inf")
    left = _size(direction @ stacked) / max(_size(a * one), _size(b * two), _size(c * three), _TINY)
    middle = float(np.sqrt(-a * b))
    return float(a) / middle, float(-b) / middle, left


@dataclass(frozen=True, slots=True)
class LimbAlgebra:
    """What the limb leads say of each other.

    Attributes
    ----------
    odd : recorded leads that don't follow from the others; all that could be meant
    factors : of I and II, where every lead was stored on its own scale
    """

    odd: tuple[str, ...] = ()
    factors: tuple[float, float] | None = None


def check_algebra(view: View, limits: LeadLimits) -> LimbAlgebra:
    """Check that III, aVR, aVL and aVF follow from I and II.

    Scales explain a contradiction only where positive factors, other than 1, make every lead
    follow, and where the leads that agree as they are aren't more than the others: of one inverted,
    mislabelled or late lead the chest leads know nothing. Of three leads any one may be it. Where
    neither the three bipolar nor the three augmented leads agree as they are, noise may lie between
    the leads.
    """
    x = _sampled(view)
    share, derived = limits.limb_algebra_share, view.signal.derived
    checked = [n for n in _ALGEBRA if set(n) <= set(x) and n[2] not in derived]
    if all(_follows(x, names, share) for names in checked):
        return LimbAlgebra()
    recorded = {name: x[name] for name in LIMB_WEIGHTS if name in x and name not in derived}
    odd_sets = _odd_sets(recorded, limits.scaled_algebra_share)
    wrong = min(len(odd_sets[0]), len(recorded) - _ALWAYS_AGREE)
    some_agree = any(
        _follows(recorded, names, limits.scaled_algebra_share)
        for names in _MADE_TOGETHER
        if set(names) <= set(recorded)
    )
    rest = limits.scaled_algebra_share if some_agree else limits.scaled_noise_share
    factors = _own_scale(recorded, rest, share) if 2 * wrong >= len(recorded) else None
    if factors is not None:
        return LimbAlgebra(factors=factors)
    odd = set().union(*_odd_sets(recorded, share))
    return LimbAlgebra(odd=tuple(name for name in recorded if name in odd))


def _follows(x: Mapping[str, FloatArray], names: tuple[str, ...], share: float) -> bool:
    """Say whether three limb leads follow from each other, but for a share of the largest."""
    weights = _between(names)
    left = weights @ np.stack([x[name] for name in names])
    return _size(left) <= share * max(*(_size(x[name]) for name in names), _TINY)


def _between(names: tuple[str, ...]) -> FloatArray:
    """Return the weights under which three limb leads sum to zero, the largest of them 1."""
    weights = np.cross(*np.array([LIMB_WEIGHTS[name] for name in names]).T)
    return np.asarray(weights / np.abs(weights).max())


def _odd_sets(x: Mapping[str, FloatArray], share: float) -> list[tuple[str, ...]]:
    """Return the smallest sets of limb leads without which the others follow from each other.

    Two leads contradict nobody: where no three agree, every lead may be meant.
    """
    agree = {names for names in combinations(x, _RELATED) if _follows(x, names, share)}
    for size in range(len(x) - _RELATED + 1):
        found = [
            odd
            for odd in combinations(x, size)
            if agree >= set(combinations([name for name in x if name not in odd], _RELATED))
        ]
        if found:
            return found
    return [tuple(x)]


def _own_scale(
    x: Mapping[str, FloatArray], share: float, alike: float
) -> tuple[float, float] | None:
    """Return factors of I and II after which every limb lead has one; None where there are none.

    Factors of which the largest is less than this share above the smallest (``alike``) explain
    nothing.
    """
    if not {"I", "II", "III"} <= set(x):
        return None
    one, two, left = limb_scale(x["I"], x["II"], x["III"])
    if left > share:
        return None
    pair = np.stack([one * x["I"], two * x["II"]])
    largest, factors = max(_size(pair[0]), _size(pair[1])), [one, two]
    for name in set(x) - {"I", "II"}:
        expected = np.array(LIMB_WEIGHTS[name]) @ pair
        factor = float(x[name] @ expected) / max(float(x[name] @ x[name]), _TINY)
        left = _size(factor * x[name] - expected)
        if factor <= 0.0 or left > share * max(largest, _size(expected)):
            return None
        factors.append(factor)
    return (one, two) if max(factors) > (1.0 + alike) * min(factors) else None


def identical_leads(view: View, limits: LeadLimits) -> list[tuple[str, str]]:
    """Return pairs of leads that are one lead written twice."""
    x = _sampled(view)
    if not x:
        return []
    names, stacked = list(x), np.stack(list(x.values()))
    power = (stacked**2).sum(axis=1)
    apart = power[:, None] + power[None, :] - 2.0 * stacked @ stacked.T
    scale = np.maximum(np.minimum(power[:, None], power[None, :]), _TINY)
    same = apart < limits.identical_share**2 * scale
    return [(names[a], names[b]) for a, b in combinations(range(len(names)), 2) if same[a, b]]


def leg_lead(view: View, limits: LeadLimits) -> str | None:
    """Return the swap with the electrode of the right leg that explains a limb lead without QRS.

    Both legs have nearly the same potential: with the right-leg electrode on an arm, one of I, II
    and III shows the two legs only.
    """
    leads = view.signal.leads
    if not {"I", "II", "III"} <= set(leads):
        return None
    if not all(view.known[leads.index(name)].any() for name in _LEG_LEADS):
        return None
    qrs = {name: view.qrs_mv[leads.index(name)] for name in _LEG_LEADS}
    smallest = min(qrs, key=lambda name: np.nan_to_num(qrs[name]))
    others = min(np.nan_to_num(v) for name, v in qrs.items() if name != smallest)
    small = np.nan_to_num(qrs[smallest]) < limits.leg_lead_share * others
    return _LEG_LEADS[smallest] if small and others >= limits.leg_least_mv else None


def wrong_gain(view: View, limits: GainLimits) -> str | None:
    """Return ``large`` or ``small`` when the QRS of all leads together is ten times off."""
    qrs = view.qrs_mv[np.isfinite(view.qrs_mv)]
    if not len(qrs):
        return None
    if np.median(qrs) >= limits.large_median_mv:
        return "large"
    many = len(qrs) >= limits.least_leads
    small = limits.small_largest_mv if many else limits.small_single_mv
    return "small" if qrs.max() <= small else None
