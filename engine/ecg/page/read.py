"""The gate and the classical measurement on a page, each lead judged in its own column."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ..classical.detect import detect_beats
from ..classical.measure import NO_BEATS
from ..classical.model import ClassicalMeasurement
from ..classical.settings import ClassicalSettings
from ..gaps import gaps_of
from ..leads import LIMB_WEIGHTS
from ..quality import EcgQuality, LeadQuality, QualityReason, UseQuality, assess_quality
from ..quality.model import Verdict, worst
from ..signal import EcgSignal
from .beats import beats_of
from .layout import Column, Page, leads_of
from .measure import measure_page

_REFUSED: Final[Verdict] = "not_assessable"
_CAUTION: Final[Verdict] = "assessable_with_caution"
_LIMBS: Final = "quality.record.limb_algebra"
_BEATS: Final = frozenset({"quality.lead.flat", _LIMBS})
_SMALL: Final = "quality.record.gain_small"
_AMPLITUDES: Final = frozenset({_SMALL, "quality.record.gain_large"})
_SCALE: Final = "quality.record.own_scale"
_RATES: Final = frozenset({"quality.record.rate_too_low", "quality.record.rate_low"})


@dataclass(frozen=True, slots=True, eq=False)
class PageReading:
    """What was read of a page.

    Attributes
    ----------
    page : its columns, without samples in the leads that the gate refuses there
    quality : of each lead in its column; ST is read with caution
    classical : of few beats
    """

    page: Page
    quality: EcgQuality
    classical: ClassicalMeasurement


def read_page(
    page: Page, quality: EcgQuality, classical: ClassicalMeasurement, settings: ClassicalSettings
) -> PageReading | None:
    """Read a page; None where its beats are not clear.

    Parameters
    ----------
    page : as ``page_of`` found it
    quality : of the whole signal: what it says of rhythm strips holds
    classical : of the whole signal: where its rhythm can be read, a strip shows it
    settings : of guidelines/ecg_classical.toml
    """
    own = _page_quality(page, quality)
    trusted = _without(page, [lead for lead in own.leads if lead.verdict == _REFUSED])
    # A heart that stands still is flat, and an inverted lead beats: both show where beats are.
    moving = _without(page, [lead for lead in own.leads if _is_refused_otherwise(lead)])
    shown = bool(trusted.strips) and quality.uses["rhythm"].verdict != _REFUSED
    shown = shown and NO_BEATS not in classical.values["rate"].withheld
    if shown:
        strip = _strip(trusted)
        beats = detect_beats(strip.signal_mv, strip.leads, strip.sampling_rate_hz, settings.detect)
    else:
        trusted = replace(trusted, strips=())
        beats = beats_of(moving, settings)
    if not beats.are_clear(settings.withhold) or own.uses["rhythm"].verdict == _REFUSED:
        return None
    gaps = gaps_of(moving.signal)
    found = measure_page(trusted, (beats, gaps), classical if shown else None, settings)
    told, replaced = _with_following(own, found)
    read = replace(page, signal=page.signal.without_samples_of(replaced))
    return PageReading(read, told, found)


def _with_following(
    quality: EcgQuality, found: ClassicalMeasurement
) -> tuple[EcgQuality, tuple[str, ...]]:
    """Judge limb leads that were refused, and whose ST follows from others, as these others.

    Returns
    -------
    the verdicts, and the leads of which nothing that was recorded is read
    """
    good = [n.verdict for n in quality.leads if n.lead in LIMB_WEIGHTS and n.verdict != _REFUSED]
    st = dict(zip(found.leads, np.isfinite(found.st_j_mv).tolist(), strict=True))
    replaced = tuple(
        one.lead
        for one in quality.leads
        if one.lead in LIMB_WEIGHTS and one.verdict == _REFUSED and st[one.lead]
    )
    leads = tuple(
        replace(one, verdict=worst(good), reasons=()) if one.lead in replaced else one
        for one in quality.leads
    )
    return replace(quality, leads=leads), replaced


def _without(page: Page, refused: Iterable[LeadQuality]) -> Page:
    """Return the page without the samples of some leads."""
    names = [lead.lead for lead in refused]
    strips = tuple(name for name in page.strips if name not in names)
    return replace(page, signal=page.signal.without_samples_of(names), strips=strips)


def _is_refused_otherwise(lead: LeadQuality) -> bool:
    """Say whether a lead is refused for more than standing still or contradicting others."""
    return any(r.verdict == _REFUSED and r.message.id not in _BEATS for r in lead.reasons)


def _strip(page: Page) -> EcgSignal:
    """Return the rhythm strips alone."""
    others = [name for name in page.signal.leads if name not in page.strips]
    return page.signal.without_samples_of(others)


def _page_quality(page: Page, whole: EcgQuality) -> EcgQuality:
    """Judge each lead in its column, and strips as they are judged anyhow."""
    parts = [(column, assess_quality(_cut(page, column))) for column in page.columns]
    of_lead = {name: whole.lead(name) for name in page.strips}
    for column, found in parts:
        odd = set(found.contradicting)
        of_lead |= {n: _against(found.lead(n), found, odd) for n in column.leads}
    every = [reason for _, found in parts for reason in found.reasons]
    # Limb leads alone may all be small: a wrong gain makes every column so.
    if not all(any(r.message.id == _SMALL for r in found.reasons) for _, found in parts):
        every = [reason for reason in every if reason.message.id != _SMALL]
    rates = _some(every, _RATES)
    scale = [replace(r, verdict=_REFUSED) for r in _some(every, {*_AMPLITUDES, _SCALE})]
    uses = {
        "rhythm": rates,
        "intervals": rates,
        "st": [*rates, *scale],
        "twelve_lead": [*rates, *scale],
    }
    leads = tuple(of_lead.get(one.lead, one) for one in whole.leads)
    return EcgQuality(
        verdict=_CAUTION,
        reasons=(*rates, *_some(every, {*_AMPLITUDES, _SCALE})),
        leads=leads,
        uses={name: _use(name, reasons) for name, reasons in uses.items()},
        swaps=(),
        contradicting=(),
        new_recording=True,
    )


def _cut(page: Page, column: Column) -> EcgSignal:
    names = leads_of(page, column)
    rows = [page.signal.leads.index(name) for name in names]
    return replace(
        page.signal,
        leads=names,
        signal_mv=page.signal.signal_mv[rows, column.start : column.stop],
        resolution_uv=page.signal.resolution_uv[rows],
        derived=page.signal.derived & set(names),
        pulses_s=(),
    )


def _against(lead: LeadQuality, found: EcgQuality, odd: set[str]) -> LeadQuality:
    """Refuse a limb lead that contradicts the others of its column: nothing can restore it."""
    if lead.lead not in odd:
        return lead
    why = _some(found.reasons, {_LIMBS})
    return replace(lead, verdict=_REFUSED, reasons=(*lead.reasons, *why))


def _some(reasons: Iterable[QualityReason], ids: Iterable[str]) -> tuple[QualityReason, ...]:
    """Return the reasons of some kinds, each kind once."""
    wanted = set(ids)
    return tuple({r.message.id: r for r in reasons if r.message.id in wanted}.values())


def _use(name: str, reasons: Iterable[QualityReason]) -> UseQuality:
    every = tuple(reasons)
    least: Verdict = "assessable" if name == "rhythm" else _CAUTION
    return UseQuality(name, worst([least, *(r.verdict for r in every)]), every)
