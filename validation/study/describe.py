"""Who took part: what the index test read of cases and of the others."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..data.people import People
from ..statistics.estimate import BoolArray, FloatArray

_QUARTILES = (0.25, 0.5, 0.75)


def describe(people: People, inputs: Sequence[str]) -> list[dict[str, Any]]:
    """Return one row an input: known, mean, spread and quartiles, by reference standard."""
    rows = []
    for j, name in enumerate(inputs):
        values = np.where(people.observed[:, j], people.x[:, j], np.nan)
        known = values[np.isfinite(values)]
        rows.append(
            {
                "input": name,
                "is_yes_no": bool(len(known) and set(np.unique(known)) <= {0.0, 1.0}),
                "cases": _summary(values, people.case),
                "others": _summary(values, ~people.case),
            }
        )
    return rows


def _summary(values: FloatArray, among: BoolArray) -> dict[str, Any]:
    inside = values[among]
    known = inside[np.isfinite(inside)]
    found: dict[str, Any] = {"n": len(inside), "known": len(known)}
    if len(known) > 1:
        found["mean"] = float(known.mean())
        found["sd"] = float(known.std(ddof=1))
        found["quartiles"] = [float(q) for q in np.quantile(known, _QUARTILES)]
        found["yes"] = int((known == 1.0).sum())
    return found
