"""How a risk moved between two visits of one person, and which inputs moved it.

Both visits are asked of the same models as they are today; what an input moved is the difference of
its two Shapley values on the logit, both against the same reference person.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from ..prediagnosis import Finding, RiskChange, RiskShift
from .columns import RiskColumns
from .findings import CONTRIBUTION_DECIMALS, risk_finding
from .person import PersonContext
from .values import input_value
from .without_diabetes import is_read_open

NOT_ASSESSABLE: Final = "not_assessable"
OTHER_FORM: Final = "other_form"
OTHER_ITEMS: Final = "other_items"
DIABETES_OPEN: Final = "diabetes_open"
ESTIMATED: Final = "estimated"
_LEAST: Final = 10**-2


@dataclass(frozen=True, slots=True)
class RisksOfDay:
    """The risks of one person at one visit."""

    person: PersonContext
    columns: Sequence[RiskColumns]


def risk_changes(before: RisksOfDay, now: RisksOfDay, since: date) -> tuple[RiskChange, ...]:
    """Return the change of every risk that is answered now.

    Parameters
    ----------
    before, now : of the same person and models
    since : day of the earlier visit
    """
    return tuple(_changes(before, now, since.isoformat()))


def _changes(before: RisksOfDay, now: RisksOfDay, since: str) -> Iterator[RiskChange]:
    earlier = {c.outcome.id: risk_finding(c, before.person) for c in before.columns}
    for columns in now.columns:
        finding = risk_finding(columns, now.person)
        then = earlier[finding.id]
        if finding.risk is None:
            continue
        if then.risk is None:
            yield RiskChange(finding.id, since, None, finding.risk, why_not=NOT_ASSESSABLE)
        elif is_read_open(columns.bundles[int(columns.chosen[now.person.row])], now.person):
            yield RiskChange(finding.id, since, None, finding.risk, why_not=DIABETES_OPEN)
        elif finding.model != then.model:
            yield RiskChange(finding.id, since, None, finding.risk, why_not=OTHER_FORM)
        else:
            shifts = _shifts(finding, then, before.person, now.person)
            if any(_is_known_once(shift) for shift in shifts):
                yield RiskChange(finding.id, since, None, finding.risk, why_not=OTHER_ITEMS)
            else:
                yield RiskChange(finding.id, since, then.risk, finding.risk, shifts)


def _is_known_once(shift: RiskShift) -> bool:
    """Say whether an input was known on one of the two days only: a fall by that is no fall."""
    return (shift.before.origin == ESTIMATED) is not (shift.now.origin == ESTIMATED)


def _shifts(
    finding: Finding, then: Finding, before: PersonContext, now: PersonContext
) -> tuple[RiskShift, ...]:
    """Return the inputs that moved the risk, the largest first; what moved nothing is left out."""
    names = dict.fromkeys((*finding.shapley, *then.shapley))
    moved = {n: finding.shapley.get(n, 0.0) - then.shapley.get(n, 0.0) for n in names}
    order = sorted(moved, key=lambda n: (-abs(moved[n]), n))
    return tuple(
        RiskShift(
            name,
            input_value(name, before.made, before.batch, before.row, before.arm),
            input_value(name, now.made, now.batch, now.row, now.arm),
            round(moved[name], CONTRIBUTION_DECIMALS),
        )
        for name in order
        if abs(moved[name]) >= _LEAST
    )
