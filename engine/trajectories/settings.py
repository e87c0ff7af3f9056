"""Reads what is followed over the years from ``items.toml``."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from ..derived import DERIVED
from ..guidelines import load as guidelines_load
from ..vocabulary import load_vocabulary
from ..vocabulary.load import read_toml

_REPEATS: Final = "repeat.toml"
_INFINITY: Final = float("inf")


@dataclass(frozen=True, slots=True)
class Range:
    """What "time in range" counts, in the model unit; an end that is not stated is infinite.

    The lower end belongs to it, the upper one unless it ``is_open_above``. A value that lies no
    further from an end than ``same_within`` is that end, reported in another unit.
    """

    id: str
    low: float
    high: float
    source: str
    is_open_above: bool = False
    same_within: float = 0.0


@dataclass(frozen=True, slots=True)
class TrajectoryItem:
    """One item that is followed.

    Attributes
    ----------
    name : what it is called in a draft and in a table
    source : slot or derived value of a record; empty where the caller gives the points
    unit : the model unit in which values are compared
    methods : answers that say how it was measured
    arms : item whose measured arms count as a method; empty where there are none
    repeats : share of a value within which two results of one day agree
    decimals : printed places in the model unit
    range : what "time in range" counts, or None; ``gap_days``, a longer gap counts for no time
    again_at_once : measured several times in one visit, where it moves, so that the median of a day
        counts; of a laboratory's results that differ by more than they repeat none does
    contradicts_days : no further apart, two results of two ways that differ contradict each other
    """

    name: str
    source: str
    unit: str
    methods: tuple[str, ...]
    arms: str
    repeats: float
    decimals: int
    range: Range | None
    gap_days: float
    again_at_once: bool
    contradicts_days: int


@dataclass(frozen=True, slots=True)
class Method:
    """The numbers of the statistics; their sources stand in the file."""

    days_per_year: float
    level: float
    exact_up_to: int
    mad_to_sd: float
    outlier_sd: float
    outlier_from_tests: int
    pairs_at_once: int


@cache
def _table() -> Mapping[str, Any]:
    return read_toml(__package__ or "", "items.toml")


@cache
def method() -> Method:
    """Return the numbers of the statistics."""
    raw = _table()["method"]
    return Method(**{name: raw[name] for name in Method.__slots__})


@cache
def trajectory_items() -> tuple[TrajectoryItem, ...]:
    """Return every item that is followed, in printed order."""
    return tuple(_item(row) for row in _table()["item"])


@cache
def trajectory_item(name: str) -> TrajectoryItem:
    """Return one item by its name."""
    return next(item for item in trajectory_items() if item.name == name)


def _item(row: Mapping[str, Any]) -> TrajectoryItem:
    code = row["name"].split(".", 1)[0]
    repeats = row.get("repeats") or _repeat_table()[code]
    unit = row.get("unit") or load_vocabulary().item_of(_slot(row)).model_unit
    return TrajectoryItem(
        name=row["name"],
        source=row.get("from", ""),
        unit=unit,
        methods=tuple(row["methods"]),
        arms=row.get("arms", ""),
        repeats=float(repeats["share"]),
        decimals=int(row["decimals"]),
        range=_range(row["range"]) if "range" in row else None,
        gap_days=row.get("gap_months", 0) * method().days_per_year / 12,
        again_at_once=row.get("again_at_once", False),
        contradicts_days=int(row.get("contradicts_within_days", {"days": -1})["days"]),
    )


def _slot(row: Mapping[str, Any]) -> str:
    """Return a slot of the item; of a derived value one of those that it is made of."""
    arms = row.get("arms")
    return f"{arms}.unspecified_arm" if arms else DERIVED.get(row["from"], str(row["from"]))


def _range(row: Mapping[str, Any]) -> Range:
    low = row.get("at_or_above", -_INFINITY)
    high = row.get("below", row.get("below_or_at", _INFINITY))
    return Range(
        row["id"],
        float(low),
        float(high),
        row["source"],
        "below" in row,
        float(row.get("same_within", 0.0)),
    )


@cache
def _repeat_table() -> Mapping[str, Any]:
    table: Mapping[str, Any] = read_toml(guidelines_load.__package__ or "", _REPEATS)["item"]
    return table
