"""One person out of a batch: explanations are made from a batch of one, whatever n was screened."""

from dataclasses import replace

from .record import QuantityColumn, VisitBatch


def take_rows(column: QuantityColumn, rows: slice) -> QuantityColumn:
    """Return some people of a column."""
    return replace(
        column,
        nano=column.nano[rows],
        unit=column.unit[rows],
        comparator=column.comparator[rows],
        state=column.state[rows],
        confirmed=None if column.confirmed is None else column.confirmed[rows],
        old=None if column.old is None else column.old[rows],
        days_before=None if column.days_before is None else column.days_before[rows],
    )


def take_person(batch: VisitBatch, person: int) -> VisitBatch:
    """Return one person's record as a batch of one, without the notices that were collected.

    Parameters
    ----------
    batch : n records
    person : the row, 0 to n - 1
    """
    if batch.n == 1:
        return replace(batch, problems=(), paths={})
    rows = slice(person, person + 1)
    return replace(
        batch,
        visit_id=batch.visit_id[rows],
        person_id=batch.person_id[rows],
        age_years=batch.age_years[rows],
        sex=batch.sex[rows],
        quantities={slot: take_rows(column, rows) for slot, column in batch.quantities.items()},
        answers={name: codes[rows] for name, codes in batch.answers.items()},
        refused=batch.refused[rows],
        problems=(),
        reported={slot: texts[rows] for slot, texts in batch.reported.items()},
        paths={},
    )
