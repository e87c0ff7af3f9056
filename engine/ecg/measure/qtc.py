"""Heart-rate-corrected QT, by name of the formula, and when none may be computed.

Fridericia decides in this house and the others are shown beside it (decision 6 of the clinical
decisions): over 452,440 measurements Bazett was the least reliable.
"""

from collections.abc import Mapping
from typing import Final, Protocol

import numpy as np

from ...fixedpoint import FloatArray
from .settings import WithholdSettings

_FRAMINGHAM_MS_PER_S: Final = 154.0
_HODGES_MS_PER_BPM: Final = 1.75
_REFERENCE_BPM: Final = 60.0
SECONDS_A_MINUTE: Final = 60.0
_BOGOSSIAN_SHARE: Final = 0.485


def qtc_fridericia_ms(qt_ms: FloatArray, rr_s: FloatArray) -> FloatArray:
    """Heart-rate-corrected QT interval by the cube-root formula.

    Parameters
    ----------
    qt_ms : shape (n,), milliseconds
    rr_s : shape (n,), seconds, > 0

    Returns
    -------
    shape (n,), milliseconds; NaN where an input is NaN

    Source: Fridericia 1920, Acta Med Scand 53:469; departures from the source: none.

    >>> round(float(qtc_fridericia_ms(np.array(360.0), np.array(0.6))), 2)
    426.83
    """
    return np.asarray(qt_ms / np.cbrt(rr_s))


def qtc_bazett_ms(qt_ms: FloatArray, rr_s: FloatArray) -> FloatArray:
    """Heart-rate-corrected QT interval by the square-root formula; overcorrects at fast rates.

    Arrays as in ``qtc_fridericia_ms``. Source: Bazett 1920, Heart 7:353; departures: none.

    >>> round(float(qtc_bazett_ms(np.array(360.0), np.array(0.6))), 2)
    464.76
    """
    return np.asarray(qt_ms / np.sqrt(rr_s))


def qtc_framingham_ms(qt_ms: FloatArray, rr_s: FloatArray) -> FloatArray:
    """Heart-rate-corrected QT interval by the linear formula of the Framingham study.

    Arrays as in ``qtc_fridericia_ms``.
    Source: Sagie 1992, doi:10.1016/0002-9149(92)90562-D; departures: none.

    >>> round(float(qtc_framingham_ms(np.array(360.0), np.array(0.6))), 2)
    421.6
    """
    return np.asarray(qt_ms + _FRAMINGHAM_MS_PER_S * (1.0 - rr_s))


def qtc_hodges_ms(qt_ms: FloatArray, rr_s: FloatArray) -> FloatArray:
    """Heart-rate-corrected QT interval by the linear formula in the heart rate.

    Arrays as in ``qtc_fridericia_ms``. Source: Hodges 1983, J Am Coll Cardiol 1:694 (abstract);
    departures: none.

    >>> round(float(qtc_hodges_ms(np.array(360.0), np.array(0.6))), 2)
    430.0
    """
    rate_bpm = SECONDS_A_MINUTE / rr_s
    return np.asarray(qt_ms + _HODGES_MS_PER_BPM * (rate_bpm - _REFERENCE_BPM))


class Formula(Protocol):
    """QT in ms and RR in s to QTc in ms."""

    def __call__(self, qt_ms: FloatArray, rr_s: FloatArray) -> FloatArray:
        """Correct QT for the rate."""


FORMULAS: Final[Mapping[str, Formula]] = {
    "qtc_fridericia": qtc_fridericia_ms,
    "qtc_bazett": qtc_bazett_ms,
    "qtc_framingham": qtc_framingham_ms,
    "qtc_hodges": qtc_hodges_ms,
}


AGAINST_QTC: Final = (
    "ecg.withheld.wide_qrs",
    "ecg.withheld.slow_rate",
    "ecg.withheld.fast_rate",
    "ecg.withheld.unstable_rate",
)


def reasons_against_qtc(
    qrs_ms: float, rate_bpm: float, irregularity: float, limits: WithholdSettings
) -> tuple[str, ...]:
    """Say why no QTc may be given (decision 6): wide QRS, slow, fast or irregular heart.

    QRS and rate are compared as they are printed, whole milliseconds and beats a minute, so that no
    report shows a QTc beside "120 ms".

    Parameters
    ----------
    qrs_ms, rate_bpm : NaN where not measured, which is no reason by itself
    irregularity : median change from one RR to the next over the median RR
    limits : of guidelines/ecg_measurements.toml

    >>> from .settings import load_settings
    >>> limits = load_settings().withhold
    >>> reasons_against_qtc(119.6, 70.0, 0.02, limits), reasons_against_qtc(119.4, 70, 0.02, limits)
    (('ecg.withheld.wide_qrs',), ())
    """
    qrs, rate = np.round(qrs_ms), np.round(rate_bpm)
    checks = (
        qrs >= limits.qtc_qrs_ms,
        rate < limits.qtc_rate_low_bpm,
        rate > limits.qtc_rate_high_bpm,
        irregularity >= limits.qtc_rr_irregularity,
    )
    return tuple(reason for reason, holds in zip(AGAINST_QTC, checks, strict=True) if holds)


def qt_bogossian_ms(qt_ms: FloatArray, qrs_ms: FloatArray) -> FloatArray:
    """QT with the share of a wide QRS taken off, to be corrected for rate afterwards.

    For QRS of 120 ms and more in left bundle branch block or pacing; shown for the physician and
    never compared with a limit here.

    Source: Bogossian 2014, doi:10.1016/j.hrthm.2014.08.026 (QT - 48.5 % of QRS); departures: none.

    >>> float(qt_bogossian_ms(np.array(480.0), np.array(160.0)))
    402.4
    """
    return np.asarray(qt_ms - _BOGOSSIAN_SHARE * qrs_ms)
