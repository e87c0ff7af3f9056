"""Reads the unit of a measurement; one that is spoken but not accepted gets a proposal."""

from collections.abc import Mapping
from typing import Any, Final

from ..fixedpoint import format_nano
from ..record import UNKNOWN
from ..vocabulary import Item, SuspectReading, Unit
from .problems import ProblemLog, shown

SUBSTANCE_UNITS: Final = ("mmol/L", "umol/L")
_SPELLING: Final = str.maketrans("", "", "[] .")


def read_unit(
    given: object, path: str, item: Item, value: tuple[str, int, int] | None, log: ProblemLog
) -> int:
    """Return the index of an accepted unit, -1 where the unit is missing or not accepted.

    A unit that is only spelled otherwise (``mmHg``) is refused with its right spelling; its index
    is returned all the same, for the urgent rules.

    Parameters
    ----------
    value : the text, billionths and comparator that the unit belongs to; None where unreadable

    Notes
    -----
    A pressure in ``cm[Hg]`` is understood, as "14/9" is spoken; it is proposed in the accepted unit
    and never converted.
    """
    accepted = ", ".join(u.ucum for u in item.units)
    if given is None or given == "":
        log.add("refused_item", "unit_missing", path, item=item.code, accepted=accepted)
        return UNKNOWN
    index = item.unit_index(given) if isinstance(given, str) else UNKNOWN
    if index >= 0:
        return index
    meant = _spelled(given, item)
    if meant >= 0:
        ucum = item.units[meant].ucum
        log.add(
            "refused_item", "unit_spelled", path, item=item.code, found=shown(given), meant=ucum
        )
        return meant
    spoken = _spoken_unit(given, item)
    if spoken is None:
        log.add(
            "refused_item",
            "unit_unknown",
            path,
            item=item.code,
            found=shown(given),
            accepted=accepted,
        )
    else:
        _propose(spoken, value, path, item, log)
    return UNKNOWN


def check_unit_of_code(
    item: Item, unit: int, implied: Mapping[str, Any], path: str, log: ProblemLog
) -> None:
    """Refuse a unit that disagrees with the mass, substance or unit that a LOINC code fixes."""
    ucum = item.units[unit].ucum
    stated = implied.get("property")
    clash = stated is not None and (stated == "substance") != (ucum in SUBSTANCE_UNITS)
    if clash or implied.get("unit", ucum) != ucum:
        log.add("refused_item", "unit_against_code", path, item=item.code, found=ucum)


def with_sent_unit(text: str, unit: int, given: object) -> str:
    """Return a value as text; with the unit that was sent where that is none that is accepted.

    >>> with_sent_unit("20", -1, "cm[Hg]"), with_sent_unit("142", 0, "mm[Hg]")
    ('20 cm[Hg]', '142')
    """
    return f"{text} {shown(given)}" if unit < 0 and isinstance(given, str) and given else text


def _plain(unit: str) -> str:
    return unit.translate(_SPELLING).casefold()


def _spelled(given: object, item: Item) -> int:
    """Return the accepted unit that a text is but for brackets, spaces and capitals; else -1."""
    plain = _plain(given) if isinstance(given, str) else ""
    same = [index for index, unit in enumerate(item.units) if _plain(unit.ucum) == plain]
    return same[0] if same else UNKNOWN


def _spoken_unit(given: object, item: Item) -> tuple[Unit, SuspectReading] | None:
    """Return what a unit is in an accepted one, where the vocabulary knows it as spoken."""
    if not isinstance(given, str):
        return None
    known = [
        (unit, suspect)
        for unit in item.units
        for suspect in unit.suspects
        if item.unit_index(suspect.reads_as) < 0 and _plain(suspect.reads_as) == _plain(given)
    ]
    return known[0] if known else None


def _propose(
    spoken: tuple[Unit, SuspectReading],
    value: tuple[str, int, int] | None,
    path: str,
    item: Item,
    log: ProblemLog,
) -> None:
    unit, suspect = spoken
    found, proposed = f"unit:{suspect.reads_as}", f"unit:{unit.ucum}"
    if value is None:
        log.add(
            "refused_item",
            "unit_proposed_no_value",
            path,
            item=item.code,
            found=found,
            unit=proposed,
            factor=f"{suspect.factor:g}",
        )
        return
    text, nano, comparator = value
    log.add(
        "refused_item",
        "unit_proposed",
        path,
        item=item.code,
        value=text,
        found=found,
        proposed=format_nano(round(nano * suspect.factor), comparator),
        unit=proposed,
    )
