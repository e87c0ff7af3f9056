"""Fits what tells swapped leads from correct ones, and measures it on sources it has not seen.

A conditional logit: among all ways to undo a swap, the correct one should look most like an ECG.
Every record brings its own alternatives, so no swapped record has to be found or made up.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp

from ...engine.ecg.quality.swap_features import (
    CHEST_SWAPS,
    LIMB_SWAPS,
    SwapWindows,
    apply_chest_swap,
    apply_limb_swap,
    chest_features,
    cut_waves,
    limb_features,
)
from ...engine.ecg.quality.swap_model import read_windows
from ...engine.fixedpoint import FloatArray
from .records import SwapBeat

Waves = tuple[FloatArray, FloatArray, FloatArray]
Features = Callable[[Waves], FloatArray]
LIMB_PENALTY, CHEST_PENALTY, RIDGE = 0.03, 0.05, 0.05
DIGITS = 5


@dataclass(frozen=True, slots=True, eq=False)
class SwapScores:
    """Log odds of every hypothesis for every applied swap, from weights that saw other sources.

    Attributes
    ----------
    swaps : names; the first is "none"
    log_odds : shape (n_records, n_applied, n_hypotheses)
    sources : shape (n_records,)
    records : shape (n_records,)
    """

    swaps: tuple[str, ...]
    log_odds: FloatArray
    sources: np.ndarray
    records: np.ndarray


def fit_expected(beats: Sequence[SwapBeat], windows: SwapWindows) -> FloatArray:
    """Fit the weights from V1..V6 to I and II in P, QRS and T, shape (3, 6, 2), by ridge."""
    found = []
    for w in range(3):
        chest, limb = [], []
        for beat in beats:
            wave = cut_waves(beat.eight_mv, beat.r_index, beat.rr_s, windows)[w]
            scale = np.sqrt((wave**2).mean()) + 1e-3
            chest.append(wave[2:].T / scale)
            limb.append(wave[:2].T / scale)
        x, y = np.vstack(chest), np.vstack(limb)
        found.append(np.linalg.solve(x.T @ x + RIDGE * len(x) * np.eye(6), x.T @ y))
    return np.stack(found).round(DIGITS)


def fit_weights(features: FloatArray, penalty: float) -> FloatArray:
    """Fit the conditional logit; the first alternative of every record is the correct one.

    Parameters
    ----------
    features : shape (n_records, n_swaps, n_features)
    penalty : on the square of the weights of scaled features
    """
    scale = features.reshape(-1, features.shape[2]).std(axis=0) + 1e-9
    x = features / scale

    def loss(weights: FloatArray) -> tuple[float, FloatArray]:
        score = x @ weights
        total = logsumexp(score, axis=1)
        share = np.exp(score - total[:, None])
        slope = -(x[:, 0] - (share[:, :, None] * x).sum(axis=1)).mean(axis=0)
        value = (total - score[:, 0]).mean() + penalty * weights @ weights
        return float(value), slope + 2.0 * penalty * weights

    found = minimize(loss, np.zeros(x.shape[2]), jac=True, method="L-BFGS-B")
    return (found.x / scale).round(DIGITS)


def _waves(beat: SwapBeat, eight_mv: FloatArray, windows: SwapWindows) -> Waves:
    return cut_waves(eight_mv, beat.r_index, beat.rr_s, windows)


def _table(beats: Sequence[SwapBeat], describe: Features, windows: SwapWindows) -> FloatArray:
    return np.stack([describe(_waves(b, b.eight_mv, windows)) for b in beats])


def fit_limb(beats: Sequence[SwapBeat], windows: SwapWindows) -> tuple[FloatArray, FloatArray]:
    """Return the expected limb leads and the weights of the limb features."""
    expected = fit_expected(beats, windows)
    table = _table(beats, lambda w: limb_features(w, expected, windows), windows)
    return expected, fit_weights(table, LIMB_PENALTY)


def fit_chest(beats: Sequence[SwapBeat], windows: SwapWindows) -> FloatArray:
    """Return the weights of the chest features."""
    table = _table(beats, lambda w: chest_features(w, windows), windows)
    return fit_weights(table, CHEST_PENALTY)


def cross_validate(beats: Sequence[SwapBeat], *, chest: bool) -> SwapScores:
    """Score every swap of every record with weights fitted without the record's source."""
    windows = read_windows()
    swaps = CHEST_SWAPS if chest else LIMB_SWAPS
    sources = np.array([b.source for b in beats])
    found = np.zeros((len(beats), len(swaps), len(swaps)))
    for source in np.unique(sources):
        seen = [b for b in beats if b.source != source]
        score = _scorer(seen, windows, chest=chest)
        for i in np.flatnonzero(sources == source).tolist():
            found[i] = _scores_of(beats[i], swaps, score, windows)
    records = np.array([b.record for b in beats])
    return SwapScores(swaps, found - found[:, :, :1], sources, records)


def _scorer(seen: Sequence[SwapBeat], windows: SwapWindows, *, chest: bool) -> Features:
    if chest:
        chest_weights = fit_chest(seen, windows)
        return lambda waves: chest_features(waves, windows) @ chest_weights
    expected, weights = fit_limb(seen, windows)
    return lambda waves: limb_features(waves, expected, windows) @ weights


def _scores_of(
    beat: SwapBeat, swaps: tuple[str, ...], score: Features, windows: SwapWindows
) -> FloatArray:
    apply = apply_chest_swap if swaps is CHEST_SWAPS else apply_limb_swap
    return np.stack([score(_waves(beat, apply(beat.eight_mv, s), windows)) for s in swaps])


def choose_limits(
    scores: SwapScores, alarms: dict[str, int], least: float, *, excused: int = 0
) -> dict[str, float]:
    """Choose for each swap the lowest limit with at most so many alarms on clean records.

    Parameters
    ----------
    scores : cross-validated
    alarms : swap -> records allowed to alarm; the other swaps alarm on none
    least : no limit is lower
    excused : records, those with the highest odds of any swap, that may alarm for every swap
    """
    clean = scores.log_odds[:, 0, 1:]
    kept = clean[np.argsort(clean.max(axis=1))[: len(clean) - excused]]
    limits = {}
    for k, swap in enumerate(scores.swaps[1:]):
        highest = np.sort(kept[:, k])[::-1]
        limits[swap] = round(max(float(highest[alarms.get(swap, 0)]) + 0.05, least), 2)
    return limits


def write_model(beats: Sequence[SwapBeat], limits: dict[str, dict[str, float]], path: Path) -> None:
    """Fit on all records and write ``ecg_swaps.toml``."""
    windows = read_windows()
    expected, limb = fit_limb(beats, windows)
    chest = fit_chest(beats, windows)
    counts = {s: sum(b.source == s for b in beats) for s in sorted({b.source for b in beats})}
    told = ", ".join(f"{source} {n}" for source, n in counts.items())
    lines = [
        "# What tells swapped leads from correct ones: fitted, not read in a guideline.",
        f"# Fitted on {len(beats)} development records ({told}).",
        "# Command: python -m laennec.training.ecg_quality fit",
        "# How it is fitted: training/ecg_quality/swaps.py. Tables: docs/clinical/ecg-quality.md.",
        "# limits: log odds of a swap against correct leads, from which it is reported.",
        "",
        "[limb]",
        f"expected = {expected.tolist()}",
        f"weights = {limb.tolist()}",
        *_limit_lines("limb", limits["limb"]),
        "",
        "[chest]",
        f"weights = {chest.tolist()}",
        *_limit_lines("chest", limits["chest"]),
        "",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")


def _limit_lines(section: str, limits: dict[str, float]) -> list[str]:
    return ["", f"[{section}.limits]", *(f"{name} = {value}" for name, value in limits.items())]
