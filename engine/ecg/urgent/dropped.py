"""Beats that P does not lead: dropped ones, as pauses in a steady rhythm, and dissociated ones."""

import numpy as np

from ...fixedpoint import FloatArray
from ..analysis import EcgAnalysis
from ..conduction import blocked_p_waves, has_blocked_p_waves, longest_pr_ms, pr_is_none
from ..gaps import gaps_of, pieces
from ..measure.settings import load_settings
from .limits import Limits
from .pair import Pair


def blocked_pairs(analysis: EcgAnalysis, limits: Limits) -> dict[str, Pair]:
    """P waves without QRS: sure where the network sees them and the pauses say so too.

    Where no P is without a QRS, but PR is no interval of its own in a slow and regular rhythm, and
    a P stands farther before its QRS than one that leads it, that rhythm may be one of the
    ventricles, and the atria beat for themselves. Noise moves P waves about, and not so far.
    """
    seen = blocked_p_waves(analysis.fiducials)
    known = analysis.classical.values["rate"].is_known
    every = pieces(analysis.classical.beats_s, gaps_of(analysis.signal))
    gaps = sum(dropped_beats(piece, limits) for piece in every) if known else 0
    rate = analysis.classical.value("rate")
    slow = rate < load_settings().withhold.qtc_rate_low_bpm
    many = has_blocked_p_waves(analysis.fiducials)
    both = seen if many and (gaps or slow) else 0.0
    alone = (
        rate <= limits.dissociated_rate_bpm
        and analysis.classical.rhythm.irregularity <= limits.dissociated_irregularity
        and pr_is_none(analysis.measurements)
        and longest_pr_ms(analysis.fiducials) >= limits.dissociated_pr_ms
    )
    return {
        "blocked_p": Pair(float(both)),
        "blocked_p_suspected": Pair(float(max(gaps, seen if many else 0.0))),
        "dissociated": Pair(float(alone)),
    }


def dropped_beats(beats_s: FloatArray, limits: Limits) -> int:
    """Count the gaps in a steady rhythm that are long beside the interval before and the median.

    A gap after a premature beat is its compensatory pause and does not count; where long and short
    alternate, nothing is said (bigeminy).

    Parameters
    ----------
    beats_s : shape (n_beats,), ascending

    >>> from .settings import load_ecg_urgent
    >>> limits = load_ecg_urgent().limits
    >>> dropped_beats(np.array([0, 0.8, 1.6, 2.4, 4.0, 4.8, 5.6, 7.2, 8.0]), limits)
    2
    >>> dropped_beats(np.array([0, 0.8, 1.6, 2.1, 3.2, 4.0, 4.8, 5.6]), limits)
    0
    """
    rr = np.diff(beats_s)
    if len(rr) < _FEWEST:
        return 0
    usual = float(np.median(rr))
    steady = np.abs(rr - usual) <= limits.dropped_steady_share * usual
    long = rr >= limits.dropped_rr_ratio * usual
    if steady.sum() < max(limits.dropped_steady_per_gap * long.sum(), len(rr) - long.sum() - 1):
        return 0
    return int((long[1:] & steady[:-1]).sum())


_FEWEST = 4
