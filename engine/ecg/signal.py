"""The typed ECG: what enters the signal chain."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import numpy as np

from ..errors import RecordError
from ..fixedpoint import FloatArray
from ..prediagnosis import Message
from .leads import TWELVE_LEADS, canonical_order, derive_limb_leads


class SignalUnfit(RecordError):
    """A signal that has no meaning as an ECG (no rate, no leads, shapes that disagree)."""

    code = "signal_unfit"


@dataclass(frozen=True, slots=True)
class EcgSignal:
    """An ECG in millivolt with lead names and sampling rate; it carries no identity.

    Parameters
    ----------
    leads : names, each once, in the order of ``TWELVE_LEADS`` and others after them
    signal_mv : shape (n_leads, n_samples), millivolt; NaN where the file has no sample
    sampling_rate_hz : > 0
    derived : the leads that were calculated from others and not recorded
    resolution_uv : microvolt per step of the recorder, shape (n_leads,); NaN where not known
    pulses_s : from when to when a calibration pulse stood that was taken out, seconds
    unknown : the channels whose name says nothing, not even that they are an ECG
    notes : what was done while the file was read, and what it leaves out
    recorded_at : when, as its file or its sender states it; at midnight only the day is known
    """

    leads: tuple[str, ...]
    signal_mv: FloatArray
    sampling_rate_hz: float
    derived: frozenset[str] = frozenset()
    resolution_uv: FloatArray = field(default_factory=lambda: np.empty(0))
    pulses_s: tuple[tuple[float, float], ...] = ()
    unknown: frozenset[str] = frozenset()
    notes: tuple[Message, ...] = ()
    recorded_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.signal_mv.ndim != _DIMENSIONS or len(self.signal_mv) != len(self.leads):
            raise SignalUnfit(
                found=f"{len(self.leads)} lead names, samples of shape {self.signal_mv.shape}",
                why="it is not known which samples belong to which lead",
                remedy="Give one row of samples for each lead name",
                path="ecg.leads",
            )
        if not self.leads or len(set(self.leads)) != len(self.leads):
            raise SignalUnfit(
                found=f"the lead names {list(self.leads)}",
                why="an ECG needs one lead or more, each named once",
                remedy="Name every lead once",
                path="ecg.leads",
            )
        if not (np.isfinite(self.sampling_rate_hz) and self.sampling_rate_hz > 0):
            raise SignalUnfit(
                found=f"a sampling rate of {self.sampling_rate_hz} Hz",
                why="no interval can be measured without the rate",
                remedy="Give the sampling rate in hertz as the recorder states it",
                path="ecg.fs",
            )
        if self.leads != canonical_order(self.leads):
            raise SignalUnfit(
                found=f"the leads in the order {list(self.leads)}",
                why="the house has one order of leads, I II III aVR aVL aVF V1 to V6",
                remedy="Build the signal with `EcgSignal.of`, which sorts the leads",
                path="ecg.leads",
            )
        if len(self.resolution_uv) == 0:
            unknown = np.full(len(self.leads), np.nan)
            object.__setattr__(self, "resolution_uv", unknown)

    def without_samples(self) -> "EcgSignal":
        """Return a signal of which nothing can be read, to stand for one whose analysis failed."""
        return replace(self, signal_mv=np.full_like(self.signal_mv, np.nan))

    @classmethod
    def of(
        cls,
        leads: dict[str, FloatArray],
        sampling_rate_hz: float,
        *,
        resolution_uv: dict[str, float] | None = None,
        complete: bool = True,
    ) -> "EcgSignal":
        """Build a signal from leads by name, sorted, with the limb leads that follow added.

        Parameters
        ----------
        leads : name -> shape (n_samples,), millivolt
        sampling_rate_hz : > 0
        resolution_uv : name -> microvolt per step, for the leads where it is known
        complete : add the limb leads that follow from two of I, II and III

        Raises
        ------
        SignalUnfit : leads of different lengths, no lead, no rate
        """
        if len({len(samples) for samples in leads.values()}) > 1:
            raise SignalUnfit(
                found=f"leads of {sorted({len(s) for s in leads.values()})} samples",
                why="the leads were not recorded over the same time",
                remedy="Give leads of one length, with NaN where a lead has no sample",
                path="ecg.leads",
            )
        added = derive_limb_leads(leads) if complete and leads else {}
        every = {**leads, **added}
        names = canonical_order(tuple(every))
        steps = resolution_uv or {}
        rows = [np.asarray(every[name], dtype=np.float64) for name in names]
        return cls(
            leads=names,
            signal_mv=np.stack(rows) if rows else np.empty((0, 0)),
            sampling_rate_hz=float(sampling_rate_hz),
            derived=frozenset(added),
            resolution_uv=np.array([steps.get(name, np.nan) for name in names]),
        )

    def of_known_leads(self) -> "EcgSignal":
        """Return the signal without the channels of which nobody says what they are.

        A pressure or a marker beside twelve leads had its say in rate and QRS. Where nothing else
        was recorded they stay: the rhythm can be read in any lead.
        """
        kept = [row for row, lead in enumerate(self.leads) if lead not in self.unknown]
        if len(kept) in (0, len(self.leads)):
            return self
        return replace(
            self,
            leads=tuple(self.leads[row] for row in kept),
            signal_mv=self.signal_mv[kept],
            resolution_uv=self.resolution_uv[kept],
            unknown=frozenset(),
        )

    def without_samples_of(self, leads: Collection[str]) -> "EcgSignal":
        """Return the signal without the samples of some of its leads, which stay named."""
        gone = np.array([name in leads for name in self.leads], dtype=bool)
        if not gone.any():
            return self
        return replace(self, signal_mv=np.where(gone[:, None], np.nan, self.signal_mv))

    @property
    def n_samples(self) -> int:
        """Number of samples of each lead."""
        return int(self.signal_mv.shape[1])

    @property
    def duration_s(self) -> float:
        """Length of the recording in seconds."""
        return self.n_samples / self.sampling_rate_hz

    @property
    def has_twelve(self) -> bool:
        """Whether all twelve standard leads are there."""
        return set(TWELVE_LEADS) <= set(self.leads)

    def lead_mv(self, name: str) -> FloatArray:
        """Return the samples of one lead, shape (n_samples,), millivolt."""
        return self.signal_mv[self.leads.index(name)]

    def twelve_mv(self) -> FloatArray:
        """Return the twelve leads, shape (12, n_samples), millivolt.

        Raises
        ------
        SignalUnfit : a lead is absent
        """
        absent = [name for name in TWELVE_LEADS if name not in self.leads]
        if absent:
            raise SignalUnfit(
                found=f"no lead {', '.join(absent)}",
                why="this step reads twelve leads",
                remedy="Record a 12-lead ECG, or use a step that reads fewer leads",
                path="ecg.leads",
            )
        return self.signal_mv[: len(TWELVE_LEADS)]


_DIMENSIONS: Final = 2
