"""Amplitudes of every lead on the median beat."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ...fixedpoint import FloatArray
from .beats import BeatTimes, MedianBeat
from .deflections import name_deflections
from .model import LeadMeasures
from .settings import BeatSettings

_MS_PER_S: Final = 1000.0


@dataclass(frozen=True, slots=True)
class Landmarks:
    """Where the waves of the median beat begin and end, in its samples; None: not there."""

    p_onset: int | None
    p_offset: int | None
    qrs_onset: int
    qrs_offset: int
    t_offset: int | None


def find_landmarks(times: BeatTimes, beat: MedianBeat, least_share: float) -> Landmarks | None:
    """Place the boundaries of the dominant beats on their median, by the median distance from R.

    Returns
    -------
    None when QRS onset or offset were found in too few beats
    """
    width = beat.signal_mv.shape[1]

    def place(samples: FloatArray) -> int | None:
        known = ~np.isnan(samples)
        if not known.any() or known.mean() < least_share:
            return None
        at = beat.r_index + round(float(np.median((samples - times.r_peak)[known])))
        return at if 0 <= at < width else None

    onset, offset = place(times.qrs_onset), place(times.qrs_offset)
    if onset is None or offset is None or offset <= onset:
        return None
    p_onset, p_offset = place(times.p_onset), place(times.p_offset)
    if p_onset is None or p_offset is None or p_offset <= p_onset:
        p_onset = p_offset = None
    t_offset = place(times.t_offset)
    if t_offset is not None and t_offset <= offset:
        t_offset = None
    return Landmarks(p_onset, p_offset, onset, offset, t_offset)


def measure_leads(
    beat: MedianBeat,
    marks: Landmarks,
    leads: tuple[str, ...],
    fs: float,
    settings: BeatSettings,
) -> LeadMeasures:
    """Measure P, QRS deflections, ST and T of every lead.

    Parameters
    ----------
    beat : median beat, shape (n_leads, width)
    marks : its boundaries
    fs : sampling rate, hertz
    """
    level = beat.signal_mv[:, level_window(marks, fs, settings)].mean(axis=1, keepdims=True)
    curve = beat.signal_mv - level
    j60 = marks.qrs_offset + round(settings.st_late_ms * fs / _MS_PER_S)
    p_high, p_low = _extremes(p_wave(beat.signal_mv, marks), len(leads))
    t_high, t_low = _extremes(_t_wave(curve, marks), len(leads))
    return LeadMeasures(
        leads=leads,
        qrs=name_deflections(
            curve[:, marks.qrs_onset : marks.qrs_offset + 1], beat.noise_mv, fs, settings
        ),
        p_positive_mv=p_high,
        p_negative_mv=p_low,
        t_positive_mv=t_high,
        t_negative_mv=t_low,
        st_j_mv=curve[:, marks.qrs_offset],
        st_j60_mv=curve[:, j60] if j60 < curve.shape[1] else np.full(len(curve), np.nan),
        noise_mv=beat.noise_mv,
        n_beats=beat.n_beats,
    )


def level_window(marks: Landmarks, fs: float, settings: BeatSettings) -> slice:
    """Return the samples just before the QRS whose mean is the level of a beat."""
    gap = round(settings.level_gap_ms * fs / _MS_PER_S)
    width = max(round(settings.level_width_ms * fs / _MS_PER_S), 1)
    stop = max(marks.qrs_onset - gap, 1)
    return slice(max(stop - width, 0), stop)


def p_terminal_force_mv_ms(wave_mv: FloatArray | None, lead: int | None, fs: float) -> FloatArray:
    """Depth times duration of the negative end of P in V1, from its zero crossing on.

    Parameters
    ----------
    wave_mv : shape (n_leads, width) or (n_leads, width, n_beats), P above the line through its ends
    lead : the row of V1, None where it is not recorded
    fs : sampling rate, hertz

    Returns
    -------
    shape () or (n_beats,), millivolt milliseconds, positive; 0 without a negative end, NaN without
    P or lead

    Source: Morris 1964, doi:10.1161/01.CIR.29.2.242 (there in mm s; 1 mm s = 100 mV ms).
    """
    if wave_mv is None or lead is None:
        return np.array(np.nan)
    samples = wave_mv[lead]
    past_top = np.arange(len(samples)).reshape(-1, *(1,) * (samples.ndim - 1)) > samples.argmax(0)
    end = np.where(past_top, np.minimum(samples, 0.0), 0.0)
    force = -end.min(axis=0) * (end < 0.0).sum(axis=0) * _MS_PER_S / fs
    return np.where(np.isnan(samples).any(axis=0), np.nan, force + 0.0)


def p_wave(beat_mv: FloatArray, marks: Landmarks) -> FloatArray | None:
    """Take P off the line through its two ends; of one beat or of many, samples on the second axis.

    Returns
    -------
    shape (n_leads, width, ...), None without P
    """
    if marks.p_onset is None or marks.p_offset is None:
        return None
    wave = beat_mv[:, marks.p_onset : marks.p_offset + 1]
    along = np.linspace(0.0, 1.0, wave.shape[1]).reshape(-1, *(1,) * (wave.ndim - 2))
    return np.asarray(wave - (wave[:, :1] * (1.0 - along) + wave[:, -1:] * along))


def _t_wave(curve: FloatArray, marks: Landmarks) -> FloatArray | None:
    """Take what lies between J and the end of T, without the last of the QRS."""
    return None if marks.t_offset is None else curve[:, t_span(marks)]


def t_span(marks: Landmarks) -> slice:
    """Return the samples of T, empty without its end."""
    end = marks.qrs_offset if marks.t_offset is None else marks.t_offset
    return slice(marks.qrs_offset + (end - marks.qrs_offset) // _ST_SHARE, end + 1)


_ST_SHARE: Final = 4


def _extremes(wave: FloatArray | None, n_leads: int) -> tuple[FloatArray, FloatArray]:
    """Highest and lowest sample of every lead, not below and not above 0; NaN without a wave."""
    if wave is None:
        return np.full(n_leads, np.nan), np.full(n_leads, np.nan)
    return np.maximum(wave.max(axis=1), 0.0), np.minimum(wave.min(axis=1), 0.0)
