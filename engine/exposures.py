"""Occupational exposures of a visit: context of a draft, input of no model, rule or finding."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from .draft_context import DeclaredExposure
from .record import YES, VisitBatch
from .vocabulary import load as vocabulary_load
from .vocabulary.load import read_toml

SECTION: Final = "exposure."


@cache
def _rows() -> Mapping[str, Any]:
    rows: Mapping[str, Any] = read_toml(vocabulary_load.__package__ or "", "exposures.toml")
    return dict(rows["exposure"])


def exposures_of(batch: VisitBatch, row: int) -> tuple[DeclaredExposure, ...]:
    """Return the exposures that one person declared, in the order of the list.

    Parameters
    ----------
    batch : n records; a refused one declares them too, they are no measurement
    row : which person
    """
    return tuple(
        DeclaredExposure(f"{SECTION}{code}", said["source"], said["verified"])
        for code, said in _rows().items()
        if int(batch.answer(f"{SECTION}{code}")[row]) == YES
    )
