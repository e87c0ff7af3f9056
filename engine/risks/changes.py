"""How a risk moved between two visits of one person, and which inputs moved it.

Both visits are asked of the same models as they are today; what an input moved is the difference of
its two Shapley values on the logit, both against the same reference person. That person is the same
as far as the same inputs are known: an answer that was given on one of the two days only, be it a
"no", moves the risk by being known, and is no change of the person. Neither is a waist that was
measured in another way.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from ..prediagnosis import Finding, RiskChange, RiskShift
from ..trajectories.points import measured_how
from ..trajectories.settings import trajectory_items
from .columns import Answer, RiskColumns
from .findings import CONTRIBUTION_DECIMALS, risk_finding
from .person import PersonContext
from .values import input_value
from .without_diabetes import is_read_open

NOT_ASSESSABLE: Final = "not_assessable"
OTHER_FORM: Final = "other_form"
OTHER_ITEMS: Final = "other_items"
OTHER_METHOD: Final = "other_method"
DIABETES_OPEN: Final = "diabetes_open"
VISIBLE: Final = 10**-2
"""What moves the logit by less moves no risk that is printed."""
_LEAST: Final = 10**-3


@dataclass(frozen=True, slots=True)
class RisksOfDay:
    """The risks of one person at one visit."""

    person: PersonContext
    columns: Sequence[RiskColumns]

    def asked(self, outcome: str) -> tuple[Answer, int]:
        """Return the answer to one risk that was answered, and the person's position in it."""
        found = (c.answer_for(self.person.row) for c in self.columns if c.outcome.id == outcome)
        return next(one for one in found if one is not None)


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
            yield _compared(finding, then, before, now, since)


def _compared(
    finding: Finding, then: Finding, before: RisksOfDay, now: RisksOfDay, since: str
) -> RiskChange:
    """Return the change of a risk that one form answered on both days."""
    once = _shifts(_known_once(finding.id, before, now), before.person, now.person, VISIBLE)
    if once:
        return RiskChange(finding.id, since, None, finding.risk, once, OTHER_ITEMS)
    names = dict.fromkeys((*finding.shapley, *then.shapley))
    moved = {n: finding.shapley.get(n, 0.0) - then.shapley.get(n, 0.0) for n in names}
    otherwise = {n: by for n, by in moved.items() if _is_other_method(n, before.person, now.person)}
    differs = _shifts(otherwise, before.person, now.person, VISIBLE)
    if differs:
        return RiskChange(finding.id, since, None, finding.risk, differs, OTHER_METHOD)
    shifts = _shifts(moved, before.person, now.person, _LEAST)
    return RiskChange(finding.id, since, then.risk, finding.risk, shifts)


def _known_once(outcome: str, before: RisksOfDay, now: RisksOfDay) -> dict[str, float]:
    """Return what each input that was known on one of the two days only moves by being known.

    On the day on which it was: the logit with it, less the logit without it; the other way round
    where it is not known today.
    """
    (then, then_at), (today, today_at) = before.asked(outcome), now.asked(outcome)
    known_then, known_now = then.observed[then_at], today.observed[today_at]
    names = today.bundle.manifest.input_names
    return {
        names[j]: _knowing(today, today_at, j) if known_now[j] else -_knowing(then, then_at, j)
        for j in np.flatnonzero(known_then != known_now).tolist()
    }


def _knowing(answer: Answer, position: int, index: int) -> float:
    """Return the logit of an answer less the logit with one input unknown."""
    x = np.repeat(answer.x[position : position + 1], 2, axis=0)
    observed = np.repeat(answer.observed[position : position + 1], 2, axis=0)
    observed[1, index] = False
    known, unknown = answer.bundle.model.run(x, observed).value
    return float(np.log(known / (1 - known)) - np.log(unknown / (1 - unknown)))


def _is_other_method(name: str, before: PersonContext, now: PersonContext) -> bool:
    """Say whether an input is made of an item that was measured in another way on the other day."""
    items = {source.partition(".")[0] for source in now.made[name].sources}
    return any(
        measured_how(item, before.batch)[before.row] != measured_how(item, now.batch)[now.row]
        for item in trajectory_items()
        if item.name.partition(".")[0] in items
    )


def _shifts(
    moved: dict[str, float], before: PersonContext, now: PersonContext, least: float
) -> tuple[RiskShift, ...]:
    """Return the inputs that moved the logit, the largest first; what moved less is left out."""
    order = sorted(moved, key=lambda n: (-abs(moved[n]), n))
    return tuple(
        RiskShift(
            name,
            input_value(name, before.made, before.batch, before.row, before.arm),
            input_value(name, now.made, now.batch, now.row, now.arm),
            round(moved[name], CONTRIBUTION_DECIMALS),
        )
        for name in order
        if abs(moved[name]) >= least
    )
