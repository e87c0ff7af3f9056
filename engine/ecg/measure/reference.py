"""The interval that most people of one sex and age have, where one is known with its source."""

from dataclasses import dataclass
from typing import Final

from .settings import ReferenceInterval, load_settings


@dataclass(frozen=True, slots=True)
class Person:
    """What a reference interval depends on; None where it is not known."""

    sex: str | None = None
    age_years: float | None = None


NOBODY: Final = Person()


def reference_for(name: str, sex: str | None, age_years: float | None) -> ReferenceInterval | None:
    """Return the interval of one measurement, None where none is known.

    An interval for one sex or one range of ages is not taken for people of whom it is not known
    whether they belong to it.

    Parameters
    ----------
    name : as in guidelines/ecg_measurements.toml
    sex : ``female``, ``male`` or None
    age_years : None where it is not known

    >>> reference_for("qrs", "female", 40.0).high
    104.0
    >>> reference_for("qrs", None, 40.0) is None
    True
    """
    for row in load_settings().reference:
        fits_sex = row.sex in ("", sex)
        if row.name == name and fits_sex and _fits_age(row, age_years):
            return row
    return None


def _fits_age(row: ReferenceInterval, age_years: float | None) -> bool:
    if not row.is_for_an_age:
        return True
    return age_years is not None and row.age_min <= age_years < row.age_max + 1
