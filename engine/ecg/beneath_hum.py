"""The signal beneath a hum of the mains that makes the gate refuse leads: for urgent rules only."""

from typing import Final

from .classical.detect import detect_beats
from .classical.mains import without_hum
from .classical.settings import load_classical
from .quality import EcgQuality, LeadQuality
from .signal import EcgSignal

HUM: Final = "quality.lead.mains"
_REFUSED: Final = "not_assessable"
# Hum is noise of a beat around the others too.
_OF_HUM: Final = frozenset({HUM, "quality.lead.noisy"})
_PASSES: Final = 2


def beneath_hum(signal: EcgSignal, quality: EcgQuality) -> EcgSignal | None:
    """Return what is left without a hum that the gate refuses; None where it refuses none.

    An infarction beneath a strong hum called nobody. Whether the rest can be judged the gate says
    of it as of any other signal: a loose electrode hums too, and beneath it is noise.

    Parameters
    ----------
    signal : as it was judged
    quality : of it; leads that are refused for anything else than hum have no sample in the result
    """
    refused = [lead for lead in quality.leads if lead.verdict == _REFUSED]
    humming = {lead.lead for lead in refused if _is_hum_alone(lead)}
    if not humming:
        return None
    lost = [lead.lead for lead in refused if lead.lead not in humming]
    kept = signal.without_samples_of(lost)
    quiet, detect, rate = kept, load_classical().detect, kept.sampling_rate_hz
    for _ in range(_PASSES):
        beats = detect_beats(quiet.signal_mv, quiet.leads, rate, detect)
        quiet = without_hum(kept, beats.peak / rate)
    return quiet


def _is_hum_alone(lead: LeadQuality) -> bool:
    """Say whether a lead is refused for hum, and for nothing that is not hum."""
    why = {reason.message.id for reason in lead.reasons if reason.verdict == _REFUSED}
    return why <= _OF_HUM and any(reason.message.id == HUM for reason in lead.reasons)
