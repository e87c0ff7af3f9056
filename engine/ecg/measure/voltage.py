"""Voltage criteria of left ventricular hypertrophy, as numbers; their limits are data.

Every function takes amplitudes in millivolt, S waves as positive depths, and gives NaN where an
amplitude is NaN.
"""

from typing import Final

import numpy as np

from ...fixedpoint import FloatArray

_MM_PER_MV: Final = 10.0


def sokolow_lyon_mv(s_v1_mv: FloatArray, r_v5_mv: FloatArray, r_v6_mv: FloatArray) -> FloatArray:
    """Add the S of V1 to the taller R of V5 and V6.

    Source: Sokolow and Lyon 1949, doi:10.1016/0002-8703(49)90562-1.

    >>> float(sokolow_lyon_mv(np.array(1.5), np.array(2.0), np.array(2.5)))
    4.0
    """
    return np.asarray(s_v1_mv + np.maximum(r_v5_mv, r_v6_mv))


def cornell_mv(r_avl_mv: FloatArray, s_v3_mv: FloatArray) -> FloatArray:
    """Add the R of aVL to the S of V3.

    Source: Casale 1985, doi:10.1016/S0735-1097(85)80115-7.

    >>> float(cornell_mv(np.array(1.0), np.array(1.5)))
    2.5
    """
    return np.asarray(r_avl_mv + s_v3_mv)


def cornell_product_mm_ms(cornell: FloatArray, qrs_ms: FloatArray) -> FloatArray:
    """Multiply the Cornell voltage with the QRS duration, in millimetre milliseconds.

    No addition for women is made: sources disagree on it (0.6 or 0.8 mV).

    Source: Molloy 1992, doi:10.1016/0735-1097(92)90385-Z.

    >>> float(cornell_product_mm_ms(np.array(2.5), np.array(100.0)))
    2500.0
    """
    return np.asarray(_MM_PER_MV * cornell * qrs_ms)


def peguero_mv(s_by_lead_mv: FloatArray, s_v4_mv: FloatArray) -> FloatArray:
    """Add the deepest S of the twelve leads to the S of V4.

    Parameters
    ----------
    s_by_lead_mv : shape (n_leads,) or (n_leads, n_beats)

    Source: Peguero 2017, doi:10.1016/j.jacc.2017.01.037.

    >>> float(peguero_mv(np.array([0.2, np.nan, 1.4]), np.array(1.0)))
    2.4
    """
    return np.asarray(np.fmax.reduce(s_by_lead_mv, axis=0) + s_v4_mv)
