"""Small groups of a subgroup or of a period, and shares that have a small cell behind them."""

from typing import Any

from .hidden import HIDDEN, is_small, view
from .hidden_tables import SHARES, hide_shares

_COUNTS = ("n", "cases", "others", "abstained")


def hide_subgroup(subgroup: dict[str, Any], below: int) -> None:
    """Hide small groups of a subgroup, and the gaps that they would be an end of."""
    gone, shares = hide_groups(subgroup["groups"], below)
    for name, gap in subgroup["worst_gap"].items():
        ends = {gap.get("lowest"), gap.get("highest")}
        if ends & (gone | shares if name in SHARES else gone):
            subgroup["worst_gap"][name] = dict(HIDDEN)


def hide_groups(groups: list[dict[str, Any]], below: int) -> tuple[set[str], set[str]]:
    """Hide small groups, and the smallest other one where one alone would be hidden.

    Returns
    -------
    the labels of groups without any number, and of those without the shares of their table
    """
    cells = [g.pop("smallest_cell", 0) for g in groups]
    gone = _with_another([g for g in groups if _is_small_group(g, below)], groups)
    for group in gone:
        group.update(dict.fromkeys(_COUNTS))
        group["results"] = {name: dict(HIDDEN) for name in group["results"]}
    few = [g for g, cell in zip(groups, cells, strict=True) if is_small(cell, below)]
    shares = _with_another([*gone, *(g for g in few if g not in gone)], groups)
    for group in shares:
        hide_shares(group["results"])
    return {g["label"] for g in gone}, {g["label"] for g in shares}


def _with_another(
    hidden: list[dict[str, Any]], groups: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    if len(hidden) == 1 and len(groups) > 1:
        rest = [g for g in groups if g is not hidden[0]]
        hidden.append(min(rest, key=lambda g: g["cases"]))
    return hidden


def _is_small_group(group: dict[str, Any], below: int) -> bool:
    counts = view(group)
    return any(is_small(counts[name], below) for name in ("cases", "others", "abstained"))
