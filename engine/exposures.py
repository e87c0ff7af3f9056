"""Occupational exposures of a visit: context of a draft, input of no model, rule or finding."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from .draft_context import DeclaredExposure
from .past import EarlierVisit
from .record import UNKNOWN, YES, VisitBatch

SECTION: Final = "exposure."
NONE_BEFORE: Final[Mapping[str, Sequence[date]]] = {}


def exposures_of(
    batch: VisitBatch, row: int, before: Mapping[str, Sequence[date]] = NONE_BEFORE
) -> tuple[DeclaredExposure, ...]:
    """Return the exposures that one person declared, today or before, in the order of the list.

    Night work until 2019 is of interest after it ended.

    Parameters
    ----------
    batch : n records; a refused one declares them too, they are no measurement
    row : which person
    before : exposure -> the days of the earlier visits that declared it, ascending
    """
    questions = batch.vocabulary.questions
    found = []
    for code, said in batch.vocabulary.exposures.items():
        name = f"{SECTION}{code}"
        today, days = int(batch.answer(name)[row]), before.get(code, ())
        if today == YES or days:
            one = DeclaredExposure(
                name,
                said.source,
                said.verified,
                label=questions[name].label if said.says else {},
                says=said.says,
                today={YES: "yes", UNKNOWN: "not_asked"}.get(today, "no"),
                visits_before=len(days),
                first_on=days[0].isoformat() if days else "",
                last_on=days[-1].isoformat() if days else "",
            )
            found.append(one)
    return tuple(found)


def exposures_before(visits: Sequence[EarlierVisit]) -> dict[str, tuple[date, ...]]:
    """Return of each exposure the days of the earlier visits that declared it, ascending.

    Parameters
    ----------
    visits : usable ones of one person, in any order; two of one day are one
    """
    found: dict[str, set[date]] = {}
    for one in visits:
        for code in one.batch.vocabulary.exposures:
            if int(one.batch.answer(f"{SECTION}{code}")[0]) == YES:
                found.setdefault(code, set()).add(one.day)
    return {code: tuple(sorted(days)) for code, days in found.items()}
