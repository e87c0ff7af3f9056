"""Whether two recordings are one and the same, whatever format each was stored in.

Steps, gains, rates, derived leads and cuts differ between two files of one recording; the beats,
one by one, do not. No two recordings of a person agree so closely over several seconds: each beat
comes at its own time, with noise of its own.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...fixedpoint import FloatArray
from ..signal import EcgSignal
from .settings import SameRecording

_LEADS_TO_PLACE: Final = 3

IntArray = NDArray[np.int64]


def is_same_recording(one: EcgSignal, other: EcgSignal, settings: SameRecording) -> bool:
    """Say whether one of two signals is the other, or a part of it.

    Parameters
    ----------
    one, other : millivolt, of any rates and lengths, with gaps as NaN
    settings : of the data file
    """
    return likeness(one, other, settings) >= settings.correlation


def likeness(one: EcgSignal, other: EcgSignal, settings: SameRecording) -> float:
    """Return the median correlation of the common leads where they fit best; 0 without any."""
    pair = [_lines(signal, settings) for signal in (one, other)]
    common = [name for name in one.leads if name in pair[0] and name in pair[1]]
    if not common:
        return 0.0
    long, short = sorted(pair, key=lambda lines: -len(lines[common[0]]))
    place = common[:_LEADS_TO_PLACE]
    lag = _place([long[name] for name in place], [short[name] for name in place], settings)
    if lag is None:
        return 0.0
    edge = round(settings.baseline_s * settings.rate_hz / 2)
    return float(np.median([_correlation(long[name], short[name], lag, edge) for name in common]))


def _lines(signal: EcgSignal, settings: SameRecording) -> Mapping[str, FloatArray]:
    """Return the leads that are no flat line, at the common rate."""
    found = {name: _line(signal, name, settings) for name in signal.leads}
    return {name: line for name, line in found.items() if line is not None}


def _place(
    long: Sequence[FloatArray], short: Sequence[FloatArray], settings: SameRecording
) -> int | None:
    """Return at which sample of the long lines the short ones begin to fit best.

    None where they are too short to say.
    """
    least = round(settings.least_s * settings.rate_hz)
    n, m = len(long[0]), len(short[0])
    if m < least:
        return None
    size = 1 << (n + m).bit_length()
    lags = np.arange(-(m - least), n - least + 1)
    products, energy = np.zeros(len(lags)), np.zeros(len(lags))
    for a, b in zip(long, short, strict=True):
        found = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size)
        products += found[lags]
        energy += np.sqrt(_within(a, lags, m) * _within(b, -lags, n))
    return int(lags[np.argmax(products / np.maximum(energy, np.finfo(float).tiny))])


def _within(line: FloatArray, lags: IntArray, width: int) -> FloatArray:
    """Return the energy of a line in a window that begins at each lag."""
    total = np.concatenate([[0.0], np.cumsum(line**2)])
    low = np.clip(lags, 0, len(line))
    found: FloatArray = total[np.clip(lags + width, low, len(line))] - total[low]
    return found


def _correlation(long: FloatArray, short: FloatArray, lag: int, edge: int) -> float:
    """Return the correlation where both are there, without the edges, which know one side only."""
    a = long[max(lag, 0) : lag + len(short)]
    b = short[max(-lag, 0) :][: len(a)]
    a, b = a[edge : len(a) - edge], b[edge : len(b) - edge]
    size = float(np.sqrt(np.dot(a, a) * np.dot(b, b)))
    return float(np.dot(a, b)) / size if size else 0.0


def _line(signal: EcgSignal, name: str, settings: SameRecording) -> FloatArray | None:
    """Return a lead at the common rate without its baseline, 0 in gaps; None where it is flat."""
    raw = signal.lead_mv(name)
    known = np.isfinite(raw)
    if known.sum() < 2:  # noqa: PLR2004 - no line through one point
        return None
    rate = settings.rate_hz
    n = int(signal.duration_s * rate)
    at = np.arange(n) / rate
    times = np.arange(signal.n_samples) / signal.sampling_rate_hz
    even = np.interp(at, times[known], raw[known])
    is_known = np.interp(at, times, known.astype(float)) > 1 - 1e-9
    smooth = _mean(even, round(settings.smooth_s * rate))
    found = np.where(is_known, smooth - _mean(even, round(settings.baseline_s * rate)), 0.0)
    return found if n and np.ptp(found) > settings.flat_mv else None


def _mean(values: FloatArray, width: int) -> FloatArray:
    """Return the running mean over a width, of what is there at the ends."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    middle = np.arange(len(values))
    low, high = np.maximum(middle - width // 2, 0), np.minimum(middle + width // 2 + 1, len(values))
    found: FloatArray = (total[high] - total[low]) / (high - low)
    return found
