"""Conditions on a trajectory: of who has none, and of whose last value only a bound is known."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from .compare import Sql, Value, compared, is_known

OF_LAST: Final = ("last_comparator", "last_date", "not_usable_date")
"""Columns that say whether the last value is known, and how."""
TESTS: Final = "tests"
_LAST: Final = "last_value"
_OWN: Final = "t.person_id = p.person_id AND t.item = ?"
_IS_LAST_KNOWN: Final = (
    "t.last_value IS NOT NULL AND (t.not_usable_date IS NULL OR t.not_usable_date <= t.last_date)"
)
_OPPOSITE: Final[Mapping[str, str]] = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}
_STRICT: Final[Mapping[str, str]] = {">": ">", ">=": ">", "<": "<", "<=": "<"}


@dataclass(frozen=True, slots=True)
class TrendCondition:
    """A condition on a trajectory.

    ``decided`` : who meets it
    ``left_open`` : of whom only a bound is known that decides neither way; None where that can't be
    """

    decided: Sql
    left_open: Sql | None = None


def trend_condition(
    row: Mapping[str, Any], item: str, asked: tuple[str, str], words: Collection[str]
) -> TrendCondition:
    """Return the SQL of a condition on the trajectory of one item.

    Who was never tested has no row: nothing of it is known, and of tests there are 0. A bound
    counts where it decides, and a last value counts where no later one was refused or suspect.

    Parameters
    ----------
    row : what is asked for, of ``fields.toml``
    item : one that is followed
    asked : operator and value, in the model unit
    words : those that exist, of a trend

    Raises
    ------
    DataError  as ``compare.compared``
    """
    column, (op, value) = row["column"], asked
    if op == "is":
        known = _IS_LAST_KNOWN if column == _LAST else f"t.{column} IS NOT NULL"
        return TrendCondition((_of_row(known, is_there=is_known(value)), (item,)))
    if column == TESTS:
        tests = f"COALESCE((SELECT t.tests FROM trajectories t WHERE {_OWN}), 0)"  # noqa: S608 - house names, values are bound
        sql, values = compared(tests, row["kind"], op, value)
        return TrendCondition((sql, (item, *values)))
    sql, values = compared(f"t.{column}", row["kind"], op, value, words)
    if column != _LAST:
        return TrendCondition((_of_row(sql), (item, *values)))
    return _of_last(item, op, sql, values)


def _of_last(item: str, op: str, sql: str, values: tuple[Value, ...]) -> TrendCondition:
    """Compare the last value; where only a bound of it is known, with < and > alone."""
    exact = f"{_IS_LAST_KNOWN} AND t.last_comparator IS NULL AND {sql}"
    bound = f"{_IS_LAST_KNOWN} AND t.last_comparator IS NOT NULL"
    if op not in _OPPOSITE:
        return TrendCondition((_of_row(exact), (item, *values)), (_of_row(bound), (item,)))
    holds, fails = _shown(op), _shown(_OPPOSITE[op])
    return TrendCondition(
        (_of_row(f"({exact} OR {bound} AND {holds})"), (item, *values * 3)),
        (_of_row(f"{bound} AND NOT {holds} AND NOT {fails}"), (item, *values * 4)),
    )


def _of_row(own: str, *, is_there: bool = True) -> str:
    """Return whether a person has a row of the item, or none; house names, values are bound."""
    found = f"EXISTS (SELECT 1 FROM trajectories t WHERE {_OWN} AND {own})"  # noqa: S608 - house names, values are bound
    return found if is_there else f"NOT {found}"


def _shown(op: str) -> str:
    """Return where a bound alone shows that a comparison with a number holds; it is bound twice."""
    strict = _STRICT[op]
    at_it = f"(t.last_value {op} ? OR (t.last_comparator = '{strict}' AND t.last_value = ?))"
    return f"(t.last_comparator IN ('{strict}', '{strict}=') AND {at_it})"
