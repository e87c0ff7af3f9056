"""The small readable form of a search: conditions joined by "and", to SQL with bound values.

value.hba1c >= 6.5 % and finding.blood_pressure = present and exposure.night_work = yes
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from .compare import Value, broken
from .names import NOTHING_ELSE, Condition, Given, condition_of

_CONDITION: Final = re.compile(
    r"^(?P<name>[A-Za-z0-9_.\-]+)\s*(?P<op>>=|<=|!=|=|>|<|\bin\b|\bis\b)\s*(?P<value>.+)$"
)
_AND: Final = re.compile(r'\s+and\s+(?=(?:[^"]*"[^"]*")*[^"]*$)')
"""Outside of quotes, in which a site may have the word."""
LOCAL: Final = "local."


@dataclass(frozen=True, slots=True)
class Criteria:
    """Conditions that must all hold."""

    conditions: tuple[Condition, ...]

    @property
    def text(self) -> str:
        """Return the criteria as one line, as they were written."""
        return " and ".join(c.text for c in self.conditions)

    @property
    def meaning(self) -> str:
        """Return the criteria as one line, a site's own codes as those of the house."""
        return " and ".join(c.meaning for c in self.conditions)

    @property
    def sql(self) -> str:
        """Return the SQL of the whole, over a person ``p``."""
        return " AND ".join(f"({c.sql})" for c in self.conditions) or "true"

    @property
    def values(self) -> list[Value]:
        """Return what is bound to the SQL, in order."""
        return [value for c in self.conditions for value in c.values]

    @property
    def reads(self) -> frozenset[tuple[str, str]]:
        """Return what they read: table and, of it, a column, slot, finding or question."""
        return frozenset().union(*(c.reads for c in self.conditions))

    @property
    def tables(self) -> frozenset[str]:
        """Return the tables that they read."""
        return frozenset(table for table, _ in self.reads)


@dataclass(frozen=True, slots=True)
class LocalCodes:
    """What a site's own codes stand for.

    Parameters
    ----------
    names : local code -> name of a condition (``value.hba1c``, ``exposure.noise``)
    """

    names: Mapping[str, str] = field(default_factory=dict)


def parse_criteria(lines: Sequence[str], site: LocalCodes | None = None) -> Criteria:
    """Read conditions; a line may hold several, joined by "and".

    Parameters
    ----------
    lines : conditions, NAME OP VALUE
    site : codes that ``local.CODE`` may name

    Raises
    ------
    DataError  if a condition can't be read or names something that no search knows

    >>> parse_criteria(["t2d_undiagnosed_risk >= 0.1"]).sql
    '(p.t2d_undiagnosed_risk >= ?)'
    """
    return Criteria(tuple(_conditions(lines, site or LocalCodes())))


def _conditions(lines: Sequence[str], site: LocalCodes) -> Iterator[Condition]:
    for line in lines:
        for text in _AND.split(line.strip()):
            match = _CONDITION.match(text.strip())
            if match is None:
                raise broken(f"{text!r}", "it is no condition", "Write NAME OP VALUE")
            name, op, value = match.group("name", "op", "value")
            house = _house_name(name, site)
            meant = text.strip() if house == name else f"{house} {op} {value.strip()}"
            yield condition_of(Given(text.strip(), meant, house, op, value.strip()))


def _house_name(name: str, site: LocalCodes) -> str:
    if not name.startswith(LOCAL):
        return name
    code = name.removeprefix(LOCAL)
    if code not in site.names:
        raise broken(
            f"the site's code {code!r}",
            "no thesaurus that was given has it" + NOTHING_ELSE,
            "Give --thesaurus, or the code as it stands there",
        )
    return site.names[code]
