"""ST elevation by lead, sex and age, in neighbouring leads; where the criterion says nothing."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...fixedpoint import FloatArray
from ..classical.model import ClassicalMeasurement
from ..leads import TWELVE_LEADS, canonical_order
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
    exclusions : why the criterion says nothing
    doubts : what would exclude it and is not measured surely; it lowers nothing
    """

    mv: Mapping[str, float]
    sure: RaisedLeads
    very_large: RaisedLeads
    close: RaisedLeads
    is_known: bool
    exclusions: tuple[str, ...]
    doubts: tuple[str, ...] = ()


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
    up = set()
    for lead, value in zip(leads, st_mv, strict=True):
        limit = st_limit_mv(lead, person, settings)
        if limit is not None and value >= limit:
            up.add(lead)
    return _together(up, settings.neighbours, settings.limits.st_leads)


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
    classical: ClassicalMeasurement,
    quality: EcgQuality,
    person: Person,
    shape: BeatShape,
    settings: EcgUrgentSettings,
) -> StView:
    """Judge ST of the classical measurement.

    Parameters
    ----------
    classical, quality : of the same signal
    person : sex and age
    shape : of the median beat; it alone can exclude
    """
    decimals = settings.quantities["st"].decimals
    refused = quality.uses["st"].verdict == _REFUSED
    own_scale = any(r.message.id == _OWN_SCALE for r in quality.reasons)
    st = np.round(classical.st_j_mv, decimals)
    if refused or own_scale:
        st = np.full(len(st), np.nan)
    found = [quality.lead(name) for name in classical.leads]
    st = np.where([lead.verdict == _REFUSED for lead in found], np.nan, st)
    sure = st - settings.limits.st_sure_sd * classical.st_uncertainty_mv
    # A tombstone looks like a jump of the baseline to the gate: its caution takes no height away.
    large = sure >= settings.limits.st_very_large_mv
    doubtful = np.array([_is_doubtful(lead) for lead in found], dtype=bool)
    sure = np.where(doubtful & ~large, np.nan, sure)
    mv = {n: float(v) for n, v in zip(classical.leads, st, strict=True) if np.isfinite(v)}
    return StView(
        mv=mv,
        sure=raised(classical.leads, sure, person, settings),
        very_large=raised(classical.leads, np.where(large, sure, np.nan), person, settings),
        close=raised(classical.leads, st, person, settings),
        is_known=set(TWELVE_LEADS) - {"aVR"} <= set(mv),
        exclusions=exclusions_of(classical.value("qrs"), shape, person, settings),
    )


def _is_doubtful(lead: LeadQuality) -> bool:
    """Say whether a lead is read with caution; hum alone is subtracted before ST is measured."""
    return lead.verdict == _CAUTION and {r.message.id for r in lead.reasons} != {_HUM}


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
