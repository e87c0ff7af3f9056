"""What intake refuses of a study's records: whole ones with a reason, and values one by one."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from ...engine.features import Feature
from ...engine.record import UNKNOWN, BoolArray, VisitBatch
from ..statistics.estimate import FloatArray

_RECORD: Final = "refused_record"
_NOT_USED: Final = ("refused_item", "suspect_item")
_AGE: Final = "age"
NAMELESS: Final = "identifier_missing"
"""A record that names no person: in a study it is of a person of its own."""


def reasons_of_refusal(batch: VisitBatch) -> "np.ndarray[Any, Any]":
    """Return the code of the first reason why each record is refused, (n,); empty where none is.

    That it names no person is told only where it is the only reason.
    """
    found = np.full(batch.n, "", dtype=object)
    for problem in batch.problems:
        if problem.severity == _RECORD and found[problem.row] in ("", NAMELESS):
            found[problem.row] = problem.code
    return found


def age_as_reported(batch: VisitBatch) -> FloatArray:
    """Return the age in years that stands in the file, (n,), NaN where none does.

    The engine has no age outside of what is plausible for a visit at work, so that nothing is
    scored on it; an exclusion of children must see it all the same.
    """
    age = np.where(batch.age_years == UNKNOWN, np.nan, batch.age_years.astype(np.float64))
    for problem in batch.problems:
        if problem.item == _AGE and "value" in problem.parameters:
            age[problem.row] = float(problem.parameters["value"])
    return age


def spoilt_features(batch: VisitBatch, made: Mapping[str, Feature]) -> dict[str, BoolArray]:
    """Return of each feature where something was given for it that can't be used, bool (n,)."""
    rows: dict[str, BoolArray] = {}
    for problem in batch.problems:
        if problem.severity in _NOT_USED:
            item = rows.setdefault(problem.item, np.zeros(batch.n, dtype=np.bool_))
            item[problem.row] = True
    nothing = np.zeros(batch.n, dtype=np.bool_)
    found = {}
    for name, feature in made.items():
        given = [rows.get(source, nothing) for source in feature.sources]
        found[name] = np.logical_or.reduce([nothing, *given]) & ~feature.observed
    return found
