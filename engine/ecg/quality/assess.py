"""The quality gate: one pass over a signal, before any model."""

from collections.abc import Iterable
from typing import Final

from ..signal import EcgSignal
from .lead_checks import NOISY, lead_reasons
from .model import EcgQuality, LeadQuality, QualityReason, UseQuality, worst
from .record_checks import CAUTION, INDEPENDENT, REFUSED, TOLD, RecordFindings, record_findings
from .settings import QualityLimits, load_quality_limits
from .swap_model import SwapModel, load_swap_model
from .view import look_at


def assess_quality(
    signal: EcgSignal,
    limits: QualityLimits | None = None,
    *,
    swap_model: SwapModel | None = None,
) -> EcgQuality:
    """Say which leads and which uses of a recording can be trusted, with reasons.

    Nothing is corrected and nothing is raised: a suspected swap asks for a new recording, and a
    signal without meaning is not assessable.

    Parameters
    ----------
    signal : any number of leads, samples and rate; NaN and infinity count as no sample
    limits : of guidelines/ecg_quality.toml; the house's own by default
    swap_model : of guidelines/ecg_swaps.toml; the house's own by default
    """
    chosen = limits or load_quality_limits()
    view = look_at(signal)
    reasons, noise = lead_reasons(view, chosen)
    leads = tuple(
        LeadQuality(name, worst([r.verdict for r in found]), tuple(found), float(snr))
        for name, found, snr in zip(signal.leads, reasons, noise.snr_db, strict=True)
    )
    good = frozenset(lead.lead for lead in leads if lead.verdict != REFUSED)
    present = frozenset(lead.lead for lead in leads if not _refused_by(lead) - _STILL_A_LEAD)
    record = record_findings(view, (good, present), chosen, swap_model or load_swap_model())
    rhythmic = _shows_rhythm(leads, chosen)
    uses = {use.use: use for use in _uses(leads, rhythmic, record)}
    # A wrong gain comes first: it is why beats are not seen and leads look flat.
    every = (
        *record.amplitudes,
        *record.scale,
        *record.rhythm,
        *record.intervals,
        *record.places,
        *record.leads,
    )
    return EcgQuality(
        verdict=worst(
            [uses["rhythm"].verdict, *(CAUTION for reason in every if reason.verdict != TOLD)]
        ),
        reasons=every,
        leads=leads,
        uses=uses,
        swaps=record.swaps,
        contradicting=record.contradicting,
        new_recording=bool(record.swaps) or any(u.verdict == REFUSED for u in uses.values()),
    )


def _shows_rhythm(leads: tuple[LeadQuality, ...], limits: QualityLimits) -> bool:
    """Tell whether one lead at least is good enough for the rhythm, which bears more noise."""
    return any(
        lead.verdict != REFUSED
        or (lead.snr_db >= limits.noise.refuse_rhythm_db and _refused_by(lead) == {NOISY})
        for lead in leads
    )


def _refused_by(lead: LeadQuality) -> set[str]:
    return {r.message.id for r in lead.reasons if r.verdict == REFUSED}


# A noisy lead still has its median beat: a swap is looked for there too.
_STILL_A_LEAD: Final = frozenset(
    {NOISY, "quality.lead.mains", "quality.lead.wander", "quality.lead.step"}
)


def _uses(
    leads: tuple[LeadQuality, ...], shows_rhythm: bool, record: RecordFindings
) -> Iterable[UseQuality]:
    """Judge the uses: rhythm needs one good lead, each further use what it reads besides."""
    best = min(leads, key=lambda lead: (lead.verdict == REFUSED, len(lead.reasons)))
    rhythm = (*record.rhythm, *(() if shows_rhythm else best.reasons))
    intervals = (*rhythm, *record.intervals)
    independent = [lead for lead in leads if lead.lead in INDEPENDENT]
    st = (
        *intervals,
        *record.amplitudes,
        *(QualityReason(reason.message, REFUSED) for reason in record.scale),
        *record.places,
        *_of_leads(independent, caution_only=True),
    )
    twelve = (
        *intervals,
        *record.amplitudes,
        *record.scale,
        *record.absent,
        *record.leads,
        *_of_leads(leads),
    )
    for use, reasons in (
        ("rhythm", rhythm),
        ("intervals", intervals),
        ("st", st),
        ("twelve_lead", twelve),
    ):
        yield UseQuality(use, worst([r.verdict for r in reasons]), tuple(reasons))


def _of_leads(
    leads: Iterable[LeadQuality], *, caution_only: bool = False
) -> Iterable[QualityReason]:
    """Return the reasons of leads; ST of one lead does not fall with another lead."""
    for lead in leads:
        for reason in lead.reasons:
            if caution_only and reason.verdict == REFUSED:
                yield QualityReason(reason.message, "assessable_with_caution")
            else:
                yield reason
