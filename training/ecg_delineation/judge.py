"""What a run measured, as lines with intervals: resampled by person, never by beat."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...datasets.sources.challenge12 import diagnoses
from ...datasets.sources.ecg_files import AnnotatedEcg
from ...engine.ecg.fiducials import OFFSET, ONSET, PEAK, WAVES, Fiducials
from ...engine.ecg.signal import EcgSignal
from ...engine.fixedpoint import FloatArray
from ..metrics import Estimate
from ..report import Line
from .score import (
    BOUNDARIES,
    POINT_NAMES,
    Key,
    Matches,
    interval_medians,
    marked_medians,
    match,
    pooled,
    score_record,
)

REPLICATES = 1000
SEED = 11
METHOD = "percentile bootstrap of persons, 1000 replicates"
SINUS = frozenset({"NSR", "SB", "STach", "SA"})
FIBRILLATION = frozenset({"AF", "AFL"})
ATRIAL = frozenset({"PAC", "BPAC", "ATach", "SVPB"})
VENTRICULAR = frozenset({"PVC", "VEB", "VPB"})
BEAT_WINDOWS_MS = (150.0, 50.0)

Find = Callable[[EcgSignal], Fiducials]
Scored = Sequence[Mapping[Key, Matches]]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Records with what was found in each by a network that had not seen its person."""

    records: Sequence[AnnotatedEcg]
    found: Sequence[Fiducials]
    single: Sequence[tuple[EcgSignal, Fiducials]]


def bootstrapped(
    counts: FloatArray, statistic: Callable[[FloatArray], float | FloatArray]
) -> Estimate:
    """Estimate a function of sums over persons.

    Parameters
    ----------
    counts : shape (persons, k)
    statistic : of the sums over persons, shape (..., k)
    """
    rng = np.random.default_rng(SEED)
    n = len(counts)
    weights = rng.multinomial(n, np.full(n, 1 / n), REPLICATES).astype(np.float64)
    drawn = np.asarray(statistic(weights @ counts))
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return Estimate(float(statistic(counts.sum(axis=0))), float(low), float(high), n, METHOD)


def _counts(scored: Scored, key: Key) -> FloatArray:
    """Return hits, missed, invented, sum and sum of squares of errors for each record."""
    rows = []
    for record in scored:
        m = record[key]
        errors = m.errors_ms
        rows.append((m.hits, m.missed, m.invented, errors.sum(), (errors**2).sum()))
    return np.array(rows, np.float64)


def _f1(sums: FloatArray) -> FloatArray:
    return 2 * sums[..., 0] / np.maximum(2 * sums[..., 0] + sums[..., 1] + sums[..., 2], 1)


def _mean(sums: FloatArray) -> FloatArray:
    return np.asarray(sums[..., 3] / sums[..., 0])


def _sd(sums: FloatArray) -> FloatArray:
    return np.sqrt(np.maximum(sums[..., 4] / sums[..., 0] - _mean(sums) ** 2, 0))


def _mean_of_six(sums: FloatArray) -> FloatArray:
    each = [_f1(sums[..., 5 * i : 5 * i + 5]) for i in range(len(BOUNDARIES))]
    return np.mean(each, axis=0)


def boundary_lines(scored: Scored, table: str) -> Iterator[Line]:
    """Measure F1, bias and SD of every kind of point, and the mean F1 of the six boundaries."""
    together = np.concatenate([_counts(scored, key) for key in BOUNDARIES], axis=1)
    yield Line(table, "six boundaries", "F1", bootstrapped(together, _mean_of_six))
    for wave in WAVES:
        for point in (ONSET, PEAK, OFFSET):
            counts = _counts(scored, (wave, point))
            row = f"{wave.upper()} {POINT_NAMES[point]}"
            yield Line(table, row, "F1", bootstrapped(counts, _f1))
            yield Line(table, row, "bias ms", bootstrapped(counts, _mean))
            yield Line(table, row, "SD ms", bootstrapped(counts, _sd))


def fold_lines(scored: Scored, fold_of: Sequence[int]) -> Iterator[Line]:
    """Measure the mean F1 and the SDs of each fold by itself."""
    for fold in sorted(set(fold_of)):
        mine = [s for s, f in zip(scored, fold_of, strict=True) if f == fold]
        for line in boundary_lines(mine, "folds"):
            if line.row == "six boundaries" or line.measure == "SD ms":
                measure = line.measure if line.row == "six boundaries" else f"{line.row} SD ms"
                yield Line("folds", f"fold {fold + 1}", measure, line.estimate)


def interval_lines(judged: Judged) -> Iterator[Line]:
    """Compare record medians of P, PR, QRS and QT with the annotator's, paced records left out."""
    gaps: dict[str, list[float]] = {"p": [], "pr": [], "qrs": [], "qt": []}
    for record, found in zip(judged.records, judged.found, strict=True):
        if record.labels.get("Cardiac pacing"):
            continue
        ours = interval_medians(found)
        marked = marked_medians(record.waves, record.signal.sampling_rate_hz)
        for name, into in gaps.items():
            into.append(ours[name] - marked[name])
    for name, values in gaps.items():
        known = np.array(values)[np.isfinite(values)]
        counts = np.column_stack([np.ones_like(known), 0 * known, 0 * known, known, known**2])
        yield Line("intervals", name.upper(), "bias ms", bootstrapped(counts, _mean))
        yield Line("intervals", name.upper(), "SD ms", bootstrapped(counts, _sd))


def ludb_lines(judged: Judged, fold_of: Sequence[int]) -> list[Line]:
    """Measure everything that the annotated database can say."""
    pairs = zip(judged.records, judged.found, strict=True)
    scored = [score_record(found, record.waves) for record, found in pairs]
    lines = [*boundary_lines(scored, "boundaries"), *fold_lines(scored, fold_of)]
    lines += interval_lines(judged)
    alone: dict[str, list[Mapping[Key, Matches]]] = {}
    for record, (signal, found) in zip(
        (r for r in judged.records for _ in r.signal.leads), judged.single, strict=True
    ):
        lead = signal.leads[0]
        score = score_record(found, {lead: record.waves[lead]})
        alone.setdefault(record.person, []).append(score)
    by_person = [
        {key: pooled([s[key] for s in scores]) for key in scores[0]} for scores in alone.values()
    ]
    return lines + list(boundary_lines(by_person, "single lead"))


def find_all(find: Find, records: Iterable[AnnotatedEcg]) -> Judged:
    """Delineate records with all their leads, and each lead by itself."""
    kept, found, single = [], [], []
    for record in records:
        kept.append(record)
        found.append(find(record.signal))
        for lead in record.signal.leads:
            alone = EcgSignal.of(
                {lead: record.signal.lead_mv(lead)},
                record.signal.sampling_rate_hz,
                complete=False,
            )
            single.append((alone, find(alone)))
    return Judged(kept, found, single)


def joined(parts: Sequence[Judged]) -> Judged:
    """Return several folds as one."""
    return Judged(
        [r for p in parts for r in p.records],
        [f for p in parts for f in p.found],
        [s for p in parts for s in p.single],
    )


def atrial_lines(find: Find, records: Iterable[AnnotatedEcg]) -> Iterator[Line]:
    """Count P waves for each beat in sinus rhythm, in fibrillation and in flutter.

    On each lead, as the fiducials file gives them: P waves of a lead over QRS complexes of a lead.
    """
    groups: dict[str, list[tuple[float, float]]] = {
        "sinus rhythm": [],
        "sinus rhythm, without premature beats": [],
        "sinus rhythm, with premature atrial beats": [],
        "atrial fibrillation": [],
        "atrial flutter": [],
    }
    for record in records:
        said = diagnoses(record)
        found = find(record.signal)
        p, qrs = (np.isfinite(found.wave(w).points[..., PEAK]).sum() for w in ("p", "qrs"))
        for name in _rhythms(said):
            groups[name].append((float(p), float(qrs)))
    for name, counts in groups.items():
        if counts:
            estimate = bootstrapped(np.array(counts), lambda s: s[..., 0] / s[..., 1])
            yield Line("atrial activity", name, "P waves per beat", estimate)


def _rhythms(said: frozenset[str]) -> list[str]:
    found = ["sinus rhythm"] if said & SINUS and not said & FIBRILLATION else []
    if found and said & ATRIAL:
        found.append("sinus rhythm, with premature atrial beats")
    elif found and not said & VENTRICULAR:
        found.append("sinus rhythm, without premature beats")
    found += ["atrial fibrillation"] if "AF" in said else []
    return found + (["atrial flutter"] if "AFL" in said else [])


def beat_lines(find: Find, records: Iterable[AnnotatedEcg]) -> Iterator[Line]:
    """Measure QRS detection on long records, at two windows."""
    whole: NDArray[np.float64] = np.array([float("-inf"), float("inf")])
    rows: dict[float, list[tuple[float, float, float]]] = {w: [] for w in BEAT_WINDOWS_MS}
    for record in records:
        found = find(record.signal)
        ms = 1000.0 / found.sampling_rate_hz
        for window in BEAT_WINDOWS_MS:
            m = match(found.r_peaks, record.beats, (whole[0], whole[1]), ms, window_ms=window)
            rows[window].append((m.hits, m.missed, m.invented))
            row = f"record {record.record}, {window:g} ms"
            yield Line("beats", row, "F1", _plain(float(_f1(np.array(rows[window][-1])))))
    for window, counts in rows.items():
        array = np.array(counts)
        yield Line("beats", f"all, {window:g} ms", "F1", bootstrapped(array, _f1))
        yield Line("beats", f"all, {window:g} ms", "sensitivity", bootstrapped(array, _sensitivity))
        yield Line("beats", f"all, {window:g} ms", "ppv", bootstrapped(array, _ppv))


def _sensitivity(sums: FloatArray) -> FloatArray:
    return np.asarray(sums[..., 0] / (sums[..., 0] + sums[..., 1]))


def _ppv(sums: FloatArray) -> FloatArray:
    return np.asarray(sums[..., 0] / (sums[..., 0] + sums[..., 2]))


def _plain(value: float) -> Estimate:
    return Estimate(value, value, value, 1, "counted")
