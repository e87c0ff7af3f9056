"""Takes the hum of the mains out of the leads before waves are bounded.

The velocity of a strong hum hides where the QRS calms down: its width was measured 40 ms short at
a noise as strong as the ECG. A filter that stops 50 Hz rings beside every QRS; here the hum is
estimated where the heart is silent, as a slowly turning phase, and subtracted everywhere.
"""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from ...fixedpoint import FloatArray
from ..signal import EcgSignal
from .prepare import Readable, make_readable
from .settings import MainsSettings, load_classical

IntArray = NDArray[np.int64]
ComplexArray = NDArray[np.complex128]
_MS: Final = 1000.0
_TINY: Final = 1e-12
_PASSES: Final = 2


def without_hum(signal: EcgSignal, beats_s: FloatArray) -> EcgSignal:
    """Return a signal without the hum of the mains; where it has no sample it has none.

    Parameters
    ----------
    signal : at its own rate
    beats_s : shape (n_beats,), R peaks in seconds
    """
    rate = signal.sampling_rate_hz
    readable = make_readable(signal.signal_mv, rate, np.inf)
    at = np.round(beats_s * rate).astype(np.int64)
    quiet = without_mains(readable, at, load_classical().mains)
    samples = np.array(signal.signal_mv, np.float64)
    samples[readable.rows] -= readable.x - quiet.x
    return replace(signal, signal_mv=samples)


def without_mains(readable: Readable, peaks: IntArray, settings: MainsSettings) -> Readable:
    """Subtract hum and its overtones from the leads that carry it.

    Parameters
    ----------
    readable : the leads
    peaks : shape (n_beats,), R peaks in samples of ``readable``
    settings : of guidelines/ecg_classical.toml

    Returns
    -------
    the same leads; where the hum is weaker than ``least_mv`` nothing is changed
    """
    rate, n = readable.rate_hz, readable.x.shape[1]
    window = round(settings.window_s * rate)
    if n < window or not readable.x.size:
        return readable
    silent = _silent(peaks, n, round(settings.qrs_reach_ms * rate / _MS))
    if silent.mean() < settings.least_silent:
        return readable
    hums = [_hum(readable, silent, hertz, window, settings) for hertz in settings.hertz]
    hum = max(hums, key=lambda one: float((one**2).sum()))
    height = np.sqrt(2.0 * (hum**2).mean(axis=1))
    carries = height >= settings.least_mv
    if not carries.any():
        return readable
    return replace(readable, x=readable.x - np.where(carries[:, None], hum, 0.0))


def _silent(peaks: IntArray, n: int, reach: int) -> FloatArray:
    """Return 1 outside the QRS complexes and 0 inside, shape (n,)."""
    silent = np.ones(n)
    at = peaks[:, None] + np.arange(-reach, reach + 1)
    silent[np.clip(at, 0, n - 1)] = 0.0
    return silent


def _hum(
    readable: Readable, silent: FloatArray, hertz: float, window: int, settings: MainsSettings
) -> FloatArray:
    """Estimate the hum of one frequency and its overtones in every lead, shape (k, n)."""
    rate, total = readable.rate_hz, np.zeros_like(readable.x)
    weight = np.maximum(uniform_filter1d(silent, window, mode="constant"), _TINY)
    time_s = np.arange(readable.x.shape[1]) / rate
    for order in range(1, settings.orders + 1):
        halves = halves_of(order * hertz, rate, settings.most_of_nyquist)
        if not halves:
            break
        turn = np.exp(-2j * np.pi * order * hertz * time_s)
        for _ in range(_PASSES):
            rest, gain = _fast(readable.x - total, order * hertz, rate, settings)
            moving = _mean(_calm(rest, silent, settings) * turn, window) / weight / gain
            total += halves * np.real(moving * np.conj(turn))
    return total


def halves_of(hertz: float, rate_hz: float, most_of_nyquist: float) -> int:
    """Return of how many turning halves a hum of one frequency consists; 0 where it can't be told.

    At half the sampling rate (50 Hz at 100 Hz) the two fall together: samples change their sign.

    >>> halves_of(50.0, 250.0, 0.95), halves_of(50.0, 100.0, 0.95), halves_of(60.0, 100.0, 0.95)
    (2, 1, 0)
    """
    if hertz < most_of_nyquist * rate_hz / 2.0:
        return 2
    return int(hertz == rate_hz / 2.0)


def _calm(rest: FloatArray, silent: FloatArray, settings: MainsSettings) -> FloatArray:
    """Cut what is far larger than usual, which no hum is: the spikes of a pacemaker."""
    usual = np.median(np.abs(rest[:, silent > 0]), axis=1, keepdims=True)
    most = settings.most_of_usual * usual
    return np.asarray(np.clip(rest, -most, most) * silent)


def _fast(
    x: FloatArray, hertz: float, rate: float, settings: MainsSettings
) -> tuple[FloatArray, float]:
    """Take away the slow waves, and say what share of one frequency is left."""
    width = 2 * round(settings.slow_ms * rate / _MS / 2.0) + 1
    angle = np.pi * hertz / rate
    share = np.sin(width * angle) / (width * np.sin(angle))
    return x - uniform_filter1d(x, width, axis=1), float(1.0 - share)


def _mean(x: ComplexArray, window: int) -> ComplexArray:
    """Return the moving mean of complex numbers, shape (k, n)."""
    real = uniform_filter1d(x.real, window, axis=1, mode="constant")
    imaginary = uniform_filter1d(x.imag, window, axis=1, mode="constant")
    return np.asarray(real + 1j * imaginary)
