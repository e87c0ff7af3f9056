"""One urgent line for one value: what a more telling line asks for is not asked for twice."""

from collections.abc import Iterable

from ..intake.unread_values import lost_value_answer
from ..prediagnosis import UrgentItem


def is_said_by(item: UrgentItem, asked: Iterable[UrgentItem]) -> bool:
    """Return whether lines that name a value to measure again say all that an item says.

    Parameters
    ----------
    item : an urgent item; only one that speaks of unreadable values and of nothing else can be said
        by others: a meter's ``HI`` is asked for again by name, at its own level
    asked : the items that ask to measure one named value again
    """
    said = {
        lost_value_answer(value.name.partition(".")[0])
        for one in asked
        if one.level <= item.level
        for value in one.inputs
    }
    return bool(item.inputs) and {value.name for value in item.inputs} <= said
