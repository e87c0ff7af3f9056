"""What a lead swap changes, as numbers: features of a beat under every way it may be swapped.

The recording is undone by each swap in turn, and every result is described in the same way: how
well the limb leads agree with what the chest leads lead one to expect, where P, QRS and T point
in the frontal plane, and how the chest leads pass from one into the next. One set of weights,
fitted on development records, then says which of the results looks most like an ECG. The idea of
using the redundancy of the leads is that of Kors & van Herpen 2001
(doi:10.1016/S0022-0736(01)90031-X, FM); the conditional logit over all swaps is the house's own.
"""

from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np

from ...fixedpoint import FloatArray

SWAP_LEADS: Final = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
SWAP_RATE_HZ: Final = 125.0
N_LIMB: Final = 2
N_CHEST: Final = 6
_MS: Final = 1000.0
_TINY: Final = 1e-12
_SHORTEST_T_MS: Final = 40.0
_GUESS_FLOOR_MV: Final = 0.01
_FLOOR_SHARE: Final = (0.67, 0.6, 0.67)

# Which electrode lies where: the name of the electrode, in order RA, LA, LL, then where it is.
_ELECTRODES: Final = {
    "none": ("RA", "LA", "LL"),
    "la_ra": ("LA", "RA", "LL"),
    "la_ll": ("RA", "LL", "LA"),
    "ra_ll": ("LL", "LA", "RA"),
    "rotation_1": ("LA", "LL", "RA"),
    "rotation_2": ("LL", "RA", "LA"),
}
LIMB_SWAPS: Final = tuple(_ELECTRODES)
_POTENTIAL: Final = {"RA": (0.0, 0.0), "LA": (1.0, 0.0), "LL": (0.0, 1.0)}


def limb_swap_matrix(swap: str) -> FloatArray:
    """Return what a limb swap makes of leads I and II.

    With the potential of RA as zero, LA is I and LL is II: so a swap is a 2 x 2 matrix.

    Parameters
    ----------
    swap : one of ``LIMB_SWAPS``

    Returns
    -------
    shape (2, 2); recorded (I, II) = matrix @ true (I, II)
    """
    right, left, leg = (np.array(_POTENTIAL[at]) for at in _ELECTRODES[swap])
    return np.stack([left - right, leg - right])


def _chest_swaps() -> dict[str, tuple[tuple[int, ...], tuple[float, ...]]]:
    """Return name -> order and sign of the chest leads."""
    order: tuple[int, ...] = tuple(range(N_CHEST))
    plus: tuple[float, ...] = (1.0,) * N_CHEST
    swaps = {"none": (order, plus)}
    for a, b in combinations(order, 2):
        moved = list(order)
        moved[a], moved[b] = b, a
        swaps[f"v{a + 1}_v{b + 1}"] = (tuple(moved), plus)
    swaps["reversed"] = (order[::-1], plus)
    for a in order:
        swaps[f"v{a + 1}_inverted"] = (order, tuple(-1.0 if i == a else 1.0 for i in order))
    return swaps


_CHEST: Final = _chest_swaps()
CHEST_SWAPS: Final = tuple(_CHEST)
_CHEST_ORDER: Final = np.array([order for order, _ in _CHEST.values()])
_CHEST_SIGN: Final = np.array([sign for _, sign in _CHEST.values()])
_UNDO_LIMB: Final = np.stack([np.linalg.inv(limb_swap_matrix(s)) for s in LIMB_SWAPS])


def apply_limb_swap(eight_mv: FloatArray, swap: str) -> FloatArray:
    """Return the eight leads (``SWAP_LEADS``) as a limb swap would have recorded them."""
    return np.concatenate([limb_swap_matrix(swap) @ eight_mv[:N_LIMB], eight_mv[N_LIMB:]])


def apply_chest_swap(eight_mv: FloatArray, swap: str) -> FloatArray:
    """Return the eight leads (``SWAP_LEADS``) as a chest swap would have recorded them."""
    order, sign = _CHEST[swap]
    chest = eight_mv[N_LIMB:][list(order)] * np.array(sign)[:, None]
    return np.concatenate([eight_mv[:N_LIMB], chest])


@dataclass(frozen=True, slots=True)
class SwapWindows:
    """Where P, QRS and T are looked for around the R peak, ms, and the noise added to each scale.

    ``t_share`` of RR plus ``t_add_ms`` is the latest end of T.
    """

    p_ms: tuple[float, float]
    qrs_ms: tuple[float, float]
    t_ms: tuple[float, float]
    t_share: float
    t_add_ms: float
    floor_mv: tuple[float, float, float]
    axis_mv: tuple[float, float, float]


def cut_waves(
    beat_mv: FloatArray, r_index: int, rr_s: float, windows: SwapWindows
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the eight leads of P, QRS and T of a median beat at ``SWAP_RATE_HZ``."""
    latest = min(windows.t_ms[1], windows.t_share * rr_s * _MS + windows.t_add_ms)
    spans = (
        windows.p_ms,
        windows.qrs_ms,
        (windows.t_ms[0], max(latest, windows.t_ms[0] + _SHORTEST_T_MS)),
    )
    cut = [[max(r_index + round(ms * SWAP_RATE_HZ / _MS), 0) for ms in span] for span in spans]
    p, qrs, t = (beat_mv[:, first:stop] for first, stop in cut)
    return p, qrs, t


def _rms(x: FloatArray) -> FloatArray:
    """Root mean square over the samples and leads of each hypothesis."""
    return np.sqrt((x**2).mean(axis=(1, 2)))


def limb_features(
    waves: tuple[FloatArray, FloatArray, FloatArray], expected: FloatArray, windows: SwapWindows
) -> FloatArray:
    """Describe the limb leads under every limb swap.

    Parameters
    ----------
    waves : of ``cut_waves``
    expected : shape (3, 6, 2), weights that lead from V1..V6 to I and II in P, QRS and T
    windows : for the floors

    Returns
    -------
    shape (n_swaps, n_features)
    """
    found, angles = [], []
    for w, wave in enumerate(waves):
        limb = np.einsum("hij,jn->hin", _UNDO_LIMB, wave[:N_LIMB])
        three = np.concatenate([limb, limb[:, 1:] - limb[:, :1]], axis=1)
        guess = expected[w].T @ wave[N_LIMB:]
        guess = np.concatenate([guess, guess[1:] - guess[:1]])
        size = _rms(three) * np.sqrt(1.5) + windows.floor_mv[w]
        product = (three * guess).mean(axis=2)
        guess_size = np.sqrt((guess[:N_LIMB] ** 2).mean()) + _GUESS_FLOOR_MV
        norms = np.sqrt((three**2).mean(axis=2) * (guess**2).mean(axis=1)) + _TINY
        found += [product / (size * guess_size)[:, None], product / norms]
        angle, certain = _direction(three, w, windows.axis_mv[w])
        angles.append((angle, certain))
        turns = (np.cos(angle), np.sin(angle), np.cos(2 * angle), np.sin(2 * angle))
        found.append(np.stack(turns, axis=1) * certain[:, None])
        found.append(limb.mean(axis=2) / size[:, None])
        found.append(np.abs(three).max(axis=2) / size[:, None])
    (p, p_sure), (qrs, qrs_sure), (t, t_sure) = angles
    between = (
        p_sure * qrs_sure * np.cos(p - qrs),
        qrs_sure * t_sure * np.cos(qrs - t),
        p_sure * t_sure * np.cos(p - t),
    )
    return np.concatenate([*found, np.stack(between, axis=1)], axis=1)


def _direction(three: FloatArray, wave: int, floor_mv: float) -> tuple[FloatArray, FloatArray]:
    """Return the direction of a wave in the frontal plane, radian, and how sure it is (0..1)."""
    x, y = three[:, 0], (three[:, 1] + three[:, 2]) / np.sqrt(3.0)
    if wave == 1:
        # R and S amplitudes, not areas: a wide S would turn the axis of the QRS.
        along = x.max(axis=1) + x.min(axis=1)
        down = y.max(axis=1) + y.min(axis=1)
    else:
        energy = x**2 + y**2
        share = energy / (energy.sum(axis=1, keepdims=True) + _TINY)
        along, down = (share * x).sum(axis=1), (share * y).sum(axis=1)
    length = np.hypot(along, down)
    return np.arctan2(down, along), length / (length + floor_mv)


def chest_features(
    waves: tuple[FloatArray, FloatArray, FloatArray], windows: SwapWindows
) -> FloatArray:
    """Describe the chest leads under every chest swap.

    Parameters
    ----------
    waves : of ``cut_waves``
    windows : for the floors

    Returns
    -------
    shape (n_swaps, n_features)
    """
    found: list[FloatArray] = []
    for w, wave in enumerate(waves):
        # Each of these swaps undoes itself.
        chest = wave[N_LIMB:][_CHEST_ORDER] * _CHEST_SIGN[:, :, None]
        floor = windows.floor_mv[w]
        size = _rms(chest) + floor * _FLOOR_SHARE[w]
        own = np.sqrt((chest**2).mean(axis=2))
        unit = chest / (own + floor)[:, :, None]
        limb = wave[:N_LIMB]
        limb_unit = limb / (np.sqrt((limb**2).mean(axis=1, keepdims=True)) + floor)
        n = wave.shape[1]
        found.append((unit[:, 1:] * unit[:, :-1]).sum(axis=2) / n)
        found.append(_lead_rms(np.diff(chest, axis=1)) / size[:, None])
        found.append(np.einsum("hcn,ln->hlc", unit, limb_unit).reshape(len(chest), -1) / n)
        found.append(chest.mean(axis=2) / size[:, None])
        found.append(own / size[:, None])
        if w == 0:
            late = chest[:, :2, n // 2 :].mean(axis=2)
            found.append(late / size[:, None])
        else:
            found.append((unit[:, 2:] * unit[:, :-2]).sum(axis=2) / n)
            found.append(_lead_rms(np.diff(chest, n=2, axis=1)) / size[:, None])
        if w == 1:
            found += [chest.max(axis=2) / size[:, None], chest.min(axis=2) / size[:, None]]
    return np.concatenate(found, axis=1)


def _lead_rms(x: FloatArray) -> FloatArray:
    return np.sqrt((x**2).mean(axis=2))
