"""A short PR and a slow start of the QRS: no block, hypertrophy or scar is told of such a QRS."""

from typing import Final

from ..analysis import EcgAnalysis
from ..urgent import urgent_ecg

PREEXCITED: Final = "ecg.statement.preexcitation"
RULE: Final = "ecg_preexcitation"


def may_be_preexcited(analysis: EcgAnalysis) -> bool:
    """Say whether the urgent rule on pre-excitation speaks, so that both say the same.

    Parameters
    ----------
    analysis : with both measurements
    """
    return any(item.rule_id == RULE for item in urgent_ecg(analysis).items)
