"""Exact centroid of a union of clipped or scaled straight-line terms: no grid.

The height of the union at y is A(y) = max over terms j of min(level_j, T_j(y)) (clip) or level_j
* T_j(y) (scale). It is a straight line between breakpoints: the corners of the terms, the points
where an edge reaches a level, and the crossings of edges. Every such point is listed (one too
many does no harm), sorted, and each piece is integrated by the two-point Gauss rule, which is
exact for the cubic at most that y * A(y) is, and looks only inside the piece, so that a vertical
edge does no harm either.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from .membership import FloatArray, corners
from .variables import LinguisticVariable

GAUSS = 0.5 / np.sqrt(3.0)
"""The two Gauss points stand this share of a piece from its middle."""
TIE = 1e-9
"""Heights that differ by less than this share of the highest level count as equal: two ways to
compute one membership differ by about 1e-16, and who owns an area must not hang on that."""
Edge = tuple[float, float]
"""(zero, full): where a sloping edge is 0 and where it is 1."""


@dataclass(frozen=True)
class OutputTerms:
    """The terms of an output variable as trapezoids on its universe.

    Parameters
    ----------
    variable : its terms are piecewise linear
    implication : "clip" or "scale"
    """

    variable: LinguisticVariable
    implication: str

    @property
    def low(self) -> float:
        """Low end of the universe."""
        return self.variable.universe.low

    @property
    def high(self) -> float:
        """High end of the universe."""
        return self.variable.universe.high

    @cached_property
    def trapezoids(self) -> FloatArray:
        """Shape (m, 4): left, top left, top right, right."""
        terms = self.variable.terms
        return np.array([corners(t.shape, t.parameters, self.low, self.high) for t in terms])

    def edges(self, j: int) -> list[Edge]:
        """Return the sloping edges of term j."""
        left, top_left, top_right, right = (float(v) for v in self.trapezoids[j])
        return [e for e in ((left, top_left), (right, top_right)) if e[0] != e[1]]

    def heights(self, y: FloatArray, levels: FloatArray) -> FloatArray:
        """Height of every term, shape (n, q, m), at y (n, q) for levels (n, m)."""
        truth = np.stack(
            [t.membership(y.ravel()).reshape(y.shape) for t in self.variable.terms], axis=2
        )
        level = levels[:, None, :]
        return np.minimum(truth, level) if self.implication == "clip" else truth * level

    def breakpoints(self, levels: FloatArray) -> FloatArray:
        """List every point where the union may bend, (n, b), inside the universe, not sorted."""
        n = len(levels)
        fixed = np.concatenate([[self.low, self.high], self.trapezoids.ravel()])
        moving = self._clip_points if self.implication == "clip" else self._scale_points
        points = [np.broadcast_to(fixed, (n, len(fixed))), *(p[:, None] for p in moving(levels))]
        return np.clip(np.concatenate(points, axis=1), self.low, self.high)

    def _clip_points(self, levels: FloatArray) -> Iterator[FloatArray]:
        """Every edge at every level, and every crossing of two edges."""
        ones, m = np.ones(len(levels)), len(self.trapezoids)
        for j in range(m):
            for zero, full in self.edges(j):
                for i in range(m):
                    yield zero + levels[:, i] * (full - zero)
        for i, j in combinations(range(m), 2):
            for first in self.edges(i):
                for second in self.edges(j):
                    yield self._crossing(first, ones, second, ones)

    def _scale_points(self, levels: FloatArray) -> Iterator[FloatArray]:
        """Every crossing of an edge with another edge, or with the top of another term."""
        for i, j in combinations(range(len(self.trapezoids)), 2):
            for first in self.edges(i):
                yield self._reaches(first, levels[:, i], levels[:, j])
                for second in self.edges(j):
                    yield self._crossing(first, levels[:, i], second, levels[:, j])
            for second in self.edges(j):
                yield self._reaches(second, levels[:, j], levels[:, i])

    def _crossing(self, a: Edge, top_a: FloatArray, b: Edge, top_b: FloatArray) -> FloatArray:
        """Where two scaled edges have one height; the low end where they never do."""
        slope_a, slope_b = top_a / (a[1] - a[0]), top_b / (b[1] - b[0])
        return self._divide(slope_a * a[0] - slope_b * b[0], slope_a - slope_b)

    def _reaches(self, edge: Edge, top: FloatArray, level: FloatArray) -> FloatArray:
        """Where a scaled edge reaches a level; the low end where it never does."""
        return self._divide(edge[0] * top + (edge[1] - edge[0]) * level, top)

    def _divide(self, above: FloatArray, below: FloatArray) -> FloatArray:
        zero = below == 0.0
        with np.errstate(over="ignore"):
            return np.where(zero, self.low, above / np.where(zero, 1.0, below))


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """The union between neighbouring nodes.

    Parameters
    ----------
    nodes : shape (n, q), ascending, from the low to the high end of the universe
    area : shape (n, q - 1)
    moment : shape (n, q - 1), integral of (y - low) * A(y)
    heights : shape (n, q - 1, m), height of every term in the middle of each piece
    """

    nodes: FloatArray
    area: FloatArray
    moment: FloatArray
    heights: FloatArray


def pieces(terms: OutputTerms, levels: FloatArray, nodes: FloatArray) -> Pieces:
    """Integrate the union between nodes that hold all its breakpoints.

    Parameters
    ----------
    terms : of the output
    levels : shape (n, m), greatest firing of the rules that conclude each term
    nodes : shape (n, q), ascending
    """
    width, middle = np.diff(nodes, axis=1), (nodes[:, :-1] + nodes[:, 1:]) / 2
    points = np.stack([middle - GAUSS * width, middle + GAUSS * width])
    heights = np.stack([terms.heights(y, levels) for y in points])
    areas = heights.max(axis=3) * width / 2
    moment = (areas * (points - terms.low)).sum(axis=0)
    return Pieces(nodes, areas.sum(axis=0), moment, heights.mean(axis=0))


def centroid(parts: Pieces, low: float, high: float) -> FloatArray:
    """Centre of the area, shape (n,); the middle of the universe where there is no area."""
    area, moment = parts.area.sum(axis=1), parts.moment.sum(axis=1)
    empty = area <= 0.0
    centre = low + moment / np.where(empty, 1.0, area)
    return np.where(empty, (low + high) / 2, centre)


def term_shares(parts: Pieces, levels: FloatArray) -> FloatArray:
    """Share of every term in the area, shape (n, m).

    Each point belongs to the term that is highest there; where several are (to within `TIE` of
    the highest level) it is split equally among them. Shares sum to 1 where there is an area,
    else they are 0.
    """
    slack = TIE * levels.max(axis=1)[:, None, None]
    top = parts.heights.max(axis=2, keepdims=True)
    owns = (parts.heights >= top - slack) & (parts.heights > 0.0)
    split = owns / np.maximum(owns.sum(axis=2, keepdims=True), 1)
    owned = np.einsum("nq,nqm->nm", parts.area, split)
    total = owned.sum(axis=1, keepdims=True)
    return np.divide(owned, total, out=np.zeros_like(owned), where=total > 0.0)


def centroid_bounds(
    terms: OutputTerms, least: FloatArray, greatest: FloatArray, nodes: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Bound the centroid over all levels between two sets of levels.

    Every such union lies between the union A at `least` and the union B at `greatest`. Its
    centroid is lowest if it is B before some point s and A after it (Karnik and Mendel 2001,
    doi:10.1016/S0020-0255(01)00069-X), at the s for which
    F(s) = integral before s of (y - s) B + integral after s of (y - s) A is 0. F falls and is
    concave between nodes, so the chord through the nodes around its root meets 0 at or before the
    root: the bound is sound. The upper bound is the mirror image (A before, B after; convex).

    Parameters
    ----------
    terms : of the output
    least, greatest : shape (n, m)
    nodes : shape (n, q), ascending, holding the breakpoints of both unions; more make it tighter

    Returns
    -------
    low and high, shape (n,) each
    """
    small, large = pieces(terms, least, nodes), pieces(terms, greatest, nodes)
    lowest = _root(nodes, _balance(large, small, terms.low), np.greater_equal)
    highest = _root(nodes, _balance(small, large, terms.low), np.greater)
    return lowest, highest


def _balance(before: Pieces, after: Pieces, low: float) -> FloatArray:
    """F at every node, shape (n, q)."""
    zero = np.zeros((len(before.nodes), 1))
    y = before.nodes - low
    area = np.concatenate([zero, before.area.cumsum(axis=1)], axis=1)
    moment = np.concatenate([zero, before.moment.cumsum(axis=1)], axis=1)
    rest_area = after.area.sum(axis=1, keepdims=True) - _running(after.area)
    rest_moment = after.moment.sum(axis=1, keepdims=True) - _running(after.moment)
    return moment - y * area + rest_moment - y * rest_area


def _running(values: FloatArray) -> FloatArray:
    return np.concatenate([np.zeros((len(values), 1)), values.cumsum(axis=1)], axis=1)


def _root(
    nodes: FloatArray, balance: FloatArray, holds: Callable[[FloatArray, float], FloatArray]
) -> FloatArray:
    """Where the chord of a falling function meets 0, after the last node at which it `holds`."""
    last = nodes.shape[1] - 2
    at = np.clip(holds(balance, 0.0).sum(axis=1) - 1, 0, last)[:, None]
    y0, y1 = np.take_along_axis(nodes, at, 1), np.take_along_axis(nodes, at + 1, 1)
    f0, f1 = np.take_along_axis(balance, at, 1), np.take_along_axis(balance, at + 1, 1)
    drop = f0 - f1
    share = np.divide(f0, drop, out=np.zeros_like(f0), where=drop > 0.0)
    return (y0 + np.clip(share, 0.0, 1.0) * (y1 - y0))[:, 0]
