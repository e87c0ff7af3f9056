"""Where the union of output terms may bend, as arrays for torch layers and ONNX graphs.

The numpy score (`centroid.py`) lists every combination; this plan leaves out those that can't
bend the union (terms that do not overlap, terms that no rule concludes). The two are compared in
tests.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, permutations, product

import numpy as np
from numpy.typing import NDArray

from .centroid import Edge, OutputTerms
from .membership import FloatArray
from .system import MamdaniSystem
from .variables import Universe

REFINEMENT = 16
"""Points added for bounds of the centroid; more of them would only make the bounds tighter."""

Row = tuple[int, int, tuple[float, float, float], tuple[float, float, float]]
_ONE = (1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class BreakPlan:
    """Point b stands at (above[b] . (1, h_i, h_j)) / (below[b] . (1, h_i, h_j)).

    h_i and h_j are the levels of the terms i = first[b] and j = second[b]; where the denominator
    is 0 there is no such point and the low end of the universe stands for it.

    Parameters
    ----------
    used : positions of the output terms that some rule concludes, ascending
    own : shape (r,), position among `used` of the term that each rule concludes
    trapezoids : shape (u, 4), of the used terms
    first, second : shape (b,), positions among `used`
    above, below : shape (b, 3)
    """

    used: tuple[int, ...]
    own: NDArray[np.int64]
    trapezoids: FloatArray
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    above: FloatArray
    below: FloatArray

    @property
    def divides(self) -> bool:
        """Whether some denominator is not 1."""
        return not np.array_equal(self.below, np.tile(_ONE, (len(self.below), 1)))

    def has_steps(self, low: float, high: float) -> bool:
        """Whether some term has a vertical edge inside the universe."""
        left, top_left, top_right, right = self.trapezoids.T
        rises, falls = (left == top_left) & (left > low), (right == top_right) & (right < high)
        return bool((rises | falls).any())

    def points(self, levels: FloatArray, low: float, high: float) -> FloatArray:
        """List the points for levels (n, m) of all terms, (n, b), inside low..high, not sorted."""
        one = np.ones((len(levels), len(self.first)))
        used = levels[:, list(self.used)]
        h = np.stack([one, used[:, self.first], used[:, self.second]], axis=2)
        above, below = (h * self.above).sum(axis=2), (h * self.below).sum(axis=2)
        none = below == 0.0
        # A firing strength of 1e-312 makes a quotient beyond a float: it is clipped to an end.
        with np.errstate(over="ignore"):
            quotient = above / np.where(none, 1.0, below)
        return np.clip(np.where(none, low, quotient), low, high)


def bound_nodes(
    plan: BreakPlan, universe: Universe, least: FloatArray, greatest: FloatArray
) -> FloatArray:
    """Sort the breakpoints of two unions and a fixed grid, shape (n, q), for their bounds."""
    ends = (universe.low, universe.high)
    grid = np.linspace(*ends, REFINEMENT + 2)
    points = [plan.points(levels, *ends) for levels in (least, greatest)]
    return np.sort(np.concatenate([*points, np.tile(grid, (len(least), 1))], axis=1), axis=1)


def plan_breakpoints(system: MamdaniSystem) -> BreakPlan:
    """List the points that may bend the union of a system."""
    terms = OutputTerms(system.output, system.implication)
    used = tuple(sorted(set(system.output_index)))
    planner = _Planner(terms, used)
    moving = planner.clip() if system.implication == "clip" else planner.scale()
    rows = list(dict.fromkeys([*planner.fixed(), *moving]))
    return BreakPlan(
        used=used,
        own=np.array([used.index(term) for term in system.output_index]),
        trapezoids=terms.trapezoids[list(used)],
        first=np.array([row[0] for row in rows]),
        second=np.array([row[1] for row in rows]),
        above=np.array([row[2] for row in rows]),
        below=np.array([row[3] for row in rows]),
    )


class _Planner:
    """Goes over the used terms and their sloping edges."""

    def __init__(self, terms: OutputTerms, used: tuple[int, ...]) -> None:
        self.low, self.high = terms.low, terms.high
        self.boxes = [tuple(float(v) for v in terms.trapezoids[i]) for i in used]
        self.edges = [terms.edges(i) for i in used]

    def fixed(self) -> Iterator[Row]:
        """List the ends of the universe and the corners of every term inside it."""
        for y in sorted({self.low, self.high, *(v for box in self.boxes for v in box)}):
            if self.low <= y <= self.high:
                yield (0, 0, (y, 0.0, 0.0), _ONE)

    def clip(self) -> Iterator[Row]:
        """List edges at levels (own, and of terms that overlap them) and crossings of edges."""
        for j, edges in enumerate(self.edges):
            for zero, full in edges:
                for i, box in enumerate(self.boxes):
                    if i == j or self._overlap((zero, full), (box[0], box[3])):
                        yield (i, 0, (zero, full - zero, 0.0), _ONE)
        for i, j in combinations(range(len(self.boxes)), 2):
            for a, b in self._crossing_pairs(i, j):
                yield from self._fixed_crossing(a, b)

    def scale(self) -> Iterator[Row]:
        """List crossings of edges with edges and with tops of terms that overlap them."""
        for i, j in combinations(range(len(self.boxes)), 2):
            for a, b in self._crossing_pairs(i, j):
                (za, wa), (zb, wb) = (a[0], a[1] - a[0]), (b[0], b[1] - b[0])
                yield (i, j, (0.0, za / wa, -zb / wb), (0.0, 1 / wa, -1 / wb))
        for i, j in permutations(range(len(self.boxes)), 2):
            top = (self.boxes[j][1], self.boxes[j][2])
            for zero, full in self.edges[i]:
                if self._overlap((zero, full), top):
                    yield (i, j, (0.0, zero, full - zero), (0.0, 1.0, 0.0))

    def _crossing_pairs(self, i: int, j: int) -> Iterator[tuple[Edge, Edge]]:
        """Pair the edges of two terms that overlap."""
        for a, b in product(self.edges[i], self.edges[j]):
            if self._overlap(a, b):
                yield a, b

    def _fixed_crossing(self, a: Edge, b: Edge) -> Iterator[Row]:
        """Where two edges cross, whatever the levels."""
        slope_a, slope_b = 1 / (a[1] - a[0]), 1 / (b[1] - b[0])
        if slope_a != slope_b:
            y = (slope_a * a[0] - slope_b * b[0]) / (slope_a - slope_b)
            if self.low < y < self.high:
                yield (0, 0, (y, 0.0, 0.0), _ONE)

    def _overlap(self, a: Edge, b: Edge) -> bool:
        """Whether two ranges share more than a point inside the universe."""
        low = max(min(a), min(b), self.low)
        return low < min(max(a), max(b), self.high)
