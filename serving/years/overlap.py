"""Counts of groups that overlap: which may be told without telling of 1 to 10 people."""

from collections.abc import Collection, Mapping

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


def shown_counts(
    groups: Mapping[str, BoolArray], whole: BoolArray, apart: Collection[str] = ()
) -> dict[str, Count]:
    """Return counts of groups that may overlap, so that none of 1 to 10 people can be worked out.

    Hidden are a small group, one whose others in the whole are so few, and of two groups of which
    one lies in the other and lacks so few of it the smaller one; where a single group is hidden the
    smallest of the others is hidden too. So are the smallest groups as long as those that are shown
    add up to a whole and 1 to 10 people more: so many are in several, or in no other.

    Parameters
    ----------
    groups : everybody of the whole is in one of them, where ``apart`` are named
    whole : who is counted
    apart : groups that share nobody with any other
    """
    counts = {group: int(rows.sum()) for group, rows in groups.items()}
    close = {
        group
        for group, rows in groups.items()
        if counts[group]
        and not (is_apart(whole, rows) and all(_keeps_apart(rows, o) for o in groups.values()))
    }
    while True:
        told = _told(counts, close)
        shown = [(n, group) for group, n in told.items() if isinstance(n, int) and n]
        if not shown or not _tells_of_few(told, int(whole.sum()), apart):
            return told
        close.add(min(shown)[1])


def _told(counts: Mapping[str, int], close: Collection[str]) -> dict[str, Count]:
    shown = suppressed({g: (1 if g in close else n) for g, n in counts.items()})
    return {g: "hidden" if g in close and counts[g] >= SMALLEST_SHOWN else shown[g] for g in counts}


def _tells_of_few(told: Mapping[str, Count], n: int, apart: Collection[str]) -> bool:
    """Say whether sums of the counts that are shown tell of 1 to 10 people of a whole of n.

    What the groups apart leave of the whole is shared by the others: less one of them, it is who is
    in no group but the others; and where all are shown their sum, less it, is the overlap.
    """
    rest = n - sum(c for g, c in told.items() if g in apart and isinstance(c, int))
    others = [c for g, c in told.items() if g not in apart]
    shown = [c for c in others if isinstance(c, int)]
    overlap = sum(shown) - rest if len(shown) == len(others) else 0
    return not all(is_told(max(d, 0)) for d in (overlap, *(rest - c for c in shown if c)))


def _keeps_apart(small: BoolArray, large: BoolArray) -> bool:
    """Say whether a group that lies in another lacks either nobody of it or enough."""
    if small is large or bool((small & ~large).any()):
        return True
    return is_apart(large, small)
