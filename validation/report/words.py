"""The words of a report: from ids and numbers to French and English."""

import textwrap
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from ...engine.errors import DataError

Lang = Literal["fr", "en"]
_DECIMALS = 3
_SMALL = 0.001
_PLAIN_DIGITS = 10


@cache
def _texts() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    here = files(__package__ or "")
    return tomllib.loads(here.joinpath("words.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Words:
    """One language.

    ``plain`` for cells that a program reads: numbers with a point and all their digits, nothing
    where there is none, the ends of an interval apart.
    """

    lang: Lang
    plain: bool = False

    def say(self, group: str, key: str, **values: object) -> str:
        """Return a text of ``words.toml``.

        Raises
        ------
        DataError  if there is none: an id must never be printed in its place
        """
        row = _texts().get(group, {}).get(key)
        if row is None or self.lang not in row:
            raise DataError(
                found=f"no text {group}.{key}",
                why="an id would be printed in its place",
                remedy="Add it to words.toml in both languages",
                path="validation/report/words.toml",
            )
        return row[self.lang].format(**values)

    def pick(self, row: Mapping[str, Any], key: str) -> str:
        """Return the text of a row in this language, the English one where it has no other."""
        french = row.get(f"{key}_fr") if self.lang == "fr" else None
        return str(french or row[key])

    def method(self, text: str) -> str:
        """Return the name of a method, part by part."""
        parts = [p for p in text.split("; ") if p]
        return " ; ".join(self.say("method", p) for p in parts) if self.lang == "fr" else text

    def number(self, value: float | int | None, decimals: int = _DECIMALS) -> str:
        """Write a number."""
        if self.plain:
            return "" if value is None else f"{value:.{_PLAIN_DIGITS}g}"
        if value is None:
            return "–"
        if isinstance(value, int):
            return f"{value:,}".replace(",", "\u202f")
        is_tiny = 0 < abs(value) < _SMALL
        text = f"{value:.2g}" if is_tiny else f"{value:.{decimals}f}"
        return text.replace(".", ",") if self.lang == "fr" else text

    def short(self, value: float) -> str:
        """Write a number of an axis."""
        if self.plain:
            return self.number(value)
        text = f"{value:.3g}"
        return text.replace(".", ",") if self.lang == "fr" else text

    def percent(self, text: str, share: float) -> str:
        """Return a percentage that is written already, or the plain share."""
        return self.number(share) if self.plain else f"{text} %"

    def estimate(self, result: Mapping[str, Any], decimals: int = _DECIMALS) -> tuple[str, ...]:
        """Return (value, interval, n, method) of a result; why not in place of the value.

        Where plain, (value, low, high, n, method, why not).
        """
        if self.plain:
            return self._plain_estimate(result)
        n = self.number(result.get("n"))
        method = self.method(result.get("method", ""))
        if "suppressed" in result:
            return (self.say("why", "suppressed"), "–", "–", "–")
        if "not_estimable" in result:
            return (self.say("why", result["not_estimable"]), "–", n, method)
        value = self.number(result["value"], decimals)
        low, high = (self.number(result[k], decimals) for k in ("ci_low", "ci_high"))
        return (value, self.say("report", "interval", low=low, high=high), n, method)

    def _plain_estimate(self, result: Mapping[str, Any]) -> tuple[str, ...]:
        code = "suppressed" if "suppressed" in result else result.get("not_estimable")
        why = self.say("why", code) if code else ""
        numbers = (self.number(result.get(k)) for k in ("value", "ci_low", "ci_high", "n"))
        return (*numbers, self.method(result.get("method", "")), why)


def wrap(text: str, width: int) -> tuple[str, ...]:
    """Return a text in lines."""
    return tuple(textwrap.wrap(text, width)) or ("",)
