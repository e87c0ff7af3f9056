"""Where the waves of an ECG begin, peak and end: the typed result of a delineation."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..fixedpoint import FloatArray

ONSET: Final = 0
PEAK: Final = 1
OFFSET: Final = 2
POINTS: Final = 3
NO_BEAT: Final = -1
WAVES: Final = ("p", "qrs", "t")

IndexArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Waves:
    """The waves of one kind, in order of time.

    Parameters
    ----------
    points : shape (n_leads, n_waves, 3), onset, peak and offset in samples of the file, with
        fractions; NaN where a point, or the wave on that lead, was not found
    overall : shape (n_waves, 3), the same over all leads together: the early onset, the middle
        peak and the late offset of the leads
    beat : shape (n_waves,), which QRS complex the wave belongs to; -1 for none (a P wave that no
        QRS follows, a T wave whose QRS lies before the recording)
    confidence : shape (n_waves,), 0 to 1, the network's mean probability at its surest; not a
        calibrated risk
    """

    points: FloatArray
    overall: FloatArray
    beat: IndexArray
    confidence: FloatArray

    def __len__(self) -> int:
        return len(self.overall)

    def of_beats(self, n_beats: int) -> FloatArray:
        """Line the waves up with the beats.

        Parameters
        ----------
        n_beats : number of QRS complexes

        Returns
        -------
        shape (n_leads, n_beats, 3), NaN where a beat has no such wave
        """
        lined = np.full((len(self.points), n_beats, POINTS), np.nan)
        with_beat = np.flatnonzero(self.beat >= 0)
        lined[:, self.beat[with_beat]] = self.points[:, with_beat]
        return lined

    def overall_of_beats(self, n_beats: int) -> FloatArray:
        """Line the waves of all leads together up with the beats, shape (n_beats, 3)."""
        lined = np.full((n_beats, POINTS), np.nan)
        with_beat = np.flatnonzero(self.beat >= 0)
        lined[self.beat[with_beat]] = self.overall[with_beat]
        return lined


def no_waves(n_leads: int) -> Waves:
    """Return waves of which there are none."""
    return Waves(
        np.empty((n_leads, 0, POINTS)),
        np.empty((0, POINTS)),
        np.empty(0, np.int64),
        np.empty(0),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Fiducials:
    """P, QRS and T of a recording.

    Parameters
    ----------
    leads : names, in the order of the signal
    sampling_rate_hz : of the file; all points are samples at this rate
    usable : shape (n_leads,), False for a lead in which nothing could be read
    p, qrs, t : the waves
    """

    leads: tuple[str, ...]
    sampling_rate_hz: float
    usable: NDArray[np.bool_]
    p: Waves
    qrs: Waves
    t: Waves

    @property
    def n_beats(self) -> int:
        """Number of QRS complexes."""
        return len(self.qrs)

    @property
    def r_peaks(self) -> FloatArray:
        """Peaks of the QRS complexes over all leads, shape (n_beats,), samples of the file."""
        return self.qrs.overall[:, PEAK]

    def wave(self, name: str) -> Waves:
        """Return the waves of one kind: ``p``, ``qrs`` or ``t``."""
        return {"p": self.p, "qrs": self.qrs, "t": self.t}[name]

    def as_json(self, record: str) -> dict[str, object]:
        """Return the contract's fiducials: whole samples, None where a point was not found.

        Parameters
        ----------
        record : the stem of the file
        """
        every = {name: self.wave(name) for name in WAVES}
        return {
            "record": record,
            "fs": _plain(self.sampling_rate_hz),
            "leads": {
                lead: {name: _rows(waves.points[i]) for name, waves in every.items()}
                for i, lead in enumerate(self.leads)
            },
            "global": {name: _rows(waves.overall) for name, waves in every.items()},
        }


def _rows(points: FloatArray) -> list[list[int | None]]:
    """Return whole samples; a wave of which nothing was found is left out."""
    found = points[~np.isnan(points).all(axis=1)]
    return [[None if np.isnan(v) else round(float(v)) for v in row] for row in found]


def _plain(rate: float) -> int | float:
    return int(rate) if float(rate).is_integer() else float(rate)
