"""What is due for a person with known diabetes: from the visits, or from what the person says."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final, Literal, NamedTuple

from ..prediagnosis import DueItem
from ..record import NO, UNKNOWN, YES, VisitBatch
from ..trajectories.settings import method
from .settings import DueRow, due_rows, most_months
from .waiting import measured_days, waiting_days

Visit = tuple[VisitBatch, date]
_MONTHS_A_YEAR: Final = 12
State = Literal["up_to_date", "due", "unknown", "waiting"]


class Answered(NamedTuple):
    """What the last earlier visit that answered a question said, and its day."""

    day: date
    choice: int


def answered_before(
    visits: Sequence[Visit], question: str, *, worst: Callable[[list[int]], int] = max
) -> Answered | None:
    """Return the last answer before this visit; None where no earlier visit was asked.

    Parameters
    ----------
    visits : checked records with their days, this visit last
    question : name of an answer
    worst : which of two that were given on one day stands
    """
    days: dict[date, list[int]] = {}
    for batch, day in visits[:-1]:
        index = int(batch.answer(question)[0])
        if index != UNKNOWN:
            days.setdefault(day, []).append(index)
    return Answered(max(days), worst(days[max(days)])) if days else None


def due_items(
    visits: Sequence[Visit], today: date, torn: Mapping[str, date], *, may_be_above: bool
) -> tuple[DueItem, ...]:
    """Return everything that is done again, with whether it is due.

    Parameters
    ----------
    visits : checked records of one person with their days, this visit last
    today : day of this visit
    torn : item -> day whose results contradict each other, as none of them is used
    may_be_above : HbA1c is above the target or may be, which asks for it more often
    """
    age = int(visits[-1][0].age_years[0])
    return tuple(
        _item(row, (visits, torn), today, row.months_above if may_be_above else row.months)
        for row in due_rows()
        if age == UNKNOWN or age >= row.from_age
    )


def _item(
    row: DueRow, known: tuple[Sequence[Visit], Mapping[str, date]], today: date, months: int
) -> DueItem:
    visits, torn = known
    if not row.question:
        days = {torn[slot] for slot in row.slots if slot in torn}
        return _measured_item(row, visits, days, (today, months))
    answer = int(visits[-1][0].answer(row.question)[0])
    batch = visits[-1][0]
    if answer != UNKNOWN:
        return DueItem(row.id, _answered(row, batch, answer, months), "", months, row.source)
    before = answered_before(visits, row.question, worst=min if row.is_once else max)
    if before is None:
        return DueItem(row.id, "unknown", "", months, row.source)
    code = batch.vocabulary.questions[row.question].choices[before.choice].code
    state = _answered_then(row, batch, before, (today, months))
    on, answered = before.day.isoformat(), f"{row.question}.{code}"
    return DueItem(row.id, state, "", months, row.source, on, answered)


def _measured_item(
    row: DueRow, visits: Sequence[Visit], torn: set[date], on: tuple[date, int]
) -> DueItem:
    """Return what is measured again.

    A day on which a value waits or was refused, or whose results contradict each other, does
    nothing: what is overdue without it stays overdue, and what no other day did is overdue too.
    """
    today, months = on
    waits = torn | {on for batch, day in visits for on in waiting_days(batch, row.slots, day)}
    measured = {on for batch, day in visits for on in measured_days(batch, row.slots, day)}
    last = max(measured - waits, default=None)
    last_on = last.isoformat() if last else ""
    sent = max(waits, default=None)
    state = _measured(last, today, months)
    if sent is None or (last is not None and sent < last):
        return DueItem(row.id, state, last_on, months, row.source)
    state = "waiting" if state == "up_to_date" else "due"
    return DueItem(row.id, state, last_on, months, row.source, sent.isoformat())


def _measured(last: date | None, today: date, months: int) -> State:
    """Say whether it is due; what no visit holds may have been done elsewhere."""
    if last is None:
        return "unknown"
    return "due" if _months(last, today) > months else "up_to_date"


def _months(then: date, today: date) -> float:
    return (today - then).days / method().days_per_year * _MONTHS_A_YEAR


def _answered(row: DueRow, batch: VisitBatch, index: int, months: int) -> State:
    """Say whether it is due; an answer that only says "less than two years" is not up to date."""
    if row.is_once:
        return "up_to_date" if index == YES else "due"
    most = _most_months(row, batch, index)
    return "up_to_date" if most is not None and most <= months else "due"


def _answered_then(row: DueRow, batch: VisitBatch, before: Answered, on: tuple[date, int]) -> State:
    """Say whether it is due by an answer of an earlier day: it grew older by as many months.

    What was overdue then is overdue as far as anybody said; what was done then is up to date only
    where it can't have become due since.
    """
    today, months = on
    if row.is_once:
        held: State = "up_to_date" if row.lasts else "unknown"
        return "due" if before.choice == NO else held
    most, since = _most_months(row, batch, before.choice), _months(before.day, today)
    if most is None or most > months or since > months:
        return "due"
    return "up_to_date" if most + since <= months else "unknown"


def _most_months(row: DueRow, batch: VisitBatch, index: int) -> int | None:
    code = batch.vocabulary.questions[row.question].choices[index].code
    return most_months().get(code)
