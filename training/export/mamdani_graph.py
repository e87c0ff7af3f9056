"""The ONNX graph of a Mamdani system: score, firings and shares in one pass, centroid exact."""

from collections.abc import Collection

import onnx
from onnx import TensorProto

from ...engine.fuzzy.status import FIRES, Status
from ...engine.fuzzy.system import MamdaniSystem
from .builder import GraphBuilder, Port, refuse_unknown_outputs
from .fuzzy_nodes import RuleNodes, clean_nodes
from .tsk_graph import metadata
from .union_nodes import UnionNodes

EXTRA_OUTPUTS = ("status", "score_low", "score_high")


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
    peak = g.reduce("ReduceMax", levels)
    fires = g.op("Greater", peak, g.const(FIRES))
    parts = union.pieces(levels, union.sort(union.points(levels)))
    total = union.total(parts)
    middle = g.const((union.low + union.high) / 2)
    score = g.op("Where", fires, union.centroid(parts, total), middle)
    share = union.rule_shares(parts, total, firing, levels, peak)
    share = g.op("Mul", share, g.op("Cast", fires, to=TensorProto.DOUBLE))
    silent = g.op("Cast", g.op("Not", fires), to=TensorProto.INT64)
    silent = g.op("Mul", silent, g.const(int(Status.NO_RULE_FIRED), "int64"))
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
