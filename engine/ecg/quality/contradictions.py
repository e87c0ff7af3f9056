"""Leads that contradict each other: algebra, a lead twice, legs only, a gain ten times off."""

from itertools import combinations
from typing import Final

import numpy as np

from ...fixedpoint import FloatArray
from .settings import GainLimits, LeadLimits
from .view import View

_TINY: Final = 1e-9
_READ: Final = 1024
# Each row: what must be zero, as weights of I, II, III, aVR, aVL, aVF.
_ALGEBRA: Final = {
    ("I", "II", "III"): (1.0, -1.0, 1.0),
    ("I", "II", "aVR"): (0.5, 0.5, 1.0),
    ("I", "II", "aVL"): (-1.0, 0.5, 1.0),
    ("I", "II", "aVF"): (0.5, -1.0, 1.0),
}
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


def check_algebra(view: View, limits: LeadLimits) -> tuple[list[str], tuple[float, float] | None]:
    """Check that III, aVR, aVL and aVF follow from I and II.

    Returns
    -------
    the recorded leads that do not follow; factors of I and II where every lead has its own scale
    """
    x = _sampled(view)
    broken = []
    for names, weights in _ALGEBRA.items():
        if not set(names) <= set(x) or names[2] in view.signal.derived:
            continue
        left = np.array(weights) @ np.stack([x[n] for n in names])
        scale = max(_size(x[n]) for n in names)
        if _size(left) > limits.limb_algebra_share * max(scale, _TINY):
            broken.append(names[2])
    if not broken or "III" not in x or "III" in view.signal.derived:
        return broken, None
    one, two, rest = limb_scale(x["I"], x["II"], x["III"])
    return ([], (one, two)) if rest <= limits.scaled_algebra_share else (broken, None)


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
