"""The fields of a protocol that say who is studied, who is a case, and in which groups."""

from dataclasses import dataclass, field
from typing import Literal

Operator = Literal["==", "!=", "<", "<=", ">", ">=", "missing", "present"]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on a column of the data file, a feature of the engine, or an exposure (one).

    An exposure is 1 where it was declared, 0 where it was asked and not. ``day`` (YYYY-MM-DD)
    compares a column of dates, such as the period of a study or the day of the reference standard.
    A missing value meets no comparison; ask for it with ``missing``.
    """

    op: Operator
    column: str | None = None
    feature: str | None = None
    value: float | None = None
    text: str | None = None
    exposure: str | None = None
    day: str | None = None


@dataclass(frozen=True, slots=True)
class CohortFile:
    """A saved search (``laennec.cohort/1``) beside the protocol, and the hash of what it asks."""

    file: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Exclusion:
    """People who are not of the population; applied in order and counted in the flow."""

    id: str
    label: str
    when: Condition
    label_fr: str = ""


@dataclass(frozen=True, slots=True)
class Population:
    """Whom the answer is for; with ``cohort`` only the records that it finds."""

    description: str
    description_fr: str = ""
    exclude: tuple[Exclusion, ...] = ()
    cohort: CohortFile | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """Who is a case: ``case`` holds; unknown where its column is missing.

    With ``time`` (a column) and ``horizon`` in its unit the outcome is a survival time, and the
    condition says whether it ended with the event; ``competing`` names the other ways it can end.
    ``verified`` is a condition on who got the reference standard, where not everyone did.
    """

    name: str
    description: str
    case: Condition
    name_fr: str = ""
    description_fr: str = ""
    time: str | None = None
    horizon: float | None = None
    competing: Condition | None = None
    verified: Condition | None = None


@dataclass(frozen=True, slots=True)
class Category:
    """One group of a subgroup."""

    label: str
    when: tuple[Condition, ...]
    label_fr: str = ""


@dataclass(frozen=True, slots=True)
class Subgroup:
    """Groups in which every headline number is told again; ``groups`` need not cover everyone."""

    id: str
    label: str
    groups: tuple[Category, ...] = field(metadata={"key": "group"})
    label_fr: str = ""
