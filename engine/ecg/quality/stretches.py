"""Stretches of a lead that carry no signal: gaps, flat lines, samples at the end of the range."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ...fixedpoint import FloatArray
from ..classical.prepare import BoolArray
from .settings import FlatLimits, SaturatedLimits
from .view import View

_MS: Final = 1000.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """How much of one lead a fault takes, and where its longest stretch lies."""

    lead: int
    total_s: float
    share: float
    from_s: float
    to_s: float


def find_runs(mask: BoolArray) -> np.ndarray:
    """Return where runs of True begin and stop, shape (n_runs, 2)."""
    padded = np.concatenate([[False], mask, [False]])
    return np.flatnonzero(padded[1:] != padded[:-1]).reshape(-1, 2)


def _longest(lead: int, runs: np.ndarray, per_s: float, n: int) -> Stretch:
    lengths = runs[:, 1] - runs[:, 0]
    first, stop = runs[lengths.argmax()]
    total = float(lengths.sum())
    return Stretch(lead, total / per_s, total / n, first / per_s, stop / per_s)


def find_gaps(view: View) -> list[Stretch]:
    """Find samples that are missing or infinite, one stretch for each lead that has any.

    Where no lead has a sample, none lacks it more than another: only where nothing at all was
    recorded every lead is one gap.
    """
    known, rate = view.known, view.signal.sampling_rate_hz
    if known.all():
        return []
    own = ~known & known.any(axis=0) if known.any() else ~known
    rows = np.flatnonzero(own.any(axis=1))
    n = int(known.any(axis=0).sum()) or known.shape[1]
    return [_longest(int(r), find_runs(own[r]), rate, n) for r in rows]


def find_flat(view: View, limits: FlatLimits) -> list[Stretch]:
    """Find flat stretches: long ones, and those in which other leads show a beat.

    A pause of the heart is flat in all leads together and ends after seconds; a loose electrode is
    flat while the others beat. A lead that never moves is flat from the first sample to the last.
    """
    coarse, n_leads = view.coarse, len(view.signal.leads)
    n = coarse.x.shape[1]
    whole = np.setdiff1d(np.flatnonzero(view.known.any(axis=1)), coarse.rows)
    duration = view.signal.duration_s
    found = [Stretch(int(row), duration, 1.0, 0.0, duration) for row in whole]
    width = int(limits.window_s * coarse.rate_hz)
    windows = n // width if width else 0
    if not windows:
        return found
    pieces = coarse.x[:, : windows * width].reshape(len(coarse.x), windows, width)
    flat = np.ptp(pieces, axis=2) < limits.range_mv
    # A gap is bridged by a line: what touches it is no flat stretch, and is told as a gap.
    there = coarse.known[:, : windows * width].reshape(pieces.shape)
    flat &= there.all(axis=2)
    # A beat behind the last whole window is in none of them.
    beats = np.bincount(view.beat_at // width, minlength=windows)[:windows] > 0
    per_s = coarse.rate_hz / width
    for i in np.flatnonzero(flat.any(axis=1)):
        runs = find_runs(flat[i])
        long = (runs[:, 1] - runs[:, 0]) / per_s >= limits.least_s
        missed = np.array([beats[first:stop].any() for first, stop in runs])
        counts = runs[long | (missed & (n_leads > 1))]
        if len(counts):
            found.append(_longest(int(coarse.rows[i]), counts, per_s, windows))
    return found


def find_saturated(view: View, limits: SaturatedLimits) -> list[Stretch]:
    """Find runs of samples at the very top or bottom of a lead."""
    x, rate = view.signal.signal_mv[view.coarse.rows], view.signal.sampling_rate_hz
    if x.size == 0 or x.shape[1] < limits.run_samples:
        return []
    if not view.known.all():
        x = np.where(view.known[view.coarse.rows], x, np.nan)
    found = []
    high, low = _extremes(x)
    step = max(x.shape[1] // _SAMPLED, 1)
    for extreme in (high, low):
        at = x == extreme[:, None]
        run = at[:, 2:] & at[:, 1:-1] & at[:, :-2]
        for i in np.flatnonzero(run.any(axis=1)):
            some = x[i, ::step]
            if abs(extreme[i] - np.median(some[np.isfinite(some)])) < limits.least_distance_mv:
                continue
            runs = find_runs(at[i])
            runs = runs[runs[:, 1] - runs[:, 0] >= limits.run_samples]
            found.append(_longest(int(view.coarse.rows[i]), runs, rate, x.shape[1]))
    return found


_SAMPLED: Final = 512


def _extremes(x: FloatArray) -> tuple[FloatArray, FloatArray]:
    missing = np.isnan(x)
    if not missing.any():
        return x.max(axis=1), x.min(axis=1)
    top = np.where(missing, -np.inf, x).max(axis=1)
    return top, np.where(missing, np.inf, x).min(axis=1)
