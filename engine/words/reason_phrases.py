"""Reasons as phrases: the rule with its values, what it adds, and how the parts add up."""

from collections.abc import Iterable, Sequence
from typing import Final

from ..prediagnosis import Finding, InputValue, Reason
from .common_phrases import is_statement, listed
from .numbers import number, signed
from .sentences import Sentences
from .statement_phrases import score_sum, told_and_rest

SHARE: Final = "reason.mamdani_rule"
POINTS: Final = "reason.score_points"
HUNDRED: Final = 100
YES_NO: Final = ("yes", "no")
PRINTED_DECIMALS: Final = 2


def value_phrase(value: InputValue, sentences: Sentences) -> str:
    """Word one value behind a reason, and say where it was estimated."""
    words = sentences.quantity(value.name, value.value, value.unit)
    if value.origin != "estimated":
        return words
    if not words:
        return sentences.text("origin.estimated")
    return sentences.text("origin.estimated_value", value=words)


def input_phrase(value: InputValue, sentences: Sentences) -> str:
    """Word one value with its name; an answer stands behind a colon."""
    words, name = value_phrase(value, sentences), sentences.name(value.name)
    is_answer = not value.unit and not value.value[:1].isdigit()
    join = sentences.text("join.colon") if is_answer else " "
    return f"{name}{join}{words}" if words else name


def reason_phrase(reason: Reason, sentences: Sentences) -> str:
    """Word one reason with the values behind it.

    A rule of a model gets its values in brackets, in the order in which it names them; a guideline
    row has them in its own sentence, and they are added only where none of them stands there.
    """
    words = sentences.render(reason.message)
    if not reason.inputs:
        return words
    if reason.contribution is not None:
        values = [value_phrase(v, sentences) for v in reason.inputs]
        values = [] if _is_said(reason, words, sentences) else values
        behind = listed([*values, *_degree(reason, sentences)], sentences)
        if any(v.origin == "estimated" and not v.value for v in reason.inputs):
            words = as_condition(words, sentences)
        return f"{words} ({behind})" if behind else words
    shown = [sentences.value(v.name, v.value) for v in reason.inputs]
    if any(value and value in words for value in shown):
        return words
    return f"{words} ({listed((input_phrase(v, sentences) for v in reason.inputs), sentences)})"


def as_condition(words: str, sentences: Sentences) -> str:
    """Word a rule as its condition, where it must not be read as an answer of the person.

    >>> as_condition("smokes now: yes", Sentences("en"))
    'if "smokes now: yes"'
    """
    return sentences.text("reason.condition", words=words)


def _is_said(reason: Reason, words: str, sentences: Sentences) -> bool:
    """Say whether a rule of one answer holds it in its own words: "on medication: yes (yes)"."""
    if len(reason.inputs) > 1 or reason.inputs[0].value not in YES_NO:
        return False
    return words.endswith(sentences.text("join.colon") + value_phrase(reason.inputs[0], sentences))


def _degree(reason: Reason, sentences: Sentences) -> list[str]:
    """Say how far a rule's condition is met, so that a rule is never read as a fact of the person.

    "BMI: overweight (22.9)" among the reasons against would be read as an error about the person.
    """
    whole = HUNDRED if reason.membership is None else round(reason.membership * HUNDRED)
    if whole >= HUNDRED:
        return []
    if not whole:
        return [sentences.text("reason.not_met")]
    percent = number(whole, sentences.lang, 0)
    return [sentences.text("reason.met", percent=percent)]


def reason_figure(reason: Reason, sentences: Sentences, *, short: bool = False) -> str:
    """Word what a reason adds: on the logit, in points, or as a share of the conclusion."""
    if reason.contribution is None:
        return ""
    if reason.message.id == SHARE:
        percent = reason.share_percent
        share = reason.contribution * HUNDRED if percent is None else percent
        words = "reason.share_short" if short else "reason.share"
        return sentences.text(words, share=number(share, sentences.lang, 0))
    if reason.message.id == POINTS and float(reason.contribution).is_integer():
        return points_phrase(int(reason.contribution), sentences)
    return signed(reason.contribution, sentences.lang)


def points_phrase(points: int, sentences: Sentences) -> str:
    """Word a number of points, one of them in the singular."""
    return sentences.text("reason.point" if abs(points) == 1 else "reason.points", points=points)


def by_size(reasons: Iterable[Reason]) -> list[Reason]:
    """Order reasons by the size of what they add, guideline rows first as they come.

    What would be printed as adding nothing is left out; the draft itself keeps it for the sum.
    """
    return sorted(
        (r for r in reasons if r.contribution is None or _weighs(r)),
        key=_size,
    )


def _size(reason: Reason) -> float:
    return float("-inf") if reason.contribution is None else -abs(reason.contribution)


def printed_and_rest(
    finding: Finding, reasons: Sequence[Reason], most: int | None = None
) -> tuple[Sequence[Reason], Sequence[Reason]]:
    """Part reasons into those that are printed one by one, in order, and the rest.

    Parameters
    ----------
    finding : whose reasons they are
    reasons : for it, against it, or both
    most : how many of a risk are printed; all of them where None
    """
    if is_statement(finding):
        told, rest = told_and_rest(finding, reasons)
        return sorted(told, key=_size), rest
    ordered = by_size(reasons)
    shown = len(ordered) if most is None or len(ordered) == most + 1 else most
    return ordered[:shown], ordered[shown:]


def _weighs(reason: Reason) -> bool:
    """Say whether a reason still adds something at the precision that is printed."""
    added = abs(reason.contribution or 0.0)
    return bool(round(added, PRINTED_DECIMALS))


def sum_phrase(finding: Finding, sentences: Sentences) -> str:
    """Word how the parts of a risk or of a score add up; empty where its model gave no start."""
    if is_statement(finding):
        return score_sum(finding, sentences)
    start = finding.details.get("bias")
    if not isinstance(start, int | float) or finding.risk is None:
        return ""
    parts = (*finding.reasons_for, *finding.reasons_against)
    rules = sum(r.contribution or 0.0 for r in parts)
    return sentences.text(
        "ui.sum",
        bias=signed(start, sentences.lang),
        rules=signed(rules, sentences.lang),
        total=signed(start + rules, sentences.lang),
        risk=sentences.risk(finding.risk),
    )


def rest_phrase(reasons: Sequence[Reason], sentences: Sentences) -> str:
    """Word reasons that are not printed one by one: how many, and what they add together."""
    together = sum(r.contribution or 0.0 for r in reasons)
    if any(r.contribution is None for r in reasons):
        return sentences.text("ui.more_reasons", count=len(reasons))
    shares = any(r.message.id == SHARE for r in reasons)
    figure = (
        sentences.text("reason.share", share=number(together * HUNDRED, sentences.lang, 0))
        if shares
        else signed(together, sentences.lang)
    )
    if len(reasons) == 1:
        return sentences.text("ui.one_more_reason", figure=figure)
    return sentences.text("ui.more_reasons_sum", count=len(reasons), figure=figure)
