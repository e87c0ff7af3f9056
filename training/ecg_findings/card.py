"""The cards of the ECG findings, written from the run's lines and rules and from nothing else."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ..report import Line
from . import calm, compared, definitions, trade
from .fit import Rules

NOTES = {
    compared.SUMMARY: "Mean over source and statement with five cases and five controls or more.",
    compared.LEARNABLE: "The same without cells of which no other source could teach anything.",
    compared.STEPS: "One thing changed at a time, on the same people; above zero is better.",
    compared.FAILED: "Their words are silent, and nothing is called.",
    "cases by source": "A statement with cases in one source only says nothing of other hospitals.",
    calm.TABLE: "Sinus rhythm to which nobody gave another label; many of these statements are "
    "true and were not labelled: an upper bound. Without bradycardia below 60 and tachycardia "
    "above 100 per minute as measured, which are true, a closer one.",
    trade.TABLE: "A price says how many more cases in a hundred must be found for one more control "
    "in a hundred that is called present; a share, how many controls lie below borderline. One row "
    "of each is shipped (see the limits). Where price and share, too, were chosen without the "
    "source that is left out, the figures are the most honest ones of all.",
    trade.CEILING: "No cut-off that is chosen on other hospitals passes this; where it is below "
    "an aim, only a better ranking reaches the aim.",
    "calibration": "Source left out. Where the slope is far from 1, or the interval of O:E leaves "
    "1 out, a score ranks the ECGs of one hospital and is no chance in another. Not estimable: no "
    "case, or for the slope fewer than five.",
    definitions.TABLE: "The measurement behind the statement, of those whom the database calls so.",
    "what an explanation names, deleted": "By how much the logit falls (simulated ECGs).",
}


def line_table(lines: Sequence[Line]) -> list[str]:
    """One row for each `row`, one column for each `measure`, methods below."""
    measures = list(dict.fromkeys(line.measure for line in lines))
    cells = {(line.row, line.measure): _cell(line) for line in lines}
    text = ["| | " + " | ".join(measures) + " |", "|" + "---|" * (len(measures) + 1)]
    rows = dict.fromkeys(line.row for line in lines)
    text += [f"| {r} | " + " | ".join(cells.get((r, m), "") for m in measures) + " |" for r in rows]
    methods = dict.fromkeys(line.estimate.method for line in lines)
    return [*text, "", f"Intervals (95 %): {'; '.join(methods)}."]


def _cell(line: Line) -> str:
    """Print a number with its interval and, where there are cases, how many."""
    e = line.estimate
    if not math.isfinite(e.value):
        return "not estimable" if line.cases is None else f"not estimable ({_of(line)})"
    if e.ci_low == e.ci_high == e.value and e.value == round(e.value):
        return f"{e.value:.0f}" if line.cases is None else f"{e.value:.0f} ({_of(line)})"
    value = f"{e.value:.3f} ({e.ci_low:.3f} to {e.ci_high:.3f})"
    return value if line.cases is None else f"{value} {_of(line)}"


def _of(line: Line) -> str:
    return f"{line.cases}/{line.estimate.n}"


def render(
    model_id: str,
    about: Mapping[str, Any],
    rules: Rules,
    lines: Sequence[Line],
    facts: Sequence[str],
) -> str:
    """Write ``card.md``.

    Parameters
    ----------
    model_id : ``<model>/<form>``
    about : texts of the form
    rules : what is shipped
    lines : every number
    facts : of the run
    """
    parts = [f"# Model card: {model_id}", "", "## Intended use", "", about["intended_use"], ""]
    parts += [about["not_for"], "", "## Who it learned from", "", about["population"], ""]
    parts += [about["reference_standard"], "", about["split"], ""]
    for title in dict.fromkeys(line.table for line in lines):
        mine = [line for line in lines if line.table == title]
        note = [NOTES[title], ""] if title in NOTES else []
        parts += [f"## {title[0].upper()}{title[1:]}", "", *note, *line_table(mine), ""]
    parts += ["## Rules", "", "Points are log-odds, multiplied by how true the condition is.", ""]
    parts += [f"- `{rule.id}`: {rule.text} ({rule.source})" for rule in rules.system.rules] + [""]
    parts += ["## Limits", "", *(f"- {limit}" for limit in about["limits"]), ""]
    parts += ["## Where it comes from", "", *(f"- {fact}" for fact in facts)]
    return "\n".join(parts).rstrip() + "\n"
