"""The frontal axis of the QRS is a circle: the quarter that is neither left nor right.

From -90 to -180 degrees an axis is extreme (right superior; AHA/ACCF/HRS 2009 part III). Left and
right deviation end there, so none of them is absent: a deviation was printed as absent at -179
degrees and as present at 179.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ...fixedpoint import FloatArray
from ...fuzzy.status import BoolArray
from ...prediagnosis import Message
from .limits import HELD
from .said import ABSENT, NOT_ASSESSABLE, Statement
from .settings import statement_settings


def is_extreme(axis_deg: FloatArray) -> BoolArray:
    """Say where an axis lies in the quarter between -90 and -180 degrees; NaN nowhere.

    >>> is_extreme(np.array([-90.0, -90.1, -180.0, 180.0, 179.0, np.nan])).tolist()
    [False, True, False, False, False, False]
    """
    low, high = statement_settings()["extreme_axis"]["between"]
    return np.asarray((axis_deg > low) & (axis_deg < high), dtype=np.bool_)


def as_rules_read(axis_deg: FloatArray) -> FloatArray:
    """Return an axis as the soft words of the rules read it: 181 degrees is right of 179.

    The rules cut the circle at 180 degrees, in the middle of what is uncertain about an axis of
    179 degrees; here it is cut at -90.

    >>> as_rules_read(np.array([-179.0, -91.0, -90.0, 175.0])).tolist()
    [181.0, 269.0, -90.0, 175.0]
    """
    return np.where(
        is_extreme(axis_deg), axis_deg + statement_settings()["extreme_axis"]["turn"], axis_deg
    )


def allows_present(names: tuple[str, ...], axis_deg: FloatArray) -> BoolArray:
    """Say which statements on the axis an axis leaves room for, shape (n, s)."""
    ends = [name in statement_settings()["extreme_axis"]["of"] for name in names]
    return ~(is_extreme(axis_deg)[:, None] & np.array(ends))


def as_axis_is_extreme(said: Statement, values: Mapping[str, float]) -> Statement:
    """Say of a statement that its axis is extreme; an absent deviation is then not assessable.

    Parameters
    ----------
    said : the statement, borderline at most where the axis is extreme
    values : features of the recording
    """
    row = statement_settings()["extreme_axis"]
    axis = values.get(row["feature"], float("nan"))
    if said.name not in row["of"] or not bool(is_extreme(np.array(axis))):
        return said
    if said.state == ABSENT and said.name in row["never_absent"]:
        return replace(said, state=NOT_ASSESSABLE, score=float("nan"), why=(row["why"],))
    if said.state in (ABSENT, NOT_ASSESSABLE):
        return said
    others = (m for m in said.held if not m.id.startswith(HELD))
    return replace(said, held=(*others, Message(row["held"], {"value": round(axis)})))
