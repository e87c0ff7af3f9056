"""What was measured and answered at a visit, as plain data beside its draft, for a search."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...engine.measured import measured_in, usable_values
from ...engine.record import UNKNOWN, VisitBatch

Values = Mapping[str, Any]


def visit_values(batch: VisitBatch) -> Values:
    """Return the accepted values and the answers of one visit.

    Parameters
    ----------
    batch : a record of one row, after the plausibility check

    Returns
    -------
    ``measured``: slot, unit, billionths, comparator; ``answers``: question -> code of the answer;
    ``context``: ``site`` and ``device.<item>``. No value of a record that was refused.
    """
    if batch.refused[0]:
        return {"measured": [], "answers": {}, "context": dict(batch.context)}
    return {
        "context": dict(batch.context),
        "measured": [list(one) for slot in measured_in(batch) for one in _measured(batch, slot)],
        "answers": _answers(batch),
    }


def _measured(batch: VisitBatch, slot: str) -> list[tuple[str, str, int, int]]:
    column, usable = usable_values(batch, slot)
    return [
        (
            slot,
            column.item.units[int(column.unit[0, i])].ucum,
            int(column.nano[0, i]),
            int(column.comparator[0, i]),
        )
        for i in np.flatnonzero(usable[0])
    ]


def _answers(batch: VisitBatch) -> dict[str, str]:
    questions = batch.vocabulary.questions
    return {
        name: questions[name].choices[int(code[0])].code
        for name, code in sorted(batch.answers.items())
        if name in questions and code[0] != UNKNOWN
    }
