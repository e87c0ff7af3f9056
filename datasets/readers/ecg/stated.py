"""What a file states of when and whom it recorded, in its own words: understood here, or told.

A reader that knows one way to write a day drops the others without a word, and an ECG of another
year, or of a person of the other sex, then answers for a visit.
"""

from collections.abc import Iterable
from dataclasses import replace

from .days import moment_in
from .person_words import age_years_of, says_nothing
from .recording import EcgHeader, EcgRecording, sex_of
from .said import NOT_UNDERSTOOD


def with_day(header: EcgHeader, day: str, clock: str = "") -> EcgHeader:
    """Return a header that has no day with the one that a text states; a note where it is unsure.

    Parameters
    ----------
    header : as its reader made it; a day that it has stands, unless it was made of too few digits
    day, clock : as the file states them, empty where it does not
    """
    if says_nothing(day) or not day.strip("0 -/.:"):
        return header
    is_short = day.strip().isdecimal() and len(day.strip()) < len("20260102")
    if header.acquired_at is not None and not is_short:
        return header
    found = moment_in(day, clock)
    kept = replace(header, acquired_at=found)
    return kept.noting("recorded_day_not_understood") if found is None else kept


def with_sex(header: EcgHeader, texts: Iterable[str]) -> EcgHeader:
    """Return a header with the sex that these texts name, and a note where a word is not known.

    What the words say stands above what a library made of them: "Mujer" begins as "male" does.
    """
    said = [text for text in texts if not says_nothing(text)]
    if not said:
        return header
    named = {sex_of(text) for text in said}
    kept = header if None not in named else header.noting(NOT_UNDERSTOOD)
    known = named - {None}
    return replace(kept, sex=known.pop() if len(known) == 1 else None)


def with_age(header: EcgHeader, number: str, unit: str) -> EcgHeader:
    """Return a header with the age that a number and the word of its unit state.

    A library calculates one from the dates, which an age that is stated stands above. One without
    a unit is not guessed; one in words that are not known is told.
    """
    if says_nothing(number) or not unit.strip():
        return header
    found = age_years_of(f"{number.strip()} {unit.strip()}")
    return header.noting(NOT_UNDERSTOOD) if found is None else replace(header, age_years=found)


def stating(
    recordings: Iterable[EcgRecording], day: str, clock: str, sexes: Iterable[str]
) -> list[EcgRecording]:
    """Return the recordings of one file with what it states, see ``with_day`` and ``with_sex``."""
    said = list(sexes)
    return [
        replace(one, header=with_sex(with_day(one.header, day, clock), said)) for one in recordings
    ]
