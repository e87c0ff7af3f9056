"""How a risk moved since an earlier visit, as one sentence with its reasons, and as JSON."""

import dataclasses
from typing import Any, Final

from ..prediagnosis import InputValue, RiskChange, RiskShift
from .common_phrases import capital
from .numbers import signed
from .paper import Page
from .sentences import Sentences
from .trajectory_lines import day_phrase

_SHOWN: Final = 5


def risk_change_line(change: RiskChange, sentences: Sentences) -> str:
    """Word one risk then and now, and what moved it."""
    given = {
        "name": sentences.name(change.outcome),
        "since": day_phrase(change.since, sentences),
        "now": sentences.risk(change.now or 0.0),
    }
    if change.why_not or change.before is None:
        return capital(sentences.text(f"risk_change.{change.why_not}", **given))
    line = sentences.text("risk_change.moved", before=sentences.risk(change.before), **given)
    moved = [shift for shift in change.shifts if shift.before != shift.now]
    shifts = [_shift(shift, sentences) for shift in moved[:_SHOWN]]
    if not shifts:
        return capital(f"{line} {sentences.text('risk_change.nothing')}")
    reasons = sentences.text("join.semicolon").join(shifts)
    return capital(f"{line} {sentences.text('risk_change.reasons', list=reasons)}")


def _shift(shift: RiskShift, sentences: Sentences) -> str:
    return sentences.text(
        "risk_change.shift",
        input=sentences.name(shift.name),
        before=_value(shift.before, sentences),
        now=_value(shift.now, sentences),
        moved=signed(shift.contribution, sentences.lang),
    )


def _value(value: InputValue, sentences: Sentences) -> str:
    if value.origin == "estimated":
        return sentences.text("risk_change.unknown")
    return sentences.quantity(value.name, value.value, value.unit)


def write_risk_changes(changes: tuple[RiskChange, ...], sentences: Sentences, page: Page) -> None:
    """Write every change; nothing where there is none."""
    if not changes:
        return
    page.heading(sentences.text("risk_change.title"))
    for change in changes:
        page.add(risk_change_line(change, sentences), lead="- ")
    page.add(sentences.text("risk_change.note"))


def risk_change_json(change: RiskChange, sentences: Sentences) -> dict[str, Any]:
    """Return a change as data, with its sentence."""
    return {**dataclasses.asdict(change), "text": risk_change_line(change, sentences)}
