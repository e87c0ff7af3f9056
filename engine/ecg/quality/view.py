"""Everything that the checks look at, computed once: the signal, its beats, their median."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...fixedpoint import FloatArray
from ..classical.beat import MedianBeats, average_beats
from ..classical.detect import Beats, detect_in
from ..classical.prepare import BoolArray, Readable, make_readable
from ..classical.settings import load_classical
from ..signal import EcgSignal
from .swap_features import SWAP_RATE_HZ

_MS: Final = 1000.0
_MEDIAN_TO_MEAN: Final = 1.2533
_NAN: Final = float("nan")
_FEWEST: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One signal as the checks see it.

    Attributes
    ----------
    signal : as given
    known : shape (n_leads, n_samples), finite samples
    coarse : usable leads at about 125 Hz, gaps bridged
    beats : of all usable leads together
    median : median beat of the usable leads; None where no beat repeats
    qrs_mv : shape (n_leads,), QRS peak to peak; NaN where there is no median beat
    noise_mv : shape (n_leads,), SD of a single beat around the median; NaN likewise
    """

    signal: EcgSignal
    known: BoolArray
    coarse: Readable
    beats: Beats
    median: MedianBeats | None
    qrs_mv: FloatArray
    noise_mv: FloatArray

    @property
    def beat_at(self) -> NDArray[np.int64]:
        """The beats in samples of ``coarse``."""
        return np.round(self.coarse.from_file(self.beats.peak)).astype(np.int64)

    @property
    def rr_s(self) -> float:
        """Median RR; NaN with fewer than two beats."""
        peaks = self.beats.peak
        rate = self.signal.sampling_rate_hz
        return float(np.median(np.diff(peaks))) / rate if len(peaks) > 1 else _NAN


def look_at(signal: EcgSignal) -> View:
    """Prepare one signal for the checks."""
    settings = load_classical()
    known = np.isfinite(signal.signal_mv)
    coarse = make_readable(signal.signal_mv, signal.sampling_rate_hz, SWAP_RATE_HZ, (), known)
    beats = detect_in(coarse, signal.leads, settings.detect)
    qrs = np.full(len(signal.leads), _NAN)
    noise = qrs.copy()
    median = None
    if len(beats.peak) >= _FEWEST:
        at = np.round(coarse.from_file(beats.peak)).astype(np.int64)
        median = average_beats(coarse, at, replace(settings.average, groups=0))
    if median is not None:
        reach = round(settings.bounds.peak_reach_ms * coarse.rate_hz / _MS)
        around = median.signal_mv[0][:, median.r_index - reach : median.r_index + reach + 1]
        qrs[coarse.rows] = np.ptp(around, axis=1)
        noise[coarse.rows] = single_beat_noise_mv(median)
    return View(signal, known, coarse, beats, median, qrs, noise)


def single_beat_noise_mv(median: MedianBeats) -> FloatArray:
    """Return the SD of a single beat around the median, for every lead of the median."""
    return np.asarray(median.noise_mv * np.sqrt(median.n_beats) / _MEDIAN_TO_MEAN)
