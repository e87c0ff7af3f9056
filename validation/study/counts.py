"""Counts of records, and of persons beside them where a person has several."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..data.people import People
from ..statistics.estimate import BoolArray


def counted(people: People, rows: Mapping[str, BoolArray]) -> dict[str, Any]:
    """Return how many records each of some sets holds, by name.

    Where a person of the study has several records, ``persons`` holds as many counts of persons: a
    person can be in two sets that share no record.
    """
    told: dict[str, Any] = {name: int(among.sum()) for name, among in rows.items()}
    if people.repeats:
        told["persons"] = persons_in(people, rows)
    return told


def persons_in(people: People, rows: Mapping[str, BoolArray]) -> dict[str, int]:
    """Return how many persons have a record in each of some sets."""
    if not people.repeats:
        return {name: int(among.sum()) for name, among in rows.items()}
    return {name: len(np.unique(people.person[among])) for name, among in rows.items()}


def totals(people: People) -> dict[str, Any]:
    """Return how many there are, cases, and others."""
    everybody = np.ones(people.n, dtype=np.bool_)
    return counted(people, {"n": everybody, "cases": people.case, "others": ~people.case})


def cells(case: BoolArray, positive: BoolArray) -> dict[str, BoolArray]:
    """Return the four cells of a two-by-two table."""
    return {
        "tp": case & positive,
        "fp": ~case & positive,
        "fn": case & ~positive,
        "tn": ~case & ~positive,
    }


def smallest_cell(people: People, *tables: Mapping[str, BoolArray]) -> int:
    """Return the smallest count of persons above 0, 0 where nobody is in any cell.

    By it a report that hides small counts hides what is made of these cells.
    """
    found = [count for cells in tables for count in persons_in(people, cells).values()]
    return min((count for count in found if count), default=0)
