"""The model card, generated from the run's measurements and from nothing else."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from .metrics import Estimate
from .report import Line

_WHOLE = ("people", "cases", "other deaths by the horizon", "longest follow-up, months")
_PERCENT = (
    "sensitivity",
    "specificity",
    "ppv",
    "npv",
    "prevalence",
    "share of people",
    "share of cases",
    "share of deaths",
    "referred",
    "fewer referred",
    "coverage",
    "decided",
)


def render_card(model_id: str, about: Mapping[str, Any], lines: Sequence[Line]) -> str:
    """Write ``card.md``.

    Parameters
    ----------
    model_id : ``<model>/<form>``
    about : ``sections`` (title -> paragraphs or bullets before the tables), ``tables`` (table ->
        title and note, in the order of the card), ``rules`` (texts), ``after`` (as sections)
    lines : every number
    """
    parts = [f"# Model card: {model_id}", ""]
    for title, paragraphs in about["sections"].items():
        parts += _section(title, paragraphs)
    parts += ["## Rules", "", "Points are log-odds, multiplied by how true the condition is.", ""]
    parts += [f"- `{rule}`" for rule in about["rules"]] + [""]
    for table, (title, note) in about["tables"].items():
        mine = [line for line in lines if line.table == table]
        if mine:
            parts += [f"## {title}", "", *([note, ""] if note else []), *_table(mine), ""]
    for title, paragraphs in about["after"].items():
        parts += _section(title, paragraphs)
    return "\n".join(parts).rstrip() + "\n"


def _section(title: str, paragraphs: Sequence[str]) -> list[str]:
    return [f"## {title}", "", *paragraphs, ""]


def _table(lines: Sequence[Line]) -> list[str]:
    """One row for each `row`, one column for each `measure`, methods below."""
    measures = list(dict.fromkeys(line.measure for line in lines))
    rows = list(dict.fromkeys(line.row for line in lines))
    cells = {(line.row, line.measure): _cell(line) for line in lines}
    text = [
        "| | people (cases) | " + " | ".join(measures) + " |",
        "|" + "---|" * (len(measures) + 2),
    ]
    for row in rows:
        mine = [line for line in lines if line.row == row]
        values = [cells.get((row, measure), "") for measure in measures]
        text.append(f"| {row} | {_people(mine)} | " + " | ".join(values) + " |")
    methods = dict.fromkeys(line.estimate.method for line in lines)
    return [*text, "", f"Intervals (95 %): {'; '.join(m for m in methods if m)}."]


def _people(lines: Sequence[Line]) -> str:
    line = max(lines, key=lambda item: item.estimate.n)
    return f"{line.estimate.n}" if line.cases is None else f"{line.estimate.n} ({line.cases})"


def _cell(line: Line) -> str:
    e = line.estimate
    if not math.isfinite(e.value):
        return "not estimable"
    value = _number(e.value, line.measure)
    if e.ci_low == e.ci_high == e.value:
        return value
    return f"{value} ({_number(e.ci_low, line.measure)} to {_number(e.ci_high, line.measure)})"


def _number(value: float, measure: str) -> str:
    if not math.isfinite(value):
        return "?"
    if measure in _WHOLE:
        return f"{value:.0f}"
    if measure.startswith(_PERCENT):
        return f"{100 * value:.1f} %"
    return f"{value:.1e}" if 0 < abs(value) < 5e-4 else f"{value:.3f}"


def exact(value: float, n: int, method: str) -> Estimate:
    """Return a number that is counted or computed, not estimated: it is its own interval."""
    return Estimate(value, value, value, n, method)
