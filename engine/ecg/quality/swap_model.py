"""Weighs every way in which the leads may be swapped; learned weights, kept as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np

from ...fixedpoint import FloatArray
from ...vocabulary.load import read_toml
from .swap_features import (
    CHEST_SWAPS,
    LIMB_SWAPS,
    SwapWindows,
    chest_features,
    cut_waves,
    limb_features,
)

FILE: Final = "ecg_swaps.toml"
WINDOWS_FILE: Final = "ecg_quality.toml"
_GUIDELINES: Final = "laennec.engine.guidelines"

Waves = tuple[FloatArray, FloatArray, FloatArray]


@dataclass(frozen=True, slots=True)
class SwapSuspicion:
    """A swap that explains the recording better than correct leads do.

    Attributes
    ----------
    swap : name of the swap
    log_odds : of this swap against correct leads, uncalibrated
    limit : from which it is reported
    """

    swap: str
    log_odds: float
    limit: float


@dataclass(frozen=True, slots=True, eq=False)
class SwapModel:
    """Weights of the features and, for each swap, the log odds from which it is reported."""

    windows: SwapWindows
    expected: FloatArray
    limb_weights: FloatArray
    chest_weights: FloatArray
    limb_limits: FloatArray
    chest_limits: FloatArray


def read_windows() -> SwapWindows:
    """Read where the waves are looked for; the fit and the gate use the same."""
    raw = read_toml(_GUIDELINES, WINDOWS_FILE)["swap_windows"]
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in raw.items()}
    return SwapWindows(**values)


@cache
def load_swap_model() -> SwapModel:
    """Read the fitted weights."""
    raw = read_toml(_GUIDELINES, FILE)
    return SwapModel(
        windows=read_windows(),
        expected=np.array(raw["limb"]["expected"], np.float64),
        limb_weights=np.array(raw["limb"]["weights"], np.float64),
        chest_weights=np.array(raw["chest"]["weights"], np.float64),
        limb_limits=_limits(raw["limb"]["limits"], LIMB_SWAPS),
        chest_limits=_limits(raw["chest"]["limits"], CHEST_SWAPS),
    )


def _limits(raw: Mapping[str, Any], swaps: tuple[str, ...]) -> FloatArray:
    return np.array([float(raw[name]) if name in raw else np.inf for name in swaps])


def limb_log_odds(waves: Waves, model: SwapModel) -> FloatArray:
    """Return the log odds of every limb swap against correct leads, shape (n_swaps,)."""
    score = limb_features(waves, model.expected, model.windows) @ model.limb_weights
    return np.asarray(score - score[0])


def chest_log_odds(waves: Waves, model: SwapModel) -> FloatArray:
    """Return the log odds of every chest swap against correct leads, shape (n_swaps,)."""
    score = chest_features(waves, model.windows) @ model.chest_weights
    return np.asarray(score - score[0])


def suspect_swaps(
    eight_mv: FloatArray, r_index: int, rr_s: float, model: SwapModel
) -> tuple[SwapSuspicion | None, SwapSuspicion | None]:
    """Look for a swap of the limb leads and one of the chest leads.

    Parameters
    ----------
    eight_mv : shape (8, width), a median beat at ``SWAP_RATE_HZ``, leads in order ``SWAP_LEADS``
    r_index : of its R peak
    rr_s : median RR
    model : fitted weights

    Returns
    -------
    the most likely limb swap and chest swap; None where correct leads explain the beat
    """
    waves = cut_waves(eight_mv, r_index, rr_s, model.windows)
    return (
        strongest(limb_log_odds(waves, model), model.limb_limits, LIMB_SWAPS),
        strongest(chest_log_odds(waves, model), model.chest_limits, CHEST_SWAPS),
    )


def strongest(
    log_odds: FloatArray, limits: FloatArray, swaps: tuple[str, ...]
) -> SwapSuspicion | None:
    """Return the most likely of the swaps that reach their limit."""
    reported = np.where(log_odds > limits, log_odds, -np.inf)
    best = int(reported.argmax())
    if not np.isfinite(reported[best]):
        return None
    return SwapSuspicion(swaps[best], float(log_odds[best]), float(limits[best]))
