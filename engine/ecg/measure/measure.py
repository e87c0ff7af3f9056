"""From a signal and the boundaries of its beats to measurements."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...fixedpoint import FloatArray
from ..signal import EcgSignal
from .axis import frontal_axis_deg
from .beats import BeatTimes, MedianBeat, find_dominant, level_baseline, median_beat
from .each_beat import EachBeat, each_beat, spread_of
from .leads import Landmarks, find_landmarks, measure_leads, p_terminal_force_mv_ms, p_wave
from .model import EcgMeasurements, LeadMeasures, Measured
from .qtc import FORMULAS, reasons_against_qtc
from .rhythm import Rhythm, measure_rhythm
from .settings import MeasureSettings, load_settings
from .voltage import cornell_mv, cornell_product_mm_ms, peguero_mv, sokolow_lyon_mv

_MS_PER_S: Final = 1000.0
_NAN: Final = float("nan")
_PAIR: Final = 2


def measure_ecg(
    signal: EcgSignal, times: BeatTimes, *, settings: MeasureSettings | None = None
) -> EcgMeasurements:
    """Measure intervals on every dominant beat, amplitudes on their median.

    Nothing is guessed: a measurement that can't be given is NaN and says why in ``withheld``.

    Parameters
    ----------
    signal : one lead or more, millivolt
    times : global boundaries of every beat, samples at the signal's own rate
    settings : None reads guidelines/ecg_measurements.toml
    """
    rules = settings or load_settings()
    fs = signal.sampling_rate_hz
    ecg = _Ecg.of(signal, times, rules)
    rhythm = measure_rhythm(times.r_peak / fs, ecg.dominant)
    found = _intervals(ecg, rhythm)
    found |= _corrected(found, rhythm, ecg)
    found |= _axes(ecg)
    found |= _voltages(ecg, found["qrs"].value)
    order = [name for name in rules.names if name in found]
    return EcgMeasurements(
        measured={name: found[name] for name in order},
        rhythm=rhythm,
        per_lead=ecg.per_lead,
        sampling_rate_hz=fs,
        duration_s=signal.duration_s,
    )


@dataclass(frozen=True, slots=True)
class _Ecg:
    """What all measurements of one ECG share."""

    signal: EcgSignal
    rules: MeasureSettings
    dominant: NDArray[np.bool_]
    times: BeatTimes
    beat: MedianBeat | None
    marks: Landmarks | None
    per_lead: LeadMeasures | None
    each: EachBeat | None = None

    @classmethod
    def of(cls, signal: EcgSignal, times: BeatTimes, rules: MeasureSettings) -> "_Ecg":
        fs, samples = signal.sampling_rate_hz, signal.signal_mv
        dominant = find_dominant(samples, times, fs, rules.beats)
        share, gap_ms = rules.withhold.least_share_of_beats, rules.withhold.p_after_t_ms
        chosen = times.with_free_p(dominant, gap_ms * fs / _MS_PER_S, share).take(dominant)
        if not dominant.any():
            return cls(signal, rules, dominant, chosen, None, None, None)
        level = level_baseline(samples, chosen, fs, rules.beats)
        beat = median_beat(level, chosen, fs, rules.beats)
        marks = None if beat is None else find_landmarks(chosen, beat, share)
        if beat is None or marks is None:
            return cls(signal, rules, dominant, chosen, beat, None, None)
        per_lead = measure_leads(beat, marks, signal.leads, fs, rules.beats)
        each = each_beat(beat, marks, per_lead, fs, rules.beats)
        per_lead = replace(per_lead, spreads=each.spreads())
        return cls(signal, rules, dominant, chosen, beat, marks, per_lead, each)

    @property
    def limits(self) -> tuple[str, ...]:
        """What to bear in mind of every interval."""
        low = self.signal.sampling_rate_hz < self.rules.withhold.least_rate_hz
        return ("ecg.limit.low_sampling_rate",) if low else ()

    def unit(self, name: str) -> str:
        return self.rules.names[name]["unit"]

    def withheld(self, name: str, *reasons: str) -> Measured:
        return Measured(name, _NAN, self.unit(name), withheld=reasons)


def _intervals(ecg: _Ecg, rhythm: Rhythm) -> dict[str, Measured]:
    """Rate, P, PR, QRS and QT over the dominant beats."""
    t, step = ecg.times, _MS_PER_S / ecg.signal.sampling_rate_hz
    rate = (
        Measured("rate", rhythm.rate_bpm, ecg.unit("rate"), _rate_spread(rhythm), rhythm.n_rr)
        if rhythm.n_rr
        else ecg.withheld("rate", "ecg.withheld.too_few_beats")
    )
    found = {"rate": rate}
    spans = {
        "p": (t.p_onset, t.p_offset, "ecg.withheld.no_p_wave"),
        "pr": (t.p_onset, t.qrs_onset, "ecg.withheld.no_p_wave"),
        "qrs": (t.qrs_onset, t.qrs_offset, "ecg.withheld.no_qrs_boundary"),
        "qt": (t.qrs_onset, t.t_offset, "ecg.withheld.no_t_end"),
    }
    for name, (start, stop, reason) in spans.items():
        found[name] = _interval(ecg, name, (stop - start) * step, reason)
    return found


def _rate_spread(rhythm: Rhythm) -> float:
    return rhythm.rate_bpm * rhythm.rr_variation


def _interval(ecg: _Ecg, name: str, values_ms: FloatArray, reason: str) -> Measured:
    """Give the median over the beats in which both ends were found."""
    limits = ecg.rules.withhold
    if ecg.signal.duration_s < limits.least_duration_s:
        return ecg.withheld(name, "ecg.withheld.too_short")
    known = values_ms[~np.isnan(values_ms)]
    if not len(known) or len(known) < limits.least_share_of_beats * len(values_ms):
        return ecg.withheld(name, reason)
    spread = float(known.std(ddof=1)) if len(known) >= _PAIR else _NAN
    value = float(np.median(known))
    return Measured(name, value, ecg.unit(name), spread, len(known), limits=ecg.limits)


def _corrected(found: dict[str, Measured], rhythm: Rhythm, ecg: _Ecg) -> dict[str, Measured]:
    """QTc by each formula, or the reasons why none may be given."""
    reasons = _no_qtc(found, rhythm, ecg)
    if reasons:
        return {name: ecg.withheld(name, *reasons) for name in FORMULAS}
    qt, rr, t = found["qt"], np.array(rhythm.rr_median_s), ecg.times
    qt_ms = (t.t_offset - t.qrs_onset) * _MS_PER_S / ecg.signal.sampling_rate_hz
    corrected = {}
    for name, formula in FORMULAS.items():
        value = float(formula(np.array(qt.value), rr))
        spread = float(spread_of(formula(qt_ms, rr)))
        corrected[name] = Measured(
            name, value, ecg.unit(name), spread, qt.n_beats, limits=ecg.limits
        )
    return corrected


def _no_qtc(found: dict[str, Measured], rhythm: Rhythm, ecg: _Ecg) -> tuple[str, ...]:
    rules, qt = ecg.rules.withhold, found["qt"]
    if not qt.is_known:
        return qt.withheld
    against = reasons_against_qtc(
        found["qrs"].value, rhythm.rate_bpm, rhythm.rr_irregularity, rules
    )
    more = {
        "ecg.withheld.t_end_uncertain": qt.spread >= rules.qtc_t_end_spread_ms,
        "ecg.withheld.too_few_beats": np.isnan(rhythm.rr_median_s),
    }
    return (*against, *(reason for reason, holds in more.items() if holds))


def _axes(ecg: _Ecg) -> dict[str, Measured]:
    """Frontal axes of P, QRS and T."""
    lead = ecg.per_lead
    one, down = (lead.of("I"), lead.of("aVF")) if lead else (None, None)
    names = ("p_axis", "qrs_axis", "t_axis")
    if lead is None or ecg.each is None or one is None or down is None:
        reason = "ecg.withheld.no_limb_leads" if lead else "ecg.withheld.no_median_beat"
        return {name: ecg.withheld(name, reason) for name in names}
    waves = {"p_axis": lead.p_mv, "qrs_axis": lead.qrs.net_mv, "t_axis": lead.t_mv}
    each = ecg.each
    beats = {"p_axis": each.waves["p"], "qrs_axis": each.net_mv, "t_axis": each.waves["t"]}
    return {
        name: _axis(ecg, name, wave[[one, down]], beats[name][[one, down]])
        for name, wave in waves.items()
    }


def _axis(ecg: _Ecg, name: str, net_mv: FloatArray, each_mv: FloatArray) -> Measured:
    """Give the axis of the median beat; ``net_mv`` and ``each_mv`` hold I and aVF."""
    if np.isnan(net_mv).any():
        return ecg.withheld(name, "ecg.withheld.wave_absent")
    if np.abs(net_mv).max() < ecg.rules.withhold.axis_least_mv:
        return ecg.withheld(name, "ecg.withheld.axis_indeterminate")
    angle = float(frontal_axis_deg(*net_mv))
    # The shorter turn from the axis of the median beat to that of each beat.
    turns = np.degrees(np.angle(np.exp(1j * np.radians(frontal_axis_deg(*each_mv) - angle))))
    beats = ecg.per_lead.n_beats if ecg.per_lead else 0
    return Measured(name, angle, ecg.unit(name), float(spread_of(turns)), beats)


def _voltages(ecg: _Ecg, qrs_ms: float) -> dict[str, Measured]:
    """Voltage sums and the terminal force of P, each withheld when a lead of its is absent."""
    lead, beat, marks, each = ecg.per_lead, ecg.beat, ecg.marks, ecg.each
    names = ("sokolow_lyon", "cornell", "cornell_product", "peguero", "p_terminal_force_v1")
    if lead is None or beat is None or marks is None or each is None:
        return {name: ecg.withheld(name, "ecg.withheld.no_median_beat") for name in names}
    v1, fs = lead.of("V1"), ecg.signal.sampling_rate_hz
    found = _sums(lead, lead.qrs.r_height_mv, lead.s_depth_mv, np.array(qrs_ms))
    found["p_terminal_force_v1"] = p_terminal_force_mv_ms(p_wave(beat.signal_mv, marks), v1, fs)
    qrs_samples = (ecg.times.qrs_offset - ecg.times.qrs_onset)[each.index]
    spread = _sums(lead, each.r_height_mv, each.s_depth_mv, qrs_samples * _MS_PER_S / fs)
    spread["p_terminal_force_v1"] = p_terminal_force_mv_ms(each.p_mv, v1, fs)
    return {name: _voltage(ecg, name, float(found[name]), spread[name]) for name in names}


def _sums(
    lead: LeadMeasures, r_mv: FloatArray, s_mv: FloatArray, qrs_ms: FloatArray
) -> dict[str, FloatArray]:
    """Add up R and S, shape (n_leads,) of the median beat or (n_leads, n_beats) of every beat."""

    def at(values: FloatArray, name: str) -> FloatArray:
        row = lead.of(name)
        return np.array(_NAN if row is None else values[row])

    cornell = cornell_mv(at(r_mv, "aVL"), at(s_mv, "V3"))
    return {
        "sokolow_lyon": sokolow_lyon_mv(at(s_mv, "V1"), at(r_mv, "V5"), at(r_mv, "V6")),
        "cornell": cornell,
        "cornell_product": cornell_product_mm_ms(cornell, qrs_ms),
        "peguero": peguero_mv(s_mv, at(s_mv, "V4")),
    }


def _voltage(ecg: _Ecg, name: str, value: float, each: FloatArray) -> Measured:
    if np.isnan(value):
        return ecg.withheld(name, "ecg.withheld.lead_or_wave_absent")
    beats = ecg.per_lead.n_beats if ecg.per_lead else 0
    return Measured(name, value, ecg.unit(name), float(spread_of(np.atleast_1d(each))), beats)
