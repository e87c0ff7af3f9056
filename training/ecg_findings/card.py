"""The cards of the ECG findings, written from the run's lines and rules and from nothing else."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..ecg_delineation.card import table_of
from ..report import Line
from .fit import Rules


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
        parts += [f"## {title[0].upper()}{title[1:]}", "", *table_of(mine), ""]
    parts += ["## Rules", "", "Points are log-odds, multiplied by how true the condition is.", ""]
    parts += [f"- `{rule.id}`: {rule.text} ({rule.source})" for rule in rules.system.rules] + [""]
    parts += ["## Limits", "", *(f"- {limit}" for limit in about["limits"]), ""]
    parts += ["## Where it comes from", "", *(f"- {fact}" for fact in facts)]
    return "\n".join(parts).rstrip() + "\n"
