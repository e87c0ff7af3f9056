"""QT as the urgent rules read it: corrected where it may be, raw or by every formula elsewhere."""

from typing import Final

import numpy as np

from ..analysis import EcgAnalysis
from ..measure.qtc import FORMULAS, SECONDS_A_MINUTE, reasons_against_qtc
from ..measure.settings import load_settings
from .limits import Limits
from .pair import Pair

_NAN: Final = float("nan")
_ONLY_FAST: Final = ("ecg.withheld.fast_rate",)


def qt_pairs(
    analysis: EcgAnalysis, qrs_ms: float, limits: Limits, *, differ: bool
) -> dict[str, Pair]:
    """Return QTc, raw QT where QTc is withheld (decision 6), and QT of a fast heart.

    Parameters
    ----------
    analysis : of one ECG
    qrs_ms : classical
    limits : of guidelines/ecg_urgent.toml
    differ : whether the two measurements of QT contradict each other
    """
    classical, other = analysis.classical, analysis.measurements
    qt, seen = classical.value("qt"), other.value("qt")
    rate, irregular = classical.value("rate"), classical.rhythm.irregularity
    against = _against(qrs_ms, rate, irregular)
    fast = very_long_when_fast(qt, rate, against, limits.fast_qt_ms)
    by_network = _against(other.value("qrs"), other.value("rate"), other.rhythm.rr_irregularity)
    seen_fast = very_long_when_fast(seen, other.value("rate"), by_network, limits.fast_qt_ms)
    qtc = _NAN if against else classical.value("qtc_fridericia")
    net_qtc = other.value("qtc_fridericia")
    raw = _NAN if np.isfinite(net_qtc) else seen
    return {
        "qtc_fridericia": Pair(qtc, net_qtc, _NAN, differ, applies=not against),
        "qt": Pair(qt if against else _NAN, raw, _NAN, differ, applies=bool(against)),
        "fast_qt": Pair(fast, seen_fast, _NAN, differ),
    }


def _against(qrs_ms: float, rate_bpm: float, irregularity: float) -> tuple[str, ...]:
    """Say why no QTc may be given; a rate or a QRS that is not known is a reason too."""
    found = reasons_against_qtc(qrs_ms, rate_bpm, irregularity, load_settings().withhold)
    known = np.isfinite([qrs_ms, rate_bpm, irregularity]).all()
    return found if known else (*found, "")


def very_long_when_fast(
    qt_ms: float, rate_bpm: float, against: tuple[str, ...], limit_ms: float
) -> float:
    """Return 1 where every formula corrects QT to the limit or more, 0 where none does, else NaN.

    Above the rate to which QTc is given no raw QT reaches the limit: a rule on it would be silent.
    Each formula errs in a direction of its own there: what all of them call long is long.

    Parameters
    ----------
    qt_ms, rate_bpm : NaN where not measured
    against : why QTc is withheld; 0 where a fast heart is none of it, NaN where it is not the only
    limit_ms : from where QTc is very long

    >>> fast = ("ecg.withheld.fast_rate",)
    >>> very_long_when_fast(441.0, 112.0, fast, 500.0), very_long_when_fast(300.0, 140.0, fast, 500)
    (1.0, 0.0)
    >>> very_long_when_fast(390.0, 125.0, fast, 500.0)
    nan
    """
    if not set(_ONLY_FAST) <= set(against):
        return 0.0
    rr_s = np.array(SECONDS_A_MINUTE / rate_bpm)
    found = np.round([float(formula(np.array(qt_ms), rr_s)) for formula in FORMULAS.values()])
    if against != _ONLY_FAST or np.isnan(found).any():
        return _NAN
    if found.min() >= limit_ms:
        return 1.0
    return 0.0 if found.max() < limit_ms else _NAN
