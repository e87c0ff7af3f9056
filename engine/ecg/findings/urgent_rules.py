"""What the urgent rules say of the QRS, so that statements say the same."""

from typing import Final

from ..analysis import EcgAnalysis
from ..urgent import urgent_ecg

PREEXCITED: Final = "ecg.statement.preexcitation"
VENTRICULAR: Final = "ecg.statement.ventricular"
PREEXCITATION_RULE: Final = "ecg_preexcitation"
VENTRICULAR_RULES: Final = frozenset({"ecg_wide_without_p_fast", "ecg_wide_without_p"})


def rules_that_speak(analysis: EcgAnalysis) -> frozenset[str]:
    """Return the urgent rules that speak of an ECG, of whomever it is.

    A short PR and a slow start of the QRS: no block, hypertrophy or scar is told of such a QRS.
    Wide complexes that no P wave leads: nothing is told of a sinus node or a block.

    Parameters
    ----------
    analysis : with both measurements
    """
    return frozenset(item.rule_id for item in urgent_ecg(analysis).items)
