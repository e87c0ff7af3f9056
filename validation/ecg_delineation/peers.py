"""NeuroKit2 as a peer: each lead cleaned, its R peaks found and its waves delineated by itself."""

import importlib.util
import warnings
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any, Final

import numpy as np

from ...engine.ecg.signal import EcgSignal
from ...engine.fixedpoint import FloatArray
from ..errors import StudyError

METHODS: Final = ("dwt", "prominence")
_POINTS: Final = {
    "p": ("ECG_P_Onsets", "ECG_P_Peaks", "ECG_P_Offsets"),
    "qrs": ("ECG_R_Onsets", "", "ECG_R_Offsets"),
    "t": ("ECG_T_Onsets", "ECG_T_Peaks", "ECG_T_Offsets"),
}
Waves = Mapping[str, FloatArray]


def neurokit_version() -> str:
    """Return the installed version.

    Raises
    ------
    StudyError  if it is not installed
    """
    if importlib.util.find_spec("neurokit2") is None:
        raise StudyError(
            found="NeuroKit2 is not installed",
            why="the study compares with it in the same run",
            remedy="Install the extra `bench` in an environment of its own",
            path="neurokit2",
        )
    return version("neurokit2")


def waves_of(signal: EcgSignal, method: str) -> dict[str, Waves]:
    """Delineate every lead.

    Parameters
    ----------
    signal : of one record
    method : ``dwt`` or ``prominence``

    Returns
    -------
    lead -> wave -> shape (n_beats, 3), onset, peak and offset in samples, NaN where none was found;
    no beats where the tool fails on a lead
    """
    return {lead: _lead_waves(signal, row, method) for row, lead in enumerate(signal.leads)}


def _lead_waves(signal: EcgSignal, row: int, method: str) -> Waves:
    import neurokit2  # noqa: PLC0415 - a peer of the extra `bench`, not of the package

    rate = int(signal.sampling_rate_hz)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            clean = neurokit2.ecg_clean(signal.signal_mv[row], sampling_rate=rate)
            _, peaks = neurokit2.ecg_peaks(clean, sampling_rate=rate)
            r = np.asarray(peaks["ECG_R_Peaks"])
            _, found = neurokit2.ecg_delineate(clean, r, sampling_rate=rate, method=method)
    except (ValueError, IndexError, ZeroDivisionError, KeyError, TypeError):
        # What the tool can't read counts as missed, as it would for its user.
        return {wave: np.empty((0, 3)) for wave in _POINTS}
    return {wave: _points(found, names, r) for wave, names in _POINTS.items()}


def _points(found: Mapping[str, Sequence[Any]], names: Sequence[str], r: FloatArray) -> FloatArray:
    points = np.full((len(r), 3), np.nan)
    for column, name in enumerate(names):
        values = np.asarray(found[name] if name else r, np.float64)
        points[: len(values), column] = values[: len(r)]
    return points
