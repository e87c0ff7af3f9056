"""ST elevation by lead, sex and age, in neighbouring leads; where the criterion says nothing."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ...fixedpoint import FloatArray
from ..analysis import EcgAnalysis
from ..leads import TWELVE_LEADS, canonical_order
from ..limbs import doubtful_limbs
from ..measure.reference import Person
from ..quality import EcgQuality, LeadQuality
from .settings import EcgUrgentSettings, Neighbours
from .shape import BeatShape

_REFUSED, _CAUTION = "not_assessable", "assessable_with_caution"
_OWN_SCALE = "quality.record.own_scale"
_HUM = "quality.lead.mains"


@dataclass(frozen=True, slots=True)
class RaisedLeads:
    """Leads that are raised together: territory -> leads, the largest set first."""

    leads: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()
    largest_set: int = 0


@dataclass(frozen=True, slots=True)
class StView:
    """What ST says.

    Attributes
    ----------
    mv : lead -> ST at J as it is printed
    sure : raised beyond the uncertainty, in leads that are assessable; very large ones in any
    very_large : so high beyond the uncertainty that nothing excuses it, in any lead
    close : raised, the sure ones included, in leads that are assessable with caution too
    is_known : whether every one of the twelve leads but aVR was measured and amplitudes hold
    is_whole : whether neighbouring leads of every wall were; of limb leads those that agree
    exclusions : why the criterion says nothing
    doubts : what would exclude it and is not measured surely; it lowers nothing
    seen : raised as the network measures it, in leads that the gate does not refuse
    seen_alone : the same in quiet leads, where the classical measurement has no ST at all
    """

    mv: Mapping[str, float]
    sure: RaisedLeads
    very_large: RaisedLeads
    close: RaisedLeads
    is_known: bool
    exclusions: tuple[str, ...]
    doubts: tuple[str, ...] = ()
    seen: RaisedLeads = RaisedLeads()
    seen_alone: RaisedLeads = RaisedLeads()
    is_whole: bool = True


def st_limit_mv(lead: str, person: Person, settings: EcgUrgentSettings) -> float | None:
    """Return from where ST is raised; the lowest limit where sex or age is not known."""
    found = [
        row.mv
        for row in settings.st_limits
        if lead in row.leads and row.may_hold_for(person.sex, person.age_years)
    ]
    return min(found, default=None)


def raised(
    leads: Sequence[str], st_mv: FloatArray, person: Person, settings: EcgUrgentSettings
) -> RaisedLeads:
    """Return the leads that are raised, as far as two neighbours are.

    Parameters
    ----------
    leads : names
    st_mv : shape (n_leads,), NaN where a lead doesn't count
    """
    up = _up(leads, st_mv, person, settings)
    return _together(up, settings.neighbours, settings.limits.st_leads)


def _up(
    leads: Sequence[str], st_mv: FloatArray, person: Person, settings: EcgUrgentSettings
) -> set[str]:
    """Return the leads that are raised, each by itself."""
    limits = {lead: st_limit_mv(lead, person, settings) for lead in leads}
    known = ((lead, value, limits[lead]) for lead, value in zip(leads, st_mv, strict=True))
    return {lead for lead, value, limit in known if limit is not None and value >= limit}


def is_whole(measured: Collection[str], settings: EcgUrgentSettings) -> bool:
    """Whether ST was measured in neighbouring leads of every wall that twelve leads see.

    What was raised where leads are missing is not known: no rule on ST was applied to it.

    >>> from .settings import load_ecg_urgent
    >>> settings = load_ecg_urgent()
    >>> is_whole(TWELVE_LEADS, settings), is_whole(set(TWELVE_LEADS) - {"V3"}, settings)
    (True, False)
    """
    walls = [n.leads for n in settings.neighbours if set(n.leads) <= set(TWELVE_LEADS)]
    return all(len(set(leads) & set(measured)) >= settings.limits.st_leads for leads in walls)


def _together(up: set[str], neighbours: Iterable[Neighbours], least: int) -> RaisedLeads:
    sets = [(n, [lead for lead in n.leads if lead in up]) for n in neighbours]
    sets = [(n, found) for n, found in sets if len(found) >= least]
    every = {lead for _, found in sets for lead in found}
    ordered = canonical_order(tuple(sorted(every)))
    territories = tuple(dict.fromkeys(n.territory for n, _ in sets))
    return RaisedLeads(ordered, territories, max((len(f) for _, f in sets), default=0))


def st_view(
    analysis: EcgAnalysis, person: Person, shape: BeatShape, settings: EcgUrgentSettings
) -> StView:
    """Judge ST of the classical measurement.

    Parameters
    ----------
    analysis : of one ECG; where both measurements see ST raised, noise in a lead is no doubt
    person : sex and age
    shape : of the median beat; it alone can exclude
    settings : of guidelines/ecg_urgent.toml
    """
    classical, quality = analysis.classical, analysis.quality
    st = np.round(_judged(classical.leads, classical.st_j_mv, quality), _decimals(settings))
    by_network = _by_network(analysis, settings)
    sure = st - settings.limits.st_sure_sd * classical.st_uncertainty_mv
    # A tombstone looks like a jump of the baseline to the gate: its caution takes no height away.
    large = sure >= settings.limits.st_very_large_mv
    up = _up(classical.leads, by_network, person, settings)
    doubtful = np.array([_is_doubtful(quality.lead(name), up) for name in classical.leads])
    sure = np.where(doubtful.astype(bool) & ~large, np.nan, sure)
    mv = {n: float(v) for n, v in zip(classical.leads, st, strict=True) if np.isfinite(v)}
    alone = [not mv and _is_quiet(quality.lead(name)) for name in classical.leads]
    # A lead that contradicts others may show an elevation as a depression: it excludes nothing.
    told = set(mv) - doubtful_limbs(analysis.signal, quality)
    return StView(
        mv=mv,
        sure=raised(classical.leads, sure, person, settings),
        very_large=raised(classical.leads, np.where(large, sure, np.nan), person, settings),
        close=raised(classical.leads, st, person, settings),
        seen=raised(classical.leads, by_network, person, settings),
        seen_alone=raised(classical.leads, np.where(alone, by_network, np.nan), person, settings),
        is_known=set(TWELVE_LEADS) - {"aVR"} <= told,
        is_whole=is_whole(told, settings),
        exclusions=exclusions_of(classical.value("qrs"), shape, person, settings),
    )


def _decimals(settings: EcgUrgentSettings) -> int:
    return settings.quantities["st"].decimals


def _judged(leads: Sequence[str], st_mv: FloatArray, quality: EcgQuality) -> FloatArray:
    """Keep ST of the leads that the gate lets judge; of none where it refuses ST or millivolts."""
    own_scale = any(r.message.id == _OWN_SCALE for r in quality.reasons)
    if own_scale or quality.uses["st"].verdict == _REFUSED:
        return np.full(len(leads), np.nan)
    refused = [quality.lead(name).verdict == _REFUSED for name in leads]
    return np.where(refused, np.nan, st_mv)


def _by_network(analysis: EcgAnalysis, settings: EcgUrgentSettings) -> FloatArray:
    """Return ST as the network measures it, for the leads of the classical measurement."""
    leads, found = analysis.classical.leads, analysis.measurements.per_lead
    if found is None:
        return np.full(len(leads), np.nan)
    known = dict(zip(found.leads, found.st_j_mv, strict=True))
    st = np.array([known.get(name, np.nan) for name in leads], np.float64)
    return np.round(_judged(leads, st, analysis.quality), _decimals(settings))


# What changes from sample to sample is part of the uncertainty of ST already.
_RANDOM: Final = frozenset({_HUM, "quality.lead.muscle", "quality.lead.noisy"})


def _is_quiet(lead: LeadQuality) -> bool:
    """Say whether a lead needs no caution; hum alone is subtracted before ST is measured."""
    return lead.verdict != _CAUTION or {r.message.id for r in lead.reasons} == {_HUM}


def _is_doubtful(lead: LeadQuality, seen: Collection[str]) -> bool:
    """Say whether a lead is read with caution.

    Noise shifts two measurements differently: where both see ST raised, and the classical one
    beyond its uncertainty, it is raised.
    """
    is_random = {r.message.id for r in lead.reasons} <= _RANDOM
    return not _is_quiet(lead) and not (is_random and lead.lead in seen)


def exclusions_of(
    qrs_ms: float, shape: BeatShape, person: Person, settings: EcgUrgentSettings
) -> tuple[str, ...]:
    """Name why ST elevation says nothing: bundle, pacing, hypertrophy, pre-excitation.

    Parameters
    ----------
    qrs_ms : NaN where only the steep part could be measured
    """
    limits = settings.exclusions
    qrs = qrs_ms if np.isfinite(qrs_ms) else shape.least_qrs_ms
    cornell = limits.cornell_female_mv if person.sex == "female" else limits.cornell_male_mv
    old = person.age_years is not None and person.age_years >= limits.hypertrophy_age
    high = shape.sokolow_lyon_mv >= limits.sokolow_lyon_mv or shape.cornell_mv > cornell
    slow = shape.slow_onset_ms >= limits.slow_onset_ms and qrs >= limits.slow_onset_qrs_ms
    found = {
        "left_bundle": qrs >= limits.wide_qrs_ms and is_left(shape),
        "pacing": shape.has_needles,
        "hypertrophy": old and high,
        "preexcitation": slow,
    }
    return tuple(name for name, holds in found.items() if holds)


def is_left(shape: BeatShape) -> bool:
    """Whether the late part of the QRS points to the left and back."""
    return shape.late_v1_mv < 0.0 < shape.late_left_mv
