"""Counts of groups that overlap: which may be told without telling of 1 to 10 people."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ..batch.result.aggregate import SMALLEST_SHOWN, suppressed

BoolArray = npt.NDArray[np.bool_]
Count = int | str


def is_told(count: int) -> bool:
    """Say whether a count is none, or of more people than are hidden."""
    return count == 0 or count >= SMALLEST_SHOWN


def is_apart(whole: BoolArray, part: BoolArray) -> bool:
    """Say whether a part of a whole, both shown, tells of no group of 1 to 10 people."""
    left = int(whole.sum()) - int((whole & part).sum())
    return is_told(left)


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
        and not (is_apart(whole, rows) and all(_keeps_apart(rows, o) for o in groups.values()))
    }
    shown = suppressed({g: (1 if g in close else n) for g, n in counts.items()})
    return {g: "hidden" if g in close and counts[g] >= SMALLEST_SHOWN else shown[g] for g in counts}


def _keeps_apart(small: BoolArray, large: BoolArray) -> bool:
    """Say whether a group that lies in another lacks either nobody of it or enough."""
    if small is large or bool((small & ~large).any()):
        return True
    return is_apart(large, small)
