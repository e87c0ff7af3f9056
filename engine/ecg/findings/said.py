"""What is said of one statement on one ECG."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ...prediagnosis import Message

PRESENT: Final = "present"
BORDERLINE: Final = "borderline"
ABSENT: Final = "absent"
NOT_ASSESSABLE: Final = "not_assessable"


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """What is said of one statement on one ECG.

    Parameters
    ----------
    name : of the contract's vocabulary
    score : 0 to 1; NaN where it is not assessable
    state : present, borderline, absent or not_assessable
    why : message ids of why it is not assessable
    firing, contribution : rule id -> how true it is, and its log-odds
    bias : log-odds without any rule
    better : the rival that is better supported, where this one reached its cut-off and yields
    yielded : rivals that reached their cut-off and yield to this one
    unseen : message id of what must be seen and was not, where this one reached its cut-off
    held : why it is borderline though it reached its cut-off: a limit that its measurement does
        not reach, or another statement that could not be excluded
    """

    name: str
    score: float
    state: str
    why: tuple[str, ...]
    firing: Mapping[str, float]
    contribution: Mapping[str, float]
    bias: float
    better: str = ""
    yielded: tuple[str, ...] = ()
    unseen: str = ""
    held: tuple[Message, ...] = ()

    @property
    def rules_sum(self) -> float:
        """Return what all rules add to the bias."""
        return sum(self.contribution.values())

    @property
    def logit(self) -> float:
        """Return bias and rules, of which the score is the logistic."""
        return self.bias + self.rules_sum
