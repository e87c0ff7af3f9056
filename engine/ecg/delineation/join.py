"""From the waves of stretches to those of the recording: all leads, the file's samples."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...fixedpoint import FloatArray
from ..fiducials import NO_BEAT, OFFSET, ONSET, PEAK, POINTS, IndexArray, Waves, no_waves
from .beats import beat_times
from .decode import Decoded
from .events import Events
from .prepare import NET_RATE_HZ, Prepared
from .rules import DecodeRules
from .runs import BoolArray
from .segments import Segment
from .spikes import spike_times


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The waves of a stretch, in samples of the file.

    Parameters
    ----------
    p, qrs, t : waves
    """

    p: Waves
    qrs: Waves
    t: Waves


def in_file(
    decoded: Decoded, prepared: Prepared, n_leads: int, start: int, rules: DecodeRules
) -> Found:
    """Return what was decoded as waves of all leads of the file.

    Parameters
    ----------
    decoded : samples of the network
    prepared : says which leads were read
    n_leads : of the file
    start : the stretch's first sample
    rules : which of the leads' onsets is that of all leads
    """
    qrs_beat = np.arange(len(decoded.qrs))
    times = beat_times(prepared.x, decoded.qrs.start, decoded.qrs.end)
    kinds = ((decoded.p, decoded.p_beat), (decoded.qrs, qrs_beat), (decoded.t, decoded.t_beat))
    p, qrs, t = (
        _waves(events, np.asarray(beat, np.int64), (prepared, n_leads, start), rules)
        for events, beat in kinds
    )
    qrs.overall[:, PEAK] = start + times * prepared.step
    qrs.overall[:, ONSET] += rules.qrs_margin_s * NET_RATE_HZ * prepared.step
    spikes = spike_times(prepared.x, decoded.qrs.start, decoded.qrs.end)
    return Found(p, _timed(_within(qrs), start + spikes * prepared.step), t)


def _timed(qrs: Waves, spikes: FloatArray) -> Waves:
    """Give a paced beat the time of its spike, which may stand before the onset."""
    paced = np.isfinite(spikes)
    qrs.overall[paced, PEAK] = spikes[paced]
    return qrs


def _within(qrs: Waves) -> Waves:
    """Hold the time of each beat between its onset and its offset."""
    onset, peak, offset = qrs.overall.T
    qrs.overall[:, PEAK] = np.fmin(np.fmax(peak, onset), offset)
    return qrs


def _waves(
    events: Events,
    beat: IndexArray,
    where: tuple[Prepared, int, int],
    rules: DecodeRules,
) -> Waves:
    prepared, n_leads, start = where
    points = np.full((n_leads, len(events), POINTS), np.nan)
    points[prepared.usable] = start + events.points * prepared.step
    return Waves(points, overall(points, rules.onset_quantile), beat, events.top)


def overall(points: FloatArray, quantile: float) -> FloatArray:
    """Return the boundaries over all leads: an early onset, the middle peak, a late offset.

    The very first onset of twelve is as often an error of one lead as the true begin; a low
    quantile is not moved by one lead.

    Parameters
    ----------
    points : shape (n_leads, m, 3), NaN where a lead has no such point
    quantile : 0 for the earliest onset and the latest offset

    Returns
    -------
    shape (m, 3), NaN where no lead has the point
    """
    found = np.full((points.shape[1], POINTS), np.nan)
    for point, share in ((ONSET, quantile), (PEAK, 0.5), (OFFSET, 1.0 - quantile)):
        found[:, point] = nan_quantile(points[:, :, point], share)
    return found


def nan_quantile(values: FloatArray, share: float) -> FloatArray:
    """Return a quantile over the first axis without NaN, linear between ranks; NaN where none.

    Much quicker than ``numpy.nanquantile``, which works row by row.
    """
    if not values.size:
        return np.full(values.shape[1], np.nan)
    ordered = np.sort(values, axis=0)
    count = np.isfinite(ordered).sum(axis=0)
    rank = share * np.maximum(count - 1, 0)
    low = np.floor(rank).astype(np.intp)
    high = np.minimum(low + 1, np.maximum(count - 1, 0))
    columns = np.arange(values.shape[1])
    first, second = ordered[low, columns], ordered[high, columns]
    found: FloatArray = first + (rank - low) * (second - first)
    return found


def kept(found: Found, segment: Segment) -> Found:
    """Return the beats of a stretch that are its own; others belong to a neighbour.

    A wave goes with its beat; one without a beat goes by its own peak.
    """
    peaks = found.qrs.overall[:, PEAK]
    own = _own(peaks, segment)
    number = np.where(own, np.cumsum(own) - 1, NO_BEAT)
    return Found(
        _follow(found.p, own, number, segment),
        _take(found.qrs, own, number[own]),
        _follow(found.t, own, number, segment),
    )


def _own(peaks: FloatArray, segment: Segment) -> BoolArray:
    return np.asarray((peaks >= segment.keep_from) & (peaks < segment.keep_to))


def _follow(
    waves: Waves,
    own: BoolArray,
    number: IndexArray,
    segment: Segment,
) -> Waves:
    with_beat = waves.beat >= 0
    stays = _own(waves.overall[:, PEAK], segment) & ~with_beat
    stays[with_beat] = own[waves.beat[with_beat]]
    beat = np.full(len(waves), NO_BEAT, np.int64)
    beat[with_beat] = number[waves.beat[with_beat]]
    return _take(waves, stays, beat[stays])


def _take(
    waves: Waves,
    keep: BoolArray,
    beat: IndexArray,
) -> Waves:
    return Waves(waves.points[:, keep], waves.overall[keep], beat, waves.confidence[keep])


def joined(parts: Sequence[Found], n_leads: int, closest: float) -> Found:
    """Join stretches in order of time.

    A beat on a seam can be found by both neighbours, a hair apart: the second one is left out.

    Parameters
    ----------
    parts : waves of stretches, each with its own beats
    n_leads : of the file
    closest : samples; two beats are never closer
    """
    total = Found(no_waves(n_leads), no_waves(n_leads), no_waves(n_leads))
    pieces: dict[str, list[Waves]] = {"p": [], "qrs": [], "t": []}
    beats, last = 0, float("-inf")
    for part in parts:
        later = part.qrs.overall[:, PEAK] >= last + closest
        number = np.where(later, np.cumsum(later) - 1, NO_BEAT)
        everywhere = Segment(0, 0, last + closest, float("inf"))
        p, t = (_follow(w, later, number, everywhere) for w in (part.p, part.t))
        qrs = _take(part.qrs, later, number[later])
        for name, waves in (("p", p), ("qrs", qrs), ("t", t)):
            moved = np.where(waves.beat >= 0, waves.beat + beats, NO_BEAT)
            pieces[name].append(replace(waves, beat=moved))
        beats += len(qrs)
        last = float(qrs.overall[-1, PEAK]) if len(qrs) else last
    return Found(*(_concatenated(pieces[n]) for n in ("p", "qrs", "t"))) if parts else total


def _concatenated(waves: Sequence[Waves]) -> Waves:
    points = np.concatenate([w.points for w in waves], axis=1)
    order = np.argsort(_time(points), kind="stable")
    return Waves(
        points[:, order],
        np.concatenate([w.overall for w in waves])[order],
        np.concatenate([w.beat for w in waves])[order],
        np.concatenate([w.confidence for w in waves])[order],
    )


def _time(points: FloatArray) -> FloatArray:
    return nan_quantile(points[:, :, PEAK], 0.5)
