"""What all features of one ECG share: beats, their median, and amplitudes of every lead."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...fixedpoint import FloatArray
from ..analysis import REFUSED, EcgAnalysis
from ..fiducials import Fiducials
from ..measure.beats import BeatTimes, MedianBeat, find_dominant, level_baseline, median_beat
from ..measure.leads import Landmarks, find_landmarks
from ..measure.model import LeadMeasures
from ..measure.reference import NOBODY, Person
from ..measure.settings import load_settings

MS: Final = 1000.0
NAN: Final = float("nan")
SECONDS: Final = 60.0
CONTIGUOUS: Final = (
    ("II", "III"),
    ("II", "aVF"),
    ("III", "aVF"),
    ("I", "aVL"),
    ("V1", "V2"),
    ("V2", "V3"),
    ("V3", "V4"),
    ("V4", "V5"),
    ("V5", "V6"),
    ("I", "V6"),
)
"""Pairs of leads that look at neighbouring walls (fourth universal definition of infarction)."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One recording as features read it.

    Parameters
    ----------
    leads : names, in the order of the rows
    fs : hertz
    level_mv : shape (n_leads, n_samples), without wander; NaN where a lead is refused
    raw_mv : the same, as it was recorded
    fiducials : waves of every beat
    times : boundaries over all leads, of every beat
    dominant : shape (n_beats,), beats of the most frequent shape
    beat : median of the dominant beats, None when none lies inside the recording
    marks : its boundaries, None when they are not known
    curve_mv : the median beat from the level before the QRS, shape (n_leads, width)
    per_lead : amplitudes, as they were gated
    person : sex and age
    """

    leads: tuple[str, ...]
    fs: float
    level_mv: FloatArray
    raw_mv: FloatArray
    fiducials: Fiducials
    times: BeatTimes
    dominant: NDArray[np.bool_]
    beat: MedianBeat | None
    marks: Landmarks | None
    curve_mv: FloatArray | None
    per_lead: LeadMeasures | None
    person: Person

    @property
    def n_beats(self) -> int:
        """Number of beats."""
        return len(self.times.r_peak)

    def row(self, lead: str) -> int | None:
        """Return the row of a lead; None where it is absent or refused."""
        if lead not in self.leads:
            return None
        at = self.leads.index(lead)
        return None if np.isnan(self.raw_mv[at]).all() else at

    def rows(self, *leads: str) -> list[int]:
        """Return the rows of the leads that are there."""
        found = [self.row(lead) for lead in leads]
        return [row for row in found if row is not None]

    def of(self, values: FloatArray | None, lead: str) -> float:
        """Return the value of one lead, NaN where it is absent."""
        row = self.row(lead)
        return NAN if values is None or row is None else float(values[row])

    def samples(self, ms: float) -> int:
        """Return milliseconds as samples, 1 or more."""
        return max(round(ms * self.fs / MS), 1)


def view_of(analysis: EcgAnalysis, person: Person = NOBODY) -> View:
    """Gather what features read.

    Parameters
    ----------
    analysis : what ``analyse_ecg`` returned, with a network
    person : sex and age, where they are known
    """
    signal = analysis.signal
    refused = np.array([lead.verdict == REFUSED for lead in analysis.quality.leads], dtype=bool)
    samples = np.where(refused[:, None], np.nan, signal.signal_mv)
    fs, rules = signal.sampling_rate_hz, load_settings()
    times = BeatTimes.of(analysis.fiducials)
    dominant = find_dominant(samples, times, fs, rules.beats)
    chosen = times.take(dominant)
    level = level_baseline(samples, chosen, fs, rules.beats) if dominant.any() else samples
    beat = median_beat(level, chosen, fs, rules.beats) if dominant.any() else None
    marks = (
        None if beat is None else find_landmarks(chosen, beat, rules.withhold.least_share_of_beats)
    )
    curve = None
    if beat is not None and marks is not None:
        gap = round(rules.beats.level_gap_ms * fs / MS)
        width = max(round(rules.beats.level_width_ms * fs / MS), 1)
        stop = max(marks.qrs_onset - gap, 1)
        base = beat.signal_mv[:, max(stop - width, 0) : stop].mean(axis=1, keepdims=True)
        curve = beat.signal_mv - base
    return View(
        leads=signal.leads,
        fs=fs,
        level_mv=level,
        raw_mv=samples,
        fiducials=analysis.fiducials,
        times=times,
        dominant=dominant,
        beat=beat,
        marks=marks,
        curve_mv=curve,
        per_lead=analysis.measurements.per_lead if marks is not None else None,
        person=person,
    )


def pairs_value(
    view: View, values: FloatArray, *, pairs: tuple[tuple[str, str], ...] = CONTIGUOUS
) -> tuple[float, tuple[str, ...]]:
    """Return what two neighbouring leads reach together: the greatest over pairs of the lesser.

    Parameters
    ----------
    values : shape (n_leads,), NaN where a lead does not count

    Returns
    -------
    the value, NaN without any pair, and the pair
    """
    best: float = NAN
    where: tuple[str, ...] = ()
    for pair in pairs:
        both = [view.of(values, lead) for lead in pair]
        if not any(np.isnan(both)) and not min(both) <= best:
            best, where = min(both), pair
    return best, where
