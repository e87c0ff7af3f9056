"""What must be seen before a statement is called present: without it, it is borderline at most.

A score adds up what speaks for and against. A regular rhythm without P waves got a score for
flutter although no wave of flutter was there: what is missing is no evidence of something else.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...fixedpoint import FloatArray
from ...fuzzy.status import BoolArray
from .conditions import holds
from .settings import statement_settings


def is_shown(names: Sequence[str], features: Mapping[str, FloatArray], n: int) -> BoolArray:
    """Say where what must be seen of a statement was seen.

    Parameters
    ----------
    names : of ``s`` statements
    features : name -> shape (n,), NaN where not measured: what is not measured was not seen
    n : number of ECGs

    Returns
    -------
    shape (n, s), True for a statement of which nothing special is asked
    """
    found = np.ones((n, len(names)), dtype=np.bool_)
    unknown = np.full(n, np.nan)
    for name, row in _rows().items():
        if name in names:
            held = {
                kind: [holds(c, features.get(c["feature"], unknown)) for c in row[kind]]
                for kind in ("all", "any")
                if kind in row
            }
            found[:, names.index(name)] = np.all(held["all"], axis=0) if "all" in held else True
            if "any" in held:
                found[:, names.index(name)] &= np.any(held["any"], axis=0)
    return found


def why_not_shown(name: str) -> str:
    """Return the message id of what was not seen of a statement."""
    return str(_rows()[name]["why"])


def _rows() -> Mapping[str, Mapping[str, Any]]:
    rows: Mapping[str, Mapping[str, Any]] = statement_settings()["evidence"]
    return rows
