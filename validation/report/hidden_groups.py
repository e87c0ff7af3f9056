"""Small groups of a subgroup or of a period, and shares that have a small cell behind them."""

from typing import Any

from .hidden import HIDDEN, is_small, view
from .hidden_tables import AT_HORIZON, SHARES, hide_shares

Group = dict[str, Any]
_COUNTS = ("n", "cases", "others", "abstained")
_OF_PEOPLE = ("cases", "others", "abstained")
_COUNTABLE = (*SHARES, *AT_HORIZON, "prevalence")
"""Estimates whose digits tell how many people are behind them."""


def hide_subgroup(subgroup: Group, below: int) -> None:
    """Hide small groups of a subgroup, and the gaps that they would be an end of.

    Where few belong to no group, they are the whole less the groups: the smallest group then keeps
    its ranking and nothing that tells how many it holds.
    """
    groups, rest = subgroup["groups"], subgroup.pop("rest")
    cell = rest.pop("smallest_cell") if rest else 0
    gone, shares = hide_groups(groups, below)
    smallest = min(groups, key=lambda g: g["cases"] or 0)
    if rest and _is_small_group(rest, below) and not gone:
        _hide_counts(smallest)
    elif is_small(cell, below) and not shares:
        hide_shares(smallest["results"])
    results = {g["label"]: g["results"] for g in groups}
    for name, gap in subgroup["worst_gap"].items():
        ends = [results[gap[end]][name] for end in ("lowest", "highest") if end in gap]
        if HIDDEN in ends:
            subgroup["worst_gap"][name] = dict(HIDDEN)
        elif any(end["n"] is None for end in ends):
            gap["n"] = None


def _hide_counts(group: Group) -> None:
    group.update(dict.fromkeys(_COUNTS))
    for name, result in group["results"].items():
        group["results"][name] = dict(HIDDEN) if name in _COUNTABLE else {**result, "n": None}


def hide_groups(groups: list[Group], below: int) -> tuple[list[Group], list[Group]]:
    """Hide small groups, and the smallest others until what is hidden is not small together.

    One group alone is never hidden: it would be the whole less the others.

    Returns
    -------
    the groups without any number, and those without the shares of their table
    """
    cells = [g.pop("smallest_cell", 0) for g in groups]
    gone = _with_others([g for g in groups if _is_small_group(g, below)], groups, below)
    few = [g for g, cell in zip(groups, cells, strict=True) if is_small(cell, below)]
    shares = _with_others([*gone, *(g for g in few if g not in gone)], groups, below)
    for group in gone:
        group.update(dict.fromkeys(_COUNTS))
        group["results"] = {name: dict(HIDDEN) for name in group["results"]}
    for group in shares:
        hide_shares(group["results"])
    return gone, shares


def _with_others(hidden: list[Group], groups: list[Group], below: int) -> list[Group]:
    rest = sorted((g for g in groups if g not in hidden), key=lambda g: g["cases"])
    all_of = _together(groups)
    while hidden and rest and (len(hidden) == 1 or _is_small_of(_together(hidden), all_of, below)):
        hidden.append(rest.pop(0))
    return hidden


def _together(groups: list[Group]) -> dict[str, int]:
    """Return the counts of groups as one; of persons, who may be in several, the largest."""
    add = max if "persons" in groups[0] else sum
    return {name: add(view(g)[name] for g in groups) for name in _OF_PEOPLE}


def _is_small_of(part: dict[str, int], whole: dict[str, int], below: int) -> bool:
    """Say whether a count of some groups is small, where that of all is not."""
    return any(is_small(part[k], below) and not is_small(whole[k], below) for k in _OF_PEOPLE)


def _is_small_group(group: Group, below: int) -> bool:
    counts = view(group)
    return any(is_small(counts[name], below) for name in _OF_PEOPLE)
