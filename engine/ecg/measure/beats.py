"""The dominant beat: which beats share a shape, and their median on a level baseline."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...fixedpoint import FloatArray
from ..fiducials import OFFSET, ONSET, PEAK, Fiducials
from .settings import BeatSettings

_MS_PER_S: Final = 1000.0


@dataclass(frozen=True, slots=True)
class BeatTimes:
    """Global boundaries of every beat, shape (n_beats,) each, in samples (fractions allowed).

    NaN where a wave was not found. ``r_peak`` is always known and ascends.
    """

    p_onset: FloatArray
    p_offset: FloatArray
    qrs_onset: FloatArray
    r_peak: FloatArray
    qrs_offset: FloatArray
    t_peak: FloatArray
    t_offset: FloatArray

    @classmethod
    def of(cls, fiducials: Fiducials) -> "BeatTimes":
        """Take the boundaries over all leads of every beat of a delineation."""
        n = fiducials.n_beats
        p, t = fiducials.p.overall_of_beats(n), fiducials.t.overall_of_beats(n)
        qrs = fiducials.qrs.overall
        return cls(
            p_onset=p[:, ONSET],
            p_offset=p[:, OFFSET],
            qrs_onset=qrs[:, ONSET],
            r_peak=qrs[:, PEAK],
            qrs_offset=qrs[:, OFFSET],
            t_peak=t[:, PEAK],
            t_offset=t[:, OFFSET],
        )

    def p_in_t(self, gap: float) -> NDArray[np.bool_]:
        """Say whose P begins in the T before it, or less than a gap (samples) after it."""
        found = np.zeros(len(self.r_peak), np.bool_)
        found[1:] = self.p_onset[1:] - self.t_offset[:-1] < gap
        return found

    def with_free_p(self, chosen: NDArray[np.bool_], gap: float, least_share: float) -> "BeatTimes":
        """Leave out the P whose onset can't be told from T, where enough beats have another.

        P of a premature atrial beat is cut short by the T that it stands on, and its PR with it.

        Parameters
        ----------
        chosen : the beats that are measured
        gap : samples, as in `p_in_t`
        least_share : of these beats must have a P that is free of T, else all stay
        """
        hidden = self.p_in_t(gap)
        if (np.isfinite(self.p_onset) & ~hidden)[chosen].sum() < least_share * chosen.sum():
            return self
        onset, offset = (np.where(hidden, np.nan, x) for x in (self.p_onset, self.p_offset))
        return replace(self, p_onset=onset, p_offset=offset)

    def take(self, chosen: NDArray[np.bool_]) -> "BeatTimes":
        """Keep some beats."""
        return BeatTimes(*(getattr(self, name)[chosen] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class MedianBeat:
    """The median of the dominant beats, baseline at 0 just before the QRS.

    Attributes
    ----------
    signal_mv : shape (n_leads, width), millivolt; NaN for a lead without samples
    r_index : where the R peak lies
    n_beats : beats that were used
    noise_mv : shape (n_leads,), standard error of a sample of the median
    each_mv : shape (n_leads, width, n_beats), the beats themselves, on the level baseline
    is_there : shape (width, n_beats), what was recorded of them
    index : shape (n_beats,), which of the given beats they are
    """

    signal_mv: FloatArray
    r_index: int
    n_beats: int
    noise_mv: FloatArray
    each_mv: FloatArray
    is_there: NDArray[np.bool_]
    index: NDArray[np.int64]


def level_baseline(
    signal_mv: FloatArray, times: BeatTimes, fs: float, settings: BeatSettings
) -> FloatArray:
    """Subtract the curve through the levels just before each QRS, where the heart is silent.

    A high-pass filter would bend the ST segment; the level between P and QRS does not.

    Parameters
    ----------
    signal_mv : shape (n_leads, n_samples)
    times : at least one beat with a QRS onset, else the median of each lead is subtracted

    Returns
    -------
    shape (n_leads, n_samples), millivolt
    """
    onsets = times.qrs_onset[~np.isnan(times.qrs_onset)]
    # In noise two complexes can be given one onset: a level is taken once, in order of time.
    stop = np.unique(np.round(onsets - settings.level_gap_ms * fs / _MS_PER_S).astype(np.int64))
    width = max(round(settings.level_width_ms * fs / _MS_PER_S), 1)
    start = stop - width
    inside = (start >= 0) & (stop < signal_mv.shape[1])
    if not inside.any():
        return signal_mv - np.nanmedian(signal_mv, axis=1, keepdims=True)
    index = start[inside, None] + np.arange(width)
    levels = signal_mv[:, index].mean(axis=2)
    recorded = np.isfinite(levels).any(axis=0)
    if recorded.any():
        index, levels = index[recorded], levels[:, recorded]
    centres = index.mean(axis=1)
    if len(centres) == 1:
        return signal_mv - levels
    return signal_mv - _curve(centres, np.nan_to_num(levels), signal_mv.shape[1])


def _curve(at: FloatArray, levels: FloatArray, n_samples: int) -> FloatArray:
    """Join levels (n_leads, n_knots) by cubic Hermite pieces, level beyond the first and last.

    Source: Catmull and Rom 1974, doi:10.1016/B978-0-12-079050-0.50020-5 (slopes from neighbours).
    """
    slopes = np.gradient(levels, at, axis=1)
    x = np.clip(np.arange(n_samples), at[0], at[-1])
    piece = np.clip(np.searchsorted(at, x, side="right") - 1, 0, len(at) - 2)
    width = np.diff(at)[piece]
    u = (x - at[piece]) / width
    u2, u3 = u * u, u * u * u
    rise = 3.0 * u2 - 2.0 * u3
    return np.asarray(
        levels[:, piece] * (1.0 - rise)
        + levels[:, piece + 1] * rise
        + slopes[:, piece] * ((u3 - 2.0 * u2 + u) * width)
        + slopes[:, piece + 1] * ((u3 - u2) * width)
    )


def find_dominant(
    signal_mv: FloatArray, times: BeatTimes, fs: float, settings: BeatSettings
) -> NDArray[np.bool_]:
    """Tell which beats have the most frequent QRS shape, shape (n_beats,).

    Two beats are alike when their QRS windows over all leads correlate; the beat with the most
    beats like it leads the group.
    """
    reach = round(settings.shape_reach_ms * fs / _MS_PER_S)
    centre = np.round(times.r_peak).astype(np.int64)
    inside = (centre >= reach) & (centre + reach < signal_mv.shape[1])
    if not inside.any():
        return inside
    window = centre[inside, None] + np.arange(-reach, reach + 1)
    shapes = np.nan_to_num(signal_mv[:, window]).transpose(1, 0, 2)
    shapes = shapes - shapes.mean(axis=2, keepdims=True)
    flat = shapes.reshape(len(shapes), -1)
    norm = np.sqrt((flat**2).sum(axis=1))
    flat = flat / np.where(norm > 0, norm, 1.0)[:, None]
    dominant = np.zeros(len(centre), dtype=bool)
    dominant[inside] = _largest_group(flat, settings.shape_correlation)
    return dominant


def _largest_group(shapes: FloatArray, least: float) -> NDArray[np.bool_]:
    """Mark the beats like the most typical of at most a few hundred candidates."""
    step = max(len(shapes) // _CANDIDATES, 1)
    alike = shapes @ shapes[::step].T >= least
    return np.asarray(alike[:, int(alike.sum(axis=0).argmax())])


_CANDIDATES: Final = 256


def median_beat(
    signal_mv: FloatArray, times: BeatTimes, fs: float, settings: BeatSettings
) -> MedianBeat | None:
    """Average the given beats by their median, aligned on the steepest agreement of their QRS.

    A beat that the recording, or a gap in all leads, cuts counts where it is there. Breathing
    changes the height of R from beat to beat; leaving out the first and the last of ten moves the
    median by tens of microvolt.

    Parameters
    ----------
    signal_mv : shape (n_leads, n_samples), after ``level_baseline``
    times : the dominant beats

    Returns
    -------
    the median beat, or None when no beat lies wholly inside the recording
    """
    before = round(settings.before_r_ms * fs / _MS_PER_S)
    after = round(settings.after_r_ms * fs / _MS_PER_S)
    slack = max(round(settings.align_ms * fs / _MS_PER_S), 1)
    reach = round(settings.shape_reach_ms * fs / _MS_PER_S)
    centre, last = np.round(times.r_peak).astype(np.int64), signal_mv.shape[1]
    if not ((centre >= before + slack) & (centre + after + slack < last)).any():
        return None
    has_qrs = (centre >= reach + slack) & (centre + reach + slack < last)
    index = _spread_out(np.flatnonzero(has_qrs), settings.most_beats)
    centre = _aligned(np.nan_to_num(signal_mv), centre[index], reach, slack)
    at = np.arange(-before, after + 1)[:, None] + centre
    recorded = np.asarray(np.isfinite(signal_mv).any(axis=0))
    there = (at >= 0) & (at < last) & recorded[np.clip(at, 0, last - 1)]
    beats = signal_mv[:, np.clip(at, 0, last - 1)]
    middle = _median_where(beats, there)
    away = np.where(there, np.abs(beats - middle[:, :, None]), 0.0)
    spread = away.sum(axis=(1, 2)) / there.sum()
    return MedianBeat(
        signal_mv=middle,
        r_index=before,
        n_beats=len(centre),
        noise_mv=_MEAN_TO_SD * _MEDIAN_TO_MEAN * spread / np.sqrt(len(centre)),
        each_mv=beats,
        is_there=there,
        index=index,
    )


def _median_of_last(values: FloatArray) -> FloatArray:
    """Median over the last axis; NaN where one is NaN. Sorting a few values beats selecting."""
    ordered, n = np.sort(values, axis=-1), values.shape[-1]
    middle = (ordered[..., (n - 1) // 2] + ordered[..., n // 2]) / 2.0
    return np.where(np.isnan(ordered[..., -1]), np.nan, middle)


def _median_where(values: FloatArray, there: NDArray[np.bool_]) -> FloatArray:
    """Median over the last axis of what is there, shape of `there` (width, n); NaN as above."""
    ordered, n = np.sort(np.where(there, values, np.inf), axis=-1), there.sum(axis=-1)
    places = np.stack([np.maximum(n - 1, 0) // 2, n // 2], axis=-1)
    middle = np.take_along_axis(ordered, places[None], axis=-1).mean(axis=-1)
    known = (n > 0) & ~(np.isnan(values) & there).any(axis=-1)
    return np.where(known, middle, np.nan)


_MEAN_TO_SD: Final = 1.2533
_MEDIAN_TO_MEAN: Final = 1.2533


def _spread_out(beats: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Keep at most so many beats, evenly over the recording."""
    if len(beats) <= most:
        return beats
    return beats[np.linspace(0, len(beats) - 1, most).round().astype(np.int64)]


def _aligned(
    signal: FloatArray, centre: NDArray[np.int64], reach: int, slack: int
) -> NDArray[np.int64]:
    """Shift each beat by the lag, within the slack, that fits the median QRS best."""
    window = np.arange(-reach, reach + 1)
    template = _median_of_last(signal[:, window[:, None] + centre])
    lags = np.arange(-slack, slack + 1)
    pieces = signal[:, centre[:, None, None] + lags[:, None] + window]
    misfit = ((pieces - template[:, None, None, :]) ** 2).sum(axis=(0, 3))
    return centre + lags[misfit.argmin(axis=1)]
