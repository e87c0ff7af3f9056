"""Conformal sets: how often the set holds the truth, and how often it decides."""

from collections.abc import Mapping

from .estimate import BoolArray, FloatArray, NotEstimable, Result
from .proportions import wilson


def conformal_coverage(
    case: BoolArray, risk: FloatArray, case_from: float, non_case_to: float
) -> Mapping[str, Result]:
    """Return coverage of cases and of others, and the shares decided, undecided and empty.

    A set holds "case" where the risk is at least ``case_from``, and "no case" where it is at most
    ``non_case_to``; it decides where it holds one of the two.

    Parameters
    ----------
    case, risk : shape (n,)
    case_from, non_case_to : thresholds of the model's manifest

    Source: Vovk, Gammerman and Shafer 2005, chapter 4 (class-conditional sets).
    """
    names = ("coverage_cases", "coverage_others", "decided", "undecided", "empty")
    n = len(case)
    if n == 0:
        return dict.fromkeys(names, NotEstimable("nobody", 0, "Wilson"))
    says_case, says_other = risk >= case_from, risk <= non_case_to
    counts = (
        (says_case & case, int(case.sum())),
        (says_other & ~case, int((~case).sum())),
        (says_case ^ says_other, n),
        (says_case & says_other, n),
        (~says_case & ~says_other, n),
    )
    return {
        name: wilson(int(rows.sum()), whole)
        for name, (rows, whole) in zip(names, counts, strict=True)
    }
