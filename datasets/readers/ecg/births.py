"""Dates of birth as files write them: a whole day, a month or a year, no more than is stated."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final

from .days import day_in
from .person_words import says_nothing
from .recording import EcgHeader, EcgRecording
from .source import limits

_WHOLE: Final = len("19600102")  # of fewer digits a library makes the first days of a year


def birth_of(text: str) -> tuple[date | None, tuple[int, int | None] | None]:
    """Return the day of birth, or year and month (None where it is not stated or sure).

    Of 02/01/1960 only the year is sure; of a year with two digits nothing is.

    >>> birth_of("1980-01-03")[0], birth_of("195506"), birth_of("02/01/1960"), birth_of("80")
    (datetime.date(1980, 1, 3), (None, (1955, 6)), (None, (1960, None)), (None, None))
    >>> birth_of("20-janv.-1977")[0], birth_of("3 août 1960")[0]
    (datetime.date(1977, 1, 20), datetime.date(1960, 8, 3))
    """
    stated = day_in(text)
    first = limits()["person"]["first_birth_year"]
    if stated is None or not first <= stated.year <= datetime.now(UTC).year:
        return None, None
    return (stated.whole, None) if stated.whole else (None, (stated.year, stated.month))


def with_birth(header: EcgHeader, texts: Iterable[str]) -> EcgHeader:
    """Return a header that has no birth date with what these texts say of it, at their precision.

    A year that contradicts the visit was dropped, and the ECG went to a person born in another.
    """
    said = [text for text in texts if not says_nothing(text)]
    is_short = any(text.strip().isdecimal() and len(text.strip()) < _WHOLE for text in said)
    if header.birth_date is not None and not is_short:
        return header
    header = replace(header, birth_date=None)
    day, part = next((found for t in said if (found := birth_of(t)) != (None, None)), (None, None))
    if said and (day, part) == (None, None):
        return header.noting("birth_not_understood")
    return replace(header, birth_date=day, born_in=part)


def stating_births(recordings: Iterable[EcgRecording], texts: Iterable[str]) -> list[EcgRecording]:
    """Return the recordings of one file with what it says of the birth, see ``with_birth``."""
    said = list(texts)
    return [replace(one, header=with_birth(one.header, said)) for one in recordings]
