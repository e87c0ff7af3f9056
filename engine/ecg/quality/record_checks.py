"""The reasons of the recording as a whole: length, beats, gain, algebra, swaps."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from ...prediagnosis import Message, Parameter
from ..classical.settings import load_classical
from ..gaps import Gap, gaps_of, recorded_s
from ..leads import TWELVE_LEADS
from ..signal import EcgSignal
from .contradictions import check_algebra, leg_lead, wrong_gain
from .model import QualityReason, Verdict
from .settings import QualityLimits
from .swap_features import SWAP_LEADS
from .swap_model import SwapModel, SwapSuspicion, suspect_swaps
from .view import View

INDEPENDENT: Final = frozenset(SWAP_LEADS)
TOLD: Final[Verdict] = "assessable"
CAUTION: Final[Verdict] = "assessable_with_caution"
REFUSED: Final[Verdict] = "not_assessable"
_WITH_ST: Final = frozenset({*TWELVE_LEADS, "V7", "V8", "V9"}) - {"aVR"}
_SWAP: Final = "quality.record.swap"
# Of the limb leads a swap is looked for in these; the others follow from them.
_LOOKED_AT: Final = frozenset({"I", "II"})


@dataclass(frozen=True, slots=True)
class RecordFindings:
    """What is wrong with the recording as a whole, by what it touches.

    Attributes
    ----------
    rhythm : reasons against any use, the rhythm included
    intervals : further reasons against intervals
    amplitudes : further reasons against ST and voltages
    scale : why no millivolt is known: against ST, and a caution for voltages
    places : further reasons against ST, which needs leads whose place is known
    absent : the leads that statements on twelve leads lack; told with the intervals
    leads : further reasons against statements that need each lead in its place
    contradicting : limb leads that do not follow from the others
    swaps : suspected
    """

    rhythm: tuple[QualityReason, ...]
    intervals: tuple[QualityReason, ...]
    amplitudes: tuple[QualityReason, ...]
    scale: tuple[QualityReason, ...]
    places: tuple[QualityReason, ...]
    absent: tuple[QualityReason, ...]
    leads: tuple[QualityReason, ...]
    contradicting: tuple[str, ...]
    swaps: tuple[SwapSuspicion, ...]


def record_findings(
    view: View,
    good_and_present: tuple[frozenset[str], frozenset[str]],
    limits: QualityLimits,
    model: SwapModel,
) -> RecordFindings:
    """Check the recording as a whole.

    Parameters
    ----------
    view : the signal
    good_and_present : leads that are not refused by themselves; these and leads that are only noisy
    limits, model : data
    """
    good, present = good_and_present
    limbs = check_algebra(view, limits.leads)
    swaps = _swaps(view, present, limbs.factors, model) if _LOOKED_AT.isdisjoint(limbs.odd) else ()
    leg = leg_lead(view, limits.leads)
    if leg is not None:
        swaps = (SwapSuspicion(leg, np.inf, 0.0), *(s for s in swaps if _is_chest(s)))
    return RecordFindings(
        rhythm=tuple(_against_rhythm(view, limits)),
        intervals=tuple(_against_intervals(view, good, limits)),
        amplitudes=tuple(_against_amplitudes(view, limits)),
        scale=() if limbs.factors is None else (_reason("own_scale", CAUTION),),
        places=tuple(_against_places(good, limits)),
        absent=tuple(_absent_leads(good, limits)),
        leads=tuple(_against_leads(limbs.odd, swaps)),
        contradicting=limbs.odd,
        swaps=swaps,
    )


def _is_chest(swap: SwapSuspicion) -> bool:
    return swap.swap.startswith("v") or swap.swap == "reversed"


def _reason(name: str, verdict: Verdict, **parameters: Parameter) -> QualityReason:
    return QualityReason(Message(f"quality.record.{name}", parameters), verdict)


def _against_rhythm(view: View, limits: QualityLimits) -> Iterator[QualityReason]:
    signal, length = view.signal, limits.length
    gaps = gaps_of(signal)
    there_s = recorded_s(signal, gaps)
    yield from _pulses(signal)
    if signal.duration_s < length.least_duration_s:
        seconds = round(signal.duration_s, 1)
        yield _reason("too_short", REFUSED, seconds=seconds, least=length.least_duration_s)
    elif untold := _untold(gaps, signal, is_short=there_s < length.least_duration_s):
        verdict = REFUSED if there_s < length.least_duration_s else CAUTION
        first, stop = max(untold, key=lambda gap: gap[1] - gap[0])
        where = {"from": round(first, 1), "to": round(stop, 1), "rest": round(there_s, 1)}
        yield _reason("gap", verdict, least=length.least_duration_s, **where)
    if signal.sampling_rate_hz < length.least_rate_rhythm_hz:
        rate = round(signal.sampling_rate_hz)
        yield _reason("rate_too_low", REFUSED, rate=rate, least=length.least_rate_rhythm_hz)
    if not view.beats.are_clear(load_classical().withhold):
        yield _reason("no_clear_beats", REFUSED)
    elif view.beats.contrast < limits.noise.caution_contrast:
        yield _reason("faint_beats", CAUTION)


def _untold(gaps: tuple[Gap, ...], signal: EcgSignal, *, is_short: bool) -> list[Gap]:
    """Return the gaps that no calibration pulse left; each of them where too little is there."""

    def is_pulse(gap: Gap) -> bool:
        return any(first <= gap[0] and gap[1] <= stop for first, stop in signal.pulses_s)

    return [gap for gap in gaps if is_short or not is_pulse(gap)]


def _pulses(signal: EcgSignal) -> Iterator[QualityReason]:
    """Name the calibration pulses that were taken out: they take nothing from what is there."""
    if signal.pulses_s:
        (first, stop), count = signal.pulses_s[0], len(signal.pulses_s)
        where = {"from": round(first, 1), "to": round(stop, 1), "count": count}
        yield _reason("calibration_pulse", TOLD, **where)


def _against_intervals(
    view: View, good: frozenset[str], limits: QualityLimits
) -> Iterator[QualityReason]:
    length = limits.length
    independent = len(INDEPENDENT & good)
    if independent < length.least_independent_leads:
        verdict = REFUSED if not good else CAUTION
        least = length.least_independent_leads
        yield _reason("few_leads", verdict, count=independent, least=least)
    rate = view.signal.sampling_rate_hz
    if rate < length.least_rate_intervals_hz:
        least_hz = length.least_rate_intervals_hz
        yield _reason("rate_low", CAUTION, rate=round(rate), least=least_hz)
    if view.median is None:
        yield _reason("no_repeated_beat", REFUSED)


def _against_amplitudes(view: View, limits: QualityLimits) -> Iterator[QualityReason]:
    gain = wrong_gain(view, limits.gain)
    if gain is not None:
        size = round(float(np.nanmax(view.qrs_mv)), 2)
        yield _reason(f"gain_{gain}", REFUSED, mv=size)


def _against_places(good: frozenset[str], limits: QualityLimits) -> Iterator[QualityReason]:
    """Ask for leads whose place is known: a raised ST is one in two neighbours."""
    least = limits.leads.least_named_st
    if len(_WITH_ST & good) < least:
        yield _reason("few_named", REFUSED, count=len(_WITH_ST & good), least=least)


def _absent_leads(good: frozenset[str], limits: QualityLimits) -> Iterator[QualityReason]:
    """Count a lead that isn't there as a refused one, where all twelve are read."""
    count, least = len(INDEPENDENT & good), limits.length.least_independent_leads
    if good and count < least:
        yield _reason("few_leads", REFUSED, count=count, least=least)


def _against_leads(
    odd: tuple[str, ...], swaps: tuple[SwapSuspicion, ...]
) -> Iterator[QualityReason]:
    if odd:
        yield _reason("limb_algebra", REFUSED, leads=", ".join(odd))
    for swap in swaps:
        yield QualityReason(_swap_message(swap.swap), CAUTION)


def _swap_message(swap: str) -> Message:
    """Return the sentence of a swap: ``v2_v5`` are two leads, ``v3_inverted`` is one."""
    if not swap.startswith("v"):
        return Message(f"{_SWAP}.{swap}")
    first, second = swap.split("_")
    if second == "inverted":
        return Message(f"{_SWAP}.chest_inverted", {"lead": first.upper()})
    return Message(f"{_SWAP}.chest_pair", {"first": first.upper(), "second": second.upper()})


def _swaps(
    view: View, present: frozenset[str], own_scale: tuple[float, float] | None, model: SwapModel
) -> tuple[SwapSuspicion, ...]:
    """Look for swaps where the eight independent leads are there and a beat repeats."""
    names = [view.signal.leads[row] for row in view.coarse.rows]
    if view.median is None or not set(SWAP_LEADS) <= set(names) & present:
        return ()
    eight = view.median.signal_mv[0][[names.index(name) for name in SWAP_LEADS]]
    if own_scale is not None:
        eight[:2] *= np.array(own_scale)[:, None]
    found = suspect_swaps(eight, view.median.r_index, view.rr_s, model)
    return tuple(s for s in found if s is not None)
