"""How many people the plan asked for, by each criterion, and how many there are."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
from scipy import stats

from ..data.people import People
from ..protocol.analysis import SampleSize
from ..protocol.model import Protocol
from ..statistics.sample_size import (
    development_size,
    size_for_auroc,
    size_for_oe,
    size_for_slope,
)
from .counts import totals

PEOPLE: Final = ("by_oe", "by_auroc", "by_slope", "by_development")
"""Criteria that ask for people; the others ask for cases and for people who are none."""
_POINTS: Final = 2000


def sample_size(protocol: Protocol, people: People) -> dict[str, Any] | None:
    """Return how many people each criterion of the plan asks for, and how many there are."""
    plan = protocol.sample_size
    if plan is None:
        return None
    asked = _people(plan)
    needed = max(asked.values())
    told = {
        **asked,
        "cases_at_least": plan.cases_at_least,
        "others_at_least": plan.others_at_least,
        "needed": needed,
        **totals(people),
    }
    return {**told, "is_enough": not list(not_reached(told))}


_PLANNED: Final = {
    "sample_too_small": ("n", "needed"),
    "cases_too_few": ("cases", "cases_at_least"),
    "others_too_few": ("others", "others_at_least"),
}
"""Code of a deviation -> what was counted, and how many were planned."""


def not_reached(sample: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a deviation for each planned count that was not reached, of persons where they repeat.

    Parameters
    ----------
    sample : from `sample_size`
    """
    there = sample.get("persons", sample)
    for code, (counted, planned) in _PLANNED.items():
        if there[counted] < sample[planned]:
            yield {"code": code, "planned": sample[planned], "n": there[counted]}


def _people(plan: SampleSize) -> dict[str, int]:
    found = {
        "by_oe": size_for_oe(plan.prevalence, plan.oe_width),
        "by_auroc": size_for_auroc(plan.auroc, plan.prevalence, plan.auroc_width),
    }
    if plan.slope_width is not None:
        parts = (np.arange(_POINTS) + 0.5) / _POINTS
        logits = np.asarray(stats.norm.ppf(parts, plan.logit_mean or 0.0, plan.logit_sd or 1.0))
        found["by_slope"] = size_for_slope(logits, plan.slope_width)
    if plan.parameters is not None:
        size = development_size(plan.r2_cox_snell or 0.0, plan.parameters, plan.prevalence)
        found["by_development"] = size.needed
    return found
