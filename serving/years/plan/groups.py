"""The plan's groups: who is called, who is within capacity, and who has which exposure.

Counts of 1 to 10 people are hidden, and those from which such a count could be worked out.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..exposures import APART, exposure_groups
from ..overlap import BoolArray, Count, is_apart, is_told, shown_counts
from ..people import PlanPeople
from .calls import CallList, told_calls
from .settings import PlanSettings
from .thresholds import Expected, expected_of


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One group of a plan.

    Attributes
    ----------
    people, called, tests : counts; ``tests`` are those called whose risk was answered
    expected : what their tests would find and cost; None where that would tell of 1 to 10 people
    """

    group: str
    people: Count
    called: Count
    tests: Count
    expected: Expected | None


def call_rows(
    people: PlanPeople, calls: CallList, settings: PlanSettings, capacity: int | None = None
) -> list[GroupRow]:
    """Return what testing everybody who is called would find and cost, and within capacity."""
    called = _called(people, calls)
    told = told_calls(people, calls, capacity)
    groups = {"called": called, "within_capacity": called & calls.is_tested}
    found = []
    for group, rows in groups.items():
        tested = rows & np.isfinite(people.risk)
        n = told[group]
        tests: Count = int(tested.sum()) if isinstance(n, int) else "hidden"
        is_open = is_apart(rows, tested) and is_told(tests) if isinstance(tests, int) else False
        if not (is_open and _tells_of_no_few_untested(people, rows & ~tested)):
            tests = "hidden"
        risks = people.risk[tested]
        is_shown = isinstance(tests, int)
        expected = expected_of(risks, settings, int(rows.sum())) if is_shown else None
        found.append(GroupRow(group, n, n, tests, expected))
    return found


def _tells_of_no_few_untested(people: PlanPeople, untested: BoolArray) -> bool:
    """Say whether no 1 to 10 of some who are not tested are of a band, which is counted too.

    Who is not assessable is due at once: the others who are called and not tested were 2 people,
    known diabetics with something urgent.
    """
    bands = people.band.to_pylist()
    of = Counter(bands[row] for row in np.flatnonzero(untested).tolist())
    return all(is_told(n) for n in of.values())


def exposure_rows(
    people: PlanPeople,
    calls: CallList,
    exposures: Any,  # noqa: ANN401 - pyarrow has no types
    settings: PlanSettings,
) -> list[GroupRow]:
    """Return the groups by exposure; somebody with several is in several.

    Parameters
    ----------
    exposures : Arrow table as a search reads it; of who is not in it nothing is known
    """
    groups = exposure_groups(exposures, people.person_id)
    return _rows(people, _called(people, calls), groups, settings)


def _called(people: PlanPeople, calls: CallList) -> BoolArray:
    called = np.zeros(people.n, dtype=np.bool_)
    called[calls.order] = True
    return called


def _rows(
    people: PlanPeople,
    called: BoolArray,
    groups: Mapping[str, BoolArray],
    settings: PlanSettings,
) -> list[GroupRow]:
    tested = called & np.isfinite(people.risk)
    everybody = np.ones(people.n, dtype=np.bool_)
    n = _shown_within(groups, everybody)
    c, waits = _shown_within(groups, called), _shown_within(groups, ~called)
    t, untested = _shown_within(groups, tested), _shown_within(groups, called & ~tested)
    found = []
    for group, rows in groups.items():
        inside, among = rows & called, rows & tested
        is_called = isinstance(n[group], int) and isinstance(waits[group], int)
        shown: Count = c[group] if is_called else "hidden"
        is_tested = isinstance(shown, int) and isinstance(untested[group], int)
        tests: Count = t[group] if is_tested else "hidden"
        risks = people.risk[among]
        is_shown = isinstance(tests, int)
        expected = expected_of(risks, settings, int(inside.sum())) if is_shown else None
        found.append(GroupRow(group, n[group], shown, tests, expected))
    return found


def _shown_within(groups: Mapping[str, BoolArray], whole: BoolArray) -> dict[str, Count]:
    return shown_counts({g: rows & whole for g, rows in groups.items()}, whole, APART)
