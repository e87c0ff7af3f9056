"""An answer that is withheld is a third outcome: its share, and what it could hide."""

from collections.abc import Mapping

import numpy as np

from .estimate import BoolArray, Result
from .proportions import wilson


def abstention_bounds(
    case: BoolArray, positive: BoolArray, answered: BoolArray
) -> Mapping[str, Result]:
    """Return shares that count the withheld answers.

    Worst case: a case without an answer is missed, another person without one is a false alarm.
    Best case: the other way round.

    Parameters
    ----------
    case : shape (n,)
    positive : shape (n,), read of the answered only
    answered : shape (n,)
    """
    hit, clear = answered & positive & case, answered & ~positive & ~case
    cases, others = int(case.sum()), int((~case).sum())
    withheld_case, withheld_other = int((~answered & case).sum()), int((~answered & ~case).sum())
    k_hit, k_clear = int(hit.sum()), int(clear.sum())
    return {
        "abstained": wilson(int(np.sum(~answered)), len(case)),
        "abstained_cases": wilson(withheld_case, cases),
        "abstained_others": wilson(withheld_other, others),
        "sensitivity_worst": wilson(k_hit, cases),
        "sensitivity_best": wilson(k_hit + withheld_case, cases),
        "specificity_worst": wilson(k_clear, others),
        "specificity_best": wilson(k_clear + withheld_other, others),
    }
