"""Units of a condition on a trajectory: `slope.hba1c > 0.2 %/year`, `last.hba1c >= 53 mmol/mol`."""

from typing import Final

from ....engine.errors import RecordError
from ....engine.fixedpoint import NANO, parse_decimal
from ....engine.trajectories import trajectory_item
from ....engine.vocabulary import Unit
from .codes import item_of
from .compare import broken

ORDERED: Final = (">", ">=", "<", "<=")
A_YEAR: Final = ("/year", "/a")


def in_model_unit(text: str, value: str, item: str, kind: str) -> str:
    """Return the value of a condition in the model unit; as it is where it has no unit.

    Parameters
    ----------
    text : the condition, for errors
    value : a number, perhaps with a unit
    item : one that is followed
    kind : ``value``, ``per_year``, or empty where no unit may stand

    Raises
    ------
    DataError  if a unit stands where none may, or it is none of the item

    >>> in_model_unit("", "2 mmol/mol/year", "hba1c", "per_year")[:6]
    '0.1829'
    >>> in_model_unit("", "0.2", "hba1c", "per_year")
    '0.2'
    """
    number, _, said = value.partition(" ")
    if not said or number.endswith(",") or not kind:
        return value
    ucum = said.strip()
    if kind == "per_year":
        ending = next((e for e in A_YEAR if ucum.endswith(e)), "")
        if not ending:
            raise broken(f"{text!r}", "a slope is per year", f"Write {number} {ucum}/year")
        ucum = ucum.removesuffix(ending)
    unit = _unit(text, item, ucum)
    if unit is None:
        return number
    try:
        nano, comparator = parse_decimal(number)
    except RecordError as error:
        raise broken(f"{text!r}", "a number is asked for", "Write 0.2") from error
    if comparator:
        raise broken(f"{text!r}", "two comparisons stand in it", "Write 0.2")
    offset = unit.offset if kind == "value" else 0.0
    return repr(nano / NANO * unit.slope + offset)


def _unit(text: str, item: str, ucum: str) -> Unit | None:
    """Return an accepted unit of an item; None where it is the one that has no conversion."""
    followed = trajectory_item(item)
    if not followed.source:
        if ucum == followed.unit:
            return None
        raise broken(f"{text!r}", f"{ucum!r} is no unit of it", f"Use {followed.unit}")
    own = item_of(followed.source)
    index = own.unit_index(ucum)
    if index < 0:
        units = ", ".join(one.ucum for one in own.units)
        raise broken(f"{text!r}", f"{ucum!r} is no unit of it", f"Use {units}")
    return own.units[index]
