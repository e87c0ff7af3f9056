"""Dates of birth as files write them: a whole day, a month or a year, no more than is stated."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final

from .edf_words import month_of
from .person_words import says_nothing
from .recording import EcgHeader, EcgRecording
from .source import limits

_MONTHS: Final = 12
_LIKE: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<y>\d{4})(?:(?P<m>\d\d)(?P<d>\d\d)?(?:\d{2,6}(?:\.\d+)?(?:[+-]\d{4})?)?)?",
        r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})(?:[-/.](?P<d>\d{1,2})(?:[t ].*)?)?",
        r"(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<y>\d{4})",
        r"(?:(?P<d>\d{1,2})[-/. ])?(?P<name>[^\W\d_]{3,}\.?)[-/. ](?P<y>\d{4})",
    )
)


def birth_of(text: str) -> tuple[date | None, tuple[int, int | None] | None]:
    """Return the day of birth, or year and month (None where it is not stated or sure).

    Of 02/01/1960 only the year is sure; of a year with two digits nothing is.

    >>> birth_of("1980-01-03")[0], birth_of("195506"), birth_of("02/01/1960"), birth_of("80")
    (datetime.date(1980, 1, 3), (None, (1955, 6)), (None, (1960, None)), (None, None))
    >>> birth_of("20-janv.-1977")[0], birth_of("3 août 1960")[0]
    (datetime.date(1977, 1, 20), datetime.date(1960, 8, 3))
    """
    found = next((m for like in _LIKE if (m := like.fullmatch(text.strip().lower()))), None)
    if found is None:
        return None, None
    parts = found.groupdict()
    year = int(parts["y"])
    if not limits()["person"]["first_birth_year"] <= year <= datetime.now(UTC).year:
        return None, None
    month, day = _month_and_day(parts)
    try:
        if month is not None and day is not None:
            return date(year, month, day), None
    except ValueError:
        return None, (year, None)
    return None, (year, month if month is not None and 1 <= month <= _MONTHS else None)


def _month_and_day(parts: dict[str, str | None]) -> tuple[int | None, int | None]:
    if parts.get("a"):
        one, other = int(parts["a"] or 0), int(parts["b"] or 0)
        if one == other or other > _MONTHS:
            return one, other
        return (other, one) if one > _MONTHS else (None, None)
    name = parts.get("name")
    month = month_of(name) if name else int(parts.get("m") or 0)
    day = int(parts.get("d") or 0)
    return month or None, day or None


def with_birth(header: EcgHeader, texts: Iterable[str]) -> EcgHeader:
    """Return a header that has no birth date with what these texts say of it, at their precision.

    A year that contradicts the visit was dropped, and the ECG went to a person born in another.
    """
    if header.birth_date is not None:
        return header
    said = [text for text in texts if not says_nothing(text)]
    day, part = next((found for t in said if (found := birth_of(t)) != (None, None)), (None, None))
    if said and (day, part) == (None, None):
        return header.noting("birth_not_understood")
    return replace(header, birth_date=day, born_in=part)


def stating_births(recordings: Iterable[EcgRecording], texts: Iterable[str]) -> list[EcgRecording]:
    """Return the recordings of one file with what it says of the birth, see ``with_birth``."""
    said = list(texts)
    return [replace(one, header=with_birth(one.header, said)) for one in recordings]
