"""Which rows of the table of thresholds may be told beside the counts of a plan.

People of a risk from a threshold up are nested in each other and cut through bands and calls; a
difference of what is printed must tell of no 1 to 10 people.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from ..overlap import BoolArray, Count, is_told
from ..people import PlanPeople
from .calls import BAND_ORDER, CallList
from .thresholds import ThresholdRow


def shown_rows(
    rows: Sequence[ThresholdRow], people: PlanPeople, calls: CallList, told: Mapping[str, Count]
) -> tuple[ThresholdRow, ...]:
    """Return the rows of which no group of 1 to 10 people can be worked out.

    Parameters
    ----------
    rows : in ascending order of the threshold
    told : how many people are told to be of each band, and ``called``
    """
    groups = _Groups(people, calls, told)
    shown: list[ThresholdRow] = []
    for row in rows:
        tested = np.nan_to_num(people.risk, nan=-1.0) >= row.risk
        if row.tests and is_told(row.tests) and groups.hides_few(tested):
            shown.append(row)
            groups.nested.append(tested)
    return tuple(shown)


class _Groups:
    """The groups of people whose number is told.

    Attributes
    ----------
    bands : they share nobody
    nested : everybody, those whose risk was answered, the calls, and the rows that are shown
    """

    def __init__(self, people: PlanPeople, calls: CallList, told: Mapping[str, Count]) -> None:
        of = people.band.to_pylist()
        place = np.array([BAND_ORDER.index(band) for band in of], dtype=np.int64)
        shown = [isinstance(told[band], int) for band in BAND_ORDER]
        self.bands = [place == i for i, is_shown in enumerate(shown) if is_shown]
        self.nested = [np.ones(people.n, dtype=np.bool_), np.isfinite(people.risk)]
        if isinstance(told["called"], int):
            called = np.zeros(people.n, dtype=np.bool_)
            called[calls.order] = True
            self.nested.append(called)

    def hides_few(self, part: BoolArray) -> bool:
        """Say whether no difference between a group and those that are told is of 1 to 10 people.

        A difference of two groups, one of which lies in the other, may hold whole bands that are
        told: less any of them it must not be so few either, nor must what the bands that are cut by
        the difference hold beside it.
        """
        for other in [np.zeros(len(part), dtype=np.bool_), *self.nested, *self.bands]:
            if not (other & ~part).any():
                rest = part & ~other
            elif not (part & ~other).any():
                rest = other & ~part
            else:
                continue
            inside = [int(b.sum()) for b in self.bands if b.any() and not (b & ~rest).any()]
            n = int(rest.sum())
            left = [n - less for less in _sums(inside)]
            if not all(is_told(number) for number in [*left, self._beside(rest)]):
                return False
        return True

    def _beside(self, rest: BoolArray) -> int:
        """Return how many people of the bands that are cut by some people are not among those.

        0 where one of these bands is not told: then nothing is known of it.
        """
        cut = [b for b in self.bands if (b & rest).any() and (b & ~rest).any()]
        whole = [b for b in self.bands if not (b & ~rest).any()]
        among = rest & ~np.logical_or.reduce([np.zeros(len(rest), dtype=np.bool_), *whole])
        beside = np.logical_or.reduce([np.zeros(len(rest), dtype=np.bool_), *cut])
        return 0 if (among & ~beside).any() else int((beside & ~among).sum())


def _sums(numbers: Sequence[int]) -> set[int]:
    """Return the sum of every choice of some numbers, of none too.

    >>> sorted(_sums([1, 10]))
    [0, 1, 10, 11]
    """
    picks = (c for size in range(len(numbers) + 1) for c in combinations(numbers, size))
    return {sum(one) for one in picks}
