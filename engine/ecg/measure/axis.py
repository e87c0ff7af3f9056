"""The frontal axis of a wave from two limb leads."""

from typing import Final

import numpy as np

from ...fixedpoint import FloatArray

_ROOT_3: Final = 3.0**0.5


def frontal_axis_deg(lead_i_mv: FloatArray, lead_avf_mv: FloatArray) -> FloatArray:
    """Angle of the frontal vector whose projections are given; 0 is left, +90 is down.

    For the QRS give the net of the largest positive and negative deflection: the area under the
    QRS moves with a wide terminal S and misplaces the axis.

    Parameters
    ----------
    lead_i_mv, lead_avf_mv : shape (n,), net deflection, millivolt

    Returns
    -------
    shape (n,), degrees in (-180, 180]; NaN where an input is NaN or both are 0

    Source: the hexaxial system (Kligfield 2007, doi:10.1161/CIRCULATIONAHA.106.180200); aVF is
    shorter than a bipolar lead by the square root of 3 over 2, which is made good here.

    >>> frontal_axis_deg(np.array([1.0, 0.0, 1.0]), np.array([0.0, 1.0, -(3**0.5) / 2])).round(6)
    array([  0.,  90., -45.])
    """
    down = 2.0 * np.asarray(lead_avf_mv, dtype=np.float64) / _ROOT_3
    across = np.asarray(lead_i_mv, dtype=np.float64)
    angle = np.degrees(np.arctan2(down, across))
    angle = np.where(angle <= -180.0, 180.0, angle)  # noqa: PLR2004 - half a turn
    return np.where((down == 0.0) & (across == 0.0), np.nan, angle)
