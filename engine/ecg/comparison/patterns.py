"""Changes that are measured, whatever the statements say: QTc, axis, Q, ST, T, heights."""

from collections.abc import Callable
from typing import Final

import numpy as np

from ...prediagnosis import EcgChange, EcgStanding
from ..leads import TWELVE_LEADS
from .changes import transition
from .comparable import EcgPair
from .settings import ComparisonSettings
from .side import EcgSide
from .standings import Changes, neighbours

_LATE_R: Final = ("V2", "V3")
_NO_Q: Final = frozenset({"aVR", "V1"})
_STEPS: Final = 2


def patterns_of(pair: EcgPair, changes: Changes) -> tuple[EcgStanding, ...]:
    """Return measured patterns that changed; one that did not is not told.

    Parameters
    ----------
    pair : the two recordings
    changes : name -> measured values then and now
    """
    settings = pair.settings
    told = [
        *_of_value("qtc_fridericia", "intervals", changes, 0.0),
        *_of_value("qrs_axis", "axes", changes, settings.measured.axis_deg),
        *_of_leads("st_moved", "st_t", _st_moved(changes, settings)),
        *_of_leads("t_inverted", "st_t", _t_turned(changes, settings, to_inverted=True)),
        *_of_leads("t_upright", "st_t", _t_turned(changes, settings, to_inverted=False)),
    ]
    if not pair.found.why("q_waves"):
        told += _of_leads("q_waves", "q_waves", _new_q(pair, changes), "new")
    if not pair.found.why("heights"):
        told += _heights(changes)
        told += _progression(pair.now, pair.then)
    return tuple(told)


def _of_value(name: str, kind: str, changes: Changes, least: float) -> list[EcgStanding]:
    beyond = [c for c in changes.get(name, ()) if c.verdict == "beyond"]
    beyond = [c for c in beyond if abs(c.difference or 0.0) >= least]
    return [EcgStanding(name, kind, "changed", moved=(name,)) for _ in beyond]


def _of_leads(
    name: str, kind: str, leads: tuple[str, ...], standing: str = "changed"
) -> list[EcgStanding]:
    if not leads:
        return []
    return [EcgStanding(name, kind, standing, leads=leads)]  # type: ignore[arg-type]  # one of the six


def _together(changes: Changes, name: str, holds: Callable[[EcgChange], bool]) -> tuple[str, ...]:
    """Return neighbouring leads in which a value is beyond what recordings vary, and more holds."""
    beyond = {c.lead for c in changes.get(name, ()) if c.verdict == "beyond" and holds(c)}
    return _ordered(neighbours(beyond))


def _ordered(leads: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(lead for lead in TWELVE_LEADS if lead in leads)


def _st_moved(changes: Changes, settings: ComparisonSettings) -> tuple[str, ...]:
    numbers = settings.measured
    up = _together(changes, "st_j", lambda c: (c.difference or 0.0) >= numbers.st_up_mv)
    down = _together(changes, "st_j", lambda c: (c.difference or 0.0) <= -numbers.st_down_mv)
    return _ordered((*up, *down))


def _t_turned(
    changes: Changes, settings: ComparisonSettings, *, to_inverted: bool
) -> tuple[str, ...]:
    upright, inverted = settings.measured.t_upright_mv, -settings.measured.t_inverted_mv

    def turned(change: EcgChange) -> bool:
        before, now = change.before or 0.0, change.now or 0.0
        if change.lead == "aVR":
            return False
        if to_inverted:
            return before >= upright and now <= inverted
        return before <= inverted and now >= upright

    return _together(changes, "t", turned)


def _new_q(pair: EcgPair, changes: Changes) -> tuple[str, ...]:
    """Return neighbouring leads with a Q wave that was not there, and that grew beyond doubt."""
    moved = {
        c.lead
        for name, sign in (("qs", 1.0), ("r", -1.0))
        for c in changes.get(name, ())
        if c.verdict == "beyond" and (c.difference or 0.0) * sign > 0
    }
    fresh = {
        lead
        for lead in moved - _NO_Q
        if _has_q(pair.now, lead, pair.settings) and not _has_q(pair.then, lead, pair.settings)
    }
    return _ordered(neighbours(fresh))


def _has_q(side: EcgSide, lead: str, settings: ComparisonSettings) -> bool:
    """Say whether a lead has a Q wave as of an infarction, or a QS."""
    measured = side.per_lead
    if measured is None:
        return False
    q = measured.qrs
    least_ms = settings.measured.q_v2_v3_ms if lead in _LATE_R else settings.measured.q_ms
    long = side.lead_value(q.q_ms, lead) >= least_ms
    deep = -side.lead_value(q.q_mv, lead) >= settings.measured.q_mv
    return bool(side.lead_value(q.is_qs.astype(np.float64), lead) > 0 or (long and deep))


def _heights(changes: Changes) -> list[EcgStanding]:
    """Return R, or Q and S, that grew or fell in neighbouring leads."""
    told = []
    for name in ("r", "qs"):
        for way, sign in (("taller", 1.0), ("smaller", -1.0)):
            leads = _together(changes, name, lambda c, s=sign: (c.difference or 0.0) * s > 0)  # type: ignore[misc]  # bound at once
            told += _of_leads(f"{name}_{way}", "heights", leads)
    return told


def _progression(now: EcgSide, then: EcgSide) -> list[EcgStanding]:
    """Return an R progression that changes by two chest leads or more."""
    one, other = transition(now), transition(then)
    if one is None or other is None or abs(one - other) < _STEPS:
        return []
    return [EcgStanding("r_progression", "heights", "changed", str(other), str(one))]
