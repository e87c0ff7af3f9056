"""What the words of a header say of a person, and whether it can be believed.

Which fields of a comment are of the person says `said_fields`.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from .person_words import age_in, says_nothing
from .recording import EcgHeader, Sex, sex_of
from .said_fields import AGE, SEX, Field, fields_of
from .source import limits

NOT_UNDERSTOOD: Final = "age_or_sex_not_understood"
# "63 M" may be a man of 63 and a child of 63 months; "008M" is the way of DICOM.
_UNIT_OR_SEX: Final = re.compile(r"(?i)(?!0)\d{1,3}\s*[hmw]")


@dataclass(frozen=True, slots=True)
class Said:
    """Age and sex as comment lines state them, each None where none does.

    ``contradicts``: two lines of them do; ``is_understood``: false where one states an age or a sex
    in words that are not known here, and none is guessed.
    """

    age_years: float | None
    sex: Sex | None
    contradicts: bool
    is_understood: bool = True

    @classmethod
    def of(cls, lines: Iterable[str]) -> "Said":
        """Return what comment lines say; of two that contradict each other the first.

        >>> Said.of(["# Age in days: 20, Sex: Mme"]).sex, Said.of(["# Mother sex: F"]).sex
        ('female', None)
        >>> Said.of(["# Sex: 1"]).is_understood
        False
        """
        fields = [field for line in lines for field in fields_of(line)]
        stated = [field for field in fields if not says_nothing(field.text)]
        ages = [(field, _age_of(field)) for field in stated if field.kind == AGE]
        sexes = [(field, sex_of(field.text)) for field in stated if field.kind == SEX]
        known = [age for _, age in ages if age is not None]
        named = [sex for _, sex in sexes if sex is not None]
        return cls(
            next((age for age, _ in known), None),
            next(iter(named), None),
            _contradict(known) or len(set(named)) > 1,
            len(known) == len(ages) and len(named) == len(sexes),
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """The note of what was not understood."""
        return () if self.is_understood else (NOT_UNDERSTOOD,)


def _age_of(field: Field) -> tuple[float, float] | None:
    """Return an age of a comment in years with its unit; the units of word and text are one."""
    if _UNIT_OR_SEX.fullmatch(field.text):
        return None
    alone = age_in(field.text)
    if not field.unit:
        return alone
    with_unit = age_in(f"{field.text} {field.unit}")
    if with_unit is not None or alone is None:
        return with_unit
    return alone if age_in(f"1 {field.unit}") == (alone[1], alone[1]) else None


def _contradict(ages: list[tuple[float, float]]) -> bool:
    """Say whether ages differ by the larger of their units: 63 years are 23,011 days."""
    units = {unit for _, unit in ages}
    upto = {unit: [age for age, own in ages if own <= unit] for unit in units}
    return any(max(some) - min(some) >= unit for unit, some in upto.items())


def believable(header: EcgHeader) -> EcgHeader:
    """Return the header without dates and ages that no person and no ECG can have.

    A year of two digits gives such dates: the century is not guessed, and a person who was born in
    the year 60 would be another person than that of every visit.
    """
    taken, born, age = header.acquired_at, header.birth_date, header.age_years
    caps = limits()["person"]
    taken = None if taken is not None and taken.year < caps["first_ecg_year"] else taken
    last = taken.date() if taken is not None else datetime.now(UTC).date()
    oldest = caps["oldest_years"]
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
