"""A learned system with its calibration and eras: the same form for every risk of the surveys."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..engine.errors import DataError
from ..engine.fuzzy.completion import ConditionalCompletion
from ..engine.fuzzy.system import TskSystem
from ..engine.fuzzy.tsk import evaluate_tsk
from .survey import FloatArray


@dataclass(frozen=True, slots=True)
class Fitted:
    """A learned and calibrated system.

    Parameters
    ----------
    system : rules whose risk is calibrated to the weighted people of the last era
    completion : what is expected of rules when inputs are missing
    era_offset : shape (eras,), logit added for people of each era; 0 for the last
    slope, intercept : of the calibration, already inside `system`
    loss : what learning ended with (mean log loss, or negative log partial likelihood), with
        its penalties
    """

    system: TskSystem
    completion: ConditionalCompletion
    era_offset: FloatArray
    slope: float
    intercept: float
    loss: float

    def logit(
        self, x: FloatArray, observed: NDArray[np.bool_], era: NDArray[np.int64]
    ) -> FloatArray:
        """Score people as the shipped model would, plus the offset of their era."""
        result = evaluate_tsk(self.system, x, observed, completion=self.completion)
        return np.asarray(result.logit + self.era_offset[era])


def era_index(
    eras: Sequence[Sequence[str]], cycle: NDArray[np.str_], *, listed_in: str
) -> NDArray[np.int64]:
    """Return the era of each person.

    Parameters
    ----------
    eras : the survey cycles of each era
    cycle : shape (n,), the cycle of each person
    listed_in : the file whose ``[[era]]`` tables name the cycles

    Raises
    ------
    DataError  if a cycle belongs to no era
    """
    names = {name: i for i, cycles in enumerate(eras) for name in cycles}
    unknown = sorted(set(cycle.tolist()) - set(names))
    if unknown:
        raise DataError(
            found=f"the survey cycles {', '.join(unknown)}",
            why="the level of risk of their era is not known",
            remedy=f"Name them under an [[era]] of {listed_in}",
            path="cycle",
        )
    return np.array([names[c] for c in cycle.tolist()], dtype=np.int64)
