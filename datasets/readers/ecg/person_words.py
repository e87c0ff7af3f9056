"""The words for age and sex in ECG files, from ``person_words.toml``, and what they say."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Final

from .source import limits

_OLD: Final = re.compile(r"(?i)[\s-]*(?:old|of(?:\s+age)?|d'âge)$")
_YEARS_OLD: Final = re.compile(r"(?i)\by\s*/\s*o\b|\by\.\s*o\b\.?")
_PART: Final = r"(\d{1,5}(?:[.,]\d+)?)\s*-?\s*[(\[]?([^\W\d_]*)[)\]]?\.?"
_AND: Final = r"(?:\s*(?:,|\+|and|et|und)?\s*)"
_ONE: Final = re.compile(_PART)
_AGE: Final = re.compile(rf"{_PART}(?:{_AND}{_PART}){{0,2}}")
_ASIDE: Final = re.compile(r"[\s()\[\]/,;.-]+")


@cache
def words() -> dict[str, Any]:
    """Return the tables of words."""
    with (Path(__file__).parent / "person_words.toml").open("rb") as file:
        return tomllib.load(file)


def any_of(several: Iterable[str]) -> str:
    """Return a pattern of any of these words, the longest first; a blank may be any blank."""
    ordered = sorted(several, key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", r"[\s_-]+") for word in ordered)


@cache
def _scale(unit: str) -> float | None:
    """Return how many years a unit is, None where it is none."""
    units: dict[str, list[str]] = words()["units"]
    name = next((name for name, spelled in units.items() if unit.lower() in spelled), None)
    return None if name is None else 1.0 / float(words()["per_year"][name])


def sexes_of(text: str) -> set[str]:
    """Return the sexes that the words of a text name; empty where any word is another.

    >>> sexes_of("male (M)"), sexes_of("M/F") == {"male", "female"}, sexes_of("1 (male)")
    ({'male'}, True, set())
    """
    table: dict[str, list[str]] = words()["sexes"]
    said = [word for word in _ASIDE.split(text.strip().lower()) if word]
    named = {word: {sex for sex, spelled in table.items() if word in spelled} for word in said}
    return set().union(*named.values()) if all(named.values()) else set()


def age_in(text: str) -> tuple[float, float] | None:
    """Return an age in years with its smallest unit, None where the whole text is not one age.

    >>> age_in("063Y"), age_in("1 year 6 months"), age_in("40-49")
    ((63.0, 1.0), (1.5, 0.08333333333333333), None)
    """
    bare = _OLD.sub("", _YEARS_OLD.sub("years", text.strip()))
    if not _AGE.fullmatch(bare):
        return None
    parts = _ONE.findall(bare)
    scales = [1.0 if not unit and len(parts) == 1 else _scale(unit) for _, unit in parts]
    known = [scale for scale in scales if scale is not None]
    if len(known) < len(parts) or any(a <= b for a, b in zip(known, known[1:], strict=False)):
        return None
    numbers = (float(number.replace(",", ".")) for number, _ in parts)
    age = sum(number * scale for number, scale in zip(numbers, known, strict=True))
    return (age, known[-1]) if age <= limits()["person"]["oldest_years"] else None


def age_years_of(text: str) -> float | None:
    """Return an age in years, None where the whole text is not one age.

    >>> age_years_of("063Y"), age_years_of("6 months"), age_years_of("40-49")
    (63.0, 0.5, None)
    """
    found = age_in(text)
    return None if found is None else found[0]


def says_nothing(text: str) -> bool:
    """Whether a text says that nothing is stated."""
    return text.strip(" .()[]<>\"'").lower() in words()["nothing"]
