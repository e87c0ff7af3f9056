"""The day of an old value that is urgent: who reads "call now" must see that it is not of today."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from ..prediagnosis import MEASURED_ON, Finding, InputValue, Message, UrgentItem
from ..record import ECG_SLOT, VisitBatch


def with_days(
    items: Iterable[UrgentItem], one: VisitBatch, of_ecg: Collection[str]
) -> tuple[UrgentItem, ...]:
    """Return urgent items, each with the day of its value where that is before the visit.

    Parameters
    ----------
    items : of one person
    one : the visit, a batch of one; a table of many knows no days
    of_ecg : rules and findings of which the ECG of the visit speaks
    """
    if not one.measured_on:
        return tuple(items)
    of_tracing = "".join(one.measured_on.get(ECG_SLOT, ()))
    return tuple(
        _dated(item, of_tracing if item.rule_id in of_ecg else day_of_values(item.inputs, one))
        for item in items
    )


def with_days_of_values(finding: Finding, one: VisitBatch) -> Finding:
    """Return a measured fact that says which of its values are of an earlier day.

    Parameters
    ----------
    finding : of one person
    one : the visit, a batch of one; a table of many knows no days
    """
    values = dict.fromkeys(v for r in finding.reasons_for for v in r.inputs)
    days = {v.name: day_of_values((v,), one) for v in values}
    limits = [
        Message("limit.measured_on", {"item": f"item:{name}", "date": day})
        for name, day in days.items()
        if day
    ]
    return replace(finding, limits=(*finding.limits, *limits)) if limits else finding


def day_of_values(values: Iterable[InputValue], one: VisitBatch) -> str:
    """Return the last day of measured values; empty where one of them is of the visit's day."""
    days = [day for value in values for day in _days(value, one)]
    return max(days) if days and all(days) else ""


def _days(value: InputValue, one: VisitBatch) -> list[str]:
    """Return the day of each reading of a value; empty text for the day of the visit."""
    texts = one.reported.get(value.name, ((),))[0]
    days = one.measured_on.get(value.name, ("",) * len(texts))
    return [day for text, day in zip(texts, days, strict=True) if text == value.value]


def _dated(item: UrgentItem, day: str) -> UrgentItem:
    if not day:
        return item
    said = {**item.message.parameters, MEASURED_ON: day}
    return replace(item, message=replace(item.message, parameters=said))
