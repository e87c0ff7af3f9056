"""A fast rhythm with wide QRS and no P before each: nothing is said of its sinus node or blocks."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from ..analysis import EcgAnalysis
from .settings import statement_settings

WIDE: Final = "ecg.statement.wide_tachycardia"


def is_wide_tachycardia(analysis: EcgAnalysis, values: Mapping[str, float]) -> bool:
    """Say whether the usual beats may be a ventricular tachycardia.

    Wide by either measurement, or a run of wide beats over most of the recording; a P wave before
    each QRS speaks against it, up to a rate. The urgent rules speak in any case.

    Parameters
    ----------
    analysis : with both measurements
    values : features of the same recording
    """
    limits = statement_settings()["wide_tachycardia"]
    rhythm = analysis.classical.rhythm
    rate = float(np.fmax(values["rate_bpm"], analysis.classical.value("rate")))
    width = float(np.fmax(values["qrs_ms"], analysis.classical.value("qrs")))
    run = rhythm.wide_run_beats >= limits["run_share"] * max(len(analysis.classical.beats_s), 1)
    is_wide = width >= limits["qrs_from_ms"] or run
    is_sinus = (
        rate <= limits["sinus_to_bpm"]
        and values["p_share"] >= limits["p_share_from"]
        and values["p_organised"] >= limits["p_organised_from"]
    )
    return bool(rate > limits["rate_above_bpm"] and is_wide and not is_sinus)


def silenced(name: str, values: Mapping[str, float]) -> bool:
    """Say whether a statement says nothing of such a rhythm; fibrillation only where regular."""
    limits = statement_settings()["wide_tachycardia"]
    if name in limits["unless_irregular"]:
        return not values["rr_irregularity"] >= limits["irregular_from"]
    return name not in limits["still_said"]
