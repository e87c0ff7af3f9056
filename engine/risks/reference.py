"""What each rule adds beyond what it adds for the model's reference person (ADR 0007)."""

import numpy as np

from ..explain.patterns import patterns
from ..fixedpoint import FloatArray
from ..model_output import ModelOutput
from ..record import BoolArray
from ..runtime import RiskModel


def from_reference(
    model: RiskModel, observed: BoolArray, output: ModelOutput
) -> tuple[FloatArray, FloatArray]:
    """Return where each person's sum starts, and what each rule adds to it.

    The start is the logit of the model's reference person, of whom the same items are missing, and
    a rule adds what it gives this person beyond what it gives that one. Both come from the same
    graph, and start + sum of the rules is still the logit: nothing is lost, and a rule that holds
    less than usual speaks against. The shares of a Mamdani model are kept as they are.

    Parameters
    ----------
    model : the model that answered
    observed : bool (n, k), what it read
    output : its answers to those n people

    Returns
    -------
    start (n,) and contributions (n, r)
    """
    if not model.is_tsk:
        return output.bias, output.rule_contribution
    different, which = patterns(observed)
    answers = [model.reference_answer(pattern) for pattern in different]
    starts = np.array([start for start, _ in answers])
    given = np.reshape([rules for _, rules in answers], (len(different), len(model.rule_ids)))
    return starts[which], output.rule_contribution - given[which]
