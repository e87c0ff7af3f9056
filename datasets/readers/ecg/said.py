"""What the words of a header say of a person, and whether it can be believed.

Only lines and fields that begin with the word for age or sex are read: what stands elsewhere in a
comment may be of a mother, or of an infarct.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from .recording import EcgHeader, Sex, sex_of
from .source import limits

_DAYS_PER_YEAR: Final = 365.25
_UNIT_WORDS: Final = (
    (1.0, " y yr yrs year years a an ans jahr jahre"),
    (1 / 12, "m mo mos mth month months mois monat monate"),
    (7 / _DAYS_PER_YEAR, "w wk wks week weeks sem semaine semaines woche wochen"),
    (1 / _DAYS_PER_YEAR, "d day days j jour jours tag tage"),
    (1 / _DAYS_PER_YEAR / 24, "h hr hrs hour hours heure heures stunde stunden"),
)
_YEARS_PER: Final = {word: years for years, words in _UNIT_WORDS for word in words.split(" ")}
_AGE: Final = re.compile(r"(\d{1,3}(?:[.,]\d+)?)\s*([^\W\d_]*)\.?(?:\s+old)?")
_AGE_WORDS: Final = ("age", "âge", "alter")
_SEX_WORDS: Final = ("sex", "sexe", "gender", "geschlecht")
_KEY: Final = rf"(?:{'|'.join((*_AGE_WORDS, *_SEX_WORDS))})\b"
_WHOSE: Final = r"(?:(?:patient|subject|participant)(?:'s)?[\s_]+)?"
_FIELD: Final = re.compile(
    rf"(?i)[\s#*,;|<-]*{_WHOSE}(?P<key>{_KEY})>?\s*(?:[(\[](?P<unit>\w+)[)\]])?\s*[:=]?\s*"
    rf"(?P<value>.*?)\s*(?=$|[,;|<\t]|\s\s|[\s-]+{_WHOSE}{_KEY}|\s[^\s:=]+\s*[:=])"
)
_AGE_SEX: Final = re.compile(r"^#\s*(\d{1,3})\s+([MF])\b")  # the MIT-BIH way
_FIRST_YEAR: Final = 1900  # of an ECG that was recorded; Einthoven's are of 1902


@dataclass(frozen=True, slots=True)
class Said:
    """Age and sex as comment lines state them, each None where none does."""

    age_years: float | None
    sex: Sex | None
    contradicts: bool

    @classmethod
    def of(cls, lines: Iterable[str]) -> "Said":
        """Return what comment lines say; of two that contradict each other the first.

        >>> Said.of(["# Age: 8 months, Sex: F"]).sex, Said.of(["# Mother sex: F"]).sex
        ('female', None)
        """
        fields = [field for line in lines for field in _fields(line)]
        ages = [a for key, text in fields if key == "age" and (a := age_years_of(text)) is not None]
        sexes = [s for key, text in fields if key == "sex" and (s := sex_of(text)) is not None]
        several = len(set(ages)) > 1 or len(set(sexes)) > 1
        return cls(next(iter(ages), None), next(iter(sexes), None), several)


def _fields(line: str) -> list[tuple[str, str]]:
    """Return the fields for age and sex that a line begins with."""
    short = _AGE_SEX.match(line)
    if short:
        return [("age", short[1]), ("sex", short[2])]
    found, at = [], 0
    while match := _FIELD.match(line, at):
        is_age = match["key"].lower() in _AGE_WORDS
        value = " ".join((match["value"], match["unit"] or "")) if is_age else match["value"]
        found.append(("age" if is_age else "sex", value.strip()))
        at = match.end()
    return found


def age_years_of(text: str) -> float | None:
    """Return an age in years, None where the whole text is not one age.

    >>> age_years_of("063Y"), age_years_of("6 months"), age_years_of("40-49")
    (63.0, 0.5, None)
    """
    found = _AGE.fullmatch(text.strip())
    per = _YEARS_PER.get(found[2].lower()) if found else None
    if found is None or per is None:
        return None
    age = float(found[1].replace(",", ".")) * per
    return age if age <= limits()["person"]["oldest_years"] else None


def believable(header: EcgHeader) -> EcgHeader:
    """Return the header without dates and ages that no person and no ECG can have.

    A year of two digits gives such dates: the century is not guessed, and a person who was born in
    the year 60 would be another person than that of every visit.
    """
    taken, born, age = header.acquired_at, header.birth_date, header.age_years
    taken = None if taken is not None and taken.year < _FIRST_YEAR else taken
    last = taken.date() if taken is not None else datetime.now(UTC).date()
    oldest = limits()["person"]["oldest_years"]
    born = None if born is not None and not _could_be_born(born, last, oldest) else born
    if age is not None and not (math.isfinite(age) and 0 <= age <= oldest):
        age = None
    if (taken, born, age) == (header.acquired_at, header.birth_date, header.age_years):
        return header
    kept = replace(header, acquired_at=taken, birth_date=born, age_years=age)
    return kept.noting("impossible_date_or_age_left_out")


def _could_be_born(born: date, last: date, oldest_years: int) -> bool:
    """Whether somebody born on a day can be recorded on another; clocks may differ by a day."""
    return last.year - born.year <= oldest_years and born <= last + timedelta(days=1)
