"""Comparison of measured values: exactly in the unit that was reported, else converted."""

from typing import Final

from ....engine.errors import RecordError
from ....engine.fixedpoint import NANO, parse_decimal
from ....engine.vocabulary import Item, Unit
from .codes import item_of
from .compare import Value, broken, is_known

_ORDERED: Final = {">": 1, ">=": 1, "<": -1, "<=": -1, "=": 0}
"""Operator -> which bounds (``>1.10``, ``<1.10``) can meet it."""


def compare_value(
    text: str, slots: tuple[str, ...], asked: tuple[str, str], unit: str = ""
) -> tuple[str, tuple[Value, ...]]:
    """Return the SQL that compares every value of some slots, and what is bound to it.

    A value that was reported in the unit that is asked for is compared as a decimal, exactly; one
    in another unit after its conversion. A bound counts only where it decides.

    Parameters
    ----------
    text : the condition, for errors
    slots : of one item
    asked : operator, and a decimal with its unit
    unit : where the name of the condition says it already

    Raises
    ------
    DataError  if the unit is missing or is none of the item
    """
    op, value = asked
    marks = ", ".join("?" * len(slots))
    within = f"m.person_id = p.person_id AND m.slot IN ({marks})"
    if op == "is":
        has = f"EXISTS (SELECT 1 FROM measurements m WHERE {within})"  # noqa: S608 - house names, values are bound
        return (has if is_known(value) else f"NOT {has}"), slots
    if op not in _ORDERED:
        raise broken(f"{text!r}", "a value is compared with one number", "Use =, <, <=, > or >=")
    nano, accepted = _number(text, value, item_of(slots[0]), unit)
    bound = _ORDERED[op]
    may = "m.comparator = 0" if bound == 0 else f"m.comparator * {bound} >= 0"
    at_it = f"(m.nano {op} ? OR (m.comparator = {bound or 1} AND m.nano = ?))"
    decided = f"CASE WHEN m.unit = ? THEN {at_it} ELSE m.value {op} ? END"
    has = f"EXISTS (SELECT 1 FROM measurements m WHERE {within} AND {may} AND {decided})"  # noqa: S608 - as above
    model = nano / NANO * accepted.slope + accepted.offset
    return has, (*slots, accepted.ucum, nano, nano, model)


def _number(text: str, value: str, item: Item, unit: str) -> tuple[int, Unit]:
    number, _, said = value.partition(" ")
    ucum = said.strip() or unit
    units = ", ".join(one.ucum for one in item.units)
    if not ucum:
        raise broken(
            f"{text!r}", f"a value of {item.code} without a unit is not guessed",
            f"Write the unit behind it, one of: {units}",
        )  # fmt: skip
    index = item.unit_index(ucum)
    if index < 0 or (unit and ucum != unit):
        raise broken(f"{text!r}", f"{ucum!r} is no unit of it", f"Use {unit or units}")
    try:
        nano, comparator = parse_decimal(number)
    except RecordError as error:
        raise broken(f"{text!r}", "a number is asked for", "Write 1.26 g/L") from error
    if comparator:
        raise broken(f"{text!r}", "two comparisons stand in it", "Write 1.26 g/L")
    return nano, item.units[index]
