"""Which numbers of visits or values would tell, beside others of a report, of 1 to 10 people.

Of the values of an item are counted the visits, those that have it, and those of which it could be
used; of a risk the visits that were asked about, and those that were answered. Two such numbers
that differ by 1 to 10 tell of those few, whatever is hidden of their share.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Final

from ...batch.result.aggregate import suppressed
from .judge import Series
from .series import (
    INPUT,
    MISSING,
    NOT_ASSESSABLE,
    REFUSED_VALUE,
    RISK,
    SUSPECT_VALUE,
    Place,
)
from .tally import DEVICE

_CHAINS: Final = (
    ((MISSING,), (REFUSED_VALUE, SUSPECT_VALUE), (INPUT,)),
    ((NOT_ASSESSABLE,), (RISK,)),
)
"""Measures by the number that they count in, the larger one first."""


def hidden_sizes(series: Sequence[Series]) -> set[tuple[Place, int]]:
    """Return the series and months of which the number of visits or values is hidden.

    Of the sites, or the devices of one item, at least two are hidden where one is.
    """
    sizes = {(one.place, point.month): point.n for one in series for point in one.points}
    found = set()
    for chain in _CHAINS:
        for larger, smaller in combinations(chain, 2):
            for rest in _rests(sizes, larger[0], smaller[0]).values():
                told = suppressed({str(i): n for i, n in enumerate(rest.values())})
                few = [
                    p for p, n in zip(rest, told.values(), strict=True) if not isinstance(n, int)
                ]
                found |= {
                    (place._replace(measure=m), month) for place, month in few for m in smaller
                }
    return found


def _rests(
    sizes: Mapping[tuple[Place, int], int], larger: str, smaller: str
) -> dict[tuple[str, ...], dict[tuple[Place, int], int]]:
    """Return, by what is parted by site or device, how many only the larger number has."""
    rests: dict[tuple[str, ...], dict[tuple[Place, int], int]] = defaultdict(dict)
    for (place, month), n in sizes.items():
        whole = sizes.get((place._replace(measure=larger), month))
        if place.measure == smaller and whole is not None:
            item = place.group.partition(": ")[0] if place.by == DEVICE else ""
            key = (place.name, place.by, item, place.release, str(month))
            rests[key][place, month] = max(whole - n, 0)
    return rests
