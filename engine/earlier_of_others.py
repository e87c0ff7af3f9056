"""What is urgent in an earlier visit whose identity is not the record's: whose it is is not known.

A pressure of 225 stood nowhere, as the birth date of its visit was mistyped.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from .earlier_visit import VisitBefore
from .guidelines import Guidelines
from .intake import VisitRecord
from .intake.person import differing
from .past import day_that_can_be_right, of_others
from .prediagnosis import InputValue, Message, UrgentItem
from .urgency.agreement import measurement_of

ACTION: Final = "find_whose_value"
ADDRESSEE: Final = "nurse"
_NUMBER: Final = "id"


def urgent_of_others(
    record: VisitRecord, guidelines: Guidelines, within_days: int
) -> Iterator[UrgentItem]:
    """Yield one item for each measurement or symptom that is urgent in such a visit.

    Nothing of today settles it, as it may be of somebody else; of a visit under another number
    what it is of is said, and no value.

    Parameters
    ----------
    record : a visit that is refused
    guidelines : the chosen sets
    within_days : one that is longer ago is not told, where both days can be right
    """
    now = day_that_can_be_right(record)
    for sent, one in zip(record.of_others, of_others(record), strict=True):
        if now and one.day and (now - one.day).days > within_days:
            continue
        elements = differing(record.identity, sent.identity)
        numbers = (record.identity.person_id, sent.identity.person_id)
        has_values = not all(numbers) or _NUMBER not in elements
        said: set[str] = set()
        for item in VisitBefore(one.batch, None, guidelines).urgent():
            names = {measurement_of(value.name) for value in item.inputs}
            if names - said:
                said |= names
                yield _item_of(item, one.day, elements, item.inputs if has_values else ())


def _item_of(
    item: UrgentItem, day: date | None, elements: tuple[str, ...], values: tuple[InputValue, ...]
) -> UrgentItem:
    given = {"elements": ", ".join(elements), "item": measurement_of(item.inputs[0].name)}
    dated = Message("urgent.of_whom", {**given, "date": day.isoformat()}) if day else None
    return UrgentItem(
        rule_id=item.rule_id,
        level="U1",
        message=dated or Message("urgent.of_whom_undated", given),
        inputs=values,
        action=ACTION,
        addressee=ADDRESSEE,
        source=item.source,
    )
