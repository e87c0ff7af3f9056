"""The median beat on a level baseline, of all dominant beats and of three parts of them."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d
from scipy.signal import resample_poly

from ...fixedpoint import FloatArray
from .prepare import Readable
from .settings import AverageSettings

IntArray = NDArray[np.int64]
_MS: Final = 1000.0
_MAD_TO_SD: Final = 1.4826
_MEDIAN_TO_MEAN: Final = 1.2533
_TINY: Final = 1e-12
_CANDIDATES: Final = 256
_FEWEST: Final = 2


@dataclass(frozen=True, slots=True, eq=False)
class MedianBeats:
    """Median beats, baseline at 0 just before the QRS.

    Attributes
    ----------
    signal_mv : shape (1 + groups, k, width); first of all dominant beats, then of parts of them
    levelled_mv : shape (k, n), the whole signal on the same baseline
    r_index : where the R peak lies in a median beat
    n_beats : beats behind the first
    noise_mv : shape (k,), standard error of a sample of the first
    is_dominant : shape (n_beats of the signal,)
    rate_hz : of the median beats, and of the whole signal unless they were made finer
    """

    signal_mv: FloatArray
    levelled_mv: FloatArray
    r_index: int
    n_beats: int
    noise_mv: FloatArray
    is_dominant: NDArray[np.bool_]
    rate_hz: float


@dataclass(frozen=True, slots=True, eq=False)
class UsualBeat:
    """The median of all dominant beats at the rate that waves are bounded at, and its leads.

    Attributes
    ----------
    leads : names of the rows; limb leads that follow from I and II are no rows of their own
    signal_mv : shape (k, width), baseline at 0 just before the QRS
    r_index : where the R peak lies
    noise_mv : shape (k,), standard error of a sample
    rate_hz : of the beat
    """

    leads: tuple[str, ...]
    signal_mv: FloatArray
    r_index: int
    noise_mv: FloatArray
    rate_hz: float

    @staticmethod
    def of(found: MedianBeats, leads: tuple[str, ...]) -> "UsualBeat":
        """Take the first of the median beats, and nothing of the whole signal.

        Parameters
        ----------
        found : as ``finer`` returned them
        leads : names of the leads behind them
        """
        beat = found.signal_mv[0]
        return UsualBeat(leads, beat, found.r_index, found.noise_mv, found.rate_hz)


def average_beats(
    readable: Readable, peaks: IntArray, settings: AverageSettings
) -> MedianBeats | None:
    """Average the beats of the most frequent shape.

    Parameters
    ----------
    readable : the leads
    peaks : shape (n_beats,), R peaks in samples of ``readable``, ascending

    Returns
    -------
    the median beats; None with fewer than two beats of one shape inside the signal, or no lead
    """
    rate, n = readable.rate_hz, readable.x.shape[1]
    level = _level_window(readable.x, peaks, rate, settings)
    reach = round(settings.shape_reach_ms * rate / _MS)
    if level is None or reach == 0 or len(readable.rows) == 0:
        return None
    levelled = _levelled(readable.x, peaks, level)
    whole = (peaks >= reach) & (peaks + reach < n)
    dominant = np.zeros(len(peaks), bool)
    dominant[whole] = _largest_group(levelled, peaks[whole], reach, settings)
    levelled = _without_odd_levels(readable, peaks, whole & ~dominant, levelled, settings)
    before = round(settings.before_r_ms * rate / _MS)
    after = round(settings.after_r_ms * rate / _MS)
    slack = max(round(settings.align_ms * rate / _MS), 1)
    inside = (peaks >= before + slack) & (peaks + after + slack < n)
    chosen = _spread_out(peaks[dominant & inside], settings.most_beats)
    if len(chosen) < _FEWEST:
        return None
    chosen = _aligned(levelled, chosen, reach, slack)
    beats = levelled[:, chosen[:, None] + np.arange(-before, after + 1)]
    medians = _medians(beats, settings.groups)
    spread = np.median(np.abs(beats - medians[0][:, None, :]), axis=(1, 2))
    return MedianBeats(
        signal_mv=medians,
        levelled_mv=levelled,
        r_index=before,
        n_beats=len(chosen),
        noise_mv=_MAD_TO_SD * _MEDIAN_TO_MEAN * spread / np.sqrt(len(chosen)),
        is_dominant=dominant,
        rate_hz=rate,
    )


def finer(found: MedianBeats, settings: AverageSettings) -> MedianBeats:
    """Return the median beats at the rate that waves are bounded at, ``levelled_mv`` as it is.

    A coarse file is interpolated within its band: at 100 Hz a change over two samples lasts 20 ms,
    and every QRS came out too long.
    """
    times = int(np.ceil(settings.least_rate_hz / found.rate_hz))
    if times == 1:
        return found
    return replace(
        found,
        signal_mv=resample_poly(found.signal_mv, times, 1, axis=2, padtype="line"),
        r_index=times * found.r_index,
        rate_hz=times * found.rate_hz,
    )


def _level_window(
    x: FloatArray, peaks: IntArray, rate: float, settings: AverageSettings
) -> IntArray | None:
    """Return the offsets from the R peak, all before it, where the heart is silent."""
    reach = int(settings.level_reach_ms * rate / _MS)
    inside = peaks[(peaks > reach) & (peaks < x.shape[1] - reach)]
    if len(inside) < _FEWEST or reach < 1:
        return None
    speed = np.abs(np.diff(x, axis=1, prepend=x[:, :1])).sum(axis=0)
    usual = np.median(speed[inside[:, None] + np.arange(-reach, reach + 1)], axis=0)
    usual = uniform_filter1d(usual, 3)
    share = settings.level_velocity_share
    least = share * usual.max() + (1.0 - share) * np.percentile(usual, 10)
    quiet = usual[: reach + 1] < least
    # Three quiet samples in a row before the steepest point end the QRS towards the left.
    calm = quiet[:-2] & quiet[1:-1] & quiet[2:]
    steepest = int(usual[reach // 2 : reach + reach // 2].argmax()) + reach // 2
    before = np.flatnonzero(calm[: max(steepest - 2, 0)])
    onset = (int(before[-1]) + 2 if len(before) else reach // 2) - reach
    stop = onset - round(settings.level_gap_ms * rate / _MS) + 1
    width = max(round(settings.level_width_ms * rate / _MS), 1)
    return np.arange(stop - width, stop)


def _levelled(x: FloatArray, peaks: IntArray, level: IntArray) -> FloatArray:
    """Subtract straight lines between the silent levels before each beat."""
    inside = peaks[(peaks + level[0] >= 0) & (peaks + level[-1] < x.shape[1])]
    levels = x[:, inside[:, None] + level].mean(axis=2)
    time, at = np.arange(x.shape[1]), inside + level.mean()
    return x - np.stack([np.interp(time, at, row) for row in levels])


def _without_odd_levels(
    readable: Readable,
    peaks: IntArray,
    odd: NDArray[np.bool_],
    levelled: FloatArray,
    settings: AverageSettings,
) -> FloatArray:
    """Return the signal on the levels of the beats that are measured.

    A wide premature beat begins further before its R peak: what is silent before the others lies
    inside its QRS, and a line drawn to there lifts or lowers the ST of the beat before it. Of few
    such beats the median takes no notice.
    """
    if odd.sum() < settings.odd_share * len(peaks):
        return levelled
    usual = peaks[~odd]
    level = _level_window(readable.x, usual, readable.rate_hz, settings)
    return levelled if level is None else _levelled(readable.x, usual, level)


def _largest_group(
    x: FloatArray, peaks: IntArray, reach: int, settings: AverageSettings
) -> NDArray[np.bool_]:
    """Mark the beats that look like the most typical of at most a few hundred candidates.

    In bigeminy every second beat is premature and both shapes are as frequent: what is measured
    then is the shape that does not come early.
    """
    shapes = x[:, peaks[:, None] + np.arange(-reach, reach + 1)].transpose(1, 0, 2)
    shapes = (shapes - shapes.mean(axis=2, keepdims=True)).reshape(len(peaks), -1)
    shapes /= np.maximum(np.sqrt((shapes**2).sum(axis=1, keepdims=True)), _TINY)
    step = max(len(shapes) // _CANDIDATES, 1)
    alike = shapes @ shapes[::step].T >= settings.shape_correlation
    first = np.asarray(alike[:, int(alike.sum(axis=0).argmax())])
    second = np.asarray(alike[:, int((alike & ~first[:, None]).sum(axis=0).argmax())]) & ~first
    as_many = second.sum() >= settings.rival_share * first.sum()
    early = settings.early_share * _time_before(peaks, second)
    return second if as_many and _time_before(peaks, first) < early else first


def _time_before(peaks: IntArray, of: NDArray[np.bool_]) -> float:
    """Return the middle time since the beat before, in samples; NaN where there is none."""
    gaps = np.diff(peaks)[of[1:]]
    return float(np.median(gaps)) if len(gaps) else float("nan")


def _spread_out(peaks: IntArray, most: int) -> IntArray:
    if len(peaks) <= most:
        return peaks
    return np.asarray(peaks[np.linspace(0, len(peaks) - 1, most).round().astype(np.int64)])


def _aligned(x: FloatArray, peaks: IntArray, reach: int, slack: int) -> IntArray:
    """Shift each beat by the lag, within the slack, that fits the median QRS best."""
    window = np.arange(-reach, reach + 1)
    template = np.median(x[:, peaks[:, None] + window], axis=1)
    wide = x[:, peaks[:, None] + np.arange(-reach - slack, reach + slack + 1)]
    pieces = np.lib.stride_tricks.sliding_window_view(wide, len(window), axis=2)
    agreement = np.einsum("kblw,kw->bl", pieces, template)
    energy = np.einsum("kblw,kblw->bl", pieces, pieces)
    return np.asarray(peaks + (energy - 2.0 * agreement).argmin(axis=1) - slack)


def _medians(beats: FloatArray, groups: int) -> FloatArray:
    """Return the median of all beats and of each part, shape (1 + groups, k, width)."""
    parts = [beats]
    if beats.shape[1] >= _FEWEST * groups:
        parts += [beats[:, first::groups] for first in range(groups)]
    return np.stack([np.median(part, axis=1) for part in parts])
