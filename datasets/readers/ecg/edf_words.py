"""What the words of an EDF header say of the person, the time and the filters."""

import re
from datetime import date, datetime
from typing import Final

from .days import month_of
from .recording import Filters, Sex, sex_of

_CENTURY_PIVOT: Final = 85  # EDF: years 85 to 99 are 1985 to 1999
_MARKS: Final = re.compile(r"[./:-]")  # EDF has points; the order is that of EDF, whatever the mark
_PASS: Final = re.compile(r"(HP|LP|N|NOTCH)\s*:?\s*(\d+(?:\.\d+)?)\s*HZ", re.IGNORECASE)


def person_of(patient: str) -> tuple[str, Sex | None, date | None]:
    """Return code, sex and birth date of the line of EDF+.

    Plain EDF has free text there, which may be a name.
    """
    words = patient.split(" ")
    if len(words) < 4:  # noqa: PLR2004 - code, sex, birth date, name
        return "", None, None
    return "" if words[0] == "X" else words[0], sex_of(words[1]), _birth(words[2])


def _birth(text: str) -> date | None:
    try:
        day, month, year = text.split("-")
        return date(int(year), month_of(month) or 0, int(day))
    except ValueError:
        return None


def moment_of(text: str) -> datetime | None:
    """Return when a recording began; None where it is no date."""
    try:
        day, month, year = (int(part) for part in _MARKS.split(text[:8]))
        hour, minute, second = (int(part) for part in _MARKS.split(text[8:].strip()))
        century = 1900 if year >= _CENTURY_PIVOT else 2000
        return datetime(century + year, month, day, hour, minute, second)  # noqa: DTZ001 - EDF has no zone
    except ValueError:
        return None


def filters_of(text: str) -> Filters:
    """Return the filters of a signal in hertz."""
    found = {m[0].upper(): float(m[1]) for m in _PASS.findall(text)}
    return Filters(found.get("HP"), found.get("LP"), found.get("N") or found.get("NOTCH"))
