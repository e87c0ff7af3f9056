"""What every learned system shares: one way to minimise, and numbers short enough to be read."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from ..engine.errors import DataError
from ..engine.fuzzy.rules import Points
from ..engine.fuzzy.system import TskSystem
from ..engine.fuzzy.variables import LinguisticVariable, Term

WORD_DIGITS = 4
POINT_DECIMALS = 3


def minimise(
    module: nn.Module, loss: Callable[[], Tensor], *, max_iterations: int, name: str
) -> float:
    """Minimise a loss by L-BFGS, in place, and return what it ended with.

    Parameters
    ----------
    module : whose parameters are learned; a parameter that does not enter the loss stays
    loss : evaluated anew at each step
    max_iterations : of L-BFGS
    name : of the system, for the message

    Raises
    ------
    DataError  if the loss is not finite at the end
    """
    optimiser = torch.optim.LBFGS(
        module.parameters(),
        max_iter=max_iterations,
        history_size=20,
        line_search_fn="strong_wolfe",
        tolerance_grad=1e-6,
        tolerance_change=1e-8,
    )

    def closure() -> float:
        optimiser.zero_grad()
        value = loss()
        value.backward()  # type: ignore[no-untyped-call]  # torch has no type here
        return float(value.detach())

    optimiser.step(closure)  # type: ignore[no-untyped-call]  # torch has no type here
    final = float(loss().detach())
    if not np.isfinite(final):
        raise DataError(
            found=f"learning of {name} ended with a loss of {final}",
            why="its rules mean nothing then",
            remedy="Check the weights and the inputs for values that are not finite",
            path=name,
        )
    return final


def with_readable_words(system: TskSystem) -> TskSystem:
    """Round every learned membership parameter to four digits, inside its bounds.

    What is printed is what is evaluated, so the numbers are made short before anything is judged.
    """
    return replace(system, variables=tuple(_rounded(v) for v in system.variables))


def _rounded(variable: LinguisticVariable) -> LinguisticVariable:
    return replace(variable, terms=tuple(_rounded_term(term) for term in variable.terms))


def _rounded_term(term: Term) -> Term:
    if not term.bounds:
        return term
    parameters = tuple(
        min(max(float(f"{value:.{WORD_DIGITS}g}"), low), high)
        for value, (low, high) in zip(term.parameters, term.bounds, strict=True)
    )
    return replace(term, parameters=parameters)


def with_readable_points(system: TskSystem) -> TskSystem:
    """Round points and bias to a thousandth of a log-odds."""
    rules = tuple(
        replace(rule, consequent=Points(round(float(value), POINT_DECIMALS)))
        for rule, value in zip(system.rules, system.points, strict=True)
    )
    return replace(system, rules=rules, bias=round(system.bias, POINT_DECIMALS))
