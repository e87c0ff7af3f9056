"""The plan's groups: who is called, who is within capacity, and who has which exposure.

Counts of 1 to 10 people are hidden, and those from which such a count could be worked out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from ..batch.aggregate import SMALLEST_SHOWN, suppressed
from .people import PlanPeople
from .plan import CallList, call_counts
from .plan_settings import PlanSettings
from .plan_tests import Expected, expected_of

BoolArray = npt.NDArray[np.bool_]
Count = int | str

UNKNOWN: Final = "unknown"
"""Somebody of whom no exposure is known."""


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
    told = call_counts(people.n, len(calls.order), capacity)
    groups = {"called": called, "within_capacity": called & calls.is_tested}
    found = []
    for group, rows in groups.items():
        tested = rows & np.isfinite(people.risk)
        n = told[group]
        tests: Count = int(tested.sum()) if isinstance(n, int) else "hidden"
        if isinstance(tests, int) and not (_is_apart(rows, tested) and _is_told(tests)):
            tests = "hidden"
        expected = expected_of(people.risk[tested], settings) if isinstance(tests, int) else None
        found.append(GroupRow(group, n, n, tests, expected))
    return found


def _is_told(count: int) -> bool:
    return count == 0 or count >= SMALLEST_SHOWN


def exposure_rows(
    people: PlanPeople,
    calls: CallList,
    exposures: Any,  # noqa: ANN401 - pyarrow has no types
    settings: PlanSettings,
) -> list[GroupRow]:
    """Return the groups by exposure; somebody with several is in several.

    Parameters
    ----------
    exposures : Arrow table of person_id and exposure; of who is not in it nothing is known
    """
    said = exposures["exposure"]
    codes = sorted(said.unique().to_pylist())
    groups = {c: _of(people, exposures.filter(pc.equal(said, c))["person_id"]) for c in codes}
    known = _of(people, exposures["person_id"])
    return _rows(people, _called(people, calls), {**groups, UNKNOWN: ~known}, settings)


def _called(people: PlanPeople, calls: CallList) -> BoolArray:
    called = np.zeros(people.n, dtype=np.bool_)
    called[calls.order] = True
    return called


def _of(people: PlanPeople, names: Any) -> BoolArray:  # noqa: ANN401 - as above
    found = pc.is_in(people.person_id, names.combine_chunks().unique().drop_null())
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.bool_)


def _rows(
    people: PlanPeople,
    called: BoolArray,
    groups: Mapping[str, BoolArray],
    settings: PlanSettings,
) -> list[GroupRow]:
    tested = called & np.isfinite(people.risk)
    everybody = np.ones(people.n, dtype=np.bool_)
    n = shown_counts(groups, everybody)
    c = shown_counts({g: rows & called for g, rows in groups.items()}, called)
    t = shown_counts({g: rows & tested for g, rows in groups.items()}, tested)
    found = []
    for group, rows in groups.items():
        inside, among = rows & called, rows & tested
        is_called = isinstance(n[group], int) and _is_apart(rows, inside)
        shown: Count = c[group] if is_called else "hidden"
        is_tested = isinstance(shown, int) and _is_apart(inside, among)
        tests: Count = t[group] if is_tested else "hidden"
        expected = expected_of(people.risk[among], settings) if isinstance(tests, int) else None
        found.append(GroupRow(group, n[group], shown, tests, expected))
    return found


def _is_apart(whole: BoolArray, part: BoolArray) -> bool:
    """Say whether a part of a whole, both shown, tells of no group of 1 to 10 people."""
    left = int(whole.sum()) - int((whole & part).sum())
    return _is_told(left)


def shown_counts(groups: Mapping[str, BoolArray], whole: BoolArray) -> dict[str, Count]:
    """Return counts of groups that may overlap, so that none of 1 to 10 people can be worked out.

    Hidden are a small group, one whose others in the whole are so few, and of two groups of which
    one lies in the other and lacks so few of it the smaller one; where a single group is hidden the
    smallest of the others is hidden too.
    """
    counts = {group: int(rows.sum()) for group, rows in groups.items()}
    close = {
        group
        for group, rows in groups.items()
        if counts[group]
        and not (_is_apart(whole, rows) and all(_keeps_apart(rows, o) for o in groups.values()))
    }
    shown = suppressed({g: (1 if g in close else n) for g, n in counts.items()})
    return {g: "hidden" if g in close and counts[g] >= SMALLEST_SHOWN else shown[g] for g in counts}


def _keeps_apart(small: BoolArray, large: BoolArray) -> bool:
    """Say whether a group that lies in another lacks either nobody of it or enough."""
    if small is large or bool((small & ~large).any()):
        return True
    return _is_apart(large, small)
