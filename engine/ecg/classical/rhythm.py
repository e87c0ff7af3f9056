"""The sequence of beats: pauses, fast runs, wide runs, irregularity."""

from dataclasses import replace
from typing import Final

import numpy as np

from ...fixedpoint import FloatArray
from ..gaps import Gap, longest_without_beat, pieces
from ..signal import EcgSignal
from .beat import MedianBeats
from .bounds import qrs_bounds, spatial_velocity
from .detect import Beats
from .model import ClassicalRhythm
from .settings import ClassicalSettings

_NAN: Final = float("nan")
_MS: Final = 1000.0
_MINUTE_S: Final = 60.0
_FEWEST: Final = 2


def measure_rhythm(
    beats: Beats,
    widths_ms: FloatArray,
    recording: tuple[EcgSignal, tuple[Gap, ...]],
    settings: ClassicalSettings,
) -> ClassicalRhythm:
    """Measure the sequence of beats.

    Parameters
    ----------
    beats : as found
    widths_ms : shape (n_beats,), of each QRS; none where no run of wide beats is looked for
    recording : the signal, and where nothing was recorded: no pause reaches over a gap
    """
    signal, gaps = recording
    times_s = beats.peak / signal.sampling_rate_hz
    rr_s = np.concatenate([np.diff(piece) for piece in pieces(times_s, gaps)])
    longest = longest_without_beat(np.concatenate([[0.0], times_s, [signal.duration_s]]), gaps)
    if len(rr_s) < _FEWEST:
        return ClassicalRhythm(_NAN, _NAN, _NAN, longest, _NAN, 0, _NAN, beats.contrast)
    run = settings.rhythm.run_intervals
    means = np.convolve(rr_s, np.ones(run) / run, "valid") if len(rr_s) >= run else rr_s
    length, rate = _wide_run(widths_ms, np.diff(times_s), settings)
    return ClassicalRhythm(
        rate_min_bpm=_MINUTE_S / float(rr_s.max()),
        rate_max_bpm=_MINUTE_S / float(rr_s.min()),
        fastest_run_bpm=_MINUTE_S / float(means.min()),
        longest_pause_s=longest,
        irregularity=beats.irregularity,
        wide_run_beats=length,
        wide_run_bpm=rate,
        contrast=beats.contrast,
    )


def beat_widths_ms(
    averaged: MedianBeats | None, at: np.ndarray, settings: ClassicalSettings
) -> FloatArray:
    """Measure the QRS of every single beat by its own spatial velocity.

    Parameters
    ----------
    averaged : with the levelled signal; None measures none
    at : shape (n_beats,), R peaks in samples of that signal

    Returns
    -------
    shape (n_beats,), ms; NaN near the ends and where the velocity does not calm
    """
    if averaged is None:
        return np.zeros(0)
    rate = averaged.rate_hz
    bounds = replace(settings.bounds, velocity_share=settings.rhythm.velocity_share)
    velocity = spatial_velocity(averaged.levelled_mv, rate, bounds)
    reach = round((bounds.offset_reach_ms + bounds.hold_offset_ms) * rate / _MS) + 2
    inside = (at >= reach) & (at + reach < len(velocity))
    widths = np.full(len(at), _NAN)
    if inside.any():
        pieces = velocity[at[inside, None] + np.arange(-reach, reach + 1)]
        onset, offset = qrs_bounds(pieces, reach, rate, bounds)
        widths[inside] = (offset - onset) / rate * _MS
    return widths


def _wide_run(
    widths: FloatArray, rr_s: FloatArray, settings: ClassicalSettings
) -> tuple[int, float]:
    """Return the beats and the rate of the longest run of wide beats that is fast."""
    limits = settings.rhythm
    if not len(widths):
        return 0, _NAN
    wide = widths >= limits.wide_ms
    fast = rr_s <= _MINUTE_S / limits.run_rate_bpm
    joined = np.concatenate([[False], wide[1:] & wide[:-1] & fast, [False]])
    edges = np.flatnonzero(joined[1:] != joined[:-1]).reshape(-1, 2)
    if not len(edges):
        return 0, _NAN
    first, stop = edges[(edges[:, 1] - edges[:, 0]).argmax()]
    beats = int(stop - first) + 1
    if beats < limits.run_beats:
        return 0, _NAN
    return beats, _MINUTE_S / float(np.median(rr_s[first:stop]))
