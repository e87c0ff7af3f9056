"""Occupational exposures of a visit: context of a draft, input of no model, rule or finding."""

from typing import Final

from .draft_context import DeclaredExposure
from .record import YES, VisitBatch

SECTION: Final = "exposure."


def exposures_of(batch: VisitBatch, row: int) -> tuple[DeclaredExposure, ...]:
    """Return the exposures that one person declared, in the order of the list.

    Parameters
    ----------
    batch : n records; a refused one declares them too, they are no measurement
    row : which person
    """
    questions = batch.vocabulary.questions
    return tuple(
        DeclaredExposure(
            name := f"{SECTION}{code}",
            said.source,
            said.verified,
            label=questions[name].label if said.says else {},
            says=said.says,
        )
        for code, said in batch.vocabulary.exposures.items()
        if int(batch.answer(f"{SECTION}{code}")[row]) == YES
    )
