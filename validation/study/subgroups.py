"""The headline numbers again in every planned group, with the widest gap between groups."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...training.survival import had_event
from ..data.people import People
from ..protocol.model import Protocol
from ..statistics.calibration import calibration_fit, observed_to_expected
from ..statistics.discrimination import auroc
from ..statistics.estimate import BoolArray, NotEstimable, Result, as_data
from ..statistics.proportions import TwoByTwo, shares
from ..statistics.survival import auroc_at, calibration_at, harrell_c
from .counts import cells, counted, smallest_cell
from .survival import by_horizon, outcome_of

HEADLINE = (
    "auroc",
    "sensitivity",
    "specificity",
    "ppv",
    "npv",
    "positive_share",
    "prevalence",
    "observed_to_expected",
    "calibration_slope",
)


SURVIVAL = ("c_index", "auroc_at", "observed_to_expected", "calibration_slope")
"""The headline numbers of an outcome that takes time."""


def subgroups(people: People, protocol: Protocol) -> list[dict[str, Any]]:
    """Return one table a subgroup; a group with too few cases is told and not estimated.

    ``rest`` is who belongs to no group: their counts are the whole's less those of the groups.
    """
    found = []
    names = HEADLINE if protocol.reference.time is None else SURVIVAL
    for subgroup in protocol.subgroups:
        rows = []
        for category, rows_in in zip(subgroup.groups, people.groups[subgroup.id], strict=True):
            names_of = {"label": category.label, "label_fr": category.label_fr or category.label}
            rows.append({**names_of, **group(people, rows_in, protocol)})
        found.append(
            {
                "id": subgroup.id,
                "label": subgroup.label,
                "label_fr": subgroup.label_fr or subgroup.label,
                "groups": rows,
                "rest": _rest(people, people.groups[subgroup.id], protocol),
                "worst_gap": {name: worst_gap(rows, name) for name in names},
            }
        )
    return found


def group(people: People, rows: BoolArray, protocol: Protocol) -> dict[str, Any]:
    """Return the counts and the headline numbers of some of the people."""
    return {
        **_counts(people, rows, protocol),
        "results": headline(people, rows & people.answered, protocol),
    }


def _counts(people: People, rows: BoolArray, protocol: Protocol) -> dict[str, Any]:
    """Return how many some of the people are.

    With the smallest cell behind what is counted: the two-by-two table's, or the horizon's.
    """
    among, case = rows & people.answered, people.case
    sets = {
        "n": among,
        "cases": among & case,
        "others": among & ~case,
        "abstained": rows & ~people.answered,
    }
    positive = people.value >= protocol.index_test.threshold
    table = {name: among & cell for name, cell in cells(case, positive).items()}
    if protocol.reference.time is not None:
        table = by_horizon(outcome_of(people), among, protocol.reference.horizon or 0.0)
    return {**counted(people, sets), "smallest_cell": smallest_cell(people, table)}


def _rest(people: People, groups: Sequence[BoolArray], protocol: Protocol) -> dict[str, Any] | None:
    """Return the counts of who belongs to no group, None where everybody belongs to one."""
    nowhere = ~np.logical_or.reduce(groups)
    if not nowhere.any():
        return None
    return _counts(people, nowhere, protocol)


def headline(people: People, among: BoolArray, protocol: Protocol) -> dict[str, Any]:
    """Return the headline numbers of some of the people, at the frozen cut-off."""
    if protocol.reference.time is not None:
        return _survival(people, among, protocol)
    case, value = people.case[among], people.value[among]
    fewest = min(int(case.sum()), int((~case).sum()))
    if fewest < protocol.analysis.minimum_events:
        why = as_data(NotEstimable("too_few", len(case), "minimum number of events"))
        return dict.fromkeys(HEADLINE, why)
    table = TwoByTwo.of(case, value >= protocol.index_test.threshold)
    found: dict[str, Result] = {name: pair[0] for name, pair in shares(table).items()}
    found["auroc"] = auroc(case, value)
    found["observed_to_expected"] = observed_to_expected(case, value)
    found["calibration_slope"] = calibration_fit(case, value)["calibration_slope"]
    return {name: as_data(found[name]) for name in HEADLINE}


def _survival(people: People, among: BoolArray, protocol: Protocol) -> dict[str, Any]:
    """Return ranking and calibration at the horizon; events by then are what is counted."""
    horizon, value = protocol.reference.horizon or 0.0, people.value[among]
    outcome = outcome_of(people).rows(among)
    if int(had_event(outcome, horizon).sum()) < protocol.analysis.minimum_events:
        why = as_data(NotEstimable("too_few", len(value), "minimum number of events"))
        return dict.fromkeys(SURVIVAL, why)
    found = {
        "c_index": harrell_c(outcome, value),
        "auroc_at": auroc_at(outcome, value, horizon),
        **calibration_at(outcome, value, horizon),
    }
    return {name: as_data(found[name]) for name in SURVIVAL}


def worst_gap(groups: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """Return the widest difference between two groups, with its interval.

    The groups hold different people, so the squared distances to the limits of each group's own
    interval add (MOVER; with Wilson's limits of two shares it is Newcombe's method 10). The largest
    of several differences is large by chance too: it is a place to look, not a test.

    Source: Newcombe 1998, Stat Med 17:873-890; Zou and Donner 2008, Stat Med 27:1693-1702.
    """
    method = (
        "largest minus smallest; square-and-add of each group's limits (Newcombe, MOVER); "
        "chosen as the largest"
    )
    known = [(g["results"][name], g) for g in groups if g["results"][name].get("value") is not None]
    if len(known) < 2:  # noqa: PLR2004 - a gap is between two
        return as_data(NotEstimable("too_few", 0, method))
    (low, group_low), (high, group_high) = (
        min(known, key=lambda k: k[0]["value"]),
        max(known, key=lambda k: k[0]["value"]),
    )
    gap = high["value"] - low["value"]
    down = np.hypot(high["value"] - high["ci_low"], low["ci_high"] - low["value"])
    up = np.hypot(high["ci_high"] - high["value"], low["value"] - low["ci_low"])
    return {
        "value": gap,
        "ci_low": float(gap - down),
        "ci_high": float(gap + up),
        "n": group_low["n"] + group_high["n"],
        "method": method,
        "lowest": group_low["label"],
        "lowest_fr": group_low["label_fr"],
        "highest": group_high["label"],
        "highest_fr": group_high["label_fr"],
    }
