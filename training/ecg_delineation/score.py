"""How near found boundaries are to marked ones: counts, errors, intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...engine.ecg.fiducials import OFFSET, ONSET, PEAK, WAVES, Fiducials
from ...engine.fixedpoint import FloatArray

TOLERANCE_MS = 150.0
POINT_NAMES = {ONSET: "onset", PEAK: "peak", OFFSET: "offset"}
BOUNDARIES = tuple((w, p) for w in WAVES for p in (ONSET, OFFSET))
Marks = Mapping[str, Mapping[str, FloatArray]]


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """What became of one kind of point in one record.

    Parameters
    ----------
    errors_ms : of the matched points, found minus marked
    missed : marked and not found
    invented : found inside the annotated span and not marked
    """

    errors_ms: FloatArray
    missed: int
    invented: int

    @property
    def hits(self) -> int:
        """Matched points."""
        return len(self.errors_ms)


def match(
    found: FloatArray,
    marked: FloatArray,
    span: tuple[float, float],
    ms: float,
    *,
    window_ms: float = TOLERANCE_MS,
) -> Matches:
    """Match points one to one, the nearest pairs first, within a window.

    Parameters
    ----------
    found, marked : shape (n,), (m,), samples; NaN is no point
    span : first and last mark of this lead; what is found outside was not looked for
    ms : milliseconds of one sample
    window_ms : farther apart is no match
    """
    found, marked = np.sort(found[np.isfinite(found)]), np.sort(marked[np.isfinite(marked)])
    reach = window_ms / ms
    first = np.searchsorted(marked, found - reach, side="left")
    last = np.searchsorted(marked, found + reach, side="right")
    pairs = [(i, j) for i in range(len(found)) for j in range(first[i], last[i])]
    pairs.sort(key=lambda pair: abs(found[pair[0]] - marked[pair[1]]))
    used_found, used_marked = np.zeros(len(found), bool), np.zeros(len(marked), bool)
    errors = []
    for i, j in pairs:
        if not used_found[i] and not used_marked[j]:
            used_found[i] = used_marked[j] = True
            errors.append((found[i] - marked[j]) * ms)
    free = found[~used_found]
    inside = int(((free >= span[0]) & (free <= span[1])).sum())
    return Matches(np.array(errors, np.float64), int((~used_marked).sum()), inside)


Key = tuple[str, int]


def score_record(found: Fiducials, marks: Marks) -> dict[Key, Matches]:
    """Score every lead of a record.

    Parameters
    ----------
    found : of the delineator
    marks : lead -> wave -> shape (n, 3), samples of the same file

    Returns
    -------
    (wave, point) -> matches over all leads of the record
    """
    ms = 1000.0 / found.sampling_rate_hz
    parts: dict[Key, list[Matches]] = {(w, p): [] for w in WAVES for p in POINT_NAMES}
    for row, lead in enumerate(found.leads):
        waves = marks.get(lead, {})
        every = np.concatenate([w.ravel() for w in waves.values()]) if waves else np.empty(0)
        if not np.isfinite(every).any():
            continue
        span = (float(np.nanmin(every)), float(np.nanmax(every)))
        for (wave, point), into in parts.items():
            own = found.wave(wave).points[row, :, point]
            into.append(match(own, waves[wave][:, point], span, ms))
    return {key: pooled(matches) for key, matches in parts.items()}


def pooled(matches: Sequence[Matches]) -> Matches:
    """Return the matches of several leads or records as one."""
    return Matches(
        np.concatenate([m.errors_ms for m in matches]) if matches else np.empty(0),
        sum(m.missed for m in matches),
        sum(m.invented for m in matches),
    )


def f1(matches: Matches) -> float:
    """Return F1; NaN where nothing was marked and nothing found."""
    total = 2 * matches.hits + matches.missed + matches.invented
    return 2 * matches.hits / total if total else float("nan")


def interval_medians(found: Fiducials) -> dict[str, float]:
    """Return the record's median P, PR, QRS and QT over leads and beats, milliseconds."""
    n, ms = found.n_beats, 1000.0 / found.sampling_rate_hz
    p, q, t = (found.wave(w).of_beats(n) for w in WAVES)
    return lengths_ms(p, q, t, ms)


def lengths_ms(p: FloatArray, q: FloatArray, t: FloatArray, ms: float) -> dict[str, float]:
    """Return the medians of P, PR, QRS and QT over beats that stand at the same places.

    Parameters
    ----------
    p, q, t : shape (..., n_beats, 3), samples
    ms : milliseconds of one sample
    """
    lengths = {
        "p": p[..., OFFSET] - p[..., ONSET],
        "pr": q[..., ONSET] - p[..., ONSET],
        "qrs": q[..., OFFSET] - q[..., ONSET],
        "qt": t[..., OFFSET] - q[..., ONSET],
    }
    return {k: _median(v) * ms for k, v in lengths.items()}


def _median(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")


def marked_medians(marks: Marks, sampling_rate_hz: float) -> dict[str, float]:
    """Return the same medians of an annotator: each QRS with the P before and the T after it."""
    rows = [lined(waves) for waves in marks.values()]
    p, q, t = (np.concatenate([row[i] for row in rows]) for i in range(3))
    return lengths_ms(p, q, t, 1000.0 / sampling_rate_hz)


def lined(waves: Mapping[str, FloatArray]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return P, QRS and T of one lead at the places of their beats, shape (n_beats, 3) each."""
    q = waves["qrs"]
    p, t = np.full_like(q, np.nan), np.full_like(q, np.nan)
    if len(q):
        for wave in waves["p"]:
            at = int(np.searchsorted(q[:, PEAK], wave[PEAK]))
            if at < len(q):
                p[at] = wave
        for wave in waves["t"]:
            at = int(np.searchsorted(q[:, PEAK], wave[PEAK])) - 1
            if at >= 0:
                t[at] = wave
    return p, q, t
