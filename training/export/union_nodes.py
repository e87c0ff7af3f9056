"""The union of the output terms of a Mamdani system as nodes of a graph, with its centroid."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from ...engine.fuzzy.breakpoints import REFINEMENT, BreakPlan, plan_breakpoints
from ...engine.fuzzy.centroid import GAUSS, TIE
from ...engine.fuzzy.status import BoolArray
from ...engine.fuzzy.system import MamdaniSystem
from .builder import GraphBuilder
from .fuzzy_nodes import trapezoid_lines

TINY, HUGE = float(np.finfo(np.float64).tiny), float(np.finfo(np.float64).max)


@dataclass(frozen=True, slots=True)
class Pieces:
    """Tensors of the union between neighbouring nodes; all y count from the low end.

    nodes (q, n); area, moment, top (p, n) and heights (u, p, n): twice the area, the moment, the
    height of the union and the height of each term in the middle of each of p pieces. Twice, for
    only their ratios are used and halving them would take operators.
    """

    nodes: str
    area: str
    moment: str
    top: str
    heights: str
    count: int


class UnionNodes:
    """The union of the output terms: see `engine.fuzzy.centroid` for what each step means."""

    def __init__(self, g: GraphBuilder, system: MamdaniSystem) -> None:
        self.g, self.system = g, system
        self.plan: BreakPlan = plan_breakpoints(system)
        universe = system.output.universe
        self.low, self.high, self.span = universe.low, universe.high, universe.high - universe.low
        self.has_steps = self.plan.has_steps(self.low, self.high)
        self.above = self.plan.above - self.low * self.plan.below
        lines = [trapezoid_lines(system.output.terms[u], universe) for u in self.plan.used]
        shift, scale = np.array(lines).transpose(2, 1, 0)[..., None, None]
        self.shift = [g.const(side) for side in shift - self.low]
        self.scale = [g.const(side) for side in scale]

    def weighted(self, truth: str, evaluated: str) -> str:
        """Multiply truth by weight, (r, n); 0 where the record is not evaluated."""
        g = self.g
        if (self.system.weights != 1.0).any():
            truth = g.op("Mul", truth, g.column(self.system.weights))
        return g.op("Mul", truth, evaluated)

    def levels(self, firing: str) -> str:
        """Greatest firing of the rules of each used term, (u, n)."""
        index, _ = self._rules_of_terms()
        return self.g.reduce("ReduceMax", self.g.gather(firing, index))

    def _count(self, chosen: str) -> str:
        """Count the chosen rules of each used term, (u, n)."""
        index, real = self._rules_of_terms()
        rules = self.g.gather(chosen, index)
        if not real.all():
            rules = self.g.op("Mul", rules, self.g.const(real[..., None]))
        return self.g.reduce("ReduceSum", rules)

    def _rules_of_terms(self) -> tuple[NDArray[np.int64], BoolArray]:
        """Rules of each used term, (longest, u), repeated to one length; which are the first."""
        rules = [np.flatnonzero(self.plan.own == u) for u in range(len(self.plan.used))]
        longest = max(len(own) for own in rules)
        index = np.array([np.resize(own, longest) for own in rules]).T
        return index, np.array([np.arange(longest) < len(own) for own in rules]).T

    def points(self, levels: str) -> str:
        """Breakpoints inside the universe, (b, n), not sorted."""
        g, plan = self.g, self.plan
        first = g.gather(levels, plan.first)
        y = g.op("Add", g.op("Mul", first, g.column(self.above[:, 1])), g.column(self.above[:, 0]))
        if plan.divides:
            second = g.gather(levels, plan.second)
            y = g.op("Add", y, g.op("Mul", second, g.column(self.above[:, 2])))
            below = g.op("Mul", first, g.column(plan.below[:, 1]))
            below = g.op("Add", below, g.op("Mul", second, g.column(plan.below[:, 2])))
            below = g.op("Add", below, g.column(plan.below[:, 0]))
            none = g.op("Equal", below, g.const(0.0))
            y = g.op("Div", y, g.op("Where", none, g.const(1.0), below))
            y = g.op("Where", none, g.const(0.0), y)
        inside = (plan.trapezoids >= self.low).all() and (plan.trapezoids <= self.high).all()
        if inside and not plan.divides:
            return y
        return g.op("Clip", y, g.const(0.0), g.const(self.span))

    def sort(self, points: str, count: int | None = None) -> str:
        """Sort along axis 0."""
        return self.g.sort(points, count or len(self.plan.first))

    def pieces(self, levels: str, nodes: str) -> Pieces:
        """Integrate the union between the nodes of the score."""
        by = self._between_steps if self.has_steps else self._between_nodes
        return by(levels, nodes, len(self.plan.first))

    def _between_nodes(self, levels: str, nodes: str, count: int) -> Pieces:
        """Integrate straight lines from their values at the nodes.

        With p, y, n a node and its neighbours, the node's height counts (n - p) / 2 in the area and
        (n - p) (p + y + n) / 6 in the moment: the integrals of two straight pieces, summed by
        parts. So the moments are those of nodes, not of pieces, and the last piece is empty.
        """
        g = self.g
        after = np.minimum(np.arange(count) + 1, count - 1)
        before = np.maximum(np.arange(count) - 1, 0)
        heights = self._heights(nodes, levels)
        sums = g.op("Add", heights, g.gather(heights, after, axis=1))
        top, union = g.reduce("ReduceMax", sums), g.reduce("ReduceMax", heights)
        following, preceding = g.gather(nodes, after), g.gather(nodes, before)
        area = g.op("Mul", g.op("Sub", following, nodes), top)
        places = g.op("Add", g.op("Add", following, nodes), preceding)
        places = g.op("Mul", places, g.op("Sub", following, preceding))
        moment = g.op("Mul", g.op("Mul", places, union), g.const(1 / 3))
        return Pieces(nodes, area, moment, top, sums, count)

    def _between_steps(self, levels: str, nodes: str, count: int) -> Pieces:
        """Integrate by the two-point Gauss rule, which looks only inside the pieces."""
        g = self.g
        start = g.gather(nodes, np.arange(count - 1))
        end = g.gather(nodes, np.arange(1, count))
        width = g.op("Sub", end, start)
        lean = g.op("Mul", width, g.const(0.5 - GAUSS))
        places = g.op("Add", start, lean), g.op("Sub", end, lean)
        heights = [self._heights(y, levels) for y in places]
        tops = [g.reduce("ReduceMax", each) for each in heights]
        top = g.op("Add", *tops)
        moments = [g.op("Mul", y, height) for y, height in zip(places, tops, strict=True)]
        moment = g.op("Mul", width, g.op("Add", *moments))
        area, sums = g.op("Mul", width, top), g.op("Add", *heights)
        return Pieces(nodes, area, moment, top, sums, count - 1)

    def _heights(self, y: str, levels: str) -> str:
        """Height of every term, (u, q, n)."""
        g = self.g
        level = g.op("Unsqueeze", levels, g.const([1], "int64"))
        lines = [
            g.op("Div", g.op("Sub", y, shift), scale)
            for shift, scale in zip(self.shift, self.scale, strict=True)
        ]
        if self.system.implication == "clip":
            return g.op("Clip", g.op("Min", *lines, level), g.const(0.0), g.const(1.0))
        return g.op("Mul", g.op("Clip", g.op("Min", *lines), g.const(0.0), g.const(1.0)), level)

    def total(self, parts: Pieces) -> str:
        """Whole area, (n,), above 0."""
        return self._at_least(self.g.reduce("ReduceSum", parts.area), TINY)

    def centroid(self, parts: Pieces, total: str) -> str:
        """Centre of the area, (n,)."""
        centre = self.g.op("Div", self.g.reduce("ReduceSum", parts.moment), total)
        return self.g.op("Add", centre, self.g.const(self.low)) if self.low else centre

    def rule_shares(self, parts: Pieces, total: str, firing: str, levels: str, peak: str) -> str:
        """Share of every rule in the area, (r, n)."""
        g, own = self.g, self.plan.own
        slack = g.op("Mul", peak, g.const(TIE))
        owns = self._near(parts.heights, parts.top, g.op("Mul", peak, g.const(2 * TIE)))
        owners = self._at_least(g.reduce("ReduceSum", owns), 1.0)
        owned = g.op("Mul", owns, g.op("Div", parts.area, owners))
        owned = g.gather(
            g.op("CumSum", owned, g.const(1, "int64")), len(self.plan.first) - 2, axis=1
        )
        strongest = self._near(firing, g.gather(levels, own), slack)
        rivals = self._at_least(self._count(strongest), 1.0)
        share = g.op("Div", owned, g.op("Mul", total, rivals))
        return g.op("Mul", strongest, g.gather(share, own))

    def _at_least(self, tensor: str, least: float) -> str:
        """Raise what is lower ("Clip" is several times faster than "Max" with one number)."""
        return self.g.op("Clip", tensor, self.g.const(least), self.g.const(HUGE))

    def _near(self, height: str, top: str, slack: str) -> str:
        """1 where a height is above 0 and not below the top by more than the slack, else 0."""
        g = self.g
        needed = self._at_least(g.op("Sub", top, slack), TINY)
        return g.op("Cast", g.op("GreaterOrEqual", height, needed), to=TensorProto.DOUBLE)

    def bounds(self, least: str, greatest: str) -> tuple[str, str]:
        """Bounds of the centroid for levels between two sets, (n,) each: `centroid_bounds`."""
        g = self.g
        grid = np.linspace(0.0, self.span, REFINEMENT + 2)
        zero = g.op("Mul", g.gather(least, [0] * len(grid)), g.const(0.0))
        fixed = g.op("Add", zero, g.column(grid))
        points = g.concat(self.points(least), self.points(greatest), fixed)
        count = 2 * len(self.plan.first) + len(grid)
        nodes = self.sort(points, count)
        small, large = (self._between_steps(h, nodes, count) for h in (least, greatest))
        lowest = self._root(nodes, self._balance(large, small), "GreaterOrEqual")
        return lowest, self._root(nodes, self._balance(small, large), "Greater")

    def _balance(self, before: Pieces, after: Pieces) -> str:
        """Evaluate, at every node, the function of the switch point whose root is a bound."""
        g = self.g
        area = g.op("Add", self._running(before.area), self._rest(after.area))
        moment = g.op("Add", self._running(before.moment), self._rest(after.moment))
        return g.op("Sub", moment, g.op("Mul", before.nodes, area))

    def _running(self, values: str) -> str:
        """Sum of the pieces before each node."""
        g = self.g
        zero = g.op("Mul", g.gather(values, [0]), g.const(0.0))
        return g.concat(zero, g.op("CumSum", values, g.const(0, "int64")))

    def _rest(self, values: str) -> str:
        """Sum of the pieces after each node."""
        return self.g.op("Sub", self.g.reduce("ReduceSum", values), self._running(values))

    def _root(self, nodes: str, balance: str, holds: str) -> str:
        """Where the chord after the last node that holds meets 0."""
        g = self.g
        n_nodes = 2 * len(self.plan.first) + REFINEMENT + 2
        count = g.op("Cast", g.op(holds, balance, g.const(0.0)), to=TensorProto.INT64)
        at = g.op("Sub", g.reduce("ReduceSum", count), g.const(1, "int64"))
        at = g.op("Clip", at, g.const(0, "int64"), g.const(n_nodes - 2, "int64"))
        at = g.op("Unsqueeze", at, g.const([0], "int64"))
        after = g.op("Add", at, g.const(1, "int64"))
        y0, y1, f0, f1 = (
            g.op("Squeeze", g.op("GatherElements", t, i, axis=0), g.const([0], "int64"))
            for t in (nodes, balance)
            for i in (at, after)
        )
        drop = g.op("Sub", f0, f1)
        falls = g.op("Greater", drop, g.const(0.0))
        share = g.op("Div", f0, g.op("Where", falls, drop, g.const(1.0)))
        share = g.op("Clip", g.op("Where", falls, share, g.const(0.0)), g.const(0.0), g.const(1.0))
        root = g.op("Add", y0, g.op("Mul", share, g.op("Sub", y1, y0)))
        return g.op("Add", root, g.const(self.low))
