"""What a model answers to columns of records, and why it does not answer."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from .fixedpoint import FloatArray
from .record import BoolArray

_OK = 0


class RecordState(IntEnum):
    """Whether a record was answered, and why not."""

    OK = 0
    REQUIRED_MISSING = 1
    OUTSIDE_UNIVERSE = 2
    NO_RULE_FIRED = 3
    MODEL_FAILED = 4


@dataclass(frozen=True, slots=True)
class ModelOutput:
    """The answers to ``n`` records of a model with ``k`` inputs and ``r`` rules.

    Parameters
    ----------
    value : shape (n,); calibrated risk (tsk) or score (mamdani), NaN unless the state is OK
    rule_firing : shape (n, r), 0 to 1; NaN unless answered
    rule_contribution : shape (n, r); parts of the logit (tsk) or shares of the area (mamdani)
    bias : shape (n,); logit without any rule (tsk), 0 (mamdani)
    state : shape (n,), values of ``RecordState``
    required_missing : shape (n, k); required inputs that are not there
    outside : shape (n, k); observed values outside the universe, NaN included
    extrapolated : shape (n, k); observed values inside the universe, outside the training range
    failures : what went wrong in the graph, each once
    """

    value: FloatArray
    rule_firing: FloatArray
    rule_contribution: FloatArray
    bias: FloatArray
    state: NDArray[np.uint8]
    required_missing: BoolArray
    outside: BoolArray
    extrapolated: BoolArray
    failures: tuple[str, ...] = ()

    @property
    def ok(self) -> BoolArray:
        """Records that were answered."""
        return np.asarray(self.state == _OK)

    def take(self, row: int) -> "ModelOutput":
        """Return the answer to one record."""
        one = slice(row, row + 1)
        return ModelOutput(
            self.value[one],
            self.rule_firing[one],
            self.rule_contribution[one],
            self.bias[one],
            self.state[one],
            self.required_missing[one],
            self.outside[one],
            self.extrapolated[one],
        )
