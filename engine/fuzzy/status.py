"""What became of a record: one code each, in order of severity, never a silent NaN."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from ..errors import ContractBroken
from .membership import FloatArray

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

FIRES = 1e-6
"""A system fires when some rule is truer than this. Tails of smooth words and rounding in 1 -
membership leave truths of 1e-10 or 1e-16 everywhere: an answer made of them alone would look like
any other.
"""


class Status(IntEnum):
    """What an evaluation says of one record; a record has the most severe code that applies.

    ASSESSED : every number of the answer stands.
    OUTSIDE_UNIVERSE : an observed value lies outside its universe; the numbers are those of the
        nearest edge. Not assessable unless the caller explicitly accepts the edge.
    NO_RULE_FIRED : nothing the rules speak of is true of this record (Mamdani, normalised TSK):
        the score is the middle of the output universe and its interval the whole of it. Not
        assessable.
    REQUIRED_MISSING : an input that has no completion is not observed. Not assessable.
    INVALID_INPUT : an input is said to be observed and is NaN or infinite. Not assessable.
    """

    ASSESSED = 0
    OUTSIDE_UNIVERSE = 1
    NO_RULE_FIRED = 2
    REQUIRED_MISSING = 3
    INVALID_INPUT = 4


def is_assessable(status: IntArray, *, accept_edge: bool = False) -> BoolArray:
    """Say which records have an answer.

    Parameters
    ----------
    status : shape (n,), codes of `Status`
    accept_edge : take a value outside the universe as the edge of the universe

    Returns
    -------
    shape (n,)
    """
    limit = Status.OUTSIDE_UNIVERSE if accept_edge else Status.ASSESSED
    return np.asarray(status <= limit)


@dataclass(frozen=True, slots=True)
class CleanInputs:
    """Inputs without any NaN, and what was wrong with them.

    Parameters
    ----------
    x : shape (n, k), finite and inside the universe everywhere; the middle of the universe where
        nothing usable was given, so that what stood there has no influence
    missing : shape (n, k), not observed
    status : shape (n,), severity of the inputs
    """

    x: FloatArray
    missing: BoolArray
    status: IntArray

    @property
    def is_evaluated(self) -> BoolArray:
        """Shape (n,): whether rules may be evaluated at all."""
        return np.asarray(self.status < Status.REQUIRED_MISSING)


def clean_inputs(
    x: FloatArray, observed: BoolArray, universes: FloatArray, required: BoolArray
) -> CleanInputs:
    """Separate values from their absence and their faults.

    Parameters
    ----------
    x : shape (n, k), in the units of the variables; anything (NaN too) where not observed
    observed : shape (n, k)
    universes : shape (k, 2), low and high of every input
    required : shape (k,), inputs that may not be missing

    Raises
    ------
    ContractBroken : x or observed have another shape or type
    """
    _check_arrays(x, observed, len(universes))
    low, high = universes[:, 0], universes[:, 1]
    valid = np.isfinite(x)
    value = np.where(observed & valid, x, (low + high) / 2)
    inside = np.clip(value, low, high)
    faults = np.select(
        [~observed & required, observed & ~valid, inside != value],
        [Status.REQUIRED_MISSING, Status.INVALID_INPUT, Status.OUTSIDE_UNIVERSE],
        Status.ASSESSED,
    )
    status = faults.max(axis=1, initial=Status.ASSESSED).astype(np.int64)
    return CleanInputs(x=inside, missing=~observed, status=status)


def _check_arrays(x: FloatArray, observed: BoolArray, n_inputs: int) -> None:
    """Refuse arrays that the system was not written for."""
    good_x = x.ndim == 2 and x.shape[1] == n_inputs and x.dtype == np.float64  # noqa: PLR2004 - rows by columns
    if not good_x or observed.shape != x.shape or observed.dtype != np.bool_:
        raise ContractBroken(
            found=f"x is {x.dtype}{x.shape} and observed is {observed.dtype}{observed.shape}",
            why=f"x must be float64 (n, {n_inputs}) and observed bool of the same shape",
            remedy="Send one column per input, in the order of the system's inputs",
            path="x, observed",
        )
