"""What the classical measurement gives back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from ...fixedpoint import FloatArray
from .beat import UsualBeat

NAMES: Final = ("rate", "qrs", "qt", "qtc_fridericia")


@dataclass(frozen=True, slots=True)
class ClassicalValue:
    """One measurement.

    Attributes
    ----------
    name : as in guidelines/ecg_measurements.toml
    value : NaN when withheld
    unit : UCUM
    uncertainty : one standard deviation, of the method and of this ECG together; NaN when withheld
    withheld : message ids of why there is no value
    """

    name: str
    value: float
    unit: str
    uncertainty: float = float("nan")
    withheld: tuple[str, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether there is a value."""
        return not np.isnan(self.value)


@dataclass(frozen=True, slots=True)
class ClassicalRhythm:
    """What urgent rules ask of the sequence of beats; NaN where there are too few.

    Attributes
    ----------
    rate_min_bpm, rate_max_bpm : of single intervals
    fastest_run_bpm : rate of the fastest three intervals in a row
    longest_pause_s : longest time without a beat, from the first sample to the last
    irregularity : median change from one RR to the next over the median RR (dimensionless)
    wide_run_beats : longest run of wide beats in a row at 100 a minute or faster
    wide_run_bpm : rate of that run; NaN without one
    contrast : how far the beats stand out of the rest of the band
    """

    rate_min_bpm: float
    rate_max_bpm: float
    fastest_run_bpm: float
    longest_pause_s: float
    irregularity: float
    wide_run_beats: int
    wide_run_bpm: float
    contrast: float


@dataclass(frozen=True, slots=True, eq=False)
class ClassicalMeasurement:
    """The second measurement of one ECG, without anything learned from labels.

    Attributes
    ----------
    values : name -> rate, qrs, qt, qtc_fridericia
    rhythm : of all beats
    leads : the leads that ST was measured in
    st_j_mv, st_j60_mv : shape (n_leads,), ST at J and 60 ms later against the level before the QRS
    st_uncertainty_mv : shape (n_leads,), one standard deviation
    t_highest_mv, t_lowest_mv : shape (n_leads,), the ends of T against the level before the QRS
    t_behind_mv : shape (n_leads,), the lowest point of T behind its highest
    st_withheld : message ids of why there is no ST
    beats_s : shape (n_beats,), R peaks in seconds
    n_dominant : beats behind the median beat
    usual : the median beat, even where the beats are not clear; None where none repeats
    """

    values: Mapping[str, ClassicalValue]
    rhythm: ClassicalRhythm
    leads: tuple[str, ...]
    st_j_mv: FloatArray
    st_j60_mv: FloatArray
    st_uncertainty_mv: FloatArray
    t_highest_mv: FloatArray
    t_lowest_mv: FloatArray
    t_behind_mv: FloatArray
    st_withheld: tuple[str, ...]
    beats_s: FloatArray
    n_dominant: int
    usual: UsualBeat | None

    def value(self, name: str) -> float:
        """Return one value, NaN when withheld."""
        return self.values[name].value
