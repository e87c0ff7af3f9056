"""Whether leads were swapped between two recordings: an earlier ECG shows what one alone can't.

Arms and legs can be told apart by P and by habit only; beside an earlier recording of the same
person a swap makes every wave of a lead appear in another one. A swap of limb leads permutes and
turns the six limb leads exactly (Kligfield 2007 for the leads, Krasteva 2019 for the swaps).
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from ...fixedpoint import FloatArray
from ..leads import CHEST_LEADS, LIMB_LEADS
from .settings import ComparisonSettings
from .side import EcgSide

# What each lead shows where electrodes were swapped: the lead, and the sign with which it appears.
LIMB_SWAPS: Final[Mapping[str, tuple[tuple[str, float], ...]]] = {
    "la_ra": (("I", -1), ("III", 1), ("II", 1), ("aVL", 1), ("aVR", 1), ("aVF", 1)),
    "la_ll": (("II", 1), ("I", 1), ("III", -1), ("aVR", 1), ("aVF", 1), ("aVL", 1)),
    "ra_ll": (("III", -1), ("II", -1), ("I", -1), ("aVF", 1), ("aVL", 1), ("aVR", 1)),
}
_P, _QRS, _T = 0, 1, 2


def swap_between(now: EcgSide, then: EcgSide, settings: ComparisonSettings) -> str:
    """Name the swap that makes two recordings alike; empty where none does.

    Parameters
    ----------
    now, then : the two recordings
    settings : of the data file
    """
    for leads, swaps in ((LIMB_LEADS, LIMB_SWAPS), (CHEST_LEADS, _chest_swaps())):
        here, there = _waves(now, leads), _waves(then, leads)
        if here is None or there is None:
            continue
        name = _best(here, there, leads, swaps, settings)
        if name:
            return name
    return ""


def _chest_swaps() -> dict[str, tuple[tuple[str, float], ...]]:
    """Return neighbours of the chest leads that were exchanged."""
    found = {}
    for k in range(len(CHEST_LEADS) - 1):
        order = list(CHEST_LEADS)
        order[k], order[k + 1] = order[k + 1], order[k]
        found[f"{CHEST_LEADS[k]}_{CHEST_LEADS[k + 1]}".lower()] = tuple((n, 1.0) for n in order)
    return found


def _waves(side: EcgSide, leads: tuple[str, ...]) -> FloatArray | None:
    """Return shape (3 waves, n_leads, 2): highest and lowest of P, QRS and T; None where missing.

    A missing P counts as none: fibrillation has no P to compare.
    """
    measured = side.per_lead
    if measured is None:
        return None
    q = measured.qrs
    low = np.minimum(np.minimum(q.q_mv, q.s_mv), q.s2_mv)
    pairs = (
        (np.nan_to_num(measured.p_positive_mv), np.nan_to_num(measured.p_negative_mv)),
        (q.r_height_mv, low),
        (measured.t_positive_mv, measured.t_negative_mv),
    )
    found = np.array(
        [[[side.lead_value(part, lead) for part in pair] for lead in leads] for pair in pairs]
    )
    return None if np.isnan(found).any() else found


def _seen_through(
    waves: FloatArray, leads: tuple[str, ...], swap: tuple[tuple[str, float], ...]
) -> FloatArray:
    """Return what the leads would have shown with a swap."""
    order = [leads.index(name) for name, _ in swap]
    turned = np.array([sign < 0 for _, sign in swap])
    moved = waves[:, order]
    return np.where(turned[None, :, None], -moved[..., ::-1], moved)


def _distance(one: FloatArray, other: FloatArray, size: FloatArray) -> FloatArray:
    """Return (3,) the distance of each wave, as a share of its size."""
    return np.asarray(np.sqrt(((one - other) ** 2).sum(axis=(1, 2))) / size)


def _best(
    now: FloatArray,
    then: FloatArray,
    leads: tuple[str, ...],
    swaps: Mapping[str, tuple[tuple[str, float], ...]],
    settings: ComparisonSettings,
) -> str:
    limits = settings.limits
    size = np.maximum(np.sqrt((then**2).sum(axis=(1, 2))), limits.swap_floor_mv)
    straight = _distance(now, then, size)
    found = {
        name: _distance(now, _seen_through(then, leads, swap), size) for name, swap in swaps.items()
    }
    name = min(found, key=lambda key: float(found[key][_QRS] + found[key][_T]))
    swapped = found[name]
    whole, left = straight[_QRS] + straight[_T], swapped[_QRS] + swapped[_T]
    alike = left < limits.swap_share * whole and straight[_QRS] > limits.swap_distance
    agrees = swapped[_P] < straight[_P] or straight[_P] == 0.0
    return name if bool(alike and agrees) else ""
