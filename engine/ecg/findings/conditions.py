"""A row on one measured feature: an operator and a value, as limits and evidence have it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...fixedpoint import FloatArray
from ...fuzzy.status import BoolArray
from ...scores.tables import OPERATORS


def holds(row: Mapping[str, Any], values: FloatArray) -> BoolArray:
    """Say where the condition of a row holds; what was not measured (NaN) meets none.

    Parameters
    ----------
    row : ``op`` and ``value``
    values : of the row's feature

    >>> holds({"op": ">=", "value": 120.0}, np.array([119.6, 120.0, np.nan])).tolist()
    [False, True, False]
    """
    return np.asarray(OPERATORS[row["op"]](values, float(row["value"])), dtype=np.bool_)
