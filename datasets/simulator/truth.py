"""What is true of a simulated record: times, amplitudes, axes and statements.

Two kinds of boundary are given. The support of a wave (``beats``) is where the model lets it
begin and end, the same in every lead. The visible boundary (``lead_waves``) is where the wave on
its own first and last exceeds a stated number of microvolts in that lead.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, cast

import numpy as np

from ...engine.ecg.leads import TWELVE_LEADS
from ...engine.fixedpoint import FloatArray
from .events import Script
from .figures import figures
from .measured import Measured, measure
from .profiles import Profiles, lead_boundaries, sample_waves
from .scenario import EcgScenario
from .statements import statements
from .waves import Group, WaveTable

Point = int | None
_CONTRACT_NAMES: Final = {Group.P: "p", Group.QRS: "qrs", Group.T: "t"}


@dataclass(frozen=True, slots=True)
class TruthWave:
    """Onset, peak (longest dipole) and offset of one wave; None where outside the record.

    Seconds from the first sample, and the nearest sample index.
    """

    on_s: float | None
    peak_s: float | None
    off_s: float | None
    on: Point
    peak: Point
    off: Point


@dataclass(frozen=True, slots=True)
class TruthBeat:
    """One ventricular beat, or one P wave that no QRS follows (``qrs`` and ``t`` are None then).

    ``origin``: conducted, ectopic, escape, junctional, paced, fibrillation, flutter or dropped.
    ``p_obscured``: the P wave is there, but lies under a QRS or a much larger T.
    Intervals in milliseconds; None where there is nothing to measure.
    """

    origin: str
    kind: str
    paced: bool
    p: TruthWave | None
    qrs: TruthWave | None
    t: TruthWave | None
    p_obscured: bool
    p_ms: float | None
    pr_ms: float | None
    qrs_ms: float | None
    qt_ms: float | None
    rr_s: float | None


@dataclass(frozen=True)
class Truth:
    """Truth of one record. Built by `simulate`; everything is worked out when it is asked for."""

    scenario: EcgScenario
    script: Script
    table: WaveTable
    matrix: FloatArray

    @cached_property
    def profiles(self) -> dict[Group, Profiles]:
        """Return every wave on its own, finely sampled, by group."""
        return {group: sample_waves(self.table, group) for group in (Group.P, Group.QRS, Group.T)}

    def _wave(self, group: Group, event: int) -> TruthWave | None:
        found = self.profiles[group]
        row = found.row_of.get(event)
        if row is None:
            return None
        times = [float(t[row]) for t in (found.begin_s, found.peak_s, found.end_s)]
        rate, n = self.scenario.sampling_rate_hz, self.scenario.n_samples
        inside = [round(t * rate) if 0 <= t <= (n - 1) / rate else None for t in times]
        if all(i is None for i in inside):
            return None
        on_s, peak_s, off_s = (
            t if i is not None else None for t, i in zip(times, inside, strict=True)
        )
        on, peak, off = inside
        return TruthWave(on_s, peak_s, off_s, on, peak, off)

    @cached_property
    def beats(self) -> tuple[TruthBeat, ...]:
        """All beats and all P waves without QRS that touch the record, in time."""
        linked = {e.atrial for e in self.script.ventricular if e.atrial is not None}
        found = [self._beat(i) for i in range(len(self.script.ventricular))]
        found += [self._lone_p(i) for i in range(len(self.script.atrial)) if i not in linked]
        kept = [b for b in found if b.p or b.qrs or b.t]
        return tuple(sorted(kept, key=_when))

    def _beat(self, i: int) -> TruthBeat:
        event = self.script.ventricular[i]
        atrial = event.atrial
        last = self.script.ventricular[i - 1].onset_s if i else None
        t = self.profiles[Group.T]
        end = t.end_s[t.row_of[i]] if i in t.row_of else None
        return TruthBeat(
            origin=event.origin,
            kind=event.kind,
            paced=event.paced,
            p=None if atrial is None else self._wave(Group.P, atrial),
            qrs=self._wave(Group.QRS, i),
            t=self._wave(Group.T, i),
            p_obscured=atrial is not None and bool(self.p_obscured[atrial]),
            p_ms=None if atrial is None else self.scenario.p_ms,
            pr_ms=None
            if atrial is None
            else 1000.0 * (event.onset_s - self.script.atrial[atrial].onset_s),
            qrs_ms=event.qrs_ms,
            qt_ms=None if end is None else 1000.0 * float(end - event.onset_s),
            rr_s=None if last is None else event.onset_s - last,
        )

    def _lone_p(self, i: int) -> TruthBeat:
        hidden = bool(self.p_obscured[i])
        event = self.script.atrial[i]
        p = self._wave(Group.P, i)
        nothing = (None, None, None, None)
        return TruthBeat(
            "dropped", event.kind, event.paced, p, None, None, hidden, self.scenario.p_ms, *nothing
        )

    @cached_property
    def p_obscured(self) -> np.ndarray:
        """Which atrial events lie under a QRS or a T that is much larger, shape (n_atrial,)."""
        rule = figures("criteria")["visible"]
        found = np.zeros(len(self.script.atrial), bool)
        p, qrs, t = (self.profiles[g] for g in (Group.P, Group.QRS, Group.T))
        for event, row in p.row_of.items():
            on, off, peak = p.begin_s[row], p.end_s[row], p.peak_s[row]
            shared = np.minimum(off, qrs.end_s) - np.maximum(on, qrs.begin_s)
            under_qrs = bool((shared > rule["obscured_overlap"] * (off - on)).any())
            height = t.height_at(peak)
            found[event] = under_qrs or height > rule["obscured_ratio"] * p.top_mv[row]
        return found

    @cached_property
    def p_without_qrs_s(self) -> tuple[float, ...]:
        """Onsets in seconds of the P waves that no QRS follows from, inside the record."""
        lone = [b.p.on_s for b in self.beats if b.qrs is None and b.p is not None]
        return tuple(t for t in lone if t is not None)

    @cached_property
    def r_peaks_s(self) -> FloatArray:
        """Times of the longest QRS dipole inside the record, seconds."""
        inside = [b.qrs.peak_s for b in self.beats if b.qrs is not None]
        return np.array([t for t in inside if t is not None])

    def lead_waves(self, group: Group, threshold_uv: float | None = None) -> FloatArray:
        """Visible onset, peak and offset of every wave in every lead, seconds.

        The peak is the largest deflection; for QRS the highest positive one where there is one.

        Parameters
        ----------
        group : P, QRS or T
        threshold_uv : what is visible; None takes that of ``criteria.toml``

        Returns
        -------
        shape (n_waves, 12, 3), NaN where the wave does not exceed the threshold in that lead
        """
        limit = figures("criteria")["visible"]["threshold_uv"]
        asked = limit if threshold_uv is None else threshold_uv
        return lead_boundaries(
            self.profiles[group],
            self.matrix,
            asked / 1000.0,
            group_peak_is_r=group is Group.QRS,
        )

    def fiducials(
        self, record: str, *, visible: bool = True, threshold_uv: float | None = None
    ) -> dict[str, Any]:
        """Fiducials in the form of the contract, sample indices at the record's own rate.

        Parameters
        ----------
        record : its name
        visible : boundaries per lead at the threshold; False gives the support in every lead
            in which the wave is visible
        threshold_uv : as in `lead_waves`

        Notes
        -----
        A P wave that is obscured (see `TruthBeat`) is left out, as a cardiologist would; so are
        fibrillatory and flutter waves. Points outside the record are None.
        """
        leads: dict[str, dict[str, list[list[Point]]]] = {
            name: {"p": [], "qrs": [], "t": []} for name in TWELVE_LEADS
        }
        for group, name in _CONTRACT_NAMES.items():
            found = self.profiles[group]
            times = self.lead_waves(group, threshold_uv)
            if not visible:
                there = np.isfinite(times[:, :, 1])[:, :, None]
                support = np.stack([found.begin_s, found.peak_s, found.end_s], axis=1)
                times[..., [0, 2]] = np.where(there, support[:, None, [0, 2]], np.nan)
            indices = self._indices(times)
            for row in np.argsort(found.begin_s):
                if group is Group.P and self.p_obscured[found.events[row]]:
                    continue
                for lead, points in zip(TWELVE_LEADS, indices[row], strict=True):
                    if any(i >= 0 for i in points):
                        leads[lead][name].append([i if i >= 0 else None for i in points])
        rate = self.scenario.sampling_rate_hz
        return {"record": record, "fs": int(rate) if rate.is_integer() else rate, "leads": leads}

    def _indices(self, time_s: FloatArray) -> list[list[list[int]]]:
        """Nearest samples of times of shape (n, 12, 3); -1 where there is none."""
        rate, n = self.scenario.sampling_rate_hz, self.scenario.n_samples
        inside = (time_s >= 0) & (time_s <= (n - 1) / rate)
        nearest = np.where(inside, np.rint(np.where(inside, time_s, 0.0) * rate), -1.0)
        return cast(list[list[list[int]]], nearest.astype(np.int64).tolist())

    @cached_property
    def measured(self) -> Measured:
        """Intervals, axes and amplitudes of the record."""
        return measure(self)

    @cached_property
    def statements(self) -> tuple[str, ...]:
        """Statements of the contract that hold, sorted."""
        return statements(self)

    @property
    def details(self) -> tuple[str, ...]:
        """What else holds, by names that are not in the contract."""
        return tuple(sorted(set(self.scenario.details)))


def _when(beat: TruthBeat) -> float:
    for wave in (beat.qrs, beat.p, beat.t):
        if wave is not None:
            found = [t for t in (wave.on_s, wave.peak_s, wave.off_s) if t is not None]
            return min(found)
    return 0.0
