"""How people mark: how steadily from beat to beat, and which point of a QRS they call its peak.

No delineator can be nearer to the marks of a person than that person is to itself.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from ...datasets.sources.ecg_files import AnnotatedEcg
from ...engine.ecg.fiducials import PEAK, Fiducials
from ...engine.fixedpoint import FloatArray
from ...training.ecg_delineation.judge import bootstrapped
from ...training.ecg_delineation.moments import bias, powers, sd
from ...training.ecg_delineation.score import BOUNDARIES, POINT_NAMES, TOLERANCE_MS
from ...training.report import Line

TABLE: Final = "how people mark"
MARKED: Final = "marks SD ms"
FOUND: Final = "found SD ms"
PEAK_ROW: Final = "QRS peak: highest point between the marks"
FEWEST: Final = 4


def marking_lines(records: Sequence[AnnotatedEcg], waves: Sequence[Fiducials]) -> Iterator[Line]:
    """Measure how far marks of one boundary on one lead are from their own mean, beat by beat.

    Only records in sinus rhythm without pacing, extra beats or AV block: there a boundary stands
    at nearly the same distance from its beat. The beat's time is the middle of the R marks of all
    leads, so that the choice of a peak on one lead does not move it. A network's points at the same
    marks are measured in the same way: how steady they are, not how right.

    Parameters
    ----------
    records : with marks
    waves : what a network finds in each
    """
    pairs = zip(records, waves, strict=True)
    steady = [(record, found) for record, found in pairs if is_steady(record)]
    for wave, point in BOUNDARIES:
        sums = []
        for record, found in steady:
            ms = 1000.0 / record.signal.sampling_rate_hz
            beats = beat_times(record)
            rows = dict(zip(found.leads, found.wave(wave).points[..., point], strict=True))
            parts = [
                spread_of(own := marks[wave][:, point], rows[lead], beat_of(own, wave, beats), ms)
                for lead, marks in record.waves.items()
            ]
            sums.append(np.sum(parts, axis=0))
        counts = np.array([s for s in sums if s[0] > 0])
        if len(counts):
            row = f"{wave.upper()} {POINT_NAMES[point]}"
            yield Line(TABLE, row, MARKED, bootstrapped(counts, _marked_sd))
            yield Line(TABLE, row, FOUND, bootstrapped(counts, _found_sd))
    yield from _peak_lines(records)


def is_steady(record: AnnotatedEcg) -> bool:
    """Say whether a boundary must stand at the same place of every beat."""
    said = record.labels
    return (
        said.get("Rhythms", "").startswith("Sinus rhythm")
        and not said.get("Cardiac pacing")
        and not said.get("Extrasystolies")
        and "av-block" not in said.get("Conduction abnormalities", "").lower()
    )


def beat_times(record: AnnotatedEcg) -> FloatArray:
    """Return the middle over leads of the R marks of each beat, samples of the file."""
    rows = [marks["qrs"][:, PEAK] for marks in record.waves.values()]
    rows = [row[np.isfinite(row)] for row in rows]
    rows = [row for row in rows if len(row)]
    if not rows:
        return np.empty(0)
    reach = TOLERANCE_MS * record.signal.sampling_rate_hz / 1000.0
    anchors = max(rows, key=len)
    near = np.stack([row[_nearest(row, anchors)] for row in rows])
    near[np.abs(near - anchors) > reach] = np.nan
    return np.asarray(np.nanmedian(near, axis=0))


def beat_of(marks: FloatArray, wave: str, beats: FloatArray) -> FloatArray:
    """Return the time of the beat that each mark belongs to: P before it, T after it.

    Parameters
    ----------
    marks : shape (n,), samples
    wave : p, qrs or t
    beats : shape (k,), samples, sorted

    Returns
    -------
    shape (n,), NaN where there is no such beat
    """
    if wave == "qrs":
        return beats[_nearest(beats, marks)] if len(beats) else np.full(len(marks), np.nan)
    at = np.searchsorted(beats, marks) + (0 if wave == "p" else -1)
    fenced = np.concatenate([[np.nan], beats, [np.nan]])
    return np.asarray(fenced[np.clip(at + 1, 0, len(fenced) - 1)])


def spread_of(marks: FloatArray, found: FloatArray, beat: FloatArray, ms: float) -> FloatArray:
    """Return what the spread of one boundary on one lead adds to that of the record.

    Parameters
    ----------
    marks, found : shape (n,), (m,), samples; NaN is no point
    beat : shape (n,), the time of the beat of each mark, samples
    ms : milliseconds of one sample

    Returns
    -------
    degrees of freedom, squares of the marks and squares of the found points about their means;
    zeros where fewer than four marks have a found point
    """
    known, found = np.isfinite(marks + beat), found[np.isfinite(found)]
    marks, beat = marks[known], beat[known]
    if not len(marks) or not len(found):
        return np.zeros(3)
    found = found[_nearest(found, marks)]
    matched = np.abs(found - marks) * ms <= TOLERANCE_MS
    if matched.sum() < FEWEST:
        return np.zeros(3)
    both = (np.stack([marks, found]) - beat)[:, matched] * ms
    squares = ((both - both.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    return np.array([matched.sum() - 1.0, *squares])


def highest_point(signal: FloatArray, onset: float, offset: float) -> float:
    """Return the highest point above the line from onset to offset, samples.

    A top between two lower neighbours goes before a higher end of the complex.
    """
    low, high = round(onset), round(offset)
    cut = signal[low : high + 1]
    above = cut - np.linspace(cut[0], cut[-1], len(cut))
    inner = np.flatnonzero((above[1:-1] >= above[:-2]) & (above[1:-1] > above[2:])) + 1
    tops = inner if len(inner) else np.arange(len(cut))
    return float(low + tops[np.argmax(above[tops])])


def _peak_lines(records: Sequence[AnnotatedEcg]) -> Iterator[Line]:
    """Measure how well one rule says which point the annotators call the peak of a QRS."""
    counts = []
    for record in records:
        errors = np.array(
            [
                highest_point(record.signal.lead_mv(lead), onset, offset) - peak
                for lead, marks in record.waves.items()
                for onset, peak, offset in marks["qrs"]
                if np.isfinite(onset + peak + offset)
            ]
        )
        counts.append(powers(errors * 1000.0 / record.signal.sampling_rate_hz).sum(axis=0))
    known = np.array(counts)
    known = known[known[:, 0] > 0]
    if len(known):
        yield Line(TABLE, PEAK_ROW, "bias ms", bootstrapped(known, bias))
        yield Line(TABLE, PEAK_ROW, "SD ms", bootstrapped(known, sd))


def _nearest(
    places: FloatArray, wanted: FloatArray
) -> "np.ndarray[tuple[int, ...], np.dtype[np.intp]]":
    return np.abs(places[None, :] - wanted[:, None]).argmin(axis=1)


def _marked_sd(sums: FloatArray) -> FloatArray:
    return np.sqrt(sums[..., 1] / sums[..., 0])


def _found_sd(sums: FloatArray) -> FloatArray:
    return np.sqrt(sums[..., 2] / sums[..., 0])
