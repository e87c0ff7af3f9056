"""What was measured and answered at a visit, as plain data beside its draft, for a search."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from ...engine.measured import measured_in, usable_values
from ...engine.record import FEMALE, MALE, UNKNOWN, VisitBatch

Values = Mapping[str, Any]
METHOD: Final = "method."
SEX_LETTERS: Final = {"F": FEMALE, "M": MALE}
"""How a store writes a sex."""
_LETTERS: Final = {sex: letter for letter, sex in SEX_LETTERS.items()}


def visit_values(batch: VisitBatch) -> Values:
    """Return the accepted values and the answers of one visit.

    Parameters
    ----------
    batch : a record of one row, after the plausibility check

    Returns
    -------
    ``measured``: slot, unit, billionths, comparator; ``days_before``, where any is of an earlier
    day: how many days before the visit each of them was measured; ``answers``: question -> code of
    the answer; ``methods``: ``method.<item>.<qualifier>`` -> how the item was measured;
    ``context``: ``site`` and ``device.<item>``; ``person``: age and sex, as far as they are known.
    No value of a record that was refused.
    """
    shared = {"context": dict(batch.context), "person": _person(batch)}
    if batch.refused[0]:
        return {"measured": [], "answers": {}, "methods": {}, **shared}
    found = [one for slot in measured_in(batch) for one in _measured(batch, slot)]
    ages = [days for *_, days in found]
    return {
        **shared,
        **({"days_before": ages} if any(ages) else {}),
        "measured": [one[:-1] for one in found],
        "answers": _answers(batch),
        "methods": _methods(batch),
    }


def _person(batch: VisitBatch) -> dict[str, Any]:
    """Return age and sex, with which an identity that is given later must agree (hazard H2)."""
    age, sex = int(batch.age_years[0]), int(batch.sex[0])
    known = {"age_years": age} if age >= 0 else {}
    return known | ({} if sex == UNKNOWN else {"sex": _LETTERS[sex]})


def _measured(batch: VisitBatch, slot: str) -> list[list[Any]]:
    column, usable = usable_values(batch, slot)
    return [
        [
            slot,
            column.item.units[int(column.unit[0, i])].ucum,
            int(column.nano[0, i]),
            int(column.comparator[0, i]),
            int(column.age_days[0, i]),
        ]
        for i in np.flatnonzero(usable[0])
    ]


def _methods(batch: VisitBatch) -> dict[str, str]:
    """Return how each item was measured: a trend over the visits begins anew where that changed."""
    choices = batch.vocabulary.methods
    return {
        name: choices[name.rpartition(".")[2]].choices[int(code[0])].code
        for name, code in sorted(batch.answers.items())
        if name.startswith(METHOD) and code[0] != UNKNOWN
    }


def _answers(batch: VisitBatch) -> dict[str, str]:
    questions = batch.vocabulary.questions
    return {
        name: questions[name].choices[int(code[0])].code
        for name, code in sorted(batch.answers.items())
        if name in questions and code[0] != UNKNOWN
    }
