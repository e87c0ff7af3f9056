"""Statements on an ECG: which reasons are printed one by one, what the rest adds, and the sum.

The draft holds every reason. What is printed adds up: start, printed reasons and rest are the
logit of the score, to the places that are printed.
"""

from collections.abc import Sequence
from typing import Final

from ..ecg.findings.told import clear_reasons
from ..prediagnosis import Finding, Reason
from .common_phrases import is_statement
from .numbers import number, signed
from .sentences import Sentences

SCORE_DECIMALS: Final = 4
_PRINTED_DECIMALS: Final = 2


def told_and_rest(
    finding: Finding, reasons: Sequence[Reason]
) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """Part the reasons of one side of a statement into those that are printed, and the rest.

    What adds less than the least contribution is in the rest, however few: "QRS very long, met to
    2 %" would be read as a finding. A rest that adds nothing at the precision that is printed is
    none.

    Parameters
    ----------
    finding : of an ECG statement
    reasons : for it, or against it, in the order of their size
    """
    clear = {r.rule_id for r in clear_reasons(finding)}
    told = [r for r in reasons if r.contribution is None or r.rule_id in clear]
    rest = [r for r in reasons if r not in told]
    if not round(sum(r.contribution or 0.0 for r in rest), _PRINTED_DECIMALS):
        return tuple(told), ()
    return tuple(told), tuple(rest)


def score_sum(finding: Finding, sentences: Sentences) -> str:
    """Word how the parts of a statement add up to its score; empty where it has none."""
    details, lang = finding.details, sentences.lang
    if not is_statement(finding) or "logit" not in details:
        return ""
    parts = {
        to: signed(float(details[name]), lang)
        for to, name in (("bias", "bias"), ("rules", "rules"), ("total", "logit"))
    }
    cuts = {
        name: number(float(details[f"{name}_from"]), lang, SCORE_DECIMALS)
        for name in ("borderline", "present")
        if f"{name}_from" in details
    }
    score = number(float(details["score"]), lang, SCORE_DECIMALS)
    words = "ui.sum_score_cuts" if cuts else "ui.sum_score"
    return sentences.text(words, **parts, score=score, **cuts)
