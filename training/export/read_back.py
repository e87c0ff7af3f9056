"""Reads the table of expected firings back out of a graph that this house wrote.

A bundle holds its rules as text and the table only inside its graph. Whoever changes points or bias
needs both; that they were read rightly is proved by building the graph again and comparing answers.
"""

import numpy as np
import onnx
from onnx import numpy_helper

from ...engine.errors import ContractBroken
from ...engine.fuzzy.completion import ConditionalCompletion, optional_columns
from ...engine.fuzzy.system import TskSystem


def completion_of(graph: bytes, system: TskSystem) -> ConditionalCompletion | None:
    """Return the completion that a graph was made with; None where every input is required.

    Raises
    ------
    ContractBroken  if the graph has no table of that shape, or two
    """
    columns = optional_columns(system)
    if not columns:
        return None
    touched = np.flatnonzero(system.uses[columns].any(axis=0))
    patterns, rules = 2 ** len(columns), len(system.rules)
    constants = [numpy_helper.to_array(t) for t in onnx.load_from_string(graph).graph.initializer]
    maps = np.zeros((patterns, rules, rules + 1))
    maps[:, touched, :-1] = _only(constants, (patterns, len(touched), rules))
    maps[:, touched, -1] = _only(constants, (patterns, len(touched)))
    return ConditionalCompletion(system.optional, maps)


def _only(constants: list[np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    found = [c for c in constants if c.shape == shape and c.dtype == np.float64]
    if len(found) != 1:
        raise ContractBroken(
            found=f"{len(found)} constants of the shape {shape} in the graph",
            why="the table of expected firings is the one of that shape",
            remedy="Recalibrate a bundle that `laennec train` wrote",
            path="model.onnx",
        )
    return found[0]
