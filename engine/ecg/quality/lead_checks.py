"""The reasons of single leads, from what was measured and the limits."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from ...prediagnosis import Message, Parameter
from ..gaps import least_gap_s
from .contradictions import identical_leads
from .model import QualityReason, Verdict
from .noise import Noise, measure_noise
from .settings import QualityLimits
from .stretches import Stretch, find_flat, find_gaps, find_saturated
from .view import View

_PERCENT: Final = 100.0
_MS: Final = 1000.0
NOISY: Final = "quality.lead.noisy"
Found = Iterator[tuple[int, QualityReason]]


def lead_reasons(view: View, limits: QualityLimits) -> tuple[list[list[QualityReason]], Noise]:
    """Return the reasons of every lead of the signal, and its noise."""
    reasons: list[list[QualityReason]] = [[] for _ in view.signal.leads]
    noise = measure_noise(view, limits)
    for check in (
        _stretches(view, limits),
        _noise_of_leads(view, noise, limits),
        _level(view, noise, limits),
        _mains(view, noise, limits),
        _identical(view, limits),
    ):
        for lead, reason in check:
            reasons[lead].append(reason)
    return reasons, noise


def _stretches(view: View, limits: QualityLimits) -> Found:
    for gap in find_gaps(view):
        verdict = _by_share(gap.share, limits.gap.caution_share, limits.gap.refuse_share)
        if verdict == "assessable" and gap.total_s < least_gap_s():
            ms = round(float(gap.total_s) * _MS)
            yield gap.lead, _reason("gap_short", view, gap.lead, verdict, ms=max(ms, 1))
        else:
            yield gap.lead, _stretch_reason("gap", view, gap, verdict)
    for flat in find_flat(view, limits.flat):
        verdict = _by_share(flat.share, limits.flat.caution_share, limits.flat.refuse_share)
        yield flat.lead, _stretch_reason("flat", view, flat, verdict)
    for full in find_saturated(view, limits.saturated):
        if full.total_s * _MS >= limits.saturated.caution_ms:
            refused = full.total_s * _MS >= limits.saturated.refuse_ms
            verdict = "not_assessable" if refused else "assessable_with_caution"
            yield full.lead, _stretch_reason("saturated", view, full, verdict)


def _by_share(share: float, caution: float, refuse: float) -> Verdict:
    if share > refuse:
        return "not_assessable"
    return "assessable_with_caution" if share > caution else "assessable"


def _stretch_reason(kind: str, view: View, stretch: Stretch, verdict: Verdict) -> QualityReason:
    parameters: dict[str, Parameter] = {
        "lead": view.signal.leads[stretch.lead],
        "from": round(float(stretch.from_s), 1),
        "to": round(float(stretch.to_s), 1),
        "percent": round(_PERCENT * float(stretch.share)),
    }
    return QualityReason(Message(f"quality.lead.{kind}", parameters), verdict)


def _reason(kind: str, view: View, lead: int, verdict: Verdict, **numbers: float) -> QualityReason:
    parameters: dict[str, Parameter] = {"lead": view.signal.leads[lead], **numbers}
    return QualityReason(Message(f"quality.lead.{kind}", parameters), verdict)


def _noise_of_leads(view: View, noise: Noise, limits: QualityLimits) -> Found:
    low = noise.snr_beyond_hum_db < limits.noise.caution_db
    for lead in np.flatnonzero(low | (noise.snr_db < limits.noise.refuse_db)).tolist():
        refused = noise.snr_db[lead] < limits.noise.refuse_db
        verdict: Verdict = "not_assessable" if refused else "assessable_with_caution"
        yield lead, _reason("noisy", view, lead, verdict, db=round(float(noise.snr_db[lead])))
    for lead in np.flatnonzero(noise.muscle_uv >= limits.noise.muscle_caution_uv).tolist():
        size = round(float(noise.muscle_uv[lead]))
        yield lead, _reason("muscle", view, lead, "assessable_with_caution", uv=size)


def _level(view: View, noise: Noise, limits: QualityLimits) -> Found:
    wander = limits.wander
    for lead in np.flatnonzero(noise.step_mv >= wander.step_mv).tolist():
        refused = noise.step_mv[lead] >= wander.refuse_step_mv
        verdict: Verdict = "not_assessable" if refused else "assessable_with_caution"
        yield (
            int(lead),
            _reason("step", view, lead, verdict, mv=round(float(noise.step_mv[lead]), 1)),
        )
    for lead in np.flatnonzero(noise.wander_mv >= wander.caution_mv).tolist():
        refused = noise.wander_mv[lead] >= wander.refuse_mv
        verdict = "not_assessable" if refused else "assessable_with_caution"
        size = round(float(noise.wander_mv[lead]), 1)
        yield lead, _reason("wander", view, lead, verdict, mv=size)


def _mains(view: View, noise: Noise, limits: QualityLimits) -> Found:
    for lead in np.flatnonzero(noise.mains_uv >= limits.mains.caution_uv).tolist():
        refused = noise.mains_uv[lead] >= limits.mains.refuse_uv
        verdict: Verdict = "not_assessable" if refused else "assessable_with_caution"
        size, hz = round(float(noise.mains_uv[lead])), round(float(noise.mains_hz[lead]))
        yield lead, _reason("mains", view, lead, verdict, uv=size, hz=hz)


def _identical(view: View, limits: QualityLimits) -> Found:
    leads = view.signal.leads
    for first, second in identical_leads(view, limits.leads):
        for lead, other in ((first, second), (second, first)):
            message = Message("quality.lead.identical", {"lead": lead, "other": other})
            yield leads.index(lead), QualityReason(message, "not_assessable")
