"""What the urgent rules read of one ECG: each quantity as the two measurements have it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ..analysis import ALONE, EcgAnalysis
from ..classical.compare import Comparison, disagreement
from ..classical.model import ClassicalMeasurement
from ..gaps import gaps_of, longest_without_beat
from ..limbs import doubtful_limbs, restored
from ..measure.reference import Person
from ..measure.rr import rate_interval_s
from ..measure.settings import load_settings
from .atrial import p_pairs
from .dropped import blocked_pairs
from .front import FrontView, front_view
from .limits import Exclusions
from .pair import Pair
from .qt import qt_pairs
from .settings import EcgUrgentSettings
from .shape import BeatShape, shape_of, usual_beat
from .st import StView, is_left, st_view
from .sure import Premises, has_left_form, with_doubts

_NAN: Final = float("nan")
_REFUSED: Final = "not_assessable"
_NO_BEATS: Final = "quality.record.no_clear_beats"
_GAINS: Final = frozenset({"quality.record.gain_small", "quality.record.gain_large"})
_OWN_SCALE: Final = "quality.record.own_scale"
_USE_OF: Final[Mapping[str, str]] = {"rate": "rhythm", "qrs": "intervals", "st": "st"}
_MINUTE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that the rules read.

    Attributes
    ----------
    pairs : quantity -> what the two measurements say
    st, shape, front : of the median beat
    unmeasured : what neither of two could measure though the gate allows it (decision 6 of the
        architecture: a physician reads it now); QT is measured by hand and is none of them
    """

    pairs: Mapping[str, Pair]
    st: StView
    shape: BeatShape
    front: FrontView
    unmeasured: tuple[str, ...] = ()


def evidence_of(analysis: EcgAnalysis, person: Person, settings: EcgUrgentSettings) -> Evidence:
    """Gather what the rules read.

    Parameters
    ----------
    analysis : of one ECG, with or without a network
    person : sex and age, for the limits of ST
    settings : of guidelines/ecg_urgent.toml
    """
    refused = [lead.lead for lead in analysis.quality.leads if lead.verdict == _REFUSED]
    trusted = analysis.signal.without_samples_of(refused)
    doubtful = doubtful_limbs(trusted, analysis.quality)
    # Of an inverted aVL the S looks like the R of a hypertrophy, which excuses an elevation.
    whole = restored(trusted, analysis.quality)
    agreed = whole.without_samples_of(doubtful)
    seen = replace(analysis.classical, usual=usual_beat(agreed, whole, analysis.classical))
    beat_of_p = usual_beat(trusted, whole, analysis.classical)
    shape = shape_of(agreed, seen, settings.exclusions)
    st = st_view(analysis, person, shape, settings)
    premises = Premises.of(_qrs_ms(analysis, shape), analysis, shape)
    st = with_doubts(st, premises, person, settings)
    front = front_view(analysis.classical, st.mv, settings, doubtful)
    compared = {c.name: c for c in disagreement(analysis.measurements, analysis.classical)}
    pairs = {
        **_beat_pairs(analysis, compared, settings),
        **(widths := _qrs_pairs(analysis, compared, shape, settings)),
        **p_pairs(analysis, beat_of_p, widths["qrs"], shape, settings.atrial),
        **qt_pairs(
            analysis,
            _qrs_ms(analysis, shape),
            settings.limits,
            differ=_differ(compared["qt"]),
        ),
        **_st_pairs(st),
        **front.pairs(),
        **blocked_pairs(analysis, settings.limits),
    }
    ids = {r.message.id for r in analysis.quality.reasons}
    no_beats = _NO_BEATS in ids
    pairs["no_clear_beats"] = Pair(float(no_beats))
    pairs["amplitude_implausible"] = Pair(float(_is_other_unit(analysis)))
    pairs["scale_unknown"] = Pair(float(_OWN_SCALE in ids))
    pairs["gain_implausible"] = Pair(float(not no_beats and _tells_gain(analysis)))
    measured = np.isfinite([pairs[n].classical for n in ("rate", "qrs")]).all()
    rhythmic = analysis.quality.uses["rhythm"].verdict != _REFUSED
    judged = rhythmic and measured and st.is_known and not (st.exclusions or st.doubts)
    pairs["st_excused"] = Pair(float(bool(st.exclusions or st.doubts)))
    pairs["not_judged"] = Pair(float(not judged))
    decimals = {name: q.decimals for name, q in settings.quantities.items()}
    rounded = {n: _rounded(p, decimals[n]) for n, p in pairs.items()}
    return Evidence(rounded, st, shape, front, _unmeasured(analysis, compared, st))


def _unmeasured(
    analysis: EcgAnalysis, compared: Mapping[str, Comparison], st: StView
) -> tuple[str, ...]:
    """Return what neither measured where the gate allows it, and ST that only the network sees.

    Flutter waves leave the QRS without clear bounds: an infarction beneath them called nobody. Of
    an ECG that the gate refuses, or that no network was asked of, the rules are named as not
    applied, and declared symptoms call (decision 1 of the clinical decisions).
    """
    if analysis.measurements.measured["rate"].withheld == (ALONE,):
        return ()
    alone = bool(st.seen_alone.leads) and not st.exclusions
    return tuple(
        name
        for name, use in _USE_OF.items()
        if (compared[name].agreement == "neither" or (name == "st" and alone))
        and analysis.quality.uses[use].verdict != _REFUSED
    )


def _rounded(pair: Pair, decimals: int) -> Pair:
    """Round to what is printed: the printed number and the rule can't contradict each other."""
    return replace(
        pair,
        classical=round(pair.classical, decimals),
        network=round(pair.network, decimals),
        unguarded=round(pair.unguarded, decimals),
    )


def _is_other_unit(analysis: EcgAnalysis) -> bool:
    """Say whether beats repeat, and are so small or large that the rhythm can't be read."""
    told = {r.message.id for r in analysis.quality.reasons}
    refused = analysis.quality.uses["rhythm"].verdict == _REFUSED
    return refused and _NO_BEATS not in told and _tells_gain(analysis)


def _tells_gain(analysis: EcgAnalysis) -> bool:
    """Say whether the gate takes the gain of all leads together for wrong."""
    return any(r.message.id in _GAINS for r in analysis.quality.reasons)


def _beat_pairs(
    analysis: EcgAnalysis, compared: Mapping[str, Comparison], settings: EcgUrgentSettings
) -> dict[str, Pair]:
    """Rate, pause, irregularity and runs."""
    classical, rhythm = analysis.classical, analysis.classical.rhythm
    known = classical.values["rate"].is_known
    clear = not any(r.message.id == _NO_BEATS for r in analysis.quality.reasons)
    # Beats that repeat at a thousandth of their size are no pause: the unit is wrong.
    clear = clear and not _is_other_unit(analysis)
    network = _network(analysis, "rate")
    slower = _slower_rate(classical)
    rate = slower if clear else _NAN
    pause = rhythm.longest_pause_s if clear else _NAN
    known_pause = known and not _may_hide_pause(analysis, settings)
    seen = _longest_rr(analysis) if np.isfinite(network) else _NAN
    far = abs(pause - seen) > settings.limits.pause_differ_s
    near = abs(slower - network) <= compared["rate"].limit
    far_rate = _differ(compared["rate"]) and not near
    length = rhythm.wide_run_beats * _MINUTE_S / rhythm.wide_run_bpm
    return {
        "rate": Pair(slower if known else _NAN, network, rate, far_rate),
        "pause": Pair(pause if known_pause else _NAN, seen, pause, bool(far)),
        "fastest_run": Pair(rhythm.fastest_run_bpm if known else _NAN),
        "irregularity": Pair(rhythm.irregularity if known else _NAN),
        "wide_run": Pair(float(rhythm.wide_run_beats) if known else _NAN),
        "wide_run_rate": Pair(_or_zero(rhythm.wide_run_bpm) if known else _NAN),
        "wide_run_length": Pair(_or_zero(length) if known else _NAN),
    }


def _may_hide_pause(analysis: EcgAnalysis, settings: EcgUrgentSettings) -> bool:
    """Say whether a stretch with a gap in it is long enough for the shortest pause of a rule."""
    if not gaps_of(analysis.signal):
        return False
    least = min(c.value for r in settings.rules for c in r.conditions if c.quantity == "pause")
    beats = np.concatenate([[0.0], analysis.classical.beats_s, [analysis.signal.duration_s]])
    return longest_without_beat(beats, ()) >= least


def _longest_rr(analysis: EcgAnalysis) -> float:
    """Return the longest time without a beat that the network saw; none reaches over a gap.

    From the first sample to the last: a heart may stand still at the end, where the classical
    detector takes the noise for beats.
    """
    at = analysis.fiducials.r_peaks / analysis.signal.sampling_rate_hz
    every = np.concatenate([[0.0], at, [analysis.signal.duration_s]])
    return longest_without_beat(every, gaps_of(analysis.signal))


def _or_zero(value: float) -> float:
    """Return 0 where there is no run."""
    return value if np.isfinite(value) else 0.0


def _slower_rate(classical: ClassicalMeasurement) -> float:
    """Return the rate, or that of the median interval where it is slower.

    Where intervals alternate the rate is that of pairs. In a very slow heart they alternate as
    well, where each T wave was taken for a beat: there the median may be the true interval.
    """
    rr_s = np.diff(classical.beats_s)
    if not len(rr_s):
        return _NAN
    return _MINUTE_S / max(rate_interval_s(rr_s), float(np.median(rr_s)))


def _network(analysis: EcgAnalysis, name: str) -> float:
    return analysis.measurements.value(name)


def _differ(found: Comparison) -> bool:
    return found.agreement == "differ"


def _left_bundle(qrs_ms: float, spread_ms: float, shape: BeatShape, limits: Exclusions) -> float:
    """Return 1 where the beat looks like left bundle branch block, NaN where leads are missing.

    A QRS that is wide beyond its uncertainty needs a late part to the left and back; one within it
    needs a late R and no Q besides.
    """
    read = (shape.late_v1_mv, shape.late_left_mv, shape.late_r_ms, shape.deepest_q_mv)
    if np.isnan(read).any():
        return _NAN
    formed = has_left_form(shape, limits)
    return float(is_left(shape) and (formed or qrs_ms >= limits.wide_qrs_ms + spread_ms))


def _qrs_ms(analysis: EcgAnalysis, shape: BeatShape) -> float:
    """Return the classical QRS; its steep part where that alone is wide, for QRS is no shorter."""
    qrs, limits = analysis.classical.value("qrs"), load_settings().withhold
    if not np.isfinite(qrs) and shape.least_qrs_ms >= limits.qtc_qrs_ms:
        return shape.least_qrs_ms
    return qrs


def _qrs_pairs(
    analysis: EcgAnalysis,
    compared: Mapping[str, Comparison],
    shape: BeatShape,
    settings: EcgUrgentSettings,
) -> dict[str, Pair]:
    """Width and shape of the QRS."""
    qrs, spread = _qrs_ms(analysis, shape), analysis.classical.values["qrs"].uncertainty
    # Only the network looks for P: a PR that it measured needs no second one.
    pr = _network(analysis, "pr")
    left = _left_bundle(qrs, 0.0 if np.isnan(spread) else spread, shape, settings.exclusions)
    return {
        "qrs": Pair(qrs, _network(analysis, "qrs"), _NAN, _differ(compared["qrs"])),
        "left_bundle_shape": Pair(left),
        "pr": Pair(_NAN, pr, applies=bool(np.isnan(pr))),
        "slow_onset": Pair(shape.slow_onset_ms),
        "steep_qrs": Pair(shape.least_qrs_ms),
    }


def _st_pairs(st: StView) -> dict[str, Pair]:
    """Count neighbouring leads that are raised; what the network alone sees always differs."""
    excluded = bool(st.exclusions)
    sure, close = float(st.sure.largest_set), float(st.close.largest_set)
    # Where another rule already says that ST is raised, the network's own count adds nothing.
    seen = float(st.seen.largest_set) if st.mv and not close else _NAN
    very_large = float(st.very_large.largest_set)
    # That none is raised is known only where every wall was seen.
    none = 0.0 if close or st.is_whole else _NAN
    return {
        "st_leads": Pair((0.0 if excluded else sure) or none, seen, _NAN, differ=True),
        "st_leads_excluded": Pair((close if excluded else 0.0) or none),
        "st_leads_very_large": Pair((very_large if excluded else 0.0) or none),
        "st_leads_close": Pair((close if not excluded and not sure else 0.0) or none),
    }
