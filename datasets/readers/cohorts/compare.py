"""Comparisons of a search: an operator and a value that is bound, never written into SQL."""

import math
import re
from collections.abc import Collection
from datetime import date
from typing import Final

from ....engine.errors import DataError

_WORD: Final = re.compile(r"^[A-Za-z0-9_.\-]+$")
_KNOWN: Final = ("known", "unknown")
_YES: Final = ("yes", "no")
_EQUAL: Final = ("=", "!=")

Value = str | float | date
Sql = tuple[str, tuple[Value, ...]]
"""A condition, and what is bound to it."""


def broken(found: str, why: str, remedy: str) -> DataError:
    """Return the refusal of a condition."""
    return DataError(found=f"the search condition {found}", why=why, remedy=remedy, path="where")


def compared(
    column: str, kind: str, op: str, value: str, words: Collection[str] = ()
) -> tuple[str, tuple[Value, ...]]:
    """Return the SQL of one comparison and what is bound to it.

    Parameters
    ----------
    column : as SQL
    kind : number, share (a number from 0 to 1), date or word
    op, value : as they were written
    words : those that exist, of a word; any word where there are none

    Raises
    ------
    DataError  if the value is none of that kind or no word that exists, or words are ordered
    """
    if op == "is":
        return f"{column} IS {'NOT ' if is_known(value) else ''}NULL", ()
    if kind == "word" and op not in (*_EQUAL, "in"):
        raise broken(f"{column[2:]} {op} {value}", "words have no order", "Use =, != or in")
    parts = value.split(",") if op == "in" else [value]
    values = tuple(_known_word(_value(part.strip(), kind), words) for part in parts)
    if op == "in":
        return f"{column} IN ({', '.join('?' * len(values))})", values
    return f"{column} {'<>' if op == '!=' else op} ?", values


def _known_word(value: Value, words: Collection[str]) -> Value:
    if words and value not in words:
        raise broken(
            f"{value!r}",
            "nobody has this word, and nobody or everybody would be found",
            f"Use {', '.join(words)}",
        )
    return value


def is_known(value: str) -> bool:
    """Say whether ``is VALUE`` asks for what is known.

    Raises
    ------
    DataError  if it is neither known nor unknown
    """
    if value not in _KNOWN:
        raise broken(f"is {value}", "it asks for known or unknown", "Write is known")
    return value == "known"


def is_yes(text: str, op: str, value: str) -> bool:
    """Say whether a condition asks for yes.

    Raises
    ------
    DataError  if it is asked otherwise than with yes or no
    """
    if op not in _EQUAL or value not in _YES:
        raise broken(f"{text!r}", "it is asked with yes or no", "Write = yes or = no")
    return (value == "yes") == (op == "=")


def _number(value: float, kind: str) -> float:
    """Return a number that a comparison can tell people apart by."""
    if not math.isfinite(value):
        raise broken(f"{value}", "it is no number", "Write 0.5")
    if kind == "share" and not 0 <= value <= 1:
        raise broken(
            f"{value:g}",
            "a risk or share lies between 0 and 1, and nobody or everybody would be found",
            "Write 0.5 for 50 %",
        )
    return value


def _value(text: str, kind: str) -> Value:
    try:
        if kind in ("number", "share"):
            return _number(float(text), kind)
        if kind == "date":
            return date.fromisoformat(text)
    except ValueError as error:
        raise broken(f"{text!r}", f"a {kind} is asked for", "Write 0.5, or 2026-11-03") from error
    if not _WORD.match(text):
        raise broken(f"{text!r}", "a word of letters, digits and _ is asked for", "Correct it")
    return text
