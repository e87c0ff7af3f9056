"""Stretches in which no lead has a sample: what lies there was not recorded, and is no pause."""

from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np

from ..fixedpoint import FloatArray
from ..vocabulary.load import read_toml
from .signal import EcgSignal

Gap = tuple[float, float]


def gaps_of(signal: EcgSignal) -> tuple[Gap, ...]:
    """Return from when to when no lead has a sample, in seconds; shorter ones hide no beat.

    >>> x = np.ones(20)
    >>> x[5:15] = np.nan
    >>> gaps_of(EcgSignal.of({"II": x, "V1": x}, 10.0))
    ((0.5, 1.5),)
    """
    lost = ~np.isfinite(signal.signal_mv).any(axis=0)
    if not lost.any():
        return ()
    edges = np.flatnonzero(np.diff(lost, prepend=False, append=False)).reshape(-1, 2)
    rate, least = signal.sampling_rate_hz, least_gap_s()
    return tuple((a / rate, b / rate) for a, b in edges.tolist() if (b - a) / rate >= least)


def inner_gaps_of(signal: EcgSignal) -> tuple[Gap, ...]:
    """Return the gaps between two recorded parts: only these leave the order of beats open.

    >>> x = np.ones(20)
    >>> x[:3] = np.nan
    >>> inner_gaps_of(EcgSignal.of({"II": x, "V1": x}, 10.0))
    ()
    """
    gaps = gaps_of(signal)
    return tuple(g for g in gaps if g[0] > 0.0 and g[1] < signal.duration_s)


def recorded_span(signal: EcgSignal) -> Gap:
    """Return from when to when there are samples: gaps at the ends are not in it.

    >>> x = np.ones(20)
    >>> x[:3] = np.nan
    >>> recorded_span(EcgSignal.of({"II": x, "V1": x}, 10.0))
    (0.3, 2.0)
    """
    gaps, end = gaps_of(signal), signal.duration_s
    first = max((stop for start, stop in gaps if start == 0.0), default=0.0)
    last = min((start for start, stop in gaps if stop == end), default=end)
    return first, max(first, last)


@cache
def least_gap_s() -> float:
    """Return from where a gap counts, seconds: a shorter one hides no beat."""
    return float(
        read_toml("laennec.engine.guidelines", "ecg_quality.toml")["common_gap"]["least_s"]
    )


def recorded_s(signal: EcgSignal, gaps: Sequence[Gap]) -> float:
    """Return how many seconds of a recording are there.

    Parameters
    ----------
    signal : leads that were refused may lack samples that are no gap
    gaps : of the recording
    """
    return signal.duration_s - sum(stop - start for start, stop in gaps)


def pieces(times_s: FloatArray, gaps: Sequence[Gap]) -> Iterator[FloatArray]:
    """Split beats where a gap lies between two of them.

    >>> [p.tolist() for p in pieces(np.array([0.0, 1.0, 4.0, 5.0]), [(1.5, 3.0)])]
    [[0.0, 1.0], [4.0, 5.0]]
    """
    yield from np.split(times_s, np.searchsorted(times_s, [start for start, _ in gaps]))


def longest_without_beat(times_s: FloatArray, gaps: Sequence[Gap]) -> float:
    """Return the longest recorded time from one of these times to the next; NaN without one.

    What was not recorded is taken off and what lies on both sides of it is added up: two seconds
    without a beat before a gap and two after it are a pause, unless the one beat fell into the gap.

    Parameters
    ----------
    times_s : shape (n,), ascending: beats, and the ends of the recording where they count
    gaps : of the recording

    >>> longest_without_beat(np.array([0.0, 1.0, 4.0, 5.0]), [(1.5, 3.5)])
    1.0
    >>> longest_without_beat(np.array([0.0, 1.0, 4.0, 5.0]), [])
    3.0
    """
    if len(times_s) < 2:  # noqa: PLR2004 - between two
        return float("nan")
    first, last = times_s[:-1], times_s[1:]
    recorded = last - first
    for start, stop in gaps:
        recorded = recorded - np.clip(np.minimum(last, stop) - np.maximum(first, start), 0.0, None)
    return float(recorded.max())
