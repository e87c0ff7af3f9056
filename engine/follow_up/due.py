"""What is due for a person with known diabetes: from the visits, or from what the person says."""

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal

from ..prediagnosis import DueItem
from ..record import UNKNOWN, YES, VisitBatch
from ..trajectories.settings import method
from .settings import DueRow, due_rows, most_months

Visit = tuple[VisitBatch, date]
_MONTHS_A_YEAR: Final = 12
State = Literal["up_to_date", "due", "unknown"]


def due_items(visits: Sequence[Visit], today: date, *, above_target: bool) -> tuple[DueItem, ...]:
    """Return everything that is done again, with whether it is due.

    Parameters
    ----------
    visits : checked records of one person with their days, this visit last
    today : day of this visit
    above_target : HbA1c is above the target, which asks for it more often
    """
    age = int(visits[-1][0].age_years[0])
    return tuple(
        _item(row, visits, today, above_target=above_target)
        for row in due_rows()
        if age == UNKNOWN or age >= row.from_age
    )


def _item(row: DueRow, visits: Sequence[Visit], today: date, *, above_target: bool) -> DueItem:
    months = row.months_above if above_target else row.months
    if row.is_once:
        state, last_on = _done(row, visits[-1][0]), ""
    elif row.question:
        state, last_on = _answered(row, visits[-1][0], months), ""
    else:
        last = max((day for batch, day in visits if _is_measured(row, batch)), default=None)
        state, last_on = _measured(last, today, months), last.isoformat() if last else ""
    return DueItem(row.id, state, last_on, months, row.source)


def _is_measured(row: DueRow, batch: VisitBatch) -> bool:
    return any(bool(batch.quantity(slot).accepted.any()) for slot in row.slots)


def _measured(last: date | None, today: date, months: int) -> State:
    """Say whether it is due; what no visit holds may have been done elsewhere."""
    if last is None:
        return "unknown"
    return (
        "due"
        if (today - last).days > months * method().days_per_year / _MONTHS_A_YEAR
        else "up_to_date"
    )


def _done(row: DueRow, batch: VisitBatch) -> State:
    answer = int(batch.answer(row.question)[0])
    return "unknown" if answer == UNKNOWN else "up_to_date" if answer == YES else "due"


def _answered(row: DueRow, batch: VisitBatch, months: int) -> State:
    """Say whether it is due; an answer that only says "less than two years" is not up to date."""
    index = int(batch.answer(row.question)[0])
    if index == UNKNOWN:
        return "unknown"
    code = batch.vocabulary.questions[row.question].choices[index].code
    most = most_months().get(code)
    return "up_to_date" if most is not None and most <= months else "due"
