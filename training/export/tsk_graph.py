"""The ONNX graph of a Takagi-Sugeno-Kang system: risk and explanation in one pass."""

from collections.abc import Collection

import numpy as np
import onnx

from ...engine.fuzzy.completion import ConditionalCompletion
from ...engine.fuzzy.status import FIRES, Status
from ...engine.fuzzy.system import FuzzySystem, TskSystem
from ...engine.fuzzy.tsk import needs_additive
from .builder import GraphBuilder, Port, refuse_unknown_outputs
from .fuzzy_nodes import Cleaned, RuleNodes, clean_nodes, complete_nodes

EXTRA_OUTPUTS = ("status", "risk_low", "risk_high")


def tsk_graph(
    system: TskSystem,
    completion: ConditionalCompletion | None = None,
    *,
    extra_outputs: Collection[str] = (),
) -> onnx.ModelProto:
    """Build the graph.

    Inputs `x` float64 (n, k), `observed` bool (n, k). Outputs `risk` (n,), `rule_firing` (n, r),
    `rule_contribution` (n, r), `bias` (n,), float64, equal to `engine.fuzzy.evaluate_tsk`.

    Parameters
    ----------
    system : the rules
    completion : how missing optional inputs are completed; without it every input is required
    extra_outputs : any of `status` (int64, codes of `Status`), `risk_low` and `risk_high` (bounds
        over all values of the missing inputs, as `engine.fuzzy.tsk.risk_range`; additive systems)

    Raises
    ------
    ContractBroken : a completion of another system, an extra output that is not known or has no
        meaning
    """
    refuse_unknown_outputs(extra_outputs, EXTRA_OUTPUTS)
    if system.normalised and set(extra_outputs) - {"status"}:
        raise needs_additive("risk_low, risk_high")
    if completion:
        completion.check(system)
    g = GraphBuilder()
    k, r = len(system.inputs), len(system.rules)
    inputs = clean_nodes(
        g, system, system.required_mask if completion else np.ones(k, dtype=np.bool_)
    )
    rules = RuleNodes(g, system, inputs)
    firing = rules.firing()
    if completion and system.optional:
        firing = complete_nodes(g, firing, inputs.missing, system, completion)
    firing = g.op("Mul", firing, inputs.evaluated)
    contribution = g.op("Mul", firing, g.column(system.points))
    status = inputs.status
    if system.normalised:
        contribution, status = _normalise(g, contribution, firing, status)
    logit = g.op("Add", g.reduce("ReduceSum", contribution), g.const(system.bias))
    bias = g.op("Expand", g.const([system.bias]), g.op("Shape", logit))
    outputs = {
        g.op("Sigmoid", logit): Port("risk", "float64"),
        firing: Port("rule_firing", "float64", r),
        contribution: Port("rule_contribution", "float64", r),
        bias: Port("bias", "float64"),
    }
    extras = {status: Port("status", "int64")}
    extras |= _bounds(g, system, rules, inputs)
    outputs |= {tensor: port for tensor, port in extras.items() if port.name in extra_outputs}
    ports = (Port("x", "float64", k), Port("observed", "bool", k))
    return g.model(ports, outputs, metadata(system))


def metadata(system: FuzzySystem) -> dict[str, str]:
    """Names of the columns, for whoever opens the file alone."""
    return {
        "system": system.name,
        "inputs": ",".join(system.inputs),
        "optional": ",".join(system.optional),
        "rules": ",".join(system.rule_ids),
    }


def _normalise(g: GraphBuilder, contribution: str, firing: str, status: str) -> tuple[str, str]:
    """Divide by the sum of the firings; a record in which none fires has no answer."""
    total = g.reduce("ReduceSum", firing)
    fires = g.op("Greater", total, g.const(FIRES))
    share = g.op("Div", contribution, g.op("Where", fires, total, g.const(1.0)))
    silent = g.op(
        "Where",
        fires,
        g.const(int(Status.ASSESSED), "int64"),
        g.const(int(Status.NO_RULE_FIRED), "int64"),
    )
    return g.op("Where", fires, share, g.const(0.0)), g.op("Max", status, silent)


def _bounds(
    g: GraphBuilder, system: TskSystem, rules: RuleNodes, inputs: Cleaned
) -> dict[str, Port]:
    """Bounds of the risk over the missing inputs; 0 and 1 where an observed value is invalid."""
    points = g.column(system.points)
    invalid = g.op("Equal", inputs.status, g.const(int(Status.INVALID_INPUT), "int64"))
    ends = [g.op("Mul", rules.firing(greatest=end), points) for end in (False, True)]
    bounds = {}
    for name, side, worst in (("risk_low", "Min", 0.0), ("risk_high", "Max", 1.0)):
        total = g.reduce("ReduceSum", g.op(side, *ends))
        risk = g.op("Sigmoid", g.op("Add", total, g.const(system.bias)))
        bounds[g.op("Where", invalid, g.const(worst), risk)] = Port(name, "float64")
    return bounds
