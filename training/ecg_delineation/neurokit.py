"""NeuroKit2 as a peer: the waves of a lead, and of a recording as its users read one.

It comes with the extra ``bench`` and is measured beside ours; nothing that is shipped calls it.
"""

import hashlib
import importlib.util
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ...engine.ecg.fiducials import PEAK, POINTS, Fiducials, Waves, no_waves
from ...engine.ecg.signal import EcgSignal
from ...engine.fixedpoint import FloatArray

TOOL: Final = "neurokit2"
BEATS_FROM: Final = ("II", "I", "V5", "V2", "aVF", "V4", "V3", "V6", "V1", "aVL", "III", "aVR")
"""Leads in the order in which they are asked for R peaks: usually II, another where it is lost."""
FEWEST_BEATS: Final = 2
_POINTS: Final = {
    "p": ("ECG_P_Onsets", "ECG_P_Peaks", "ECG_P_Offsets"),
    "qrs": ("ECG_R_Onsets", "", "ECG_R_Offsets"),
    "t": ("ECG_T_Onsets", "ECG_T_Peaks", "ECG_T_Offsets"),
}
_FAILS: Final = (ValueError, IndexError, ZeroDivisionError, KeyError, TypeError)
_HALF: Final = 0.5
LeadWaves = Mapping[str, FloatArray]


def is_installed() -> bool:
    """Say whether NeuroKit2 can be asked."""
    return importlib.util.find_spec(TOOL) is not None


def lead_waves(
    samples: FloatArray, rate: int, method: str, r: FloatArray | None = None
) -> LeadWaves | None:
    """Clean one lead and delineate it.

    Parameters
    ----------
    samples : shape (n_samples,), millivolt
    rate : hertz
    method : ``dwt`` or ``prominence``
    r : R peaks in samples; None finds them in this lead

    Returns
    -------
    wave -> shape (n_beats, 3), onset, peak and offset in samples, NaN where none was found; None
    where the tool fails
    """
    import neurokit2  # noqa: PLC0415 - a peer of the extra `bench`, not of the package

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            clean = neurokit2.ecg_clean(samples, sampling_rate=rate)
            if r is None:
                _, peaks = neurokit2.ecg_peaks(clean, sampling_rate=rate)
                r = np.asarray(peaks["ECG_R_Peaks"])
            _, found = neurokit2.ecg_delineate(clean, r, sampling_rate=rate, method=method)
    except _FAILS:
        return None
    return {wave: _points(found, names, r) for wave, names in _POINTS.items()}


def _points(found: Mapping[str, Sequence[Any]], names: Sequence[str], r: FloatArray) -> FloatArray:
    points = np.full((len(r), POINTS), np.nan)
    for column, name in enumerate(names):
        values = np.asarray(found[name] if name else r, np.float64)
        points[: len(values), column] = values[: len(r)]
    return points


@dataclass(frozen=True, slots=True)
class NeuroKitWaves:
    """Finds waves as users of NeuroKit2 do; stands where a network would.

    R peaks come from one lead, each lead is delineated beside them, and a boundary of all leads
    together is their median. A wave counts where half of the leads that were read show it, and
    their share stands for its confidence: NeuroKit2 gives none.

    Parameters
    ----------
    method : of ``ecg_delineate``
    """

    method: str = "dwt"

    @property
    def sha256(self) -> str:
        """Hash the tool's version, the method and this file: what found waves depend on."""
        told = f"{TOOL} {version(TOOL)} {self.method}".encode()
        return hashlib.sha256(told + Path(__file__).read_bytes()).hexdigest()

    def delineate(self, signal: EcgSignal) -> Fiducials:
        """Find P, QRS and T; no waves where the tool fails on every lead, as for its user."""
        n, rate = len(signal.leads), signal.sampling_rate_hz
        usable = np.zeros(n, np.bool_)
        r = self._beats(signal)
        if r is None:
            return Fiducials(signal.leads, rate, usable, no_waves(n), no_waves(n), no_waves(n))
        every = {wave: np.full((n, len(r), POINTS), np.nan) for wave in _POINTS}
        for row in _read_rows(signal):
            found = lead_waves(signal.signal_mv[row], round(rate), self.method, r)
            if found is not None:
                usable[row] = True
                for wave, points in every.items():
                    points[row] = found[wave]
        return Fiducials(signal.leads, rate, usable, *(_joined(w, usable) for w in every.values()))

    def _beats(self, signal: EcgSignal) -> FloatArray | None:
        """Return the R peaks of the first lead in which there are two or more."""
        there = [signal.leads[row] for row in _read_rows(signal)]
        known = [lead for lead in BEATS_FROM if lead in there]
        for lead in (*known, *(lead for lead in there if lead not in known)):
            samples = signal.signal_mv[signal.leads.index(lead)]
            found = lead_waves(samples, round(signal.sampling_rate_hz), self.method)
            if found is not None and len(found["qrs"]) >= FEWEST_BEATS:
                return found["qrs"][:, PEAK].astype(np.int64)
        return None


def _read_rows(signal: EcgSignal) -> list[int]:
    return [row for row, samples in enumerate(signal.signal_mv) if np.isfinite(samples).any()]


def _joined(points: FloatArray, usable: NDArray[np.bool_]) -> Waves:
    """Keep the waves that half of the leads show, with the median of each boundary."""
    shown = np.isfinite(points[usable]).any(axis=2)
    share = shown.mean(axis=0) if usable.any() else np.zeros(points.shape[1])
    beat = np.flatnonzero(share >= _HALF)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a boundary that no lead shows is NaN
        overall = np.nanmedian(points[:, beat], axis=0)
    return Waves(points[:, beat], overall, beat.astype(np.int64), share[beat])
