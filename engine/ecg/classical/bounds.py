"""Where the QRS begins and ends by spatial velocity, and where T ends by tangents."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.ndimage import uniform_filter1d

from ...fixedpoint import FloatArray
from .settings import BoundSettings, TEndSettings

_MS: Final = 1000.0
_TINY: Final = 1e-12
_SHORTEST: Final = 20


@dataclass(frozen=True, slots=True, eq=False)
class TEnd:
    """The end of T in each of g median beats, shape (g,) each.

    Attributes
    ----------
    index : in samples of the median beat, NaN where none was found
    disagreement : samples between the end by leads and the end of the main component
    lead_spread : samples between the quartiles of the ends of the leads
    amplitude_mv : largest deflection of T over the leads
    """

    index: FloatArray
    disagreement: FloatArray
    lead_spread: FloatArray
    amplitude_mv: FloatArray


def spatial_velocity(x: FloatArray, rate_hz: float, settings: BoundSettings) -> FloatArray:
    """Return the length of the change vector over the leads, mV/s.

    Parameters
    ----------
    x : shape (..., k, n), millivolt

    Returns
    -------
    shape (..., n)
    """
    width = max(round(settings.smooth_ms * rate_hz / _MS), 1)
    smooth = uniform_filter1d(x, width, axis=-1)
    change = np.empty_like(smooth)
    change[..., 1:-1] = smooth[..., 2:] - smooth[..., :-2]
    change[..., 0] = change[..., -1] = 0.0
    length = np.sqrt(np.einsum("...kn,...kn->...n", change, change))
    return np.asarray(length * rate_hz / 2.0)


def qrs_bounds(
    velocity: FloatArray, r_index: int, rate_hz: float, settings: BoundSettings
) -> tuple[FloatArray, FloatArray]:
    """Find the onset and offset of the QRS around one index in g curves.

    Parameters
    ----------
    velocity : shape (g, n), mV/s
    r_index : index of the R peak in every curve

    Returns
    -------
    onset, offset : shape (g,) each, fractions of a sample; NaN where the velocity does not calm
    """
    reach = max(int(settings.peak_reach_ms * rate_hz / _MS), 1)
    low = max(r_index - reach, 0)
    peak = velocity[:, low : r_index + reach].argmax(axis=1) + low
    highest = velocity[np.arange(len(velocity)), peak]
    floor = np.percentile(velocity, settings.floor_percentile, axis=1)
    least = np.maximum(settings.velocity_share * highest, settings.floor_multiple * floor)
    on = (settings.onset_reach_ms, settings.hold_onset_ms)
    off = (settings.offset_reach_ms, settings.hold_offset_ms)
    onset = peak - _calm_after(velocity, peak, -1, least, rate_hz / _MS * np.array(on))
    offset = peak + _calm_after(velocity, peak, 1, least, rate_hz / _MS * np.array(off))
    return onset, offset


def _calm_after(
    velocity: FloatArray, peak: np.ndarray, step: int, least: FloatArray, window: FloatArray
) -> FloatArray:
    """Return how far from the peak, walking by ``step``, the velocity falls and stays low."""
    reach, hold = int(window[0]), max(round(float(window[1])), 2)
    at = peak[:, None] + step * np.arange(reach + hold)
    inside = (at >= 0) & (at < velocity.shape[1])
    course = velocity[np.arange(len(velocity))[:, None], np.clip(at, 0, velocity.shape[1] - 1)]
    low = (course < least[:, None]) & inside
    total = np.cumsum(np.pad(low, ((0, 0), (1, 0))), axis=1)
    stays = total[:, hold:] - total[:, :-hold] == hold
    first = stays.argmax(axis=1)
    row = np.arange(len(velocity))
    above = course[row, np.maximum(first - 1, 0)]
    drop = np.maximum(above - course[row, first], _TINY)
    between = np.where(first > 0, first - 1 + np.clip((above - least) / drop, 0.0, 1.0), 0.0)
    return np.where(stays.any(axis=1), between, np.nan)


def t_end(
    beats_mv: FloatArray, window: tuple[int, int], rate_hz: float, settings: TEndSettings
) -> TEnd:
    """Find the end of T by tangents in every lead and in the main component of the leads.

    Parameters
    ----------
    beats_mv : shape (g, k, width)
    window : first and last sample in which T may lie
    rate_hz : of the beats
    """
    begin, stop = window
    nothing = np.full(len(beats_mv), np.nan)
    if stop - begin < _SHORTEST:
        return TEnd(nothing, nothing, nothing, nothing)
    smooth = max(round(settings.smooth_ms * rate_hz / _MS), 1)
    t = uniform_filter1d(beats_mv, smooth, axis=2)[:, :, begin:stop]
    # The main component is the first of the whole set: one direction for all parts.
    direction = np.linalg.svd(t[0], full_matrices=False)[0][:, 0]
    t = np.concatenate([np.einsum("k,gkn->gn", direction, t)[:, None], t], axis=1)
    end, height = _tangent_ends(t, rate_hz, settings)
    takes_part = height[:, 1:] >= settings.lead_share * height[:, 1:].max(axis=1, keepdims=True)
    low, middle, high = _quartiles(np.where(takes_part, end[:, 1:], np.nan))
    extra = settings.tangent_to_end_ms * rate_hz / _MS
    return TEnd(
        index=begin + middle + extra,
        disagreement=np.abs(middle - end[:, 0]),
        lead_spread=high - low,
        amplitude_mv=height[:, 1:].max(axis=1),
    )


def t_heights(
    beat_mv: FloatArray, window: tuple[int, int], rate_hz: float, settings: TEndSettings
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the highest and the lowest point of T, and the lowest behind the highest.

    Each against the level before the QRS: a T that first rises and then falls has its lowest point
    behind the highest.

    Parameters
    ----------
    beat_mv : shape (k, width), one median beat
    window : first and last sample in which T may lie
    rate_hz : of the beat

    Returns
    -------
    shape (k,) each, millivolt; NaN where the window is too short
    """
    begin, stop = window
    if stop - begin < _SHORTEST:
        return (np.full(len(beat_mv), np.nan),) * 3
    smooth = max(round(settings.smooth_ms * rate_hz / _MS), 1)
    t = uniform_filter1d(beat_mv, smooth, axis=1)[:, begin:stop]
    behind = np.arange(t.shape[1]) >= t.argmax(axis=1)[:, None]
    return t.max(axis=1), t.min(axis=1), np.where(behind, t, np.inf).min(axis=1)


def _quartiles(ends: FloatArray) -> FloatArray:
    """Return the quartiles of every row, NaN for a row without a number; shape (3, g)."""
    found = np.full((3, len(ends)), np.nan)
    some = ~np.isnan(ends).all(axis=1)
    if some.any():
        found[:, some] = np.nanpercentile(ends[some], (25, 50, 75), axis=1)
    return found


def _tangent_ends(
    t: FloatArray, rate_hz: float, settings: TEndSettings
) -> tuple[FloatArray, FloatArray]:
    """Return the end of the wave in every curve, and its height over the end of the window."""
    fall = int(settings.fall_ms * rate_hz / _MS)
    settle = int(settings.settle_ms * rate_hz / _MS)
    edge = max(int(settings.edge_ms * rate_hz / _MS), 1)
    wave = t - np.median(t[..., -edge:], axis=2, keepdims=True)
    largest = np.take_along_axis(wave, np.abs(wave).argmax(axis=2)[..., None], axis=2)
    wave = wave * np.where(largest < 0.0, -1.0, 1.0)
    peak = wave.argmax(axis=2)[..., None]
    slope = np.gradient(wave, axis=2)
    at = np.arange(t.shape[2])
    falling = np.where((at >= peak) & (at < peak + fall), slope, np.inf)
    steepest = falling.argmin(axis=2)[..., None]
    settles = np.where((at >= steepest) & (at < steepest + settle), wave, np.inf)
    height = np.take_along_axis(wave, steepest, axis=2)[..., 0] - settles.min(axis=2)
    descent = -np.take_along_axis(slope, steepest, axis=2)[..., 0]
    end = steepest[..., 0] + height / np.maximum(descent, _TINY)
    end = np.where((descent > _TINY) & (end < t.shape[2] + settle), end, np.nan)
    return end, np.take_along_axis(wave, peak, axis=2)[..., 0]
