"""What a measurement is printed beside: an interval and limits, where their source is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeVar

from ...draft_ecg import EcgCriterion, EcgReference, EcgSource
from ...vocabulary.load import read_toml

FILE: Final = "ecg_reference.toml"
NOT_FOR_PERSON: Final = "ecg.reference.not_for_person"
PERSON_UNKNOWN: Final = "ecg.reference.person_unknown"
_CAUTION: Final = "ecg.reference.caution"
_GUIDELINES: Final = "laennec.engine.guidelines"
_Row = TypeVar("_Row", bound="ForPeople")


@dataclass(frozen=True, slots=True)
class Person:
    """What a reference interval depends on; None where it is not known."""

    sex: str | None = None
    age_years: float | None = None


NOBODY: Final = Person()


@dataclass(frozen=True, slots=True)
class ForPeople:
    """A row and for whom it is: "" for both sexes; without ages for adults."""

    name: str
    unit: str
    sex: str
    ages: tuple[float, float] | None
    adult_from: float

    def fits(self, person: Person) -> bool:
        """Say whether a person belongs to those whom the row is for."""
        return self.sex in ("", person.sex) and self._fits_age(person.age_years)

    def _fits_age(self, age_years: float | None) -> bool:
        if self.ages is None:
            return age_years is None or age_years >= self.adult_from
        return age_years is not None and self.ages[0] <= age_years < self.ages[1] + 1

    def could_fit(self, person: Person) -> bool:
        """Say whether the row may be for a person of whom sex or age is not known."""
        sex = self.sex if person.sex is None else person.sex
        age = self.adult_from if self.ages is None else self.ages[0]
        known = age if person.age_years is None else person.age_years
        return self.fits(Person(sex, known))


@dataclass(frozen=True, slots=True)
class IntervalRow(ForPeople):
    """What most of them have."""

    interval: EcgReference


@dataclass(frozen=True, slots=True)
class CriterionRow(ForPeople):
    """A limit of a guideline or a study; below an age it is not meant for anyone."""

    criterion: EcgCriterion
    caution_below_age: float

    def of(self, person: Person) -> EcgCriterion:
        """Return the limit with the caution that concerns this person."""
        found = self.criterion
        if not found.caution:
            return found
        is_young = person.age_years is not None and person.age_years < self.caution_below_age
        caution = f"{_CAUTION}.{found.caution}{'_young' if is_young else ''}"
        return EcgCriterion(found.limit, found.operator, found.value, found.source, caution)


@dataclass(frozen=True, slots=True)
class References:
    """All that the data file says."""

    sources: Mapping[str, EcgSource]
    intervals: tuple[IntervalRow, ...]
    criteria: tuple[CriterionRow, ...]


@cache
def load_references() -> References:
    """Read the data file; a missing key or an unknown source stops the program at start."""
    raw = read_toml(_GUIDELINES, FILE)
    adult = float(raw["adult"]["age_from"])
    sources = {name: EcgSource(id=name, **one) for name, one in raw["source"].items()}
    return References(
        sources,
        tuple(_interval(row, sources, adult) for row in raw["interval"]),
        tuple(_criterion(row, sources, adult) for row in raw["criterion"]),
    )


def interval_for(name: str, person: Person) -> EcgReference | None:
    """Return the interval of one measurement, None where none is known for this person.

    An interval for one sex or some ages is not taken for people of whom it is not known whether
    they belong to it; one without ages is for adults, and taken where the age is not known.

    Parameters
    ----------
    name : as in guidelines/ecg_measurements.toml
    person : sex and age, where they are known

    >>> interval_for("qrs", Person("female", 60.0)).high, interval_for("qrs", Person()).high
    (104.0, 109.0)
    >>> interval_for("t_axis", Person("female", 40.0)) is None
    True
    """
    found = _of(name, load_references().intervals, person)
    return found[0].interval if found else None


def criteria_for(name: str, person: Person) -> tuple[EcgCriterion, ...]:
    """Return every limit of one measurement that is made for this person.

    >>> [(c.operator, c.value) for c in criteria_for("qtc_fridericia", Person("male", 40.0))]
    [('>=', 450.0), ('<=', 340.0)]
    """
    return tuple(row.of(person) for row in _of(name, load_references().criteria, person))


def why_none(name: str, person: Person) -> str:
    """Say why neither an interval nor a limit is known: not for such a person, or who is unknown.

    >>> why_none("cornell", Person(None, 50.0)), why_none("t_axis", Person("male", 30.0))
    ('ecg.reference.person_unknown', 'ecg.reference.not_for_person')
    """
    rows = [*load_references().intervals, *load_references().criteria]
    could = any(row.name == name and row.could_fit(person) for row in rows)
    return PERSON_UNKNOWN if could else NOT_FOR_PERSON


def _of(name: str, rows: tuple[_Row, ...], person: Person) -> list[_Row]:
    return [row for row in rows if row.name == name and row.fits(person)]


def _interval(
    raw: Mapping[str, Any], sources: Mapping[str, EcgSource], adult: float
) -> IntervalRow:
    low, high = _number(raw.get("low")), _number(raw.get("high"))
    found = EcgReference(low, high, raw["statistic"], sources[raw["source"]])
    return IntervalRow(*_people(raw), adult, found)


def _criterion(
    raw: Mapping[str, Any], sources: Mapping[str, EcgSource], adult: float
) -> CriterionRow:
    source, caution = sources[raw["source"]], raw.get("caution", "")
    found = EcgCriterion(raw["limit"], raw["op"], float(raw["value"]), source, caution)
    return CriterionRow(*_people(raw), adult, found, float(raw.get("caution_below_age", 0)))


def _people(raw: Mapping[str, Any]) -> tuple[str, str, str, tuple[float, float] | None]:
    ages = (float(raw["age_min"]), float(raw["age_max"])) if "age_min" in raw else None
    return raw["name"], raw["unit"], raw.get("sex", ""), ages


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)
