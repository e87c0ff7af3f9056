"""Patterns of ST and T: the mirror of a posterior infarction, a coved ST, negative T, low ST."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..classical.model import ClassicalMeasurement
from .pair import Pair
from .settings import EcgUrgentSettings, FrontPattern


@dataclass(frozen=True, slots=True)
class FrontView:
    """Which leads show what.

    Attributes
    ----------
    leads : quantity of a rule -> lead that shows it -> the end of T it goes by, as it is printed;
        NaN where it goes by ST alone
    unknown : quantities that could not be counted, because a lead of theirs was not measured
    """

    leads: Mapping[str, Mapping[str, float]]
    unknown: frozenset[str] = frozenset()

    def pairs(self) -> dict[str, Pair]:
        """Return how many leads show each quantity; what was not counted is not known."""
        return {
            name: Pair(float("nan") if name in self.unknown else float(len(found)))
            for name, found in self.leads.items()
        }


@dataclass(frozen=True, slots=True)
class _Lead:
    """One lead, millivolt: ST at J, its highest likely value, ST later, and the ends of T.

    ``behind``: the lowest point of T behind its highest.
    """

    st: float
    st_at_most: float
    late: float
    highest: float
    lowest: float
    behind: float


def front_view(
    classical: ClassicalMeasurement,
    st_mv: Mapping[str, float],
    settings: EcgUrgentSettings,
    doubtful: Collection[str] = (),
) -> FrontView:
    """Look at the leads that patterns of ST and T show in.

    Parameters
    ----------
    classical : of the signal
    st_mv : lead -> ST at J of the leads that may be judged, as it is printed
    settings : of guidelines/ecg_urgent.toml
    doubtful : limb leads that contradict each other: what they don't show is unknown
    """
    every = {
        name: lead
        for name, lead in zip(classical.leads, _leads_of(classical, settings), strict=True)
        if name in st_mv
    }
    with_t = {name for name, lead in every.items() if np.isfinite(lead.highest)}
    found: dict[str, Mapping[str, float]] = {}
    unknown = set()
    for name, pattern in settings.front.items():
        shows = _SHOWS[pattern.shape]
        known = set(every) if np.isnan(pattern.t_mv) else with_t
        up = [n for n in pattern.leads if n in known and shows(every[n], pattern)]
        found[name] = {n: _end(every[n], pattern) for n in _in_a_row(up, pattern)}
        if not found[name] and not set(pattern.leads) <= known - set(doubtful):
            unknown.add(name)
    return FrontView(found, frozenset(unknown))


def _end(lead: _Lead, pattern: FrontPattern) -> float:
    """Return the end of T that the limit of the pattern is on, NaN without one."""
    if np.isnan(pattern.t_mv):
        return float("nan")
    return lead.highest if pattern.t_mv > 0.0 else lead.lowest


def _leads_of(classical: ClassicalMeasurement, settings: EcgUrgentSettings) -> list[_Lead]:
    """Return each lead with its numbers as they are printed."""
    st = classical.st_j_mv
    at_most = st + settings.limits.st_sure_sd * classical.st_uncertainty_mv
    ends = (classical.t_highest_mv, classical.t_lowest_mv, classical.t_behind_mv)
    columns = np.stack([st, at_most, classical.st_j60_mv, *ends], axis=1)
    return [_Lead(*row) for row in np.round(columns, settings.quantities["st"].decimals).tolist()]


def _in_a_row(up: Sequence[str], pattern: FrontPattern) -> tuple[str, ...]:
    """Return the leads that stand beside another one; or any, if enough."""
    at = {pattern.leads.index(name) for name in up}
    if pattern.least == 1 or pattern.is_apart:
        return tuple(up) if len(up) >= pattern.least else ()
    return tuple(n for n in up if {pattern.leads.index(n) + s for s in (-1, 1)} & at)


def _low(lead: _Lead, pattern: FrontPattern) -> bool:
    """ST lies low at J and later."""
    return max(lead.st, lead.late) <= pattern.st_mv


def _surely_low(lead: _Lead, pattern: FrontPattern) -> bool:
    """ST lies so low beyond the uncertainty of the measurement."""
    return _low(lead, pattern) and lead.st_at_most <= pattern.st_mv


def _raised(lead: _Lead, pattern: FrontPattern) -> bool:
    """ST lies high at J."""
    return lead.st >= pattern.st_mv


def _depressed(lead: _Lead, pattern: FrontPattern) -> bool:
    """ST lies low, and T rises over the level before the QRS."""
    return _low(lead, pattern) and lead.highest >= pattern.t_mv


def _surely_depressed(lead: _Lead, pattern: FrontPattern) -> bool:
    """ST lies so low beyond the uncertainty of the measurement."""
    return _depressed(lead, pattern) and _surely_low(lead, pattern)


def _coved(lead: _Lead, pattern: FrontPattern) -> bool:
    """ST is high at J, falls from there, and T is negative."""
    falls = lead.st >= pattern.st_mv and lead.late < lead.st
    return falls and lead.lowest <= pattern.t_mv


def _deep(lead: _Lead, pattern: FrontPattern) -> bool:
    """T is deeply negative after an ST that is hardly raised or lowered."""
    return abs(lead.st) < pattern.st_mv and lead.lowest <= pattern.t_mv


def _turned(lead: _Lead, pattern: FrontPattern) -> bool:
    """T rises and then falls as far below the level, after an ST that is hardly raised or lowered.

    A T that is deeply negative from its start counts as well. Noise makes such small ends: they
    count beyond what the level of the lead is uncertain by.
    """
    limit, unsure = pattern.t_mv, lead.st_at_most - lead.st
    turns = lead.highest >= -limit + unsure and lead.behind <= limit - unsure
    deep = lead.lowest <= pattern.deep_t_mv - unsure
    return abs(lead.st) < pattern.st_mv and (turns or deep)


_SHOWS: Mapping[str, Callable[[_Lead, FrontPattern], bool]] = {
    "depressed": _depressed,
    "surely_depressed": _surely_depressed,
    "coved": _coved,
    "deep": _deep,
    "turned": _turned,
    "low": _low,
    "surely_low": _surely_low,
    "raised": _raised,
}
