"""The graph of a bundle of statements, asked for many ECGs at once, and the numpy reference."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from ...errors import ContractBroken
from ...fixedpoint import FloatArray
from ...fuzzy.firing import rule_firing
from ...fuzzy.logistic import logistic
from ...fuzzy.status import BoolArray, clean_inputs
from ...fuzzy.system import TskSystem
from ...runtime import ORT_ERRORS
from .cases import Cases
from .spec import StatementTable

OUTPUTS: Final = ("risk", "rule_firing", "rule_contribution", "bias")
SUM_TOLERANCE: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class StatementsOutput:
    """Scores and their explanation, ``n`` ECGs, ``s`` statements, ``r`` rules.

    Parameters
    ----------
    score : shape (n, s), 0 to 1
    rule_firing : shape (n, r), 0 to 1
    rule_contribution : shape (n, r), log-odds
    bias : shape (n, s), log-odds; with the contributions of its rules it is the logit of the score
    """

    score: FloatArray
    rule_firing: FloatArray
    rule_contribution: FloatArray
    bias: FloatArray


def evaluate_statements(
    system: TskSystem, table: StatementTable, x: FloatArray, observed: BoolArray
) -> StatementsOutput:
    """Answer with plain numpy: the reference of the graph.

    What is not observed is no evidence: ``X is T`` then has its least truth. A value outside its
    universe counts as the edge.
    """
    given = np.where(observed & np.isfinite(x), x, 0.0)
    none_required = np.zeros(len(system.inputs), dtype=np.bool_)
    inputs = clean_inputs(given, observed & np.isfinite(x), system.universes, none_required)
    firing = rule_firing(system, inputs)
    parts = firing * system.points
    owners = table.owners(system)
    bias = np.tile(table.bias, (len(x), 1))
    belongs = owners[:, None] == np.arange(len(table.names))
    return StatementsOutput(logistic(bias + parts @ belongs), firing, parts, bias)


@dataclass(frozen=True, slots=True, eq=False)
class StatementsModel:
    """A verified bundle of statements, ready to run; made by ``load_models`` only.

    Parameters
    ----------
    session : onnxruntime session of the verified graph
    system : rules and variables, for words and sources
    table : statements with cut-offs
    id, version, sha256 : of the bundle
    cases : statement -> those on which its score was calibrated
    """

    session: Any
    system: TskSystem
    table: StatementTable
    id: str = ""
    version: str = ""
    sha256: str = ""
    cases: Mapping[str, Cases] = field(default_factory=dict)

    def run(self, x: FloatArray, observed: BoolArray) -> StatementsOutput:
        """Answer ECGs.

        Parameters
        ----------
        x : shape (n, k), in the order and units of the variables; NaN where not observed
        observed : shape (n, k)

        Raises
        ------
        ContractBroken : the graph stopped, or an answer is not the sum of its explanation
        """
        feed = {"x": np.where(observed, x, 0.0), "observed": observed}
        try:
            found = StatementsOutput(*self.session.run(list(OUTPUTS), feed))
        except ORT_ERRORS as error:
            raise self._broken(f"the graph stopped with {type(error).__name__}") from error
        belongs = self.table.owners(self.system)[:, None] == np.arange(len(self.table.names))
        whole = logistic(found.bias + found.rule_contribution @ belongs)
        if not np.abs(whole - found.score).max(initial=0.0) <= SUM_TOLERANCE:
            raise self._broken("a score is not the sum of its explanation")
        return found

    def _broken(self, found: str) -> ContractBroken:
        return ContractBroken(
            found=found,
            why="a score that can't be explained by its own rules is not shown",
            remedy="Restore the bundle from its release, and report this message",
            path=self.id,
        )
