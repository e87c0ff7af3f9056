"""The small readable form of a search: conditions joined by "and", to SQL with bound values.

t2d_undiagnosed_band in high, intermediate and slope.waist > 0.5 and exposure.night_work = yes
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final

from ...engine.errors import DataError
from ...engine.trajectories import trajectory_items

_CONDITION: Final = re.compile(
    r"^(?P<name>[A-Za-z0-9_.]+)\s*(?P<op>>=|<=|!=|=|>|<|\bin\b|\bis\b)\s*(?P<value>.+)$"
)
_AND: Final = re.compile(r"\s+and\s+")
_WORD: Final = re.compile(r"^[A-Za-z0-9_.\-]+$")
_YES: Final = ("yes", "no")
_KNOWN: Final = ("known", "unknown")
_EQUAL: Final = ("=", "!=")

Value = str | float | date


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition as it was written, with the SQL that decides it for a person ``p``."""

    text: str
    sql: str
    values: tuple[Value, ...]
    tables: frozenset[str]


@dataclass(frozen=True, slots=True)
class Criteria:
    """Conditions that must all hold."""

    conditions: tuple[Condition, ...]

    @property
    def text(self) -> str:
        """Return the criteria as one line."""
        return " and ".join(c.text for c in self.conditions)

    @property
    def sql(self) -> str:
        """Return the SQL of the whole, over a person ``p``."""
        return " AND ".join(f"({c.sql})" for c in self.conditions) or "true"

    @property
    def values(self) -> list[Value]:
        """Return what is bound to the SQL, in order."""
        return [value for c in self.conditions for value in c.values]

    @property
    def tables(self) -> frozenset[str]:
        """Return the tables beside the result that they read."""
        return frozenset().union(*(c.tables for c in self.conditions))


@cache
def _fields() -> Mapping[str, Any]:
    text = files(__package__ or "").joinpath("search.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def trajectory_columns() -> frozenset[str]:
    """Return the columns of the trajectories that a condition may read."""
    read = {str(row["column"]) for row in _fields()["trajectory"].values()}
    return frozenset({"person_id", "item", *read})


def parse_criteria(lines: Sequence[str]) -> Criteria:
    """Read conditions; a line may hold several, joined by "and".

    Raises
    ------
    DataError  if a condition can't be read or names something that no search knows

    >>> parse_criteria(["t2d_undiagnosed_risk >= 0.1"]).sql
    '(p.t2d_undiagnosed_risk >= ?)'
    """
    return Criteria(tuple(_conditions(lines)))


def _conditions(lines: Sequence[str]) -> Iterator[Condition]:
    for line in lines:
        for text in _AND.split(line.strip()):
            match = _CONDITION.match(text.strip())
            if match is None:
                raise _broken(f"{text!r}", "it is no condition", "Write NAME OP VALUE")
            yield _condition(text.strip(), *match.group("name", "op", "value"))


def _condition(text: str, name: str, op: str, value: str) -> Condition:
    head, _, key = name.partition(".")
    if not key and head in _fields()["column"]:
        sql, values = _compare(f"p.{head}", _fields()["column"][head], op, value)
        return Condition(text, sql, values, frozenset())
    if head in _fields()["trajectory"] and key:
        return _trajectory(text, (head, key), op, value)
    if head == "exposure" and key:
        return _exists(text, "exposures", ("exposure", key), op, value)
    if head == "reason" and key:
        return _reason(text, key, op, value)
    if head == "decision" and key:
        return _decision(text, key, op, value)
    known = [*_fields()["column"], *(f"{t}.ITEM" for t in _fields()["trajectory"])]
    raise _broken(
        f"{name!r}",
        "no search knows it, and a condition that is left out would find other people",
        "Use one of: " + ", ".join([*known, "reason.FINDING", "exposure.CODE", "decision.FINDING"]),
    )


def _trajectory(text: str, name: tuple[str, str], op: str, value: str) -> Condition:
    head, item = name
    items = [one.name for one in trajectory_items()]
    if item not in items:
        raise _broken(f"the item {item!r}", "it is not followed", f"Use {', '.join(items)}")
    field = _fields()["trajectory"][head]
    sql, values = _compare(f"t.{field['column']}", field["kind"], op, value)
    within = (
        f"SELECT 1 FROM trajectories t WHERE t.person_id = p.person_id AND t.item = ? AND {sql}"  # noqa: S608 - names come from search.toml, values are bound
    )
    return Condition(text, f"EXISTS ({within})", (item, *values), frozenset({"trajectories"}))


def _exists(text: str, table: str, key: tuple[str, str], op: str, value: str) -> Condition:
    is_in = _is_yes(text, op, value)
    column, code = key
    within = f"SELECT 1 FROM {table} e WHERE e.person_id = p.person_id AND e.{column} = ?"  # noqa: S608 - house names, values are bound
    return Condition(
        text, f"{'' if is_in else 'NOT '}EXISTS ({within})", (code,), frozenset({table})
    )


def _reason(text: str, finding: str, op: str, value: str) -> Condition:
    """Ask whether the row keeps reasons of a finding; not whether it is present."""
    is_in = _is_yes(text, op, value)
    sql = "list_contains(list_transform(p.reasons, r -> r.finding), ?)"
    return Condition(text, sql if is_in else f"NOT {sql}", (finding,), frozenset())


def _decision(text: str, finding: str, op: str, value: str) -> Condition:
    sql, values = _compare("d.verdict", "word", op, value)
    within = (
        f"SELECT 1 FROM decisions d WHERE d.person_id = p.person_id AND d.finding_id = ? AND {sql}"  # noqa: S608, E501 - house names, values are bound
    )
    return Condition(text, f"EXISTS ({within})", (finding, *values), frozenset({"decisions"}))


def _is_yes(text: str, op: str, value: str) -> bool:
    if op not in _EQUAL or value.strip() not in _YES:
        raise _broken(f"{text!r}", "it is asked with yes or no", "Write = yes or = no")
    return (value.strip() == "yes") == (op == "=")


def _compare(column: str, kind: str, op: str, value: str) -> tuple[str, tuple[Value, ...]]:
    """Return the SQL of one comparison and what is bound to it."""
    text = value.strip()
    if op == "is":
        if text not in _KNOWN:
            raise _broken(f"is {text}", "it asks for known or unknown", "Write is known")
        return f"{column} IS {'NOT ' if text == 'known' else ''}NULL", ()
    values = tuple(_value(part.strip(), kind) for part in text.split(",")) if op == "in" else ()
    if op == "in":
        return f"{column} IN ({', '.join('?' * len(values))})", values
    if kind == "word" and op not in _EQUAL:
        raise _broken(f"{column[2:]} {op} {text}", "words have no order", "Use =, != or in")
    return f"{column} {'<>' if op == '!=' else op} ?", (_value(text, kind),)


def _value(text: str, kind: str) -> Value:
    try:
        if kind == "number":
            return float(text)
        if kind == "date":
            return date.fromisoformat(text)
    except ValueError as error:
        raise _broken(f"{text!r}", f"a {kind} is asked for", "Write 0.5, or 2026-11-03") from error
    if not _WORD.match(text):
        raise _broken(f"{text!r}", "a word of letters, digits and _ is asked for", "Correct it")
    return text


def _broken(found: str, why: str, remedy: str) -> DataError:
    return DataError(found=f"the search condition {found}", why=why, remedy=remedy, path="where")
