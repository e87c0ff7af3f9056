"""A strict reader of TOML tables: a key is read or refused by name, a fault says where."""

import math
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from ..errors import DataError


def suggestion(name: str, known: Iterable[str]) -> str:
    """Name the nearest known words, or all of them, as a sentence."""
    words = list(known)
    near = get_close_matches(name, words, n=3, cutoff=0.5)
    if near:
        return f"Perhaps you meant {' or '.join(near)}"
    return f"Known: {', '.join(words) or 'none'}"


def refuse_duplicates(names: Iterable[str], what: str, path: str) -> None:
    """Refuse a name that is given twice, for the second would silently replace the first."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise DataError(
                found=f"the {what} {name!r} is defined twice",
                why="one name must mean one thing",
                remedy=f"Rename or remove one of the two {what} entries",
                path=path,
            )
        seen.add(name)


class Table:
    """One TOML table that is being read.

    Parameters
    ----------
    values : what tomllib gave
    path : where it stands, for the messages
    """

    def __init__(self, values: Mapping[str, object], path: str) -> None:
        self.values = dict(values)
        self.path = path
        self._read: set[str] = set()

    def fault(self, found: str, why: str, remedy: str) -> DataError:
        """Build an error that says where it happened."""
        return DataError(found=found, why=why, remedy=remedy, path=self.path)

    def _take(self, key: str, default: object = None) -> object:
        self._read.add(key)
        if key in self.values:
            return self.values[key]
        if default is None:
            raise self.fault(f"{key!r} is missing", "it is never guessed", f"Add {key} = ...")
        return default

    def text(self, key: str, default: str | None = None) -> str:
        """Read a string; an empty one is a missing one unless a default is given."""
        value = self._take(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self.fault(f"{key} = {value!r}", "a text is needed", f'Write {key} = "..."')
        return value

    def number(self, key: str, default: float | None = None) -> float:
        """Read a finite number."""
        return self._number(key, self._take(key, default))

    def _number(self, key: str, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.fault(f"{key} = {value!r}", "a number is needed", f"Write {key} as a number")
        if not math.isfinite(value):
            raise self.fault(f"{key} = {value!r}", "it is not finite", "Write a finite number")
        return float(value)

    def numbers(self, key: str) -> tuple[float, ...]:
        """Read a list of finite numbers."""
        value = self._take(key)
        if not isinstance(value, list):
            raise self.fault(f"{key} = {value!r}", "a list is needed", f"Write {key} = [..., ...]")
        return tuple(self._number(key, item) for item in value)

    def pairs(self, key: str) -> tuple[tuple[float, float], ...]:
        """Read a list of [low, high] pairs; absent gives none."""
        value = self._take(key, [])
        if not isinstance(value, list) or not all(
            isinstance(item, list) and len(item) == len(("low", "high")) for item in value
        ):
            raise self.fault(
                f"{key} = {value!r}", "pairs are needed", f"Write {key} = [[low, high]]"
            )
        return tuple((self._number(key, a), self._number(key, b)) for a, b in value)

    def flag(self, key: str, *, default: bool) -> bool:
        """Read true or false."""
        value = self._take(key, default)
        if not isinstance(value, bool):
            raise self.fault(f"{key} = {value!r}", "true or false is needed", f"Write {key} = true")
        return value

    def choice(self, key: str, options: tuple[str, ...], default: str | None = None) -> str:
        """Read one word of a closed list."""
        value = self.text(key, default)
        if value not in options:
            raise self.fault(f"{key} = {value!r}", "it is not known", suggestion(value, options))
        return value

    def texts(self, key: str, default: list[str] | None = None) -> tuple[str, ...]:
        """Read a list of strings."""
        value = self._take(key, default)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.fault(f"{key} = {value!r}", "a list of texts is needed", "Write strings")
        return tuple(value)

    def table(self, key: str) -> "Table":
        """Read a sub-table."""
        value = self._take(key)
        if not isinstance(value, dict):
            raise self.fault(f"{key} = {value!r}", "a table is needed", f"Write [{key}]")
        return Table(value, f"{self.path}, {key}")

    def tables(self, key: str) -> tuple["Table", ...]:
        """Read a list of sub-tables, at least one; each is named in messages by its name or id."""
        value = self._take(key)
        if not isinstance(value, list) or not value or not all(isinstance(t, dict) for t in value):
            raise self.fault(f"{key} = {value!r}", "tables are needed", f"Write [[{key}]]")
        return tuple(
            Table(t, f"{self.path}, {key} {t.get('id') or t.get('name') or f'number {i + 1}'}")
            for i, t in enumerate(value)
        )

    def finish(self) -> None:
        """Refuse every key that nobody read: a misspelt key would silently not count."""
        for key in self.values:
            if key not in self._read:
                raise self.fault(
                    f"the key {key!r} is not known",
                    "it would have no effect",
                    suggestion(key, self._read),
                )
