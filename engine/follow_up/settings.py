"""Reads ``rows.toml``: what is due when, and what a physician is reminded to ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from ..trajectories.settings import trajectory_item
from ..vocabulary.load import read_toml

_INFINITY: Final = float("inf")


@dataclass(frozen=True, slots=True)
class DueRow:
    """Something that is done again after so many months.

    ``slots`` are measured items of which any one counts; ``question`` is the answer that says when
    it was last done. ``months_above`` holds where HbA1c is or may be above the target; where
    ``is_once``, the answer says yes or no and no months count. What ``lasts`` was done for good: a
    yes of an earlier visit still holds. ``from_age`` in completed years.
    """

    id: str
    slots: tuple[str, ...]
    question: str
    months: int
    months_above: int
    source: str
    is_once: bool = False
    from_age: int = 0
    lasts: bool = False


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question for the physician; asked where the answers are as it says.

    ``none_known``: asked where none of these answers was given.
    """

    id: str
    all_of: tuple[str, ...]
    any_of: tuple[str, ...]
    none_known: tuple[str, ...]
    below_target_percent: float
    source: str


@cache
def _table() -> Mapping[str, Any]:
    return read_toml(__package__ or "", "rows.toml")


@cache
def usual_target_percent() -> float:
    """Return the HbA1c that is taken where the physician set no target."""
    return float(_table()["target"]["usual_percent"])


@cache
def same_target_within_percent() -> float:
    """Return how far two targets may lie apart and be the same one in two units."""
    goal = trajectory_item("hba1c").range
    return goal.same_within if goal else 0.0


@cache
def remission_below_percent() -> float:
    """Return the HbA1c from which a remission is not borne out."""
    return float(_table()["remission"]["below_percent"])


@cache
def most_months() -> Mapping[str, int]:
    """Return how many months ago an answer says at most; one that says no such thing is not there.

    >>> most_months()["within_1_year"]
    12
    """
    answers: Mapping[str, int] = _table()["answers"]
    return answers


@cache
def due_rows() -> tuple[DueRow, ...]:
    """Return everything that is done again, in printed order."""
    return tuple(
        DueRow(
            row["id"],
            tuple(row.get("slots", ())),
            row.get("question", ""),
            int(row["months"]),
            int(row.get("months_above", row["months"])),
            row["source"],
            bool(row.get("once", False)),
            int(row.get("from_age", 0)),
            bool(row.get("lasts", False)),
        )
        for row in _table()["due"]
    )


@cache
def question_rows() -> tuple[QuestionRow, ...]:
    """Return every question, in printed order."""
    return tuple(
        QuestionRow(
            row["id"],
            tuple(row.get("all_of", ())),
            tuple(row.get("any_of", ())),
            tuple(row.get("none_known", ())),
            float(row.get("below_target_percent", -_INFINITY)),
            row["source"],
        )
        for row in _table()["question"]
    )
