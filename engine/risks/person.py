"""Whose risk is explained: the record, the features, and what is open about the person."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..features import Feature
from ..record import VisitBatch
from .values import pressure_arm


@dataclass(frozen=True, slots=True)
class PersonContext:
    """What one person's explanation is made from.

    Attributes
    ----------
    arm : that of the pressure that models read
    is_diabetes_unconfirmed : a result speaks for a diabetes that nobody has confirmed or declared
    """

    batch: VisitBatch
    made: Mapping[str, Feature]
    row: int
    arm: str
    is_diabetes_unconfirmed: bool = False

    @classmethod
    def of(
        cls,
        batch: VisitBatch,
        made: Mapping[str, Feature],
        row: int,
        *,
        is_diabetes_unconfirmed: bool = False,
    ) -> "PersonContext":
        """Return the context of one person of a batch."""
        return cls(batch, made, row, pressure_arm(batch, row), is_diabetes_unconfirmed)
