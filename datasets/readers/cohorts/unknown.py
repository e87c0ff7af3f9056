"""Of whom it is not known what a condition asks: they are not found, and that is no "no"."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pyarrow.compute as pc

from .criteria import Criteria
from .evaluate import who_meets
from .exposures import ASKED
from .names import Condition, Given, condition_of, fields

_ALWAYS_KNOWN = ("reason", "decision", "tests")
"""Kinds of which a row that is not there means that there was none."""
_STATED = ("finding", "urgency", "grade", "risk", "cim10")


@dataclass(frozen=True, slots=True)
class NotKnown:
    """Of whom one condition can't be decided.

    Parameters
    ----------
    name : what the condition asks for
    names : Arrow strings, the people; they are not found
    not_usable : of them, who had a reading, suspect or refused; None where that is not told
    """

    name: str
    names: Any
    not_usable: int | None

    @property
    def people(self) -> int:
        """Return of how many it is not known."""
        return len(self.names)


def who_is_not_known(criteria: Criteria, tables: Mapping[str, Any]) -> Iterator[NotKnown]:
    """Yield each thing that criteria ask for, with the people of whom it is not known.

    Parameters
    ----------
    criteria, tables : as in `who_meets`; ``not_usable`` may stand beside ``measurements``

    Raises
    ------
    DataError  as `who_meets`
    """
    unknown: dict[str, list[Condition]] = {}
    for condition in criteria.conditions:
        one = _unknown(condition)
        if one is not None:
            unknown.setdefault(condition.name, []).append(one)
    for name, conditions in unknown.items():
        first = conditions[0]
        any_of_them = replace(
            first,
            sql=" OR ".join(f"({one.sql})" for one in conditions),
            values=tuple(value for one in conditions for value in one.values),
        )
        names = who_meets(Criteria((any_of_them,)), tables)
        yield NotKnown(name, names, _not_usable(first, tables, names))


def _unknown(condition: Condition) -> Condition | None:
    """Return who is not found for want of an answer, as a condition; None where nobody can be."""
    head, _, key = condition.name.partition(".")
    is_word = not key and fields()["column"].get(head) == "word"
    if head in _ALWAYS_KNOWN or (is_word and not _is_negated(condition)):
        return None
    name = condition.name
    if head == "exposure":
        sql = f"NOT EXISTS (SELECT 1 FROM exposures e WHERE e.person_id = p.person_id AND {ASKED})"  # noqa: S608 - house names, values are bound
        return Condition(name, name, name, sql, (key,), condition.reads)
    if key and head in _STATED:
        found = tuple(sorted(key for _, key in condition.reads))
        marks = ", ".join("?" * len(found))
        sql = (
            "NOT EXISTS (SELECT 1 FROM findings f WHERE f.person_id = p.person_id "  # noqa: S608 - values are bound
            f"AND f.finding IN ({marks}) AND f.state <> 'not_assessable')"
        )
        return Condition(name, name, name, sql, found, condition.reads)
    known = condition_of(Given(name, name, name, "is", "known"))
    sql, values = f"NOT ({known.sql})", known.values
    if condition.left_open is not None:
        own, bound = condition.left_open
        sql, values = f"{sql} OR {own}", (*values, *bound)
    return Condition(name, name, name, sql, values, known.reads)


def _is_negated(condition: Condition) -> bool:
    """Say whether a condition asks for another word: somebody without any is not found by it."""
    return "<>" in condition.sql


def _not_usable(condition: Condition, tables: Mapping[str, Any], names: Any) -> int | None:  # noqa: ANN401 - pyarrow has no types
    slots = [key for table, key in condition.reads if table == "measurements"]
    if not slots or "not_usable" not in tables:
        return None
    rows = tables["not_usable"]
    of_them = pc.and_(
        pc.is_in(rows["slot"], pc.cast(slots, rows["slot"].type)),
        pc.is_in(rows["person_id"], names),
    )
    return len(rows.filter(of_them)["person_id"].unique())
