"""A graph may be used where it answers as its reference; one that has no answer is another."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...engine.errors import ContractBroken

Answers = Sequence[NDArray[np.floating]]


def differences(
    given: Answers, wanted: Answers, limit: float, of: str, *, step: str = "rule by rule"
) -> list[float]:
    """Return the greatest absolute difference of every output; an answer that is NaN differs.

    Parameters
    ----------
    given, wanted : outputs of the graph and of its reference, in one order
    limit : up to which they are the same
    of : the graph and what it is compared with, as the message names them
    step : how to look for the place of the difference

    Raises
    ------
    ContractBroken  if an output differs by more than the limit
    """
    found = [float(np.abs(a - b).max()) for a, b in zip(given, wanted, strict=True)]
    worst = float(np.max(found))
    if not worst <= limit:
        raise ContractBroken(
            found=f"{of} by {worst:.3g}",
            why=f"more than {limit:g} would be another model than the one that was judged",
            remedy=f"Compare the outputs {step} before exporting again",
            path="model.onnx",
        )
    return found
