"""Who took part: what the index test read of cases and of the others."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from ..data.people import People
from ..statistics.estimate import BoolArray, FloatArray
from .counts import counted

_SPREAD: Final = 2
_QUARTILES: Final = (0.25, 0.5, 0.75)


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
                "cases": _summary(people, values, people.case),
                "others": _summary(people, values, ~people.case),
            }
        )
    return rows


def _summary(people: People, values: FloatArray, among: BoolArray) -> dict[str, Any]:
    is_known = among & np.isfinite(values)
    known = values[is_known]
    sets = {"n": among, "known": is_known, "lacking": among & ~is_known}
    if len(known) < _SPREAD:
        return counted(people, sets)
    sets |= {"yes": is_known & (values == 1.0), "no": is_known & (values == 0.0)}
    return {
        **counted(people, sets),
        "mean": float(known.mean()),
        "sd": float(known.std(ddof=1)),
        "quartiles": [float(q) for q in np.quantile(known, _QUARTILES)],
    }
