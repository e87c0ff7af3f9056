"""How a risk moved between two visits of one person, and which inputs moved it.

Both visits are asked of the same models as they are today; what an input moved is the difference of
its two Shapley values on the logit, both against the same reference person. That person is the same
as far as the same inputs are known: an answer that was given on one of the two days only, be it a
"no", moves the risk by being known, and is no change of the person. Neither is a waist that was
measured in another way. Such an input counts on both days as it is today, and is named.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from ..bundles.verify import Bundle
from ..fixedpoint import FloatArray
from ..prediagnosis import Finding, InputValue, RiskChange, RiskShift
from ..record import BoolArray
from ..trajectories.points import measured_how
from ..trajectories.settings import trajectory_items
from .columns import Answer, RiskColumns, model_inputs
from .findings import EXPLANATION_ERRORS, risk_finding
from .person import PersonContext
from .shapley import CONTRIBUTION_DECIMALS, shapley_of
from .values import input_value, source_values
from .without_diabetes import is_read_open

NOT_ASSESSABLE: Final = "not_assessable"
OTHER_FORM: Final = "other_form"
DIABETES_OPEN: Final = "diabetes_open"
FAILED: Final = "failed"
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
        else:
            yield _explained(finding, then, before, now, since)


def _explained(
    finding: Finding, then: Finding, before: RisksOfDay, now: RisksOfDay, since: str
) -> RiskChange:
    """Return a change; one that can't be explained is not said, and takes nothing else with it."""
    try:
        return _compared(finding, then, before, now, since)
    except EXPLANATION_ERRORS:
        return RiskChange(finding.id, since, None, finding.risk, why_not=FAILED)


def _compared(
    finding: Finding, then: Finding, before: RisksOfDay, now: RisksOfDay, since: str
) -> RiskChange:
    """Return the change of a risk, asked of the form that answers it today.

    What was known on one of the two days only, or measured in another way, counts on both days as
    it is today: it is no change of the person.
    """
    answer, here = now.asked(finding.id)
    held = _Held.of(answer, here, before, now)
    if not held.names and finding.model == then.model:
        shifts = _shifts(_differences(finding.shapley, then.shapley), before, now, _LEAST)
        return RiskChange(finding.id, since, then.risk, finding.risk, shifts)
    output = answer.bundle.model.run(held.x, held.observed)
    if not output.ok[0]:
        return RiskChange(finding.id, since, None, finding.risk, why_not=OTHER_FORM)
    earlier = shapley_of(answer.bundle, held.x, held.observed)
    shifts = _shifts(_differences(finding.shapley, earlier), before, now, _LEAST)
    risk = float(answer.bundle.model.rounded(output.value)[0])
    apart = _shifts(held.would_move(float(_logit(output.value)[0])), before, now, VISIBLE)
    return RiskChange(finding.id, since, risk, finding.risk, shifts, apart=apart)


def _differences(now: Mapping[str, float], then: Mapping[str, float]) -> dict[str, float]:
    return {n: now.get(n, 0.0) - then.get(n, 0.0) for n in dict.fromkeys((*now, *then))}


def _logit(risk: FloatArray) -> FloatArray:
    return np.asarray(np.log(risk / (1 - risk)))


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """What today's form reads of the earlier day, with some inputs as they are today.

    ``x``, ``observed`` (1, k) with them, ``was_x``, ``was_observed`` (1, k) without.
    """

    bundle: Bundle
    names: tuple[str, ...]
    x: FloatArray
    observed: BoolArray
    was_x: FloatArray
    was_observed: BoolArray

    @classmethod
    def of(cls, answer: Answer, here: int, before: RisksOfDay, now: RisksOfDay) -> "_Held":
        bundle, row = answer.bundle, before.person.row
        every_x, every_observed = model_inputs(bundle, before.person.made)
        was_x, was_observed = every_x[row : row + 1], every_observed[row : row + 1]
        x, observed = answer.x[here : here + 1], answer.observed[here : here + 1]
        names = tuple(
            spec.name
            for j, spec in enumerate(bundle.manifest.inputs)
            if observed[0, j] != was_observed[0, j]
            or (observed[0, j] and _is_other_method(spec.name, before.person, now.person))
        )
        keeps = np.array([spec.name in names for spec in bundle.manifest.inputs])
        with_x, with_observed = np.where(keeps, x, was_x), np.where(keeps, observed, was_observed)
        return cls(bundle, names, with_x, with_observed, was_x, was_observed)

    def would_move(self, logit: float) -> dict[str, float]:
        """Return what each of them would have moved, as it was on the earlier day.

        Infinite where the form can't be asked without it.
        """
        if not self.names:
            return {}
        at = [self.bundle.manifest.index(name) for name in self.names]
        x = np.repeat(self.x, len(at), axis=0)
        observed = np.repeat(self.observed, len(at), axis=0)
        for i, j in enumerate(at):
            x[i, j], observed[i, j] = self.was_x[0, j], self.was_observed[0, j]
        output = self.bundle.model.run(x, observed)
        moved = np.where(output.ok, logit - _logit(np.where(output.ok, output.value, 0.5)), np.inf)
        return dict(zip(self.names, moved.tolist(), strict=True))


def _is_other_method(name: str, before: PersonContext, now: PersonContext) -> bool:
    """Say whether an input is made of an item that was measured in another way on the other day."""
    items = {source.partition(".")[0] for source in now.made[name].sources}
    return any(
        measured_how(item, before.batch)[before.row] != measured_how(item, now.batch)[now.row]
        for item in trajectory_items()
        if item.name.partition(".")[0] in items
    )


def _shifts(
    moved: dict[str, float], before: RisksOfDay, now: RisksOfDay, least: float
) -> tuple[RiskShift, ...]:
    """Return the inputs that moved the logit, the largest first; what moved less is left out."""
    order = sorted(moved, key=lambda n: (-abs(moved[n]), n))
    return tuple(
        RiskShift(
            name,
            _value(name, before.person),
            _value(name, now.person),
            round(moved[name], CONTRIBUTION_DECIMALS) if np.isfinite(moved[name]) else 0.0,
            _measured(name, before.person, now.person),
        )
        for name in order
        if abs(moved[name]) >= least
    )


def _value(name: str, person: PersonContext) -> InputValue:
    return input_value(name, person.made, person.batch, person.row, person.arm)


def _measured(
    name: str, before: PersonContext, now: PersonContext
) -> tuple[tuple[InputValue, InputValue], ...]:
    """Return the measurements behind an index or a ratio that changed: a waist, a weight."""
    then, today = (source_values(p.made[name], p.batch, p.row) for p in (before, now))
    return tuple((then[n], today[n]) for n in today if n in then and then[n] != today[n])
