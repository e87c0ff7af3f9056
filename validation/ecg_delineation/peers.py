"""NeuroKit2 as a peer: each lead cleaned, its R peaks found and its waves delineated by itself."""

from importlib.metadata import version
from typing import Final

import numpy as np

from ...engine.ecg.fiducials import POINTS, WAVES
from ...engine.ecg.signal import EcgSignal
from ...training.ecg_delineation.neurokit import TOOL, LeadWaves, is_installed, lead_waves
from ..errors import StudyError

METHODS: Final = ("dwt", "prominence")
Waves = LeadWaves


def neurokit_version() -> str:
    """Return the installed version.

    Raises
    ------
    StudyError  if it is not installed
    """
    if not is_installed():
        raise StudyError(
            found="NeuroKit2 is not installed",
            why="the study compares with it in the same run",
            remedy="Install the extra `bench` in an environment of its own",
            path="neurokit2",
        )
    return version(TOOL)


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
    rate = int(signal.sampling_rate_hz)
    found = {}
    for lead, samples in zip(signal.leads, signal.signal_mv, strict=True):
        waves = lead_waves(samples, rate, method)
        # What the tool can't read counts as missed, as it would for its user.
        found[lead] = dict.fromkeys(WAVES, np.empty((0, POINTS))) if waves is None else waves
    return found
