"""Lead names and voltage units as files write them, from ``leads.toml``."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

_SEPARATORS: Final = re.compile(r"[\s._-]+")
_LONGEST: Final = 40


@cache
def _tables() -> dict[str, Any]:
    with (Path(__file__).parent / "leads.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def _by_alias() -> dict[str, str]:
    names: dict[str, list[str]] = _tables()["names"]
    return {_folded(alias): lead for lead, aliases in names.items() for alias in aliases}


def _folded(name: str) -> str:
    return _SEPARATORS.sub("", name.lower())


def _without_prefix(name: str) -> str:
    low = name.lower()
    for prefix in _tables()["prefixes"]:
        if low.startswith(prefix) and len(low) > len(prefix):
            return name[len(prefix) :].strip()
    return name


def lead_name(written: str) -> str:
    """Return the house name of a lead, or the name as written where it is none of ours.

    >>> lead_name("ECG lead II"), lead_name("avr"), lead_name("MLII")
    ('II', 'aVR', 'MLII')
    """
    text = "".join(c for c in written.strip() if c.isprintable())[:_LONGEST]
    if text.lower() in ("-avr", "–avr"):
        return "-aVR"
    bare = _without_prefix(text)
    known = _by_alias()
    return known.get(_folded(bare)) or known.get(_folded(text)) or text


def lead_of_code(code: str) -> str:
    """Return the lead of an IEEE 11073 number or term, "" where it is unknown."""
    found: str = _tables()["lead_codes"].get(code.strip(), "")
    return found


def is_other_signal(written: str) -> bool:
    """Whether a name says that the signal is no ECG (breathing, pressure, annotations)."""
    low = written.strip().lower()
    table = _tables()["not_ecg"]
    return low in table["names"] or low.startswith(tuple(table["prefixes"]))


def microvolt_per(unit: str) -> float | None:
    """Return how many microvolt one of this unit is, None where it is no voltage.

    >>> microvolt_per("mV"), microvolt_per("mmHg")
    (1000.0, None)
    """
    found: float | None = _tables()["voltage_to_uv"].get(unit.strip().lower())
    return found
