"""Whether P leads to QRS: P waves without QRS, a PR that is none, P within T or in noise."""

from dataclasses import replace
from typing import Final

import numpy as np

from .classical import ClassicalMeasurement
from .fiducials import NO_BEAT, PEAK, Fiducials
from .measure import BeatTimes, EcgMeasurements
from .measure.settings import load_settings

PR: Final = "pr"
VARIES: Final = "ecg.withheld.pr_varies"
WIDE_FAST: Final = "ecg.withheld.wide_fast"
IN_T: Final = "ecg.withheld.p_in_t"
_MS_PER_S: Final = 1000.0
_NAN: Final = float("nan")


def blocked_p_waves(fiducials: Fiducials) -> float:
    """Count the P waves that the network found and that no QRS follows, before the last beat.

    Returns
    -------
    NaN where no network looked, or it found no beat
    """
    if not fiducials.n_beats:
        return _NAN
    last = float(fiducials.r_peaks[-1])
    at = fiducials.p.overall[:, PEAK]
    return float(((fiducials.p.beat == NO_BEAT) & (at < last)).sum())


def has_blocked_p_waves(fiducials: Fiducials) -> bool:
    """Say whether so many P waves have no QRS that one that came too early can't explain them."""
    return blocked_p_waves(fiducials) >= load_settings().withhold.blocked_p


def longest_pr_ms(fiducials: Fiducials) -> float:
    """Return how far the farthest P wave stands before its QRS, milliseconds; NaN without P."""
    times = BeatTimes.of(fiducials)
    pr = times.qrs_onset - times.p_onset
    known = pr[~np.isnan(pr)]
    return float(known.max()) * _MS_PER_S / fiducials.sampling_rate_hz if len(known) else _NAN


def leads_each_beat(fiducials: Fiducials, least_share: float, most_spread_ms: float) -> float:
    """Return 1 where P waves that the network found stand before beats at one time, else 0.

    Parameters
    ----------
    fiducials : of the network
    least_share : of the beats after the first that must have one
    most_spread_ms : median distance from the median PR, milliseconds

    Returns
    -------
    NaN where no network looked, or it found no beat
    """
    if not fiducials.n_beats:
        return _NAN
    times = BeatTimes.of(fiducials)
    pr = (times.qrs_onset - times.p_onset)[1:]
    known_ms = pr[~np.isnan(pr)] * _MS_PER_S / fiducials.sampling_rate_hz
    if not len(known_ms) or len(known_ms) < least_share * len(pr):
        return 0.0
    return float(np.median(np.abs(known_ms - np.median(known_ms))) <= most_spread_ms)


def may_be_higher_block(found: EcgMeasurements, fiducials: Fiducials) -> bool:
    """Say whether a block of higher degree than the first may be there.

    P waves that no QRS follows, or a PR that changes from beat to beat or is too long: none is of
    first degree, in which every P conducts after one PR.
    """
    return has_blocked_p_waves(fiducials) or pr_is_none(found)


def pr_is_none(found: EcgMeasurements) -> bool:
    """Say whether PR changes from beat to beat, or is longer than one that conducts is."""
    pr = found.measured[PR]
    return VARIES in pr.withheld or pr.value >= load_settings().withhold.pr_longest_ms


def without_unsteady_pr(found: EcgMeasurements, fiducials: Fiducials) -> EcgMeasurements:
    """Withhold PR where it is not one interval: P and QRS may be dissociated, or PR grows.

    In complete block a P wave stands somewhere before each QRS, and the median of these distances
    was printed as a PR and called a first-degree block.

    Parameters
    ----------
    found : as measured
    fiducials : of the same recording
    """
    pr, limits = found.measured[PR], load_settings().withhold
    blocked = has_blocked_p_waves(fiducials)
    most_ms = limits.pr_spread_blocked_ms if blocked else limits.pr_spread_ms
    if not pr.is_known or not pr.spread >= most_ms:
        return found
    unsteady = replace(pr, value=_NAN, spread=_NAN, n_beats=0, withheld=(VARIES,), limits=())
    return replace(found, measured={**found.measured, PR: unsteady})


def without_p_in_t(found: EcgMeasurements, fiducials: Fiducials) -> EcgMeasurements:
    """Withhold P and PR where P begins in the T before it or right after: its onset is not known.

    So it is where this holds of half of the P waves, or too few beats have another.

    Of a fast sinus tachycardia a PR far shorter than the true one was printed.

    Parameters
    ----------
    found : as measured
    fiducials : of the same recording
    """
    times, limits = BeatTimes.of(fiducials), load_settings().withhold
    gap = limits.p_after_t_ms * fiducials.sampling_rate_hz / _MS_PER_S
    gaps = times.p_onset[1:] - times.t_offset[:-1]
    known = gaps[~np.isnan(gaps)]
    hidden = times.p_in_t(gap)
    free = np.isfinite(times.p_onset) & ~hidden
    some = free.sum() >= limits.p_free_share * len(free) or not hidden.any()
    if not len(known) or (some and np.median(known) >= gap):
        return found
    return _without_p(found, IN_T)


def without_p_in_wide_tachycardia(
    found: EcgMeasurements, classical: ClassicalMeasurement
) -> EcgMeasurements:
    """Withhold P and PR of a fast rhythm with wide QRS, which is ventricular until shown otherwise.

    In noise a P wave was found before each QRS of a ventricular tachycardia, and a PR printed.

    Parameters
    ----------
    found : by the network
    classical : of the same recording; what either calls fast or wide is
    """
    limits = load_settings().withhold
    rate, width = (np.fmax(found.value(name), classical.value(name)) for name in ("rate", "qrs"))
    if not (rate > limits.wide_fast_bpm and width >= limits.qtc_qrs_ms):
        return found
    return _without_p(found, WIDE_FAST)


def _without_p(found: EcgMeasurements, why: str) -> EcgMeasurements:
    """Withhold P and PR where they are known."""
    hidden = {
        name: replace(one, value=_NAN, spread=_NAN, n_beats=0, withheld=(why,), limits=())
        for name, one in found.measured.items()
        if name in ("p", PR) and one.is_known
    }
    return replace(found, measured={**found.measured, **hidden})
