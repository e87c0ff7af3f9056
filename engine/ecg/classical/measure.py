"""Rate, QRS, QT and ST without a network: the second opinion that urgent rules lean on."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ...fixedpoint import FloatArray
from ..gaps import Gap, recorded_s
from ..leads import derive_limb_leads
from ..measure.rr import rate_interval_s
from ..signal import EcgSignal
from .beat import MedianBeats, UsualBeat, average_beats, finer
from .bounds import TEnd, qrs_bounds, spatial_velocity, t_end, t_heights
from .detect import Beats, detect_beats
from .mains import without_mains
from .model import ClassicalMeasurement, ClassicalRhythm, ClassicalValue
from .prepare import make_readable
from .rhythm import beat_widths_ms, measure_rhythm
from .settings import ClassicalSettings, load_classical

_NAN: Final = float("nan")
_MS: Final = 1000.0
_MINUTE_S: Final = 60.0
_CUBE_ROOT: Final = 1.0 / 3.0

TOO_SHORT: Final = "ecg.classical.too_short"
NO_BEATS: Final = "ecg.classical.no_clear_beats"
FEW_BEATS: Final = "ecg.classical.too_few_beats"
NOISY: Final = "ecg.classical.noisy"
NO_QRS_BOUNDS: Final = "ecg.classical.no_qrs_bounds"
NO_T_END: Final = "ecg.classical.no_t_end"


@dataclass(frozen=True, slots=True)
class Waves:
    """Boundaries in the median beats, in samples: first of all beats, then of their parts."""

    onset: FloatArray
    offset: FloatArray
    t: TEnd
    t_window: tuple[int, int]
    rate_hz: float


def measure_classical(
    signal: EcgSignal,
    settings: ClassicalSettings | None = None,
    *,
    gaps: tuple[Gap, ...] = (),
) -> ClassicalMeasurement:
    """Measure an ECG by filters, median beats, spatial velocity and tangents.

    Everything that can't be measured is withheld with a reason; nothing is raised.

    Parameters
    ----------
    signal : any number of leads, rate and length
    settings : of guidelines/ecg_classical.toml; the house's own by default
    gaps : where nothing was recorded; leads that were refused lack samples and are no gap

    Returns
    -------
    values with their uncertainty, NaN with reasons where withheld
    """
    chosen = settings or load_classical()
    beats = detect_beats(signal.signal_mv, signal.leads, signal.sampling_rate_hz, chosen.detect)
    readable = make_readable(
        signal.signal_mv, signal.sampling_rate_hz, chosen.average.least_rate_hz, signal.leads
    )
    why = why_no_rate(signal, beats, gaps, chosen)
    at = np.round(readable.from_file(beats.peak)).astype(np.int64)
    readable = without_mains(readable, at, chosen.mains)
    found = average_beats(readable, at, chosen.average)
    widths_ms = beat_widths_ms(None if NO_BEATS in why else found, at, chosen)
    rhythm = measure_rhythm(beats, widths_ms, (signal, gaps), chosen)
    found = None if found is None else finer(found, chosen.average)
    averaged = None if NO_BEATS in why else found
    reasons = why + why_no_waves(averaged, chosen)
    waves = None if averaged is None or reasons else waves_of(averaged, beats, signal, chosen)
    names = tuple(signal.leads[row] for row in readable.rows)
    st = st_of(signal, names, averaged, waves, chosen)
    values = (
        rate_of(beats, signal, why, chosen),
        qrs_of(waves, reasons, chosen),
        *qt_of(waves, beats, signal, reasons, chosen),
    )
    return ClassicalMeasurement(
        values={v.name: v for v in values},
        rhythm=rhythm,
        leads=signal.leads,
        st_j_mv=st[0],
        st_j60_mv=st[1],
        st_uncertainty_mv=st[2],
        t_highest_mv=st[3],
        t_lowest_mv=st[4],
        t_behind_mv=st[5],
        st_withheld=() if np.isfinite(st[0]).any() else (reasons or (NO_QRS_BOUNDS,)),
        beats_s=beats.peak / signal.sampling_rate_hz,
        n_dominant=0 if averaged is None else averaged.n_beats,
        usual=None if found is None else UsualBeat.of(found, names),
    )


def why_no_rate(
    signal: EcgSignal, beats: Beats, gaps: tuple[Gap, ...], settings: ClassicalSettings
) -> tuple[str, ...]:
    """Return why not even the rate may be measured."""
    limits = settings.withhold
    why = []
    if recorded_s(signal, gaps) < limits.least_duration_s:
        why.append(TOO_SHORT)
    if len(beats.peak) < limits.least_beats_rate:
        why.append(FEW_BEATS)
    if not beats.are_clear(limits):
        why.append(NO_BEATS)
    return tuple(why)


def why_no_waves(averaged: MedianBeats | None, settings: ClassicalSettings) -> tuple[str, ...]:
    if averaged is None or averaged.n_beats < settings.withhold.least_beats_intervals:
        return (FEW_BEATS,)
    if np.median(averaged.noise_mv) > settings.withhold.most_noise_mv:
        return (NOISY,)
    return ()


def waves_of(
    averaged: MedianBeats, beats: Beats, signal: EcgSignal, settings: ClassicalSettings
) -> Waves:
    rate = averaged.rate_hz
    velocity = spatial_velocity(averaged.signal_mv, rate, settings.bounds)
    onset, offset = qrs_bounds(velocity, averaged.r_index, rate, settings.bounds)
    room_ms = _room_samples(averaged, beats) / signal.sampling_rate_hz * _MS
    limits = settings.t_end
    latest = min(limits.latest_ms, limits.rr_share * room_ms + limits.rr_add_ms)
    j = offset[0] if np.isfinite(offset[0]) else averaged.r_index
    begin = int(j + limits.begin_ms * rate / _MS)
    stop = min(averaged.r_index + int(latest * rate / _MS), averaged.signal_mv.shape[2])
    window = (begin, stop)
    t = t_end(averaged.signal_mv, window, rate, limits)
    return Waves(onset, offset, t, window, rate)


def _room_samples(averaged: MedianBeats, beats: Beats) -> float:
    """Return the usual time from a beat of the measured shape to the next beat of any shape.

    In bigeminy that is half the beats' usual distance or less: a longer window would hold the
    premature beat, and its T would be taken for the T of the measured one.
    """
    rr = np.diff(beats.peak)
    after = rr[averaged.is_dominant[:-1]]
    return float(np.median(after if len(after) else rr))


def rate_of(
    beats: Beats, signal: EcgSignal, why: tuple[str, ...], settings: ClassicalSettings
) -> ClassicalValue:
    if why:
        return ClassicalValue("rate", _NAN, "/min", withheld=why)
    rr_s = np.diff(beats.peak) / signal.sampling_rate_hz
    middle = rate_interval_s(rr_s)
    spread = float(np.subtract(*np.percentile(rr_s, (75, 25)))) / np.sqrt(len(rr_s))
    own = _MINUTE_S / middle**2 * spread
    uncertainty = float(np.hypot(own, settings.uncertainty.rate_bpm))
    return ClassicalValue("rate", _MINUTE_S / middle, "/min", uncertainty)


def qrs_of(
    waves: Waves | None, reasons: tuple[str, ...], settings: ClassicalSettings
) -> ClassicalValue:
    if waves is None:
        return ClassicalValue("qrs", _NAN, "ms", withheld=reasons)
    length = (waves.offset - waves.onset) / waves.rate_hz * _MS
    if not np.isfinite(length[0]):
        return ClassicalValue("qrs", _NAN, "ms", withheld=(NO_QRS_BOUNDS,))
    uncertainty = _uncertainty(length, settings.uncertainty.qrs_ms, waves.rate_hz, settings)
    return ClassicalValue("qrs", float(length[0]), "ms", uncertainty)


def qt_of(
    waves: Waves | None,
    beats: Beats,
    signal: EcgSignal,
    reasons: tuple[str, ...],
    settings: ClassicalSettings,
) -> tuple[ClassicalValue, ClassicalValue]:
    """Return QT and its correction by the cube root (Fridericia 1920)."""
    why = reasons or _why_no_qt(waves, settings)
    if why or waves is None:
        qt_unknown = ClassicalValue("qt", _NAN, "ms", withheld=why)
        return qt_unknown, replace(qt_unknown, name="qtc_fridericia")
    length = (waves.t.index - waves.onset) / waves.rate_hz * _MS
    uncertainty = _uncertainty(length, settings.uncertainty.qt_ms, waves.rate_hz, settings)
    rr_s = float(np.median(np.diff(beats.peak))) / signal.sampling_rate_hz
    qt, factor = float(length[0]), rr_s**-_CUBE_ROOT
    return (
        ClassicalValue("qt", qt, "ms", uncertainty),
        ClassicalValue("qtc_fridericia", qt * factor, "ms", uncertainty * factor),
    )


def _why_no_qt(waves: Waves | None, settings: ClassicalSettings) -> tuple[str, ...]:
    if waves is None or not np.isfinite(waves.onset[0]):
        return (NO_QRS_BOUNDS,)
    limits, per_ms = settings.t_end, _MS / waves.rate_hz
    unclear = (
        not np.isfinite(waves.t.index[0])
        or not waves.t.disagreement[0] * per_ms <= limits.most_disagreement_ms
        or not waves.t.lead_spread[0] * per_ms <= limits.most_lead_spread_ms
        or waves.t.amplitude_mv[0] < limits.least_t_mv
    )
    return (NO_T_END,) if unclear else ()


def _uncertainty(
    values: FloatArray, method: float, rate_hz: float, settings: ClassicalSettings
) -> float:
    """Join the spread of the method, of the parts of this ECG, and of a coarse sampling."""
    parts = values[1:][np.isfinite(values[1:])]
    own = parts.std(ddof=1) / np.sqrt(len(parts)) if len(parts) > 1 else method
    coarse = _MS / rate_hz if rate_hz < settings.withhold.least_rate_hz else 0.0
    return float(np.sqrt(method**2 + own**2 + coarse**2))


def st_of(
    signal: EcgSignal,
    names: tuple[str, ...],
    averaged: MedianBeats | None,
    waves: Waves | None,
    settings: ClassicalSettings,
) -> tuple[FloatArray, ...]:
    """Return of every lead ST at J, at J + 60 ms, its uncertainty, and the ends of T."""
    if averaged is None or waves is None or not np.isfinite(waves.offset[0]):
        return (np.full(len(signal.leads), _NAN),) * 6
    beat, per_ms = averaged.signal_mv[0], averaged.rate_hz / _MS
    j = waves.offset[0]
    at_j = _mean_from(beat, j, settings.st.mean_ms * per_ms)
    late = j + settings.st.late_ms * per_ms
    at_j60 = _mean_from(beat, late, settings.st.mean_ms * per_ms)
    noise = np.hypot(averaged.noise_mv, settings.uncertainty.st_mv)
    heights = t_heights(beat, waves.t_window, averaged.rate_hz, settings.t_end)
    return (
        _for_all_leads(signal.leads, names, at_j),
        _for_all_leads(signal.leads, names, at_j60),
        _for_all_leads(signal.leads, names, noise, spread=True),
        *(_for_own_leads(signal.leads, names, one) for one in heights),
    )


def _mean_from(beat: FloatArray, start: float, width: float) -> FloatArray:
    """Return the mean of every lead over ``width`` samples that begin at a fraction of a sample."""
    time = np.arange(beat.shape[1])
    at = start + (np.arange(max(round(width), 1)) + 0.5) * width / max(round(width), 1)
    return np.array([np.interp(at, time, row).mean() for row in beat])


def _for_all_leads(
    leads: tuple[str, ...], names: tuple[str, ...], values: FloatArray, *, spread: bool = False
) -> FloatArray:
    """Give the measured leads their place, and the limb leads that follow from I and II theirs."""
    known = {name: values[i : i + 1] for i, name in enumerate(names)}
    following = derive_limb_leads(known)
    if spread:
        worst = np.array([max((known[n][0] for n in ("I", "II") if n in known), default=_NAN)])
        following = dict.fromkeys(following, worst)
    every = {**following, **known}
    unknown = np.array([_NAN])
    return np.array([every.get(name, unknown)[0] for name in leads])


def _for_own_leads(
    leads: tuple[str, ...], names: tuple[str, ...], values: FloatArray
) -> FloatArray:
    """Give the measured leads their place; the ends of others don't follow from theirs."""
    own = dict(zip(names, values.tolist(), strict=True))
    return np.array([own.get(name, _NAN) for name in leads])


__all__ = ["ClassicalRhythm", "measure_classical"]
