"""The rules as the graph that the engine runs, compared with the reference before it is used."""

from typing import Any, Final

import numpy as np

from ...engine.ecg.findings.model import OUTPUTS, StatementsModel, evaluate_statements
from ...engine.fuzzy.system import TskSystem
from ...engine.runtime import open_session
from ..export import differences, model_bytes
from ..export.statements_graph import statements_graph
from .fit import Rules

PARITY_LIMIT: Final = 1e-9


def as_run(rules: Rules) -> StatementsModel:
    """Return the rules as a command runs them, before they are a bundle."""
    return StatementsModel(open_session(exported(rules)), rules.system, rules.table)


def exported(rules: Rules) -> bytes:
    """Build the graph and compare it with the numpy reference on invented measurements.

    Raises
    ------
    ContractBroken  if an output differs by more than 1e-9
    """
    graph = model_bytes(statements_graph(rules.system, rules.table))
    x, observed = invented(rules.system, n=500, seed=7)
    expected = evaluate_statements(rules.system, rules.table, x, observed)
    given = open_session(graph).run(list(OUTPUTS), {"x": x, "observed": observed})
    wanted = [expected.score, expected.rule_firing, expected.rule_contribution, expected.bias]
    differences(given, wanted, PARITY_LIMIT, "the graph differs from its rules")
    return graph


def invented(
    system: TskSystem, *, n: int, seed: int
) -> tuple[np.ndarray[Any, np.dtype[np.float64]], np.ndarray[Any, np.dtype[np.bool_]]]:
    """Invent measurements, so that no person stands in a bundle."""
    generator = np.random.default_rng(seed)
    low, high = system.universes.T
    x = np.round(generator.uniform(low, high, (n, len(low))), 3)
    return x, generator.random(x.shape) > 0.1  # noqa: PLR2004 - a tenth is not observed
