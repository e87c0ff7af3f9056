"""Lead names and voltage units as files write them, from ``leads.toml``.

A minus before a lead name is part of the name: ``-II`` is the lead II turned upside down, and two
lead names with a sign between them (``I-II``) are a lead of their own. Neither is the lead itself.
"""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

MINUS: Final = "-"
_TERM: Final = re.compile(r"(?i)MDC_ECG_(?:LEAD|ELEC_POTL)_(\w+)")
_BETWEEN: Final = re.compile(r"[\s._-]+")
_LETTERS: Final = re.compile(r"[^\W\d_]*")
_LONGEST: Final = 40


@cache
def _tables() -> dict[str, Any]:
    with (Path(__file__).parent / "leads.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def _by_alias() -> dict[str, str]:
    names: dict[str, list[str]] = _tables()["names"]
    return {alias: lead for lead, aliases in names.items() for alias in aliases}


@cache
def _pattern(key: str) -> re.Pattern[str]:
    """Return the pattern of a list of words in ``leads.toml``, with what may join them to a name.

    A dash joins a word to a name only where no blank stands before it: ``ECG-V1`` is V1 and
    ``ECG -V1`` its negative.
    """
    words = "|".join(re.escape(word) for word in sorted(_tables()[key], key=len, reverse=True))
    return {
        "prefixes": re.compile(rf"(?i)^(?:{words})(?:[_:]\s*|\s+[_:]?\s*|-(?=\w))(?=\S)"),
        "references": re.compile(rf"(?i)-(?:{words})$"),
        "minus_before": re.compile(rf"(?i)^(?:-|(?:{words})(?=[\s_-])[\s_-]*)\s*(?=\S)"),
        "minus_after": re.compile(rf"(?i)(?<=\S)[\s_(-]+(?:{words})\)?$"),
    }[key]


def _cleaned(written: str) -> str:
    """Return a name without what can't be seen, with one sign for every dash and minus."""
    dashes = str(_tables()["dashes"])
    text = "".join(MINUS if c in dashes else c for c in written)
    return "".join(c for c in text.strip() if c.isprintable())[:_LONGEST]


def lead_name(written: str) -> str:
    """Return the house name of a lead, or the name as written where it is none of ours.

    >>> lead_name("ECG lead II"), lead_name("avr"), lead_name("MLII")
    ('II', 'aVR', 'MLII')
    >>> lead_name("ECG -II"), lead_name("minus aVR"), lead_name("I-II")
    ('-II', '-aVR', 'I-II')
    """
    text = _cleaned(written)
    return _known(text) or text


def is_lead(written: str) -> bool:
    """Whether a name is that of a lead of the house, or of its negative."""
    return bool(_known(_cleaned(written)))


def says_ecg(written: str) -> bool:
    """Whether a name says that a channel is an ECG: it is that of a lead, or says so.

    >>> says_ecg("ECG 2"), says_ecg("V7"), says_ecg("ch2")
    (True, True, False)
    """
    anywhere = re.fullmatch(str(_tables()["ecg_of_somewhere"]), _cleaned(written).lower())
    return anywhere is not None or is_lead(written)


def _known(text: str) -> str:
    """Return the lead of a cleaned name, "" where it is none of ours."""
    known = _plain(text)
    if known:
        return known
    for key in ("prefixes", "minus_before", "minus_after"):
        bare = _pattern(key).sub("", text)
        if bare != text and (found := _known(bare)):
            return found if key == "prefixes" else _negative(found)
    return ""


def _negative(lead: str) -> str:
    """Return the name of a lead turned upside down; two signs on one name say nothing."""
    return "" if lead.startswith(MINUS) else f"{MINUS}{lead}"


def _plain(text: str) -> str:
    """Return the lead of a name without prefix and sign; two leads in one name are none."""
    bare = _pattern("references").sub("", text.lower()).strip(" ._")
    if bare.startswith(MINUS) or bare.endswith(MINUS):
        return ""
    parts = _BETWEEN.split(bare)
    if sum(part in _by_alias() for part in parts) > 1:
        return ""
    return _by_alias().get("".join(parts), "")


def lead_of_code(code: str) -> str:
    """Return the lead of an IEEE 11073 number or term, "" where it is unknown.

    >>> lead_of_code("131389"), lead_of_code("MDC_ECG_LEAD_aVR"), lead_of_code("MDC_ECG_LEAD")
    ('III', 'aVR', '')
    """
    found: str = _tables()["lead_codes"].get(code.strip(), "")
    term = _TERM.fullmatch(code.strip())
    return found or (_known(_cleaned(term[1])) if term else "")


def is_other_signal(written: str) -> bool:
    """Whether a name says that the signal is no ECG (breathing, pressure, brain, annotations)."""
    low = _cleaned(written).lower()
    table = _tables()["not_ecg"]
    first = _LETTERS.match(low)
    return (
        low in table["names"]
        or low.startswith(tuple(table["prefixes"]))
        or (first is not None and first[0] in table["words"])
        or (is_electrode(low) and low not in _by_alias())
    )


def is_electrode(written: str) -> bool:
    """Whether a name is that of electrodes on the head: ``Fp1``, ``C3-A2``.

    ``C3`` alone is also the chest electrode V3, see `are_chest_electrodes`.
    """
    low = _cleaned(written).lower()
    return re.fullmatch(_tables()["not_ecg"]["electrode"], low) is not None


def are_chest_electrodes(names: Sequence[str]) -> bool:
    """Whether ``C1`` to ``C6`` of a file are electrodes of the chest: it has none of the head.

    >>> are_chest_electrodes(["C1", "C2"]), are_chest_electrodes(["C3", "O1", "ECG"])
    (True, False)
    """
    low = [_cleaned(name).lower() for name in names]
    return not any(is_electrode(name) and name not in _by_alias() for name in low)


def microvolt_per(unit: str) -> float | None:
    """Return how many microvolt one of this unit is, None where it is no voltage.

    >>> microvolt_per("mV"), microvolt_per("mmHg")
    (1000.0, None)
    """
    found: float | None = _tables()["voltage_to_uv"].get(unit.strip().lower())
    return found
