"""The card of a run at full scale, written from its lines."""

from collections.abc import Sequence

from ..ecg_findings.card import line_table
from ..report import Line
from .config import Config

_KINDS = {
    "labels": "Several classes may hold of one recording.",
    "strips": "One class of each single-lead strip.",
    "beats": "One class of each beat.",
}
_LIMITS = (
    "A network over the signal: no rules, no reasons. It is measured here and never shipped; "
    "findings come from the rules of `ecg_findings`.",
    "Cut-offs were not chosen: AUROC ranks, Fmax takes the best cut-off on the records that are "
    "judged, as leaderboards do, and the class of a strip or a beat is that of the greatest score.",
)


def render(
    config: Config, names: Sequence[str], lines: Sequence[Line], facts: Sequence[str]
) -> str:
    """Write ``card.md``.

    Parameters
    ----------
    config : of the run
    names : of the classes
    lines : every number
    facts : of the run
    """
    parts = [f"# Full scale: {config.task}", "", _KINDS[config.kind], ""]
    parts += [f"{len(names)} classes: {', '.join(names)}.", ""]
    for title in dict.fromkeys(line.table for line in lines):
        mine = [line for line in lines if line.table == title]
        parts += [f"## {title[0].upper()}{title[1:]}", "", *line_table(mine), ""]
    parts += ["## Limits", "", *(f"- {limit}" for limit in _LIMITS), ""]
    parts += ["## Where it comes from", "", *(f"- {fact}" for fact in facts)]
    return "\n".join(parts).rstrip() + "\n"
