"""Values of earlier visits that were not used and that nobody confirmed: number and day.

Of a glucose of 5.0 g/L a trajectory said "no value that can be used", and no more.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import numpy as np

from ..facts.inputs import reading_as_reported, slots_of
from ..prediagnosis import Message
from ..record import VisitBatch
from .settings import TrajectoryItem


def notes_of_waiting(
    item: TrajectoryItem, visits: Sequence[tuple[VisitBatch, date]], today: date
) -> tuple[Message, ...]:
    """Return a note for each value of the last earlier day on which one was sent and not used.

    Parameters
    ----------
    item : followed over the visits
    visits : the checked record and the day of each visit, in any order
    today : day of the visit that is screened; its own values are told elsewhere
    """
    if not item.source:
        return ()
    found = [one for batch, day in visits if day < today for one in _notes(item, batch, day)]
    last = max((day for day, _ in found), default=None)
    told: list[Message] = []
    for day, note in found:
        if day == last and note not in told:
            told.append(note)
    return tuple(told)


def _notes(item: TrajectoryItem, batch: VisitBatch, day: date) -> Iterator[tuple[date, Message]]:
    for slot in (slot for slot in slots_of(item.source) if slot in batch.quantities):
        column = batch.quantities[slot]
        for reading in np.flatnonzero(column.waiting[0]):
            value, unit = reading_as_reported(batch, column, slot, (0, int(reading)))
            on = day - timedelta(days=int(column.age_days[0, reading]))
            given = {"value": value, "unit": f"unit:{unit}", "date": on.isoformat()}
            yield on, Message("trajectory.waits", given)
