"""For whom models and adult numbers are meant: consent and age."""

import numpy as np

from .intake.document import intake_numbers
from .prediagnosis import ItemNotice
from .record import NO, UNKNOWN, BoolArray, VisitBatch

CONSENT = "consent.ai_screening"


def is_declined(batch: VisitBatch) -> BoolArray:
    """Return bool (n,): the person declined the screening by models, or can't be understood.

    Not asked is not declined: the site asks before it sends a visit.
    """
    return np.asarray(batch.answer(CONSENT) == NO)


def consent_note(batch: VisitBatch, row: int) -> tuple[ItemNotice, ...]:
    """Return a note where neither an agreement nor a refusal is recorded; models answer then."""
    if batch.refused[row] or batch.answer(CONSENT)[row] != UNKNOWN:
        return ()
    return (ItemNotice(CONSENT, "$.consent", "consent_not_recorded", "note"),)


def is_minor(batch: VisitBatch) -> BoolArray:
    """Return bool (n,): the stated age is below that of an adult (``intake.toml``).

    An age that was refused as too low for a visit counts too: who has it may well be a child.
    """
    adult_from = int(intake_numbers()["age"]["adult_from"])
    minor = np.asarray((batch.age_years != UNKNOWN) & (batch.age_years < adult_from))
    for problem in batch.problems:
        if problem.item == "age" and problem.code == "hard_implausible":
            minor[problem.row] |= int(problem.parameters["value"]) < adult_from
    return minor
