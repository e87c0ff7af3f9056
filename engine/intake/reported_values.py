"""Reads the value of a measurement as it was reported: a decimal string with its comparator."""

from collections.abc import Mapping
from typing import Any, Final

from ..errors import RecordError
from ..fixedpoint import parse_decimal
from ..vocabulary import Item
from .document import NumberText
from .problems import ProblemLog, shown

_COMPARATOR_TEXTS: Final = ("<", "<=", ">", ">=")


def read_value(
    given: Mapping[str, Any], path: str, item: Item, log: ProblemLog
) -> tuple[str, int, int] | None:
    """Return the text as reported, billionths and comparator; None where nothing can be read."""
    value, comparator = given.get("value"), given.get("comparator", "")
    if comparator not in ("", *_COMPARATOR_TEXTS):
        log.add("refused_item", "comparator_unknown", path, item=item.code, found=shown(comparator))
        comparator = ""
    if value is None or (isinstance(value, str) and not value.strip()):
        log.add("refused_item", "value_missing", f"{path}.value", item=item.code)
        return None
    if not isinstance(value, str):
        if isinstance(value, int | float) and not isinstance(value, bool):
            log.add("refused_item", "value_not_text", f"{path}.value", item=item.code)
        value = shown(value)
    elif isinstance(value, NumberText):
        log.add("refused_item", "value_not_text", f"{path}.value", item=item.code)
    pointed = with_point(value)
    if pointed != value:
        where = f"{path}.value"
        log.add(
            "refused_item",
            "decimal_comma",
            where,
            item=item.code,
            found=shown(value),
            pointed=f'"{shown(pointed)}"',
        )
        value = pointed
    text = f"{comparator}{value}" if not value.startswith(("<", ">")) else value
    try:
        nano, sign = parse_decimal(text, path=path)
    except RecordError:
        log.add(
            "refused_item",
            "value_not_decimal",
            f"{path}.value",
            item=item.code,
            found=shown(value),
        )
        return None
    return text, nano, sign


def with_point(value: str) -> str:
    """Return a decimal written with one comma as it would be with a point; else what was given.

    The value stays refused: it is read only so that the urgent rules can look at it.

    >>> with_point("3,2"), with_point("1,234,5"), with_point("1.26")
    ('3.2', '1,234,5', '1.26')
    """
    pointed = value.replace(",", ".") if value.count(",") == 1 else value
    try:
        parse_decimal(pointed)
    except RecordError:
        return value
    return pointed
