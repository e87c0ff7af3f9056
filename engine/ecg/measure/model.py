"""What a measured ECG is: numbers with unit, spread and the reason when one is withheld."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from ...fixedpoint import FloatArray
from .deflections import Deflections
from .rhythm import Rhythm

RIGHT_CHEST_LEADS: Final = ("V1", "V2", "V3")


@dataclass(frozen=True, slots=True)
class Measured:
    """One global measurement.

    Attributes
    ----------
    name : as in guidelines/ecg_measurements.toml
    value : NaN when withheld
    unit : UCUM
    spread : standard deviation over the beats, in the same unit; NaN with fewer than two
    n_beats : beats that it was measured on
    withheld : message ids of why there is no value, empty when there is one
    limits : message ids of what to bear in mind, e.g. a low sampling rate
    """

    name: str
    value: float
    unit: str
    spread: float = float("nan")
    n_beats: int = 0
    withheld: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether there is a value."""
        return not np.isnan(self.value)


@dataclass(frozen=True, slots=True)
class LeadMeasures:
    """Amplitudes of every lead on the median beat, shape (n_leads,) each, millivolt.

    ST and T are relative to the level just before the QRS, P to the level at its own ends.
    ``t_mv`` and ``p_mv`` hold the larger of the two deflections with its sign.
    ``noise_mv`` is the standard error of a sample of the median beat; ``spreads`` the standard
    deviations over the beats of p, q, r, s, r2, s2, t, st_j and st_j60.
    """

    leads: tuple[str, ...]
    qrs: Deflections
    p_positive_mv: FloatArray
    p_negative_mv: FloatArray
    t_positive_mv: FloatArray
    t_negative_mv: FloatArray
    st_j_mv: FloatArray
    st_j60_mv: FloatArray
    noise_mv: FloatArray
    n_beats: int
    spreads: Mapping[str, FloatArray] = field(default_factory=dict)

    @property
    def s_depth_mv(self) -> FloatArray:
        """Depth of S, positive, shape (n_leads,); in V1 to V3 that of the deepest deflection.

        Those leads have a small r before S, and no septal q. Where the r lies at the least height
        that is named, an S of 0.8 mV would be called q as soon as another R follows it, and come
        and go with the r in the sums of Sokolow and Cornell.
        """
        named = self.qrs.s_depth_mv
        deepest = np.maximum(named, -self.qrs.q_mv)
        return np.where(np.isin(self.leads, RIGHT_CHEST_LEADS), deepest, named)

    @property
    def p_mv(self) -> FloatArray:
        """Larger deflection of P, shape (n_leads,)."""
        return _larger(self.p_positive_mv, self.p_negative_mv)

    @property
    def t_mv(self) -> FloatArray:
        """Larger deflection of T, shape (n_leads,)."""
        return _larger(self.t_positive_mv, self.t_negative_mv)

    def of(self, lead: str) -> int | None:
        """Return the row of a lead, None when it was not recorded."""
        return self.leads.index(lead) if lead in self.leads else None


@dataclass(frozen=True, slots=True)
class EcgMeasurements:
    """Everything that was measured on one ECG.

    Attributes
    ----------
    measured : name -> global measurement, in the order in which they are printed
    rhythm : rate, regularity, variability
    per_lead : amplitudes, None when no beat could be averaged
    sampling_rate_hz, duration_s : of the recording
    """

    measured: Mapping[str, Measured]
    rhythm: Rhythm
    per_lead: LeadMeasures | None
    sampling_rate_hz: float
    duration_s: float
    limits: tuple[str, ...] = field(default=())

    def value(self, name: str) -> float:
        """Return one value, NaN when withheld."""
        return self.measured[name].value


def _larger(positive: FloatArray, negative: FloatArray) -> FloatArray:
    return np.where(positive >= -negative, positive, negative)
