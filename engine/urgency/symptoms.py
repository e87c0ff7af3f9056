"""What was declared, so that no symptom that a person told is left out of the report."""

from collections.abc import Iterable
from typing import Final

from ..intake.lost_symptoms import UNREADABLE
from ..prediagnosis import DeclaredSymptom, Symptoms, UrgentItem
from ..record import UNKNOWN, YES, VisitBatch

SECTION: Final = "symptom."


def symptoms_of(batch: VisitBatch, row: int, urgent: Iterable[UrgentItem]) -> Symptoms:
    """Return one person's symptoms: how they were asked, and every one that was declared.

    Parameters
    ----------
    batch : n records
    row : which person
    urgent : the person's urgent items; a symptom names those that it made
    """
    names = [name for name in batch.vocabulary.questions if name.startswith(SECTION)]
    answers = {name: int(batch.answer(name)[row]) for name in names}
    used: dict[str, list[str]] = {}
    for item in urgent:
        for value in item.inputs:
            used.setdefault(value.name, []).append(item.rule_id)
    declared = tuple(
        DeclaredSymptom(name, tuple(used.get(name, ()))) for name in names if answers[name] == YES
    )
    known = sum(answer != UNKNOWN for answer in answers.values())
    if int(batch.answer(UNREADABLE)[row]) == YES:
        return Symptoms("unreadable", declared)
    if known == len(names):
        return Symptoms("asked", declared)
    return Symptoms("partly" if known else "not_asked", declared)
