"""The card of the delineator, written from the run's lines and from nothing else."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ..report import Line


def render(model_id: str, about: Mapping[str, Any], lines: Sequence[Line]) -> str:
    """Write ``card.md``.

    Parameters
    ----------
    model_id : ``<model>/<form>``
    about : ``text``, ``how``, ``tables`` of ``about.toml`` and ``run``, facts of the run
    lines : every number
    """
    text, how = about["text"], about["how"]
    parts = [f"# Model card: {model_id}", "", "## Intended use", "", text["intended_use"], ""]
    parts += [text["not_for"], "", "## How it reads", "", how["network"], "", how["reading"], ""]
    parts += ["## Who it learned from", "", text["population"], "", text["reference_standard"], ""]
    parts += [text["split"], ""]
    for table, words in about["tables"].items():
        mine = [line for line in lines if line.table == table]
        if mine:
            note = [words["note"], ""] if words["note"] else []
            parts += [f"## {words['title']}", "", *note, *table_of(mine), ""]
    parts += ["## Limits", "", *(f"- {limit}" for limit in text["limits"]), ""]
    parts += ["## Where it comes from", "", *(f"- {fact}" for fact in about["run"])]
    return "\n".join(parts).rstrip() + "\n"


def table_of(lines: Sequence[Line]) -> list[str]:
    """One row for each `row`, one column for each `measure`, methods below."""
    measures = list(dict.fromkeys(line.measure for line in lines))
    rows = list(dict.fromkeys(line.row for line in lines))
    cells = {(line.row, line.measure): _cell(line) for line in lines}
    text = ["| | " + " | ".join(measures) + " |", "|" + "---|" * (len(measures) + 1)]
    text += [f"| {r} | " + " | ".join(cells.get((r, m), "") for m in measures) + " |" for r in rows]
    methods = dict.fromkeys(e.method for e in (line.estimate for line in lines) if e.method)
    return [*text, "", f"Intervals (95 %): {'; '.join(methods)}."]


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
    if measure in ("records", "n"):
        return f"{value:.0f}"
    if measure.endswith(" ms"):
        return f"{value:.1f}"
    return f"{value:.1e}" if 0 < abs(value) < 5e-4 else f"{value:.4f}"
