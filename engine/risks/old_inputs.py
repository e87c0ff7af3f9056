"""The day of an old value that a risk rests on: the reader must see that it is not of the visit."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..combine import last_usable
from ..prediagnosis import Finding, Message
from ..published.columns import published_table
from .person import PersonContext


def old_inputs(names: Iterable[str], person: PersonContext) -> tuple[Message, ...]:
    """Say which measured inputs of a risk are of an earlier day than the visit.

    Parameters
    ----------
    names : features that the risk reads
    person : of a single visit; a table of many knows no days
    """
    if not person.batch.measured_on:
        return ()
    slots = dict.fromkeys(slot for name in names for slot in _slots(name, person))
    days = {slot: _day(slot, person) for slot in slots}
    return tuple(
        Message("limit.measured_on", {"item": f"item:{slot}", "date": day})
        for slot, day in days.items()
        if day
    )


def score_with_days(score: Finding, person: PersonContext) -> Finding:
    """Return a published score that says which of its measured values are of an earlier day.

    Parameters
    ----------
    score : answered or not
    person : of a single visit; a table of many knows no days
    """
    table = next(row for row in published_table().values() if row.get("finding") == score.id)
    limits = old_inputs(table["reads"], person) if score.details else ()
    return replace(score, limits=(*score.limits, *limits)) if limits else score


def _slots(name: str, person: PersonContext) -> Iterator[str]:
    """Yield the slots that a feature was made from; a pressure from those of its arm."""
    feature = person.made[name]
    for source in feature.sources if feature.observed[person.row] else ():
        for slot in (source, f"{source}.{person.arm}"):
            if slot in person.batch.measured_on:
                yield slot


def _day(slot: str, person: PersonContext) -> str:
    """Return the day of the last accepted reading; empty for that of the visit."""
    accepted = person.batch.quantity(slot).accepted[[person.row]]
    last = int(last_usable(accepted)[0])
    return person.batch.measured_on[slot][last] if last >= 0 else ""
