"""Whether a pregnancy is possible: by the recorded sex and age."""

from typing import Final

import numpy as np

from ..intake.document import intake_numbers
from ..record import MALE, UNKNOWN, BoolArray, VisitBatch

PREGNANCY: Final = "condition.pregnancy"


def can_be_pregnant(batch: VisitBatch) -> BoolArray:
    """Return bool (n,): neither the sex nor the age speaks against it; unknown speaks for it.

    The ages stand in ``intake.toml``.
    """
    numbers = intake_numbers()["pregnancy"]
    age = batch.age_years
    possible = (age >= int(numbers["age_from"])) & (age <= int(numbers["age_to"]))
    return np.asarray((batch.sex != MALE) & (possible | (age == UNKNOWN)))
