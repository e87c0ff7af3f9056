"""The shape of the usual beat without a network: voltages, late forces, slow onset, needles."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.ndimage import maximum_filter, maximum_filter1d, minimum_filter

from ...fixedpoint import FloatArray
from ..classical.beat import UsualBeat, average_beats, finer
from ..classical.bounds import qrs_bounds, spatial_velocity
from ..classical.mains import without_mains
from ..classical.model import ClassicalMeasurement
from ..classical.prepare import BoolArray, make_readable
from ..classical.settings import load_classical
from ..leads import derive_limb_leads
from ..signal import EcgSignal
from .limits import Exclusions

_NAN: Final = float("nan")
_MS: Final = 1000.0
_AROUND: Final = 6
_SAMPLE_DECIMALS: Final = 6


@dataclass(frozen=True, slots=True)
class BeatShape:
    """What the median beat looks like; NaN where a lead or a boundary is missing.

    Attributes
    ----------
    least_qrs_ms : width between steep parts only, hence no longer than the QRS
    sokolow_lyon_mv, cornell_mv : S V1 + R V5 or V6; R aVL + S V3
    late_v1_mv, late_left_mv : mean of the late part of the QRS in V1, and the larger of I and V6
    late_r_ms : time from the onset to the top of R, the longer of V5 and V6
    deepest_q_mv : of I and V6 before their R
    slow_onset_ms, slow_end_ms : time until the loop has run a share of its length, and for its last
    has_needles : whether needles of a pacemaker stand before the beats
    """

    least_qrs_ms: float = _NAN
    sokolow_lyon_mv: float = _NAN
    cornell_mv: float = _NAN
    late_v1_mv: float = _NAN
    late_left_mv: float = _NAN
    late_r_ms: float = _NAN
    deepest_q_mv: float = _NAN
    slow_onset_ms: float = _NAN
    slow_end_ms: float = _NAN
    has_needles: bool = False


def shape_of(signal: EcgSignal, classical: ClassicalMeasurement, limits: Exclusions) -> BeatShape:
    """Look at the median beat.

    Parameters
    ----------
    signal : refused leads without samples, for the needles
    classical : of the same signal, with its usual beat
    limits : of guidelines/ecg_urgent.toml
    """
    if len(classical.beats_s) < load_classical().withhold.least_beats_intervals:
        return BeatShape()
    needles = _has_needles(signal, classical.beats_s, limits)
    if classical.usual is None:
        return BeatShape(has_needles=needles)
    return _measured(classical.usual, limits, needles)


def usual_beat(
    signal: EcgSignal, measured: EcgSignal, classical: ClassicalMeasurement
) -> UsualBeat | None:
    """Return the median beat of a signal: the measurement's own, where it read just that.

    Parameters
    ----------
    signal : what is looked at
    measured : what the classical measurement read
    classical : of ``measured``; its beats stand where the median is taken
    """
    if signal is measured:
        return classical.usual
    chosen, rate = load_classical(), signal.sampling_rate_hz
    readable = make_readable(signal.signal_mv, rate, chosen.average.least_rate_hz, signal.leads)
    # Seconds give a sample back but for their last digits: a half is rounded as in the measurement.
    beats = np.round(classical.beats_s * rate, _SAMPLE_DECIMALS)
    at = np.round(readable.from_file(beats)).astype(np.int64)
    readable = without_mains(readable, at, chosen.mains)
    found = average_beats(readable, at, replace(chosen.average, groups=0))
    names = tuple(signal.leads[row] for row in readable.rows)
    return None if found is None else UsualBeat.of(finer(found, chosen.average), names)


def _measured(
    found: UsualBeat,
    limits: Exclusions,
    needles: bool,  # noqa: FBT001 - private
) -> BeatShape:
    chosen, rate = load_classical(), found.rate_hz
    velocity = spatial_velocity(found.signal_mv[None], rate, chosen.bounds)
    steep = replace(chosen.bounds, velocity_share=chosen.rhythm.velocity_share)
    wide = [float(b[0]) for b in qrs_bounds(velocity, found.r_index, rate, chosen.bounds)]
    least = [float(b[0]) for b in qrs_bounds(velocity, found.r_index, rate, steep)]
    onset, offset = (w if np.isfinite(w) else s for w, s in zip(wide, least, strict=True))
    if not onset < offset:
        return BeatShape(has_needles=needles)
    inside = slice(int(onset), int(offset) + 2)
    beat = found.signal_mv[:, inside]
    leads = {name: beat[row] for row, name in enumerate(found.leads)}
    leads |= derive_limb_leads(leads)
    late = -max(round((offset - onset) * limits.late_share), 1) - 1
    return BeatShape(
        least_qrs_ms=(least[1] - least[0]) / rate * _MS,
        sokolow_lyon_mv=_s(leads, "V1") + _larger(_r(leads, "V5"), _r(leads, "V6")),
        cornell_mv=_r(leads, "aVL") + _s(leads, "V3"),
        late_v1_mv=_late(leads, "V1", late),
        late_left_mv=_larger(_late(leads, "I", late), _late(leads, "V6", late)),
        late_r_ms=_larger(_top(leads, "V5"), _top(leads, "V6")) / rate * _MS,
        deepest_q_mv=_larger(_q(leads, "I"), _q(leads, "V6")),
        slow_onset_ms=_slow(velocity[0][inside], limits.slow_onset_share) / rate * _MS,
        slow_end_ms=_slow(velocity[0][inside][::-1], limits.slow_onset_share) / rate * _MS,
        has_needles=needles,
    )


def _r(leads: dict[str, FloatArray], name: str) -> float:
    return max(float(leads[name].max()), 0.0) if name in leads else _NAN


def _s(leads: dict[str, FloatArray], name: str) -> float:
    return max(-float(leads[name].min()), 0.0) if name in leads else _NAN


def _top(leads: dict[str, FloatArray], name: str) -> float:
    """Return the samples from the onset to the top of R; 0 without an R."""
    if name not in leads:
        return _NAN
    return float(leads[name].argmax()) if leads[name].max() > 0.0 else 0.0


def _q(leads: dict[str, FloatArray], name: str) -> float:
    """Return the depth of what is negative before the top of R."""
    if name not in leads:
        return _NAN
    return max(-float(leads[name][: int(leads[name].argmax()) + 1].min()), 0.0)


def _late(leads: dict[str, FloatArray], name: str, start: int) -> float:
    return float(leads[name][start:].mean()) if name in leads else _NAN


def _larger(one: float, two: float) -> float:
    return float(np.fmax(one, two))


def _slow(velocity: FloatArray, share: float) -> int:
    """Return the samples until the loop has run a share of its length."""
    path = np.cumsum(velocity)
    return int(np.argmax(path >= share * path[-1]))


def _has_needles(signal: EcgSignal, beats_s: FloatArray, limits: Exclusions) -> bool:
    """Say whether deflections of one or two samples stand in one place before many of the beats.

    Recorders that sample slowly or filter strongly lose needles: their absence says nothing.
    """
    rate = signal.sampling_rate_hz
    if rate < limits.spike_least_rate_hz:
        return False
    reach = max(round(limits.spike_ms * rate / _MS), 1)
    x = np.nan_to_num(signal.signal_mv)
    before, after = np.roll(x, reach, axis=1), np.roll(x, -reach, axis=1)
    height = np.maximum(x - np.maximum(before, after), np.minimum(before, after) - x)
    # A needle is nearly all that moves around it; the top of a sharp R is a small part of the R.
    width = (1, _AROUND * reach + 1)
    moves = maximum_filter(x, width) - minimum_filter(x, width)
    needle = (height >= limits.spike_mv) & (height >= limits.spike_own_share * moves)
    return _stand_in_one_place(needle.any(axis=0), np.round(beats_s * rate), rate, limits)


def _stand_in_one_place(
    needle: BoolArray, beats: FloatArray, rate_hz: float, limits: Exclusions
) -> bool:
    """Say whether needles stand at one distance before many beats, and seldom where none belongs.

    A pacemaker leads each beat by one time; the needles of tense muscles are everywhere.
    """
    quiet, after, near = (
        round(ms * rate_hz / _MS)
        for ms in (limits.spike_reach_ms, limits.spike_after_ms, limits.spike_near_ms)
    )
    starts = [int(a) for a in beats if a >= quiet]
    close = maximum_filter1d(needle, 2 * near + 1)
    apart = np.ones(len(needle), dtype=bool)
    for a in starts:
        apart[a - quiet : a + after] = False
    if not starts or not apart.any():
        return False
    share = np.mean([close[a - quiet : a] for a in starts], axis=0)
    elsewhere = float(close[apart].mean())
    return bool(share.max() >= limits.spike_share and elsewhere <= limits.spike_elsewhere)
