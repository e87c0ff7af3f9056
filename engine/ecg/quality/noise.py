"""Noise of each lead: against the beats, muscle, mains, wander, steps."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...fixedpoint import FloatArray
from ..classical.beat import average_beats
from ..classical.mains import without_mains
from ..classical.prepare import block_mean, make_readable
from ..classical.settings import load_classical
from .settings import QualityLimits
from .view import View, single_beat_noise_mv

_UV: Final = 1000.0
_MAD_TO_SD: Final = 1.4826
_SECOND_DIFFERENCE: Final = 6.0**0.5
_QRS_POWER: Final = 8.0
_LEAST_NOISE_MV: Final = 1e-4
_LEAST_QRS_MV: Final = 1e-4
_READ: Final = 1500
_PER_WINDOW_S: Final = 1.0
_NYQUIST_SHARE: Final = 0.45
_SHORTEST: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """Noise of every lead of the signal, shape (n_leads,) each; NaN where it can't be known.

    Attributes
    ----------
    snr_db : QRS against the variance of the beats around their median
    snr_beyond_hum_db : the same, without the hum of the mains where that is told
    muscle_uv : SD of what changes from sample to sample, likewise
    mains_uv : amplitude of the stronger mains frequency
    mains_hz : that frequency
    wander_mv : range of the level
    step_mv : largest change of the level from one window to the next
    """

    snr_db: FloatArray
    snr_beyond_hum_db: FloatArray
    muscle_uv: FloatArray
    mains_uv: FloatArray
    mains_hz: FloatArray
    wander_mv: FloatArray
    step_mv: FloatArray


def measure_noise(view: View, limits: QualityLimits) -> Noise:
    """Measure the noise of every usable lead."""
    coarse, rows = view.coarse, view.coarse.rows
    n_leads = len(view.signal.leads)
    found = {name: np.full(n_leads, np.nan) for name in Noise.__slots__}
    level = _levels(coarse.x, coarse.rate_hz * limits.wander.window_s)
    if level.shape[1]:
        low, high = np.percentile(level, (2, 98), axis=1)
        found["wander_mv"][rows] = high - low
        steps = np.abs(np.diff(level, axis=1))
        found["step_mv"][rows] = steps.max(axis=1) if steps.shape[1] else 0.0
    found["snr_db"] = _snr_db(view, view.noise_mv)
    x = view.signal.signal_mv[rows]
    if len(rows) and not view.known[rows].all():
        there = view.known[rows].any(axis=0)
        x = np.where(view.known[rows], x, 0.0)[:, there]
    if x.size and x.shape[1] >= _SHORTEST:
        found["muscle_uv"][rows] = _muscle_uv(x)
        found["mains_uv"][rows], found["mains_hz"][rows] = _mains(
            x, view.signal.sampling_rate_hz, limits
        )
    noise = Noise(**{**found, "snr_beyond_hum_db": found["snr_db"]})
    hums = noise.mains_uv >= limits.mains.caution_uv
    return _beyond_hum(view, noise, hums) if hums.any() else noise


def _snr_db(view: View, noise_mv: FloatArray) -> FloatArray:
    """Compare the QRS with the SD of a beat around the median, for every lead."""
    with np.errstate(divide="ignore"):
        known = view.qrs_mv[np.isfinite(view.qrs_mv)]
        usual = float(np.median(known)) if len(known) else np.nan
        # A lead across the electrical axis has a small QRS; that is no noise.
        power = np.maximum(np.maximum(view.qrs_mv, usual), _LEAST_QRS_MV) ** 2 / _QRS_POWER
        ratio = power / np.maximum(noise_mv, _LEAST_NOISE_MV) ** 2
        return np.asarray(10.0 * np.log10(ratio))


def _beyond_hum(view: View, told: Noise, hums: NDArray[np.bool_]) -> Noise:
    """Measure again what hum looks like, once it is subtracted as it is before ST is measured."""
    settings, signal = load_classical(), view.signal
    every = make_readable(signal.signal_mv, signal.sampling_rate_hz, np.inf, (), view.known)
    at = np.round(every.from_file(view.beats.peak)).astype(np.int64)
    quiet = without_mains(every, at, settings.mains)
    median = average_beats(quiet, at, replace(settings.average, groups=0))
    muscle, noise = told.muscle_uv.copy(), view.noise_mv.copy()
    muscle[quiet.rows] = _muscle_uv(quiet.x)
    if median is not None:
        noise[quiet.rows] = single_beat_noise_mv(median)
    snr = np.fmax(told.snr_db, _snr_db(view, noise))
    return replace(
        told,
        snr_beyond_hum_db=np.where(hums, snr, told.snr_db),
        muscle_uv=np.where(hums, np.fmin(muscle, told.muscle_uv), told.muscle_uv),
    )


def _levels(x: FloatArray, width: float) -> FloatArray:
    """Return the median level of consecutive windows, shape (k, windows)."""
    decimated = block_mean(x, _DECIMATE)
    size = int(width // _DECIMATE)
    windows = decimated.shape[1] // size if size else 0
    if not windows:
        return np.zeros((len(x), 0))
    pieces = decimated[:, : windows * size].reshape(len(x), windows, size)
    return np.asarray(np.median(pieces, axis=2))


_DECIMATE: Final = 4


def _muscle_uv(x: FloatArray) -> FloatArray:
    """Return the SD of white noise that second differences speak for; QRS is too rare to count."""
    step = max(x.shape[1] // _READ, 1)
    first, middle, last = x[:, :-2:step], x[:, 1:-1:step], x[:, 2::step]
    rough = np.abs(first - 2.0 * middle + last)
    return np.asarray(_UV * _MAD_TO_SD * np.median(rough, axis=1) / _SECOND_DIFFERENCE)


@lru_cache(maxsize=16)
def _waves(n: int, rate_hz: float, frequencies: tuple[float, ...]) -> NDArray[np.complex128]:
    """Return windowed waves of the frequencies, shape (n, n_frequencies)."""
    time = np.arange(n)[:, None] / rate_hz
    taper = np.hanning(n + 2)[1:-1, None]
    wave = np.exp(-2j * np.pi * time * np.array(frequencies)) * taper
    return np.asarray(2.0 * wave / taper.sum())


def _mains(x: FloatArray, rate_hz: float, limits: QualityLimits) -> tuple[FloatArray, FloatArray]:
    """Return amplitude and frequency of the mains, beyond what the spectrum has beside it."""
    mains = limits.mains
    usable = [f for f in mains.frequencies_hz if _is_seen(f, mains.beside_hz, rate_hz)]
    width = int(_PER_WINDOW_S * rate_hz)
    windows = x.shape[1] // width if width else 0
    if not usable or not windows:
        return np.full(len(x), np.nan), np.full(len(x), np.nan)
    asked = tuple(f + d for f in usable for d in (0.0, -mains.beside_hz, mains.beside_hz))
    pieces = x[:, : windows * width].reshape(-1, width)
    waves = _waves(width, rate_hz, asked)
    real, imaginary = pieces @ waves.real, pieces @ waves.imag
    size = np.sqrt(real**2 + imaginary**2).reshape(len(x), windows, len(usable), 3)
    typical = np.median(size, axis=1)
    # At half the sampling rate what turns forwards and what turns backwards are one.
    halves = np.array([1.0 if f == rate_hz / 2.0 else 2.0 for f in usable]) / 2.0
    beyond = typical[:, :, 0] * halves - typical[:, :, 1:].max(axis=2)
    beyond = np.clip(beyond, 0.0, None) * _UV
    best = beyond.argmax(axis=1)
    return beyond[np.arange(len(x)), best], np.array(usable)[best]


def _is_seen(hertz: float, beside_hz: float, rate_hz: float) -> bool:
    """Say whether a hum can be told at this rate: well below half of it, or as its very half."""
    return hertz + beside_hz < _NYQUIST_SHARE * rate_hz or hertz == rate_hz / 2.0
