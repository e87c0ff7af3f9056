"""The ONNX graph of a bundle of ECG statements: every score and its explanation in one pass."""

import numpy as np
import onnx

from ...engine.ecg.findings.spec import StatementTable
from ...engine.fuzzy.system import TskSystem
from .builder import GraphBuilder, Port
from .fuzzy_nodes import RuleNodes, clean_nodes
from .tsk_graph import metadata


def statements_graph(system: TskSystem, table: StatementTable) -> onnx.ModelProto:
    """Build the graph.

    Inputs `x` float64 (n, k), `observed` bool (n, k). Outputs `risk` (n, s), `rule_firing` (n, r),
    `rule_contribution` (n, r), `bias` (n, s), float64, equal to
    `engine.ecg.findings.model.evaluate_statements`.

    Parameters
    ----------
    system : rules of all statements
    table : which rule belongs to which statement, and the bias of each
    """
    g = GraphBuilder()
    k, r, s = len(system.inputs), len(system.rules), len(table.names)
    inputs = clean_nodes(g, system, np.zeros(k, dtype=np.bool_))
    firing = RuleNodes(g, system, inputs).firing(greatest=False)
    parts = g.op("Mul", firing, g.column(system.points))
    belongs = table.owners(system)[None, :] == np.arange(s)[:, None]
    total = g.op("MatMul", g.const(belongs.astype(np.float64)), parts)
    score = g.op("Sigmoid", g.op("Add", total, g.column(table.bias)))
    bias = g.op("Expand", g.column(table.bias), g.op("Shape", total))
    outputs = {
        score: Port("risk", "float64", s),
        firing: Port("rule_firing", "float64", r),
        parts: Port("rule_contribution", "float64", r),
        bias: Port("bias", "float64", s),
    }
    ports = (Port("x", "float64", k), Port("observed", "bool", k))
    return g.model(ports, outputs, {**metadata(system), "statements": ",".join(table.names)})
