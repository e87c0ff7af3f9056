"""A diabetes that is said to be in remission: what speaks against it; it stays followed."""

from collections.abc import Mapping
from typing import Final

from ..features import Feature
from ..prediagnosis import Message
from ..record import YES, VisitBatch
from .glycaemia import above_today
from .settings import remission_below_percent

REMISSION: Final = "questionnaire.diabetes_remission"
TREATMENTS: Final = ("medication.glucose_lowering", "medication.insulin_or_secretagogue")


def remission_limits(
    batch: VisitBatch, made: Mapping[str, Feature], *, reads_hba1c: bool
) -> list[Message]:
    """Return what is said of a declared remission; nothing where none is.

    A remission ends no follow-up: an HbA1c at or above the cut-off of the consensus, or a treatment
    that is still declared, speaks against it.

    Parameters
    ----------
    batch : this visit
    made : its features
    reads_hba1c : HbA1c of today can be interpreted in this person
    """
    if batch.answer(REMISSION)[0] != YES:
        return []
    least = remission_below_percent()
    said: list[Message] = []
    if any(batch.answer(name)[0] == YES for name in TREATMENTS):
        said.append(Message("follow_up.limit.remission_treated"))
    if above_today(batch, made, least, reads_hba1c=reads_hba1c).percent >= 0.0:
        said.append(Message("follow_up.limit.remission_hba1c", {"percent": least}))
    return [Message("follow_up.limit.remission", {"percent": least}), *said]
