"""A long strip of which a part can be read: the clearest ten seconds stand for it.

A hand-held recorder is held badly for some seconds and then well. The gate judges the recording
as a whole and refuses it; its rhythm can be read where the hand was still.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from .analysis import REFUSED, EcgAnalysis, analyse_ecg
from .delineation.delineate import Delineator
from .features.numbers import NUMBERS
from .quality import assess_quality
from .signal import EcgSignal

_STRIP: Final = NUMBERS["strip"]


def analyse_strip(signal: EcgSignal, delineator: Delineator | None) -> EcgAnalysis:
    """Analyse a strip, or its clearest ten seconds where the gate refuses the whole.

    For the rhythm only: what is measured then belongs to a part of the recording.

    Parameters
    ----------
    signal : one lead
    delineator : the network of a verified bundle, or None

    Returns
    -------
    the analysis of the whole, or of a part with ``readable_share`` below 1; of the whole as well
    where no part can be read
    """
    whole = analyse_ecg(signal, delineator)
    if _is_read(whole):
        return whole
    part, share = clearest_part(signal.of_known_leads())
    if part is None:
        return replace(whole, readable_share=0.0)
    return replace(analyse_ecg(part, delineator), readable_share=share)


def clearest_part(signal: EcgSignal) -> tuple[EcgSignal | None, float]:
    """Return the window with the best signal-to-noise ratio, and the share of windows that pass.

    Returns
    -------
    None and 0 where the gate refuses every window, or the strip is shorter than one
    """
    width = round(_STRIP["window_s"] * signal.sampling_rate_hz)
    step = round(_STRIP["step_s"] * signal.sampling_rate_hz)
    starts = range(0, signal.signal_mv.shape[1] - width + 1, step)
    best: EcgSignal | None = None
    best_db, passed = -np.inf, 0
    for start in starts:
        part = replace(signal, signal_mv=signal.signal_mv[:, start : start + width])
        quality = assess_quality(part)
        ratios = [lead.snr_db for lead in quality.leads if lead.verdict != REFUSED]
        if quality.uses["rhythm"].verdict == REFUSED or not ratios:
            continue
        passed += 1
        ratio = max(ratios)
        if best is None or ratio > best_db:
            best, best_db = part, ratio
    return best, passed / len(starts) if passed else 0.0


def _is_read(found: EcgAnalysis) -> bool:
    is_refused = found.quality.uses["rhythm"].verdict == REFUSED
    return not is_refused and len(found.fiducials.qrs) >= _STRIP["fewest_beats"]
