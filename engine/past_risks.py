"""How each risk moved since an earlier visit, asked of the models of today."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from .intake import VisitRecord
from .past import before, day_of
from .prediagnosis import RiskChange
from .risks.changes import NOT_ASSESSABLE, RisksOfDay, risk_changes
from .risks.person import PersonContext
from .screened import is_declined
from .screening import Screening, screen_columns

_LOOKED_BACK: Final = 5
"""So many earlier visits are asked for a risk that the last one does not give."""


def risk_changes_of(
    record: VisitRecord, screening: Screening
) -> Mapping[int, tuple[RiskChange, ...]]:
    """Return how each risk moved since the last earlier visit that gives it; empty without one.

    A visit of last year that measured a weight alone gave up every comparison.

    Parameters
    ----------
    record : the visit with its earlier ones
    screening : its columns
    """
    if is_declined(screening.batch)[0]:
        return {}
    now = _risks_of(screening)
    found: dict[str, RiskChange] = {}
    visits = before(record)
    a_day = Counter(day_of(visit) for visit in visits)
    for visit in visits[:_LOOKED_BACK]:
        then = _risks_of(screen_columns(visit.batch, screening.models, screening.guidelines))
        at = visit.performed_at if a_day[day_of(visit)] > 1 else ""
        for change in risk_changes(then, now, day_of(visit)):
            known = found.get(change.outcome)
            if known is None or (_is_open(known) and not _is_open(change)):
                found[change.outcome] = replace(change, visit_at=at)
        if not any(_is_open(change) for change in found.values()):
            break
    return {0: tuple(found.values())} if found else {}


def _risks_of(screening: Screening) -> RisksOfDay:
    return RisksOfDay(PersonContext.of(screening.batch, screening.made, 0), screening.risks)


def _is_open(change: RiskChange) -> bool:
    return change.why_not == NOT_ASSESSABLE
