"""The calibration pulse that recorders write beside or into an ECG: no beat, no part of a heart."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ..fixedpoint import FloatArray
from .classical.prepare import independent_rows
from .quality.settings import PulseLimits, load_quality_limits
from .signal import EcgSignal

_MV_PER_UV: Final = 1e-3
_MS: Final = 1000.0
_ALIKE: Final = 2
Span = tuple[int, int]


def without_calibration_pulse(signal: EcgSignal) -> EcgSignal:
    """Return an ECG without its calibration pulses; the same one where it has none.

    Read as an ECG a pulse was a ventricular beat, P waves without QRS, and a contradiction between
    limb leads that no heart makes. At the end the recording ends before it; elsewhere no lead has
    samples as long as it and the level around it last, so that times stay those of the file.

    Parameters
    ----------
    signal : one lead or more; of a single lead a pulse can't be told from a beat
    """
    rows = _recorded_rows(signal)
    if len(rows) < _ALIKE:
        return signal
    pulses = _Recorded.of(signal, rows).pulses()
    n = signal.n_samples
    if not pulses or pulses[0] == (0, n):
        return signal
    kept = signal.signal_mv.copy()
    for start, stop in pulses:
        kept[:, start:stop] = np.nan
    end = pulses[-1][0] if pulses[-1][1] == n else n
    rate = signal.sampling_rate_hz
    told = tuple((start / rate, stop / rate) for start, stop in pulses)
    return replace(signal, signal_mv=kept[:, :end], pulses_s=told)


def _recorded_rows(signal: EcgSignal) -> np.ndarray:
    """Return the leads that move and were recorded.

    A conversion may compute the limb leads that follow from I and II anew: these need not show it.
    """
    x = signal.signal_mv
    low, high = (
        f(x, axis=1, initial=v) for f, v in ((np.fmin.reduce, np.inf), (np.fmax.reduce, -np.inf))
    )
    own = [lead not in signal.derived for lead in signal.leads]
    return independent_rows(np.flatnonzero(np.array(own) & (high > low)), signal.leads)


@dataclass(frozen=True, slots=True, eq=False)
class _Recorded:
    """The leads that each show a pulse, shape (k, n), and the limits in samples of them."""

    x: FloatArray
    limits: PulseLimits
    alike_mv: float
    rate_hz: float

    @classmethod
    def of(cls, signal: EcgSignal, rows: np.ndarray) -> "_Recorded":
        """Read the limits; leads are alike up to one step of the file."""
        limits = load_quality_limits().pulse
        step_mv = float(np.fmax.reduce(signal.resolution_uv[rows], initial=0.0)) * _MV_PER_UV
        return cls(
            signal.signal_mv[rows], limits, limits.alike_mv + step_mv, signal.sampling_rate_hz
        )

    def pulses(self) -> list[Span]:
        """Return the pulses with the level around each, by time; what overlaps is one."""
        found: list[Span] = []
        for span in sorted([*self._added(), *self._alone()]):
            first, last = self._with_level(*span)
            if found and first <= found[-1][1]:
                first, last = found[-1][0], max(found.pop()[1], last)
            found.append((first, last))
        return found

    def _samples(self, seconds: float) -> int:
        return max(round(seconds * self.rate_hz), 1)

    def _lasts(self, start: int, stop: int) -> bool:
        least, most = self._samples(self.limits.least_s), self._samples(self.limits.most_s)
        return least <= stop - start <= most

    def _alone(self) -> list[Span]:
        """Return where all leads stand at the height of a pulse: their inputs were switched off."""
        at = (np.abs(self.x - self.limits.height_mv) <= self.alike_mv).all(axis=0)
        edges = np.flatnonzero(np.diff(at, prepend=False, append=False)).reshape(-1, 2)
        return [(a, b) for a, b in edges.tolist() if self._lasts(a, b)]

    def _added(self) -> list[Span]:
        """Return where all leads rise and fall by the height of a pulse, at one time."""
        rises, falls = self._edges(1.0), self._edges(-1.0)
        if not rises and not falls:
            return []
        known = np.flatnonzero(np.isfinite(self.x).all(axis=0))
        # So many leads can't rise alike by chance, whatever goes on beneath.
        many = len(self.x) >= self.limits.many_leads
        found = [(a, b) for a, b in self._pairs(rises, falls) if many or self._is_flat(a, b)]
        # Where the recording begins or ends within a pulse, one of its edges is not there.
        first, last = int(known[0]), int(known[-1]) + 1
        ends = [(first, b) for b in falls[:1]] + [(a, last) for a in rises[-1:]]
        found += [(a, b) for a, b in ends if self._lasts(a, b) and self._is_flat(a, b)]
        gap = self._samples(self.limits.edge_ms / _MS)
        return [(max(a - gap, 0), min(b + gap, self.x.shape[1])) for a, b in found]

    def _pairs(self, rises: list[int], falls: list[int]) -> Iterator[Span]:
        """Return each rise with the falls that end a pulse from it; both are ascending.

        The QRS of few leads has as many of both as a day has beats.
        """
        least, most = self._samples(self.limits.least_s), self._samples(self.limits.most_s)
        for a in rises:
            first, stop = bisect_left(falls, a + least), bisect_right(falls, a + most)
            yield from ((a, b) for b in falls[first:stop])

    def _is_flat(self, start: int, stop: int) -> bool:
        gap = self._samples(self.limits.edge_ms / _MS)
        top = self.x[:, start + gap : stop - gap]
        return top.shape[1] > 0 and bool((np.ptp(top, axis=1) <= self.limits.flat_mv).all())

    def _edges(self, sign: float) -> list[int]:
        """Return where each lead changes by the height of a pulse, up or down."""
        gap = self._samples(self.limits.edge_ms / _MS)
        width = self._samples(self.limits.level_ms / _MS)
        reach, n = gap + width, self.x.shape[1]
        if n < 2 * reach:
            return []
        total = np.concatenate([[0.0], np.cumsum(np.nan_to_num(self.x.mean(axis=0)))])
        mean = (total[width:] - total[:-width]) / width
        wanted, most = sign * self.limits.height_mv, self.limits.differ_mv
        usual = mean[reach + gap :] - mean[: -(reach + gap)]
        at = reach + np.flatnonzero(np.abs(usual - wanted) <= most)
        after = self.x[:, at[:, None] + np.arange(gap, reach)].mean(axis=2)
        before = self.x[:, at[:, None] - np.arange(gap + 1, reach + 1)].mean(axis=2)
        at = at[(np.abs(after - before - wanted) <= most).all(axis=0)]
        runs = np.split(at, np.flatnonzero(np.diff(at) > gap) + 1) if len(at) else []
        return [int(np.median(run)) for run in runs]

    def _with_level(self, start: int, stop: int) -> Span:
        """Add the level that the recorder writes before and after: no lead moves there."""
        before = self._level(self.x[:, :start][:, ::-1])
        return start - before, stop + self._level(self.x[:, stop:])

    def _level(self, side: FloatArray) -> int:
        """Return for how many samples no lead moves, counted from a pulse.

        In the middle it is bounded, for a heart may stand still beside a pulse.
        """
        most = self._samples(self.limits.most_level_s)
        length = self._still(side[:, : most + 1])
        if length > most:
            whole = self._still(side)
            length = whole if whole == side.shape[1] else most
        return length if length > self._samples(self.limits.edge_ms / _MS) else 0

    def _still(self, side: FloatArray) -> int:
        """Return for how many samples no lead leaves its first value."""
        still = (np.abs(side - side[:, :1]) <= self.alike_mv).all(axis=0)
        moves = np.flatnonzero(~(still | np.isnan(side).all(axis=0)))
        return int(moves[0]) if len(moves) else side.shape[1]
