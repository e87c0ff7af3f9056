"""ST and T of V1 to V4: the mirror of a posterior infarction, a coved ST, a deep negative T."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..classical.model import ClassicalMeasurement
from .pair import Pair
from .settings import EcgUrgentSettings, FrontPattern


@dataclass(frozen=True, slots=True)
class FrontView:
    """Which of V1 to V4 show what.

    Attributes
    ----------
    leads : quantity of a rule -> lead that shows it -> the end of T it goes by, as it is printed
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
    """One lead, millivolt: ST at J, its highest likely value, ST later, and the ends of T."""

    st: float
    st_at_most: float
    late: float
    highest: float
    lowest: float


def front_view(
    classical: ClassicalMeasurement, st_mv: Mapping[str, float], settings: EcgUrgentSettings
) -> FrontView:
    """Look at the chest leads over the front of the heart.

    Parameters
    ----------
    classical : of the signal
    st_mv : lead -> ST at J of the leads that may be judged, as it is printed
    settings : of guidelines/ecg_urgent.toml
    """
    every = {
        name: lead
        for name, lead in zip(classical.leads, _leads_of(classical, settings), strict=True)
        if name in st_mv and np.isfinite(lead.highest)
    }
    found: dict[str, Mapping[str, float]] = {}
    unknown = set()
    for name, pattern in settings.front.items():
        shows = _SHOWS[pattern.shape]
        up = [n for n in pattern.leads if n in every and shows(every[n], pattern)]
        found[name] = {n: _end(every[n], pattern) for n in _in_a_row(up, pattern)}
        if not found[name] and not set(pattern.leads) <= set(every):
            unknown.add(name)
    return FrontView(found, frozenset(unknown))


def _end(lead: _Lead, pattern: FrontPattern) -> float:
    """Return the end of T that the limit of the pattern is on."""
    return lead.highest if pattern.t_mv > 0.0 else lead.lowest


def _leads_of(classical: ClassicalMeasurement, settings: EcgUrgentSettings) -> list[_Lead]:
    """Return each lead with its numbers as they are printed."""
    st = classical.st_j_mv
    at_most = st + settings.limits.st_sure_sd * classical.st_uncertainty_mv
    ends = (classical.t_highest_mv, classical.t_lowest_mv)
    columns = np.stack([st, at_most, classical.st_j60_mv, *ends], axis=1)
    return [_Lead(*row) for row in np.round(columns, settings.quantities["st"].decimals).tolist()]


def _in_a_row(up: Sequence[str], pattern: FrontPattern) -> tuple[str, ...]:
    """Return the leads that stand beside another one, all of them where one is enough."""
    at = {pattern.leads.index(name) for name in up}
    if pattern.least == 1:
        return tuple(up)
    return tuple(n for n in up if {pattern.leads.index(n) + s for s in (-1, 1)} & at)


def _depressed(lead: _Lead, pattern: FrontPattern) -> bool:
    """ST lies low at J and later, and T rises over the level before the QRS."""
    return max(lead.st, lead.late) <= pattern.st_mv and lead.highest >= pattern.t_mv


def _surely_depressed(lead: _Lead, pattern: FrontPattern) -> bool:
    """ST lies so low beyond the uncertainty of the measurement."""
    return _depressed(lead, pattern) and lead.st_at_most <= pattern.st_mv


def _coved(lead: _Lead, pattern: FrontPattern) -> bool:
    """ST is high at J, falls from there, and T is negative."""
    falls = lead.st >= pattern.st_mv and lead.late < lead.st
    return falls and lead.lowest <= pattern.t_mv


def _deep(lead: _Lead, pattern: FrontPattern) -> bool:
    """T is deeply negative after an ST that is hardly raised or lowered."""
    return abs(lead.st) < pattern.st_mv and lead.lowest <= pattern.t_mv


_SHOWS: Mapping[str, Callable[[_Lead, FrontPattern], bool]] = {
    "depressed": _depressed,
    "surely_depressed": _surely_depressed,
    "coved": _coved,
    "deep": _deep,
}
