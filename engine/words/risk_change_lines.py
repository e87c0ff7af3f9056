"""How a risk moved since an earlier visit, as one sentence with its reasons, and as JSON."""

import dataclasses
from typing import Any, Final

from ..prediagnosis import InputValue, RiskChange, RiskShift
from ..risks.changes import VISIBLE
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
        said = sentences.text(f"risk_change.{change.why_not}", **given)
        if not change.shifts:
            return capital(said)
        reasons = _listed([_values(shift, sentences) for shift in change.shifts], sentences)
        return capital(f"{said} {sentences.text('risk_change.for', list=reasons)}")
    line = sentences.text("risk_change.moved", before=sentences.risk(change.before), **given)
    moved = _moved(change, sentences)
    if not moved:
        return capital(f"{line} {sentences.text('risk_change.nothing')}")
    reasons = _listed(moved, sentences)
    return capital(f"{line} {sentences.text('risk_change.reasons', list=reasons)}")


def _listed(parts: list[str], sentences: Sentences) -> str:
    return sentences.text("join.semicolon").join(parts)


def _moved(change: RiskChange, sentences: Sentences) -> list[str]:
    """Return the largest shifts of values that changed, and the sum of all that are not printed.

    All together add up to the change of the logit: a value that did not change has a part of its
    own by interaction, and without it a risk "fell" by an age that raises it.
    """
    changed = [s for s in change.shifts if s.before != s.now and abs(s.contribution) >= VISIBLE]
    shown = changed[:_SHOWN]
    rest = sum(s.contribution for s in change.shifts) - sum(s.contribution for s in shown)
    parts = [_shift(shift, sentences) for shift in shown]
    if abs(rest) >= VISIBLE:
        parts.append(sentences.text("risk_change.rest", moved=signed(rest, sentences.lang)))
    return parts


def _shift(shift: RiskShift, sentences: Sentences) -> str:
    return sentences.text(
        "risk_change.shift",
        values=_values(shift, sentences),
        moved=signed(shift.contribution, sentences.lang),
    )


def _values(shift: RiskShift, sentences: Sentences) -> str:
    return sentences.text(
        "risk_change.values",
        input=sentences.name(shift.name),
        before=_value(shift.before, sentences),
        now=_value(shift.now, sentences),
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
