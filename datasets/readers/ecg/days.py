"""Days as files write them: a whole day, a month or a year, no more than is stated."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from .person_words import words

_SHORTEST: Final = 3
_MONTHS: Final = 12
_LIKE: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<y>\d{4})(?:(?P<m>\d\d)(?:(?P<d>\d\d)(?:\d{2,6}(?:\.\d+)?(?:[+-]\d{4})?)?)?)?",
        r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})(?:[-/.](?P<d>\d{1,2})(?:[t ].*)?)?",
        r"(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<y>\d{4})(?: .*)?",
        r"(?P<d>\d{1,2}) (?P<m>\d{1,2}) (?P<y>\d{4})",
        r"(?:(?P<d>\d{1,2})\.?[-/ ])?(?:de )?(?P<name>[^\W\d_]{3,}\.?)[-/. ](?:de )?(?P<y>\d{4})",
    )
)
_CLOCK: Final = re.compile(r"(?P<h>\d\d):?(?P<m>\d\d)(?::?(?P<s>\d\d))?(?:[.,]?\d{1,6})?")


@dataclass(frozen=True, slots=True)
class StatedDay:
    """A day as a text states it; month and day are None where they are not stated or not sure."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def whole(self) -> date | None:
        """The day; None where a part of it is missing."""
        if self.month is None or self.day is None:
            return None
        return date(self.year, self.month, self.day)


def day_in(text: str) -> StatedDay | None:
    """Return the day that a text is; None where it is none, or its year has two digits.

    Of 02/01/1960 only the year is sure.

    >>> day_in("1980-01-03").whole, day_in("195506"), day_in("17. März 2019").whole
    (datetime.date(1980, 1, 3), StatedDay(year=1955, month=6, day=None), datetime.date(2019, 3, 17))
    >>> day_in("17.08.2019").whole, day_in("05/08/2019"), day_in("17-08-19")
    (datetime.date(2019, 8, 17), StatedDay(year=2019, month=None, day=None), None)
    """
    found = next((m for like in _LIKE if (m := like.fullmatch(text.strip().lower()))), None)
    if found is None:
        return None
    parts = found.groupdict()
    year = int(parts["y"])
    month, day = _month_and_day(parts)
    if month is None or not 1 <= month <= _MONTHS:
        return StatedDay(year)
    try:
        return StatedDay(year, month, None if day is None else date(year, month, day).day)
    except ValueError:
        return StatedDay(year)


def moment_in(day: str, clock: str = "") -> datetime | None:
    """Return the moment that two texts state, at midnight where they state no time.

    None where the day is not sure.

    >>> moment_in("17-08-2019", "09:15:11"), moment_in("08.05.2019")
    (datetime.datetime(2019, 8, 17, 9, 15, 11), None)
    """
    stated = day_in(day)
    whole = stated and stated.whole
    if not whole:
        return None
    found = _CLOCK.fullmatch(clock.strip())
    try:
        hour, minute, second = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
        at = time(hour, minute, second)
    except ValueError:
        at = time()
    return datetime.combine(whole, at)


def month_of(name: str) -> int | None:
    """Return the number of a month by its name, or by how that begins.

    None of any other word, and of one that begins two months.

    >>> month_of("mar"), month_of("MAI"), month_of("févr."), month_of("juil."), month_of("jui")
    (3, 5, 2, 7, None)
    """
    plain = unicodedata.normalize("NFD", name.lower().rstrip("."))
    word = "".join(one for one in plain if not unicodedata.combining(one))
    if len(word) < _SHORTEST:
        return None
    found = [
        int(number)
        for number, names in words()["months"].items()
        if any(one.startswith(word) for one in names)
    ]
    return found[0] if len(found) == 1 else None


def _month_and_day(parts: Mapping[str, str | None]) -> tuple[int | None, int | None]:
    if parts.get("a"):
        one, other = int(parts["a"] or 0), int(parts["b"] or 0)
        if one == other or other > _MONTHS:
            return one, other
        return (other, one) if one > _MONTHS else (None, None)
    name = parts.get("name")
    month = month_of(name) if name else int(parts.get("m") or 0)
    day = int(parts.get("d") or 0)
    return month or None, day or None
