"""Finds the beats: a rectified band, leads weighted by how clearly they beat, a moving height.

The steps are those of Pan & Tompkins 1985 (doi:10.1109/TBME.1985.325532) without their real-time
constraint: the height of a QRS is known from both sides. Departures: the band is rectified and not
squared (a premature ventricular beat would hide its neighbours), all leads speak with weights, and
the height is a median over windows, which one large beat or artefact does not move.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter, uniform_filter1d
from scipy.signal import find_peaks

from ...fixedpoint import FloatArray
from .filters import BandPass
from .prepare import Readable, independent_rows, make_readable
from .settings import DetectSettings, WithholdSettings

IntArray = NDArray[np.int64]
_MS: Final = 1000.0
_TINY: Final = 1e-12
_FEWEST_RR: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class Beats:
    """Where the beats are.

    Attributes
    ----------
    peak : shape (n_beats,), R peaks in samples of the file, ascending; fractions allowed
    height : shape (n_beats,), height in the weighted band over the usual height around it
    contrast : median height of the beats over the median of the band; near 2 there is no beat
    lead_weight : shape (n_leads,), how much each lead spoke (sum 1; 0 for an unusable lead)
    """

    peak: FloatArray
    height: FloatArray
    contrast: float
    lead_weight: FloatArray

    @property
    def irregularity(self) -> float:
        """Median change from one RR to the next over the median RR; NaN with fewer than 3 RR."""
        rr = np.diff(self.peak)
        if len(rr) < _FEWEST_RR:
            return float("nan")
        return float(np.median(np.abs(np.diff(rr))) / np.median(rr))

    def are_clear(self, limits: WithholdSettings) -> bool:
        """Whether they stand out of the rest, or are as regular as no noise is."""
        if self.contrast >= limits.least_contrast:
            return True
        regular = self.irregularity <= limits.most_irregular
        enough = len(self.peak) >= limits.least_beats_regular
        return regular and enough and self.contrast >= limits.least_contrast_regular


@dataclass(frozen=True, slots=True, eq=False)
class _Band:
    """The weighted band, over all usable leads.

    ``usual`` is the height of a QRS along the ``course``, ``highest`` that of the recording's high
    part, ``floor`` the middle of the course near each sample; ``weights`` go by lead and window.
    """

    course: FloatArray
    usual: FloatArray
    highest: float
    floor: FloatArray
    weights: FloatArray


def detect_beats(
    signal_mv: FloatArray, leads: tuple[str, ...], sampling_rate_hz: float, settings: DetectSettings
) -> Beats:
    """Find the beats of an ECG of any number of leads.

    Parameters
    ----------
    signal_mv : shape (n_leads, n_samples), any gain; NaN where there is no sample
    leads : names of the rows
    sampling_rate_hz : > 0
    settings : of guidelines/ecg_classical.toml
    """
    coarse = make_readable(signal_mv, sampling_rate_hz, settings.least_rate_hz, leads)
    return detect_in(coarse, leads, settings)


def detect_in(readable: Readable, leads: tuple[str, ...], settings: DetectSettings) -> Beats:
    """Find the beats of leads that are readable already.

    Parameters
    ----------
    readable : at about ``settings.least_rate_hz``
    leads : names of all leads of the signal
    """
    weight = np.zeros(len(leads))
    rows = independent_rows(readable.rows, leads)
    if len(rows) < len(readable.rows):
        kept = np.isin(readable.rows, rows)
        readable = replace(readable, x=readable.x[kept], known=readable.known[kept], rows=rows)
    place = _without_long_gaps(readable, settings)
    readable = replace(readable, x=readable.x[:, place], known=readable.known[:, place])
    if readable.x.size == 0 or readable.x.shape[1] / readable.rate_hz < settings.window_s:
        return Beats(np.empty(0), np.empty(0), float("nan"), weight)
    band = _weighted(course_of(readable, settings), readable.rate_hz, settings)
    weight[readable.rows] = band.weights.sum(axis=1) / max(band.weights.sum(), _TINY)
    row = _time_row(leads, weight, readable, settings)
    size = size_of(replace(readable, x=readable.x[row : row + 1]), settings)[0]
    return replace(_beats_in(band, readable, size, place, settings), lead_weight=weight)


def detect_joined(
    readable: Readable, course: FloatArray, size: FloatArray, settings: DetectSettings
) -> Beats:
    """Find the beats in courses that were joined of leads which follow each other in time.

    Parameters
    ----------
    course, size : shape (k, n), of one height where there are beats; (n,), for the R peaks
    """
    place = _without_long_gaps(readable, settings)
    readable = replace(readable, x=readable.x[:, place], known=readable.known[:, place])
    if readable.x.size == 0 or readable.x.shape[1] / readable.rate_hz < settings.window_s:
        return Beats(np.empty(0), np.empty(0), float("nan"), np.empty(0))
    band = _weighted(course[:, place], readable.rate_hz, settings)
    return _beats_in(band, readable, size[place], place, settings)


def _beats_in(
    band: _Band, readable: Readable, size: FloatArray, place: IntArray, settings: DetectSettings
) -> Beats:
    """Return the beats of a band; ``place`` are the samples that are read."""
    found = _find(band, readable.rate_hz, settings)
    floor = max(float(np.median(band.course[readable.known.any(axis=0)])), _TINY)
    contrast = float(np.median(band.course[found]) / floor) if len(found) else float("nan")
    first = _first_peaks(found, band.course, readable.rate_hz, settings)
    peak = _refine(size, readable.rate_hz, first, settings)
    real = np.asarray(readable.known[:, peak].any(axis=0))
    real[1:] &= np.diff(peak) > 0
    height = band.course[found] / np.maximum(band.usual[found], _TINY)
    at = readable.to_file(place[peak[real]].astype(np.float64))
    return Beats(at, height[real], contrast, np.empty(0))


def _without_long_gaps(readable: Readable, settings: DetectSettings) -> IntArray:
    """Return the samples without the middle of gaps in all leads: no height is usual there."""
    lost = np.asarray(~readable.known.any(axis=0))
    kept = np.ones(len(lost), dtype=bool)
    half = max(round(settings.window_s * readable.rate_hz / 2.0), 1)
    for start, stop in np.flatnonzero(np.diff(lost, prepend=False, append=False)).reshape(-1, 2):
        kept[start + half : max(stop - half, start + half)] = False
    return np.flatnonzero(kept)


def course_of(readable: Readable, settings: DetectSettings) -> FloatArray:
    """Return the rectified band of each lead, shape (k, n); 0 where a lead has no sample."""
    rate = readable.rate_hz
    band = BandPass.of(settings.band_low_hz, settings.band_high_hz, rate)
    # In gaps there is nothing to see: without this, the ends of a bridge would look like beats.
    course = np.abs(band.both_ways(readable.x)) * readable.known
    wide = max(round(settings.smooth_ms * rate / _MS), 1)
    course = uniform_filter1d(course, max(wide // 2, 1), axis=1)
    return np.asarray(uniform_filter1d(course, wide, axis=1))


def _weighted(course: FloatArray, rate: float, settings: DetectSettings) -> _Band:
    """Join the courses of leads, shape (k, n): noisy ones say little."""
    width = int(settings.window_s * rate)
    windows = max(course.shape[1] // width, 1)
    pieces = course[:, : windows * width].reshape(len(course), windows, -1)
    size = (1, settings.windows)
    height = median_filter(pieces.max(axis=2), size, mode="nearest")
    least = np.percentile(height, 75, axis=1, keepdims=True) * settings.least_height_share
    height = np.maximum(height, least)
    floor = median_filter(np.median(pieces, axis=2), size, mode="nearest")
    clear = 1.0 - settings.floor_penalty * floor / np.maximum(height, _TINY)
    weights = np.clip(clear, settings.least_weight, 1.0) ** settings.weight_power
    share = weights / np.maximum(weights.sum(axis=0), _TINY)
    scaled = share / np.maximum(height, _TINY)
    window_of = np.minimum(np.arange(course.shape[1]) // width, windows - 1)
    summed = np.einsum("lt,lt->t", course, scaled[:, window_of])
    pieces = summed[: windows * width].reshape(windows, -1)
    usual = median_filter(pieces.max(axis=1), settings.windows, mode="nearest")
    highest = float(np.percentile(usual, 75))
    usual = np.maximum(usual, settings.least_height_share * highest)
    centres = (np.arange(windows) + 0.5) * width
    along = np.arange(len(summed))
    return _Band(
        course=summed,
        usual=np.interp(along, centres, usual),
        highest=highest,
        floor=np.interp(along, centres, np.median(pieces, axis=1)),
        weights=share,
    )


def _find(band: _Band, rate: float, settings: DetectSettings) -> IntArray:
    """Return the peaks of the band that are beats, ascending."""
    distance = max(round(settings.refractory_ms * rate / _MS), 1)
    peaks = np.asarray(find_peaks(band.course, distance=distance)[0], np.int64)
    peaks = peaks[~_are_noise_of_a_silence(band, peaks, settings)]
    share = band.course[peaks] / np.maximum(band.usual[peaks], _TINY)
    likely = share > settings.share
    beats = _without_t_waves(peaks[likely], share[likely], rate, settings)
    spare = ~likely & (share > settings.share_search_back)
    return _search_back(beats, peaks[spare], share[spare], rate, settings)


def _are_noise_of_a_silence(
    band: _Band, peaks: IntArray, settings: DetectSettings
) -> NDArray[np.bool_]:
    """Say which peaks are no beats: low beside those of the recording, and no higher than noise is.

    Where the heart stands still, what is left is noise, and the highest of it would be beats beside
    the usual height of that stretch. Small beats stand out of what is around them.
    """
    height = band.course[peaks]
    low = height < settings.share * band.highest
    return np.asarray(low & (height < settings.least_contrast_if_low * band.floor[peaks]))


def _without_t_waves(
    peaks: IntArray, share: FloatArray, rate: float, settings: DetectSettings
) -> IntArray:
    """Drop peaks that are low beside a beat just before, or just after (a large P wave)."""
    after, before = settings.t_wave_ms * rate / _MS, settings.before_ms * rate / _MS
    while True:
        gap, low = np.diff(peaks), np.zeros(len(peaks), bool)
        low[1:] |= (gap < after) & (share[1:] < settings.t_wave_share * share[:-1])
        low[:-1] |= (gap < before) & (share[:-1] < settings.t_wave_share * share[1:])
        if not low.any():
            return peaks
        peaks, share = peaks[~low], share[~low]


def _search_back(
    beats: IntArray, spare: IntArray, share: FloatArray, rate: float, settings: DetectSettings
) -> IntArray:
    """Add the highest lower peak in gaps that are long beside their neighbours."""
    gaps = np.diff(beats)
    if len(gaps) < settings.windows or not len(spare):
        return beats
    usual = median_filter(gaps.astype(np.float64), 2 * settings.windows - 1, mode="nearest")
    after, before = settings.t_wave_ms * rate / _MS, settings.before_ms * rate / _MS
    added = []
    for i in np.flatnonzero(gaps > settings.long_gap * usual):
        inside = np.flatnonzero((spare > beats[i] + after) & (spare < beats[i + 1] - before))
        if len(inside):
            added.append(spare[inside[share[inside].argmax()]])
    return np.sort(np.concatenate([beats, np.array(added, np.int64)]))


def _first_peaks(
    found: IntArray, course: FloatArray, rate: float, settings: DetectSettings
) -> IntArray:
    """Replace each beat by the first of the peaks that belong to one wide QRS."""
    every = np.asarray(find_peaks(course)[0], np.int64)
    start = np.searchsorted(every, found - int(settings.early_ms * rate / _MS))
    stop = np.searchsorted(every, found)
    first = found.copy()
    for i in np.flatnonzero(stop > start):
        early = every[start[i] : stop[i]]
        high = early[course[early] >= settings.early_share * course[found[i]]]
        first[i] = high[0] if len(high) else found[i]
    return first


def _time_row(
    leads: tuple[str, ...], weight: FloatArray, readable: Readable, settings: DetectSettings
) -> int:
    """Return the row of ``readable`` that the R peak is taken from."""
    usable = [leads[row] for row in readable.rows]
    least = 0.5 / len(usable)
    for name in settings.time_leads:
        if name in usable and weight[leads.index(name)] >= least:
            return usable.index(name)
    good = np.flatnonzero(weight[readable.rows] >= least)
    return int(good[0]) if len(good) else 0


def size_of(readable: Readable, settings: DetectSettings) -> FloatArray:
    """Return how far each lead is deflected, shape (k, n): its R peaks are where that is most."""
    rate = readable.rate_hz
    band = BandPass.of(settings.peak_band_low_hz, settings.peak_band_high_hz, rate)
    return np.abs(band.both_ways(readable.x))


def _refine(size: FloatArray, rate: float, near: IntArray, settings: DetectSettings) -> IntArray:
    """Move each beat to the largest deflection near it in one lead."""
    reach = round(settings.peak_reach_ms * rate / _MS)
    offset = np.arange(-reach, reach + 1)
    bell = np.exp(-0.5 * (offset * _MS / rate / settings.peak_bell_ms) ** 2)
    at = np.clip(near[:, None] + offset, 0, len(size) - 1)
    return np.clip(near + offset[(size[at] * bell).argmax(axis=1)], 0, len(size) - 1)
