"""The interval that a rate is counted from: of beats, or of pairs where two lengths alternate."""

import numpy as np

from ...fixedpoint import FloatArray
from .settings import RateSettings, load_settings


def rate_interval_s(rr_s: FloatArray, settings: RateSettings | None = None) -> float:
    """Return the RR interval of which 60 s make the rate.

    It is the median: one missed or extra beat does not move it. Where every second beat is early
    (bigeminy) the median is the short or the long one, as chance has it: it counts too few
    beats or too many. There the rate is that of pairs.

    Parameters
    ----------
    rr_s : shape (n,), seconds, > 0
    settings : None reads guidelines/ecg_measurements.toml

    Returns
    -------
    seconds; NaN without an interval

    Examples
    --------
    >>> rate_interval_s(np.array([0.8, 0.8, 0.8, 1.6, 0.8]))
    0.8
    >>> round(rate_interval_s(np.array([0.5, 1.1, 0.5, 1.1, 0.5, 1.1, 0.5])), 3)
    0.8
    """
    if not len(rr_s):
        return float("nan")
    rules = settings or load_settings().rate
    return float(
        np.median(rr_s[1:] + rr_s[:-1]) / 2.0 if _alternates(rr_s, rules) else np.median(rr_s)
    )


def _alternates(rr_s: FloatArray, rules: RateSettings) -> bool:
    """Say whether each interval is unlike the next one and like the one after that."""
    if len(rr_s) < rules.alternating_intervals:
        return False
    neighbours = np.abs(np.diff(rr_s))
    next_one = float(np.quantile(neighbours, 1.0 - rules.alternating_neighbours))
    second = float(np.median(np.abs(rr_s[2:] - rr_s[:-2])))
    is_uneven = next_one >= rules.alternating_from * float(np.median(rr_s))
    return is_uneven and second <= rules.alternating_share * next_one
