"""How a risk moved since an earlier visit, as one sentence with its reasons, and as JSON."""

import dataclasses
from typing import Any, Final

from ..prediagnosis import InputValue, RiskChange, RiskShift
from ..risks.changes import VISIBLE
from .common_phrases import capital
from .numbers import signed
from .paper import Page
from .phrases import moment_phrase
from .sentences import Sentences
from .trajectory_lines import day_phrase

_SHOWN: Final = 5
_TREATMENT: Final = "medication."
ESTIMATED: Final = "estimated"


def risk_change_line(change: RiskChange, sentences: Sentences) -> str:
    """Word one risk then and now, and what moved it."""
    given = {
        "name": sentences.name(change.outcome),
        "since": day_phrase(change.since, sentences),
        "now": sentences.risk(change.now or 0.0),
    }
    visit = _visit(change, sentences)
    if change.why_not or change.before is None:
        return capital(" ".join([sentences.text(f"risk_change.{change.why_not}", **given), *visit]))
    line = sentences.text("risk_change.moved", before=sentences.risk(change.before), **given)
    moved = _moved(change, sentences)
    reasons = sentences.text("risk_change.nothing")
    if moved:
        reasons = sentences.text("risk_change.reasons", list=_listed(moved, sentences))
    return capital(" ".join([line, *visit, reasons, *_apart(change, sentences)]))


def _visit(change: RiskChange, sentences: Sentences) -> list[str]:
    """Say which visit of a day with several it is: a trajectory takes their median."""
    at = moment_phrase(change.visit_at, sentences)
    return [sentences.text("risk_change.one_of_day", at=at)] if at else []


def _apart(change: RiskChange, sentences: Sentences) -> list[str]:
    """Name what counts on both days as it is today, by why."""
    groups: dict[str, list[str]] = {}
    for shift in change.apart:
        is_once = ESTIMATED in (shift.before.origin, shift.now.origin)
        why = "apart_once" if is_once else "apart_method"
        groups.setdefault(why, []).append(_values(shift, sentences))
    return [
        sentences.text(f"risk_change.{why}", list=_listed(parts, sentences))
        for why, parts in groups.items()
    ]


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
    behind = [
        sentences.text(
            "risk_change.values",
            input=sentences.name(now.name),
            before=_value(before, sentences),
            now=_value(now, sentences),
        )
        for before, now in shift.measured
    ]
    moved = [signed(shift.contribution, sentences.lang)]
    if _is_treatment(shift):
        moved.append(sentences.text("risk_change.treatment"))
    return sentences.text(
        "risk_change.shift",
        values=_values(shift, sentences),
        moved=_listed([*moved, *behind], sentences),
    )


def _is_treatment(shift: RiskShift) -> bool:
    """Say whether a treatment began or ended: "yes → no (−0.46)" read as advice to stop it."""
    return any(v.name.startswith(_TREATMENT) for v in (shift.before, shift.now))


def _values(shift: RiskShift, sentences: Sentences) -> str:
    return sentences.text(
        "risk_change.values",
        input=sentences.name(shift.name),
        before=_value(shift.before, sentences),
        now=_value(shift.now, sentences),
    )


def _value(value: InputValue, sentences: Sentences) -> str:
    if value.origin == ESTIMATED:
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
