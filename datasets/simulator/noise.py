"""Noise, made at the electrodes: the leads of a noisy record keep Einthoven's relation.

Signal-to-noise ratio: ten times the decimal logarithm of the power of the clean leads over that
of the noise, both the mean square about each lead's mean over all leads and the whole record.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ...engine.ecg.leads import CHEST_LEADS
from ...engine.fixedpoint import FloatArray
from .figures import ScenarioUnfit, Table, figures

KINDS: Final = ("wander", "mains", "emg", "motion", "white")
_ELECTRODES: Final = 3 + len(CHEST_LEADS)


@dataclass(frozen=True, slots=True)
class Noise:
    """One kind of noise at one level.

    Parameters
    ----------
    kind : wander, mains, emg, motion or white
    snr_db : ratio to the clean signal of the whole record, decibel
    mains_hz : 50 or 60; only mains reads it
    """

    kind: str
    snr_db: float
    mains_hz: float = 50.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ScenarioUnfit(
                found=f"an unknown kind of noise {self.kind!r}",
                why="nothing says what it looks like",
                remedy=f"Use one of: {', '.join(KINDS)}",
                path="scenario.noise",
            )


def power(signal_mv: FloatArray) -> float:
    """Mean square about each lead's mean, over all leads, millivolt squared."""
    return float(np.mean(np.var(signal_mv, axis=1)))


def snr_db(clean_mv: FloatArray, noise_mv: FloatArray) -> float:
    """Signal-to-noise ratio of a record in decibel, as this module defines it."""
    return float(10.0 * np.log10(power(clean_mv) / power(noise_mv)))


def noise_mv(
    kinds: tuple[Noise, ...], clean_mv: FloatArray, rate_hz: float, rng: np.random.Generator
) -> FloatArray:
    """Draw the noise of a record, each kind at its own SNR.

    Parameters
    ----------
    kinds : what to draw
    clean_mv : shape (12, n), millivolt; sets the level
    rate_hz : of the record
    rng : draws

    Returns
    -------
    shape (12, n), millivolt
    """
    total = np.zeros_like(clean_mv)
    level = power(clean_mv)
    for one in kinds:
        drawn = _leads(_electrodes(one, clean_mv.shape[1], rate_hz, rng))
        total += drawn * np.sqrt(level / 10.0 ** (one.snr_db / 10.0) / power(drawn))
    return total


def _leads(electrodes: FloatArray) -> FloatArray:
    right, left, foot = electrodes[:3]
    one, two = left - right, foot - right
    limb = [one, two, two - one, -(one + two) / 2, one - two / 2, two - one / 2]
    centre = (right + left + foot) / 3.0
    return np.concatenate([np.stack(limb), electrodes[3:] - centre])


def _electrodes(one: Noise, n: int, rate_hz: float, rng: np.random.Generator) -> FloatArray:
    look = figures("noise")[one.kind]
    if one.kind == "mains":
        return _mains(look, one.mains_hz, n, rate_hz, rng)
    drawn = _coloured(look, n, rate_hz, rng)
    if "burst_hz" in look:
        drawn = drawn * _bursts(look["burst_hz"], n, rate_hz, rng)
    if "share_of_electrodes" in look:
        moved = rng.uniform(size=_ELECTRODES) < look["share_of_electrodes"]
        moved[int(rng.integers(_ELECTRODES))] = True
        drawn = drawn * np.where(moved, 1.0, 0.05)[:, None]
    return drawn


def _coloured(look: Table, n: int, rate_hz: float, rng: np.random.Generator) -> FloatArray:
    """Gaussian noise in a band, falling with frequency to the power ``tilt``."""
    frequency = np.fft.rfftfreq(n, 1.0 / rate_hz)
    low, high = look["band_hz"]
    inside = (frequency >= min(low, frequency[-1] / 2)) & (frequency <= high)
    gain = np.where(inside, np.maximum(frequency, max(low, 0.01)) ** -look["tilt"], 0.0)
    gain[0] = 0.0
    if not gain.any():
        gain[1] = 1.0
    spectrum = np.fft.rfft(rng.standard_normal((_ELECTRODES, n)), axis=1) * gain
    return np.fft.irfft(spectrum, n, axis=1)


def _bursts(burst_hz: float, n: int, rate_hz: float, rng: np.random.Generator) -> FloatArray:
    """Slow positive envelope of each electrode, so that noise comes and goes."""
    time_s = np.arange(n) / rate_hz
    phase = rng.uniform(0, 2 * np.pi, (_ELECTRODES, 2, 1))
    pace = burst_hz * rng.uniform(0.5, 1.5, (_ELECTRODES, 2, 1))
    waves = np.sin(2 * np.pi * pace * time_s + phase).sum(axis=1)
    return np.asarray(np.exp(0.7 * waves))


def _mains(
    look: Table, mains_hz: float, n: int, rate_hz: float, rng: np.random.Generator
) -> FloatArray:
    time_s = np.arange(n) / rate_hz
    own = mains_hz + look["drift_hz"] * rng.uniform(-1, 1)
    size = rng.uniform(0.3, 1.0, (_ELECTRODES, 1))
    lag = rng.normal(0.0, 0.3, (_ELECTRODES, 1))
    total = np.zeros((_ELECTRODES, n))
    for order, share in look["harmonics"].items():
        frequency = int(order) * own
        if frequency < rate_hz / 2:
            phase = rng.uniform(0, 2 * np.pi)
            total += share * size * np.sin(2 * np.pi * frequency * time_s + phase + lag)
    return total if total.any() else rng.standard_normal((_ELECTRODES, n))


def sample_noise(
    rng: np.random.Generator, least_db: float, greatest_db: float
) -> tuple[Noise, ...]:
    """Draw which kinds of noise a record has, and how much of each, for training.

    Parameters
    ----------
    rng : draws
    least_db, greatest_db : the SNR of each kind is drawn between them

    Returns
    -------
    none, some or all kinds, each at its own SNR
    """
    look = figures("noise")["sampled"]
    mains_hz = 60.0 if rng.uniform() < look["sixty_hz_share"] else 50.0
    return tuple(
        Noise(kind, float(rng.uniform(least_db, greatest_db)), mains_hz)
        for kind in KINDS
        if rng.uniform() < look["share"][kind]
    )
