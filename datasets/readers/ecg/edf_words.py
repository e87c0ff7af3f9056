"""What the words of an EDF header say of the person, the time and the filters."""

import re
import unicodedata
from datetime import date, datetime
from typing import Final

from .recording import Filters, Sex, sex_of

_MONTHS: Final = (
    ("january", "janvier"), ("february", "fevrier"), ("march", "mars"), ("april", "avril"),
    ("may", "mai"), ("june", "juin"), ("july", "juillet"), ("august", "aout"),
    ("september", "septembre"), ("october", "octobre"), ("november", "novembre"),
    ("december", "decembre"),
)  # fmt: skip
_SHORTEST: Final = 3
_CENTURY_PIVOT: Final = 85  # EDF: years 85 to 99 are 1985 to 1999
_PASS: Final = re.compile(r"(HP|LP|N|NOTCH)\s*:?\s*(\d+(?:\.\d+)?)\s*HZ", re.IGNORECASE)


def person_of(patient: str) -> tuple[str, Sex | None, date | None]:
    """Return code, sex and birth date of the line of EDF+.

    Plain EDF has free text there, which may be a name.
    """
    words = patient.split(" ")
    if len(words) < 4:  # noqa: PLR2004 - code, sex, birth date, name
        return "", None, None
    return "" if words[0] == "X" else words[0], sex_of(words[1]), _birth(words[2])


def month_of(name: str) -> int | None:
    """Return the number of a month by its name in English or French, or by how that begins.

    None of any other word, and of one that begins two months.

    >>> month_of("mar"), month_of("MAI"), month_of("févr."), month_of("juil."), month_of("jui")
    (3, 5, 2, 7, None)
    """
    plain = unicodedata.normalize("NFD", name.lower().rstrip("."))
    word = "".join(one for one in plain if not unicodedata.combining(one))
    if len(word) < _SHORTEST:
        return None
    found = [
        number
        for number, names in enumerate(_MONTHS, start=1)
        if any(one.startswith(word) for one in names)
    ]
    return found[0] if len(found) == 1 else None


def _birth(text: str) -> date | None:
    try:
        day, month, year = text.split("-")
        return date(int(year), month_of(month) or 0, int(day))
    except ValueError:
        return None


def moment_of(text: str) -> datetime | None:
    """Return when a recording began; None where it is no date."""
    try:
        day, month, year = (int(part) for part in text[:8].split("."))
        hour, minute, second = (int(part) for part in text[8:].split("."))
        century = 1900 if year >= _CENTURY_PIVOT else 2000
        return datetime(century + year, month, day, hour, minute, second)  # noqa: DTZ001 - EDF has no zone
    except ValueError:
        return None


def filters_of(text: str) -> Filters:
    """Return the filters of a signal in hertz."""
    found = {m[0].upper(): float(m[1]) for m in _PASS.findall(text)}
    return Filters(found.get("HP"), found.get("LP"), found.get("N") or found.get("NOTCH"))
