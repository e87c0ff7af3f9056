"""A statement with one guideline limit on one measurement is present only beyond that limit.

A score is soft at its edge: 98/min was called a sinus tachycardia beside a printed limit of 100.
What lies before its limit is borderline at most; the score and its reasons stay.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from ...fixedpoint import FloatArray
from ...fuzzy.status import BoolArray
from ...prediagnosis import Message
from .conditions import holds
from .settings import statement_settings

HELD: Final = "ecg.statement.held"
NOT_MEASURED: Final = "ecg.statement.needs"
_WORDS: Final = {">": "not_above", ">=": "below", "<": "not_below", "<=": "above"}


def reaches_limit(names: Sequence[str], features: Mapping[str, FloatArray], n: int) -> BoolArray:
    """Say where the measurements of a statement lie on the side of its guideline limits.

    Parameters
    ----------
    names : of ``s`` statements
    features : name -> shape (n,), NaN where not measured: what is not measured reaches no limit
    n : number of ECGs

    Returns
    -------
    shape (n, s), True for a statement without such a limit
    """
    found = np.ones((n, len(names)), dtype=np.bool_)
    unknown = np.full(n, np.nan)
    for name, row in limit_rows().items():
        if name in names:
            held = [holds(one, features.get(one["feature"], unknown)) for one in row["limits"]]
            found[:, names.index(name)] = (np.any if row.get("any") else np.all)(held, axis=0)
    return found


def why_held(name: str, values: Mapping[str, float]) -> tuple[Message, ...]:
    """Say which limits of a statement are not reached, each with the value beside it.

    Parameters
    ----------
    name : of a statement with limits
    values : features of the recording
    """
    told = []
    for one in limit_rows()[name]["limits"]:
        feature, limit = one["feature"], float(one["value"])
        value = values.get(feature, float("nan"))
        item = f"variable:{feature}"
        if not np.isfinite(value):
            told.append(Message(NOT_MEASURED, {"item": item}))
        elif not bool(holds(one, np.array(value))):
            shown = {"value": _rounded(value, limit), "limit": _short(limit), "unit": one["unit"]}
            told.append(Message(f"{HELD}.{_WORDS[one['op']]}", {"item": item, **shown}))
    return tuple(told)


def limit_rows() -> Mapping[str, Mapping[str, Any]]:
    """Return the limits by statement."""
    rows: Mapping[str, Mapping[str, Any]] = statement_settings()["limit"]
    return rows


def _rounded(value: float, limit: float) -> float | int:
    """Round a value as far as it is not printed as its limit.

    >>> _rounded(99.97, 100.0), _rounded(98.4, 100.0)
    (99.97, 98)
    """
    digits = next((d for d in range(4) if round(value, d) != limit), 4)
    return _short(round(value, digits if abs(limit) >= 1.0 else max(digits, 2)))


def _short(value: float) -> float | int:
    return int(value) if value == int(value) else value
