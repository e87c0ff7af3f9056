"""Reads ``limits.toml``, or the limits of a site that takes its place."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from ....engine.errors import DataError

SCHEMA: Final = "laennec.drift_limits/1"
_FILE: Final = "limits.toml"


@dataclass(frozen=True, slots=True)
class Limits:
    """When a month is flagged.

    Attributes
    ----------
    rows : ``section.name`` -> its value and source
    own : names that the site set itself
    """

    rows: Mapping[str, tuple[float, str]]
    own: frozenset[str] = frozenset()

    def number(self, name: str) -> float:
        """Return one limit.

        >>> house_limits().number("psi.act")
        0.25
        """
        return self.rows[name][0]


@cache
def house_limits() -> Limits:
    """Return the limits that ship."""
    text = files(__package__ or "").joinpath(_FILE).read_text(encoding="utf-8")
    return Limits({name: _row(row) for name, row in _flat(tomllib.loads(text))})


def read_limits(path: Path | None) -> Limits:
    """Return the limits of a site: those of the house, and the site's own values over them.

    Parameters
    ----------
    path : TOML with the schema and any of the rows of the house; None for the house's

    Raises
    ------
    DataError  if it can't be read, or a row is not known or no number above zero
    """
    house = house_limits()
    if path is None:
        return house
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _broken(f"a file that can't be read ({type(error).__name__})", path.name) from error
    if raw.get("schema") != SCHEMA:
        raise _broken("a file with another schema, or none", path.name)
    try:
        own = {name: _row(row) for name, row in _flat(raw)}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _broken("a row without a number as value, or without a source", path.name) from error
    strange = sorted(own.keys() - house.rows.keys())
    if strange or any(not 0 < value < math.inf for value, _ in own.values()):
        raise _broken(
            f"the row {strange[0][:60]!r}, which is not known"
            if strange
            else "a limit of 0 or less, or without end",
            path.name,
        )
    return Limits({**house.rows, **own}, frozenset(own))


def _flat(raw: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [
        (f"{section}.{name}", row)
        for section, rows in raw.items()
        if section != "schema"
        for name, row in rows.items()
    ]


def _row(row: Mapping[str, Any]) -> tuple[float, str]:
    if isinstance(row["value"], bool) or not isinstance(row["source"], str):
        raise TypeError
    return float(row["value"]), row["source"]


def _broken(found: str, path: str) -> DataError:
    return DataError(
        found=found,
        why="with other limits than meant, an alarm or a silence would be believed",
        remedy=f'Begin with schema = "{SCHEMA}" and copy rows of {_FILE}: '
        'name = { value = 0.2, source = "..." }',
        path=path,
    )
