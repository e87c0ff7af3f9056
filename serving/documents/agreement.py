"""Whether an identity can be that of a report: its number, its traits, and what was screened."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

from ...engine.intake.person import looks_national

_SEXES: Final = {"1": "M", "2": "F"}
_LAST_MONTH: Final = 12


def disagreements(
    number: str, birth_date: str, gender: str, report: Mapping[str, Any]
) -> Iterator[str]:
    """Yield in words what does not fit together; nothing is matched approximately.

    Parameters
    ----------
    number : the national identity (INS), its key at the end
    birth_date, gender : of the identity; ISO text, M or F
    report : of its visit: ``age_years`` and ``sex``, as far as they are known, and ``day``. The
        birth date itself is kept nowhere, so that a wrong day of the same age is not seen
    """
    born = _day(birth_date)
    if born is None:
        yield "a birth date that is no day"
        return
    if number != number.replace(" ", "").upper() or not looks_national(number):
        yield "a national number whose key does not fit it"
    else:
        yield from _of_number(number, born, gender)
    if report.get("sex", gender) != gender:
        yield "another sex than that of the report"
    visit = _day(str(report.get("day", ""))[:10])
    if visit and "age_years" in report and report["age_years"] != _age(born, visit):
        yield "a birth date that does not give the age of the report"


def _of_number(number: str, born: date, gender: str) -> Iterator[str]:
    """Compare what the number says itself; a month beyond twelve is one that was not known."""
    if _SEXES.get(number[0], gender) != gender:
        yield "a national number of another sex"
    month = int(number[3:5])
    if int(number[1:3]) != born.year % 100 or (0 < month <= _LAST_MONTH and month != born.month):
        yield "a national number of another year or month of birth"


def _day(value: str) -> date | None:
    try:
        return datetime.fromisoformat(value).date()
    except ValueError:
        return None


def _age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
