"""The ONNX graph of a Mamdani system: score, firings and shares in one pass, centroid exact."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import onnx
from onnx import TensorProto

from ...engine.fuzzy.breakpoints import REFINEMENT, BreakPlan, plan_breakpoints
from ...engine.fuzzy.centroid import GAUSS, TIE
from ...engine.fuzzy.status import FIRES, Status
from ...engine.fuzzy.system import MamdaniSystem
from .builder import GraphBuilder, Port, refuse_unknown_outputs
from .fuzzy_nodes import RuleNodes, clean_nodes, trapezoid_lines
from .tsk_graph import metadata

EXTRA_OUTPUTS = ("status", "score_low", "score_high")


@dataclass(frozen=True, slots=True)
class Pieces:
    """Tensors of the union between neighbouring nodes.

    nodes (q, n); area, moment, top (q - 1, n); sums (u, q - 1, n): twice the height of every term
    in the middle of each piece; top: twice the height of the union there.
    """

    nodes: str
    area: str
    moment: str
    top: str
    sums: str


def mamdani_graph(
    system: MamdaniSystem, *, extra_outputs: Collection[str] = ("status",)
) -> onnx.ModelProto:
    """Build the graph.

    Inputs `x` float64 (n, k), `observed` bool (n, k). Outputs `score` (n,), `rule_firing` (n, r),
    `rule_share` (n, r), float64, equal to `engine.fuzzy.evaluate_mamdani`.

    Parameters
    ----------
    system : the rules
    extra_outputs : any of `status` (int64, codes of `Status`), `score_low` and `score_high`
        (range over all values of the missing inputs; they take about three times the work of the
        score)

    Raises
    ------
    ContractBroken : an extra output that is not known
    """
    refuse_unknown_outputs(extra_outputs, EXTRA_OUTPUTS)
    g = GraphBuilder()
    inputs = clean_nodes(g, system, system.required_mask)
    rules = RuleNodes(g, system, inputs)
    union = UnionNodes(g, system)
    may_miss = bool(system.optional)
    firing = union.weighted(rules.firing(greatest=False if may_miss else None), inputs.evaluated)
    levels = union.levels(firing)
    fires = g.op("Greater", g.reduce("ReduceMax", levels), g.const(FIRES))
    parts = union.pieces(levels, union.sort(union.points(levels)))
    score = g.op("Where", fires, union.centroid(parts), g.const((union.low + union.high) / 2))
    share = g.op("Where", fires, union.rule_shares(parts, firing, levels), g.const(0.0))
    silent = g.op("Where", fires, union.code(Status.ASSESSED), union.code(Status.NO_RULE_FIRED))
    outputs = {
        score: Port("score", "float64"),
        firing: Port("rule_firing", "float64", len(system.rules)),
        share: Port("rule_share", "float64", len(system.rules)),
    }
    extras = {g.op("Max", inputs.status, silent): Port("status", "int64")}
    if set(extra_outputs) - {"status"}:
        greatest = union.weighted(rules.firing(greatest=True), inputs.evaluated)
        bounds = union.bounds(levels, union.levels(greatest))
        absent = g.op("Cast", inputs.missing, to=TensorProto.INT64)
        whole = g.op("Equal", g.reduce("ReduceMax", absent), g.const(0, "int64"))
        for name, side, bound, end in zip(
            ("score_low", "score_high"),
            ("Min", "Max"),
            bounds,
            (union.low, union.high),
            strict=True,
        ):
            ranged = g.op("Where", whole, score, g.op(side, bound, score))
            extras[g.op("Where", fires, ranged, g.const(end))] = Port(name, "float64")
    outputs |= {tensor: port for tensor, port in extras.items() if port.name in extra_outputs}
    k = len(system.inputs)
    return g.model(
        (Port("x", "float64", k), Port("observed", "bool", k)), outputs, metadata(system)
    )


class UnionNodes:
    """The union of the output terms: see `engine.fuzzy.centroid` for what each step means."""

    def __init__(self, g: GraphBuilder, system: MamdaniSystem) -> None:
        self.g, self.system = g, system
        self.plan: BreakPlan = plan_breakpoints(system)
        universe = system.output.universe
        self.low, self.high = universe.low, universe.high
        lines = [trapezoid_lines(system.output.terms[term], universe) for term in self.plan.used]
        self.rise = [
            g.const(np.array([line[0][i] for line in lines])[:, None, None]) for i in (0, 1)
        ]
        self.fall = [
            g.const(np.array([line[1][i] for line in lines])[:, None, None]) for i in (0, 1)
        ]

    def code(self, status: Status) -> str:
        """Constant of a status."""
        return self.g.const(int(status), "int64")

    def weighted(self, truth: str, evaluated: str) -> str:
        """Multiply truth by weight, (r, n); 0 where the record is not evaluated."""
        g = self.g
        if (self.system.weights != 1.0).any():
            truth = g.op("Mul", truth, g.column(self.system.weights))
        return g.op("Where", evaluated, truth, g.const(0.0))

    def levels(self, firing: str) -> str:
        """Greatest firing of the rules of each used term, (u, n)."""
        rules = [np.flatnonzero(self.plan.own == u) for u in range(len(self.plan.used))]
        longest = max(len(own) for own in rules)
        index = np.array([np.resize(own, longest) for own in rules]).T
        parts = self.g.split(self.g.gather(firing, index.ravel()), [len(rules)] * longest)
        return parts[0] if longest == 1 else self.g.op("Max", *parts)

    def points(self, levels: str) -> str:
        """Breakpoints inside the universe, (b, n), not sorted."""
        g, plan = self.g, self.plan
        first = g.gather(levels, plan.first)
        y = g.op("Add", g.op("Mul", first, g.column(plan.above[:, 1])), g.column(plan.above[:, 0]))
        if plan.divides:
            second = g.gather(levels, plan.second)
            y = g.op("Add", y, g.op("Mul", second, g.column(plan.above[:, 2])))
            below = g.op("Mul", first, g.column(plan.below[:, 1]))
            below = g.op("Add", below, g.op("Mul", second, g.column(plan.below[:, 2])))
            below = g.op("Add", below, g.column(plan.below[:, 0]))
            none = g.op("Equal", below, g.const(0.0))
            y = g.op("Div", y, g.op("Where", none, g.const(1.0), below))
            y = g.op("Where", none, g.const(self.low), y)
        return g.op("Clip", y, g.const(self.low), g.const(self.high))

    def sort(self, points: str, count: int | None = None) -> str:
        """Sort along axis 0."""
        return self.g.sort(points, count or len(self.plan.first))

    def pieces(self, levels: str, nodes: str) -> Pieces:
        """Integrate the union between nodes by the two-point Gauss rule."""
        g = self.g
        start, end = g.cut(nodes, None, -1), g.cut(nodes, 1, None)
        width = g.op("Sub", end, start)
        lean = g.op("Mul", width, g.const(0.5 - GAUSS))
        before, after = g.op("Add", start, lean), g.op("Sub", end, lean)
        level = g.op("Unsqueeze", levels, g.const([1], "int64"))
        left, right = self._heights(before, level), self._heights(after, level)
        top_left, top_right = g.reduce("ReduceMax", left), g.reduce("ReduceMax", right)
        top, half = g.op("Add", top_left, top_right), g.op("Mul", width, g.const(0.5))
        low = g.const(self.low)
        moment = g.op(
            "Add",
            g.op("Mul", g.op("Sub", before, low), top_left),
            g.op("Mul", g.op("Sub", after, low), top_right),
        )
        return Pieces(
            nodes=nodes,
            area=g.op("Mul", half, top),
            moment=g.op("Mul", half, moment),
            top=top,
            sums=g.op("Add", left, right),
        )

    def _heights(self, y: str, level: str) -> str:
        """Height of every term, (u, q, n)."""
        g = self.g
        rise = g.op("Div", g.op("Sub", y, self.rise[0]), self.rise[1])
        fall = g.op("Div", g.op("Sub", y, self.fall[0]), self.fall[1])
        if self.system.implication == "clip":
            return g.op("Max", g.op("Min", rise, fall, level), g.const(0.0))
        return g.op("Mul", g.op("Clip", g.op("Min", rise, fall), g.const(0.0), g.const(1.0)), level)

    def centroid(self, parts: Pieces) -> str:
        """Centre of the area, (n,)."""
        g = self.g
        area = g.reduce("ReduceSum", parts.area)
        some = g.op("Where", g.op("Greater", area, g.const(0.0)), area, g.const(1.0))
        return g.op(
            "Add", g.op("Div", g.reduce("ReduceSum", parts.moment), some), g.const(self.low)
        )

    def rule_shares(self, parts: Pieces, firing: str, levels: str) -> str:
        """Share of every rule in the area, (r, n)."""
        g, own = self.g, self.plan.own
        slack = g.op("Mul", g.reduce("ReduceMax", levels), g.const(TIE))
        near = g.op("Sub", parts.top, g.op("Mul", slack, g.const(2.0)))
        owns = self._both(g.op("GreaterOrEqual", parts.sums, near), parts.sums)
        owners = g.op("Max", g.reduce("ReduceSum", owns), g.const(1.0))
        owned = g.reduce("ReduceSum", g.op("Mul", owns, g.op("Div", parts.area, owners)), axis=1)
        total = g.op("Max", g.reduce("ReduceSum", owned), g.const(np.finfo(np.float64).tiny))
        needed = g.op("Sub", g.gather(levels, own), slack)
        strongest = self._both(g.op("GreaterOrEqual", firing, needed), firing)
        rivals = g.op("MatMul", g.const((own[:, None] == own).astype(np.float64)), strongest)
        share = g.op(
            "Div", g.gather(g.op("Div", owned, total), own), g.op("Max", rivals, g.const(1.0))
        )
        return g.op("Mul", strongest, share)

    def _both(self, near: str, height: str) -> str:
        """1 where a height is near the top and above 0, else 0."""
        g = self.g
        both = g.op("And", near, g.op("Greater", height, g.const(0.0)))
        return g.op("Cast", both, to=TensorProto.DOUBLE)

    def bounds(self, least: str, greatest: str) -> tuple[str, str]:
        """Bounds of the centroid for levels between two sets, (n,) each: `centroid_bounds`."""
        g = self.g
        grid = np.linspace(self.low, self.high, REFINEMENT + 2)
        zero = g.op("Mul", g.gather(least, [0] * len(grid)), g.const(0.0))
        fixed = g.op("Add", zero, g.column(grid))
        points = g.concat(self.points(least), self.points(greatest), fixed)
        nodes = self.sort(points, 2 * len(self.plan.first) + len(grid))
        small, large = self.pieces(least, nodes), self.pieces(greatest, nodes)
        lowest = self._root(nodes, self._balance(large, small), "GreaterOrEqual")
        return lowest, self._root(nodes, self._balance(small, large), "Greater")

    def _balance(self, before: Pieces, after: Pieces) -> str:
        """Evaluate, at every node, the function of the switch point whose root is a bound."""
        g = self.g
        y = g.op("Sub", before.nodes, g.const(self.low))
        area = g.op("Add", self._running(before.area), self._rest(after.area))
        moment = g.op("Add", self._running(before.moment), self._rest(after.moment))
        return g.op("Sub", moment, g.op("Mul", y, area))

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
        return g.op("Add", y0, g.op("Mul", share, g.op("Sub", y1, y0)))
