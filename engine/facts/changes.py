"""What a new measurement would have to show for a fact to be said differently.

In each direction the nearest cut-off that the person could cross is named: the next lower grade,
the next higher one. What lies on the other side is not read off the rule: the finding is evaluated
again with the changed value, by the same evaluator. Age and sex are never changed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

import numpy as np

from ..derived import combined_input
from ..fixedpoint import NANO_DIGITS, format_nano
from ..guidelines import Row
from ..guidelines import load as guidelines_load
from ..guidelines.model import BORDERLINE, NOT_ASSESSABLE, PRESENT, STATES, FindingSpec
from ..logic import FALSE, TRUE
from ..one_person import take_person, take_rows
from ..prediagnosis import Change, Message
from ..record import UNKNOWN as EITHER_SEX
from ..record import ItemState, QuantityColumn, VisitBatch
from ..vocabulary.load import read_toml
from .columns import FactColumn, FactColumns, evaluate_finding
from .grades import NO_GRADE
from .inputs import is_reported, slots_of, value_as_reported

BODY_MASS_INDEX: Final = "body_mass_index"
INTERARM: Final = "interarm_difference"
REPEAT: Final = "change.fact.repeat"
BELOW: Final = "change.fact.below"
ABOVE: Final = "change.fact.above"


@dataclass(frozen=True, slots=True)
class _Target:
    """One item just across a cut-off: its new value, and the cut-off as the row prints it."""

    item: str
    nano: int
    places: int
    cut_off: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """One finding of one person, whose values are to be changed."""

    columns: FactColumns
    column: FactColumn
    batch: VisitBatch
    person: int

    @property
    def spec(self) -> FindingSpec:
        return self.column.spec

    @property
    def is_near(self) -> bool:
        return int(self.column.state[self.person]) == BORDERLINE

    @property
    def is_undecided(self) -> bool:
        """Whether a value that allows no statement made the grade: another kind is asked for."""
        index = int(self.column.grade[self.person])
        return index != NO_GRADE and self.spec.grades[index].state == NOT_ASSESSABLE

    @property
    def order(self) -> int:
        index = int(self.column.grade[self.person])
        return NO_GRADE if index == NO_GRADE else self.spec.grades[index].order

    def value(self, item: str) -> int:
        return int(self.columns.inputs[item].column.nano[self.person, 0])

    def says(self, index: int) -> int:
        return int(self.column.rows[self.person, index])


def what_would_change(
    columns: FactColumns, column: FactColumn, batch: VisitBatch, person: int
) -> tuple[Change, ...]:
    """Return, in each direction, the nearest cut-off and what the finding becomes beyond it.

    Only for what is present or borderline by one value of each item: results that disagree, or that
    were counted, ask for a repeat by themselves, and so does the difference between the arms. A
    cut-off that a repeated measurement could show is a change (``change.fact.repeat``); for a
    farther one the ``to`` of the change is the cut-off itself (``change.fact.below``, ``above``).
    """
    asked = _Asked(columns, column, batch, person)
    is_said = int(column.state[person]) in (PRESENT, BORDERLINE) and asked.spec.id != INTERARM
    if not is_said or _has_several(asked) or asked.is_undecided:
        return ()
    back = _back(asked)
    changes = [_change(asked, back), _nearest(asked, _onward(asked, back))]
    found = [c for c in changes if c is not None and c[1].becomes != STATES[NOT_ASSESSABLE]]
    return tuple(change for _, change in sorted(found, key=lambda pair: pair[0]))


def _has_several(asked: _Asked) -> bool:
    combined = [asked.columns.inputs[item] for item in asked.spec.items]
    return any(c.readings.accepted[asked.person].sum() > 1 for c in combined)


def _back(asked: _Asked) -> list[_Target]:
    """Return every item that makes the grade, each just short of its cut-off."""
    found: dict[str, _Target] = {}
    for index, row in enumerate(asked.spec.rows):
        if row.threshold is None:
            continue
        order = asked.spec.grades[row.grade].order
        near = bool(asked.column.borderline[asked.person, index]) and order > asked.order
        holds = asked.says(index) == TRUE and order == asked.order
        if (asked.is_near and near) or holds:
            found.setdefault(row.item, _target(asked, row, short_of=True, edge=near))
    return list(found.values())


def _onward(asked: _Asked, back: list[_Target]) -> list[list[_Target]]:
    """Return, item by item, the nearest cut-off of a higher grade, the other way than back."""
    falls = {t.item: t.nano < asked.value(t.item) for t in back}
    found: dict[str, _Target] = {}
    for index, row in enumerate(asked.spec.rows):
        if row.threshold is None or asked.says(index) != FALSE or not _is_meant(asked, row):
            continue
        if asked.spec.grades[row.grade].order <= asked.order:
            continue
        target = _target(asked, row, short_of=False, edge=False)
        old = found.get(row.item)
        value = asked.value(row.item)
        if falls.get(row.item) == (target.nano < value):
            continue
        if old is None or abs(target.nano - value) < abs(old.nano - value):
            found[row.item] = target
    return [[target] for target in found.values()]


def _is_meant(asked: _Asked, row: Row) -> bool:
    """Return whether a row speaks of this sex, asks for no answers, and its item was measured."""
    sex = int(asked.batch.sex[asked.person])
    is_plain = row.sex in (EITHER_SEX, sex) and not row.also
    return is_plain and is_reported(asked.columns, row.item, asked.person)


def _target(asked: _Asked, row: Row, *, short_of: bool, edge: bool) -> _Target:
    """Return the value just across a row's cut-off, as precise as the row and the value are."""
    threshold = row.threshold
    if threshold is None:
        raise ValueError(row.id)
    unit = _unit_of(asked.columns.inputs[row.item].column, asked.person)
    printed = threshold.printed[unit]
    reported = value_as_reported(asked.columns, asked.batch, asked.person, row.item)
    places = max(len(text.partition(".")[2]) for text in (printed, reported))
    step = 10 ** (NANO_DIGITS - places)
    limit = row.borderline_from[unit] if edge else threshold.values[unit]
    rising = threshold.op in (">=", ">")
    inclusive = edge or threshold.op in (">=", "<=")
    away = -step if rising == short_of else step
    moved = inclusive if short_of else not inclusive
    return _Target(row.item, limit + (away if moved else 0), places, printed)


def _nearest(asked: _Asked, ways: list[list[_Target]]) -> tuple[float, Change] | None:
    """Return the change that needs least, of those that change what is said."""
    changes = [_change(asked, targets) for targets in ways]
    found = [change for change in changes if change is not None]
    return min(found, key=lambda pair: pair[0]) if found else None


def _change(asked: _Asked, targets: list[_Target]) -> tuple[float, Change] | None:
    """Return how far the values would move and what the finding becomes; None where it does not."""
    if not targets:
        return None
    shares = {t.item: _share(asked, t) for t in targets}
    changed = _with_values(take_person(asked.batch, asked.person), asked, targets)
    inputs = {name: combined_input(changed, name) for name in asked.spec.items}
    after = evaluate_finding(asked.spec, changed, inputs)
    before = asked.column
    state, grade = int(after.state[0]), int(after.grade[0])
    if (state, grade) == (int(before.state[asked.person]), int(before.grade[asked.person])):
        return None
    is_repeat = all(share <= _repeatable(asked, item) for item, share in shares.items())
    steps = tuple(_step(asked, t, is_repeat=is_repeat) for t in targets)
    falls = targets[0].nano < asked.value(targets[0].item)
    message = Message(REPEAT if is_repeat else BELOW if falls else ABOVE)
    becomes = STATES[state] if grade == NO_GRADE else _graded(asked.spec, state, grade)
    return max(shares.values()), Change(message, steps, risk=None, becomes=becomes)


def _graded(spec: FindingSpec, state: int, grade: int) -> str:
    """Return the grade where it makes the state, else the state."""
    made = spec.grades[grade]
    own = state in (made.state, made.beside_needs)
    return f"{spec.id}.{made.code}" if own else STATES[state]


def _share(asked: _Asked, target: _Target) -> float:
    value = asked.value(target.item)
    return abs(target.nano - value) / max(abs(value), 1)


@cache
def _repeat_table() -> Mapping[str, Any]:
    table: Mapping[str, Any] = read_toml(guidelines_load.__package__ or "", "repeat.toml")["item"]
    return table


def _repeatable(asked: _Asked, item: str) -> float:
    code = asked.columns.inputs[item].column.item.code
    return float(_repeat_table()[code]["share"])


def _unit_of(column: QuantityColumn, person: int) -> str:
    return column.item.units[int(column.unit[person, 0])].ucum


def _step(asked: _Asked, target: _Target, *, is_repeat: bool) -> tuple[str, str, str, str]:
    combined = asked.columns.inputs[target.item]
    slot = combined.slots[max(int(combined.slot[asked.person]), 0)]
    old = value_as_reported(asked.columns, asked.batch, asked.person, target.item)
    new = _printed(target.nano, target.places) if is_repeat else target.cut_off
    return slot or target.item, old, new, _unit_of(combined.column, asked.person)


def _printed(nano: int, places: int) -> str:
    """Print billionths with the places of the row.

    >>> _printed(500000000, 2), _printed(139000000000, 0)
    ('0.50', '139')
    """
    whole, _, part = format_nano(nano).partition(".")
    return f"{whole}.{part.ljust(places, '0')}" if places else whole


def _with_values(one: VisitBatch, asked: _Asked, targets: list[_Target]) -> VisitBatch:
    """Return the record as a new measurement would make it."""
    quantities = dict(one.quantities)
    for target in targets:
        column = asked.columns.inputs[target.item].column
        if target.item == BODY_MASS_INDEX:
            for slot in ("height", "weight"):
                quantities.pop(slot, None)
            quantities["bmi"] = _single(column, asked.person, target.nano)
            continue
        unit = int(column.unit[asked.person, 0])
        for slot in _moved_slots(asked, target):
            if slot in quantities:
                quantities[slot] = _remeasured(quantities[slot], target.nano, unit)
    return replace(one, quantities=quantities)


def _moved_slots(asked: _Asked, target: _Target) -> Iterator[str]:
    """Yield the slots that move: every arm down to the cut-off, only the higher one above it."""
    combined = asked.columns.inputs[target.item]
    used = combined.slots[max(int(combined.slot[asked.person]), 0)]
    is_rise = target.nano > asked.value(target.item)
    yield from [used] if is_rise and used else slots_of(target.item)


def _single(column: QuantityColumn, person: int, nano: int) -> QuantityColumn:
    one = take_rows(column, slice(person, person + 1))
    return replace(one, nano=np.full_like(one.nano, nano), comparator=np.zeros_like(one.comparator))


def _remeasured(column: QuantityColumn, nano: int, unit: int) -> QuantityColumn:
    """Return the column with every accepted reading measured again as this value."""
    new = column.state == ItemState.ACCEPTED
    return replace(
        column,
        nano=np.where(new, nano, column.nano),
        unit=np.where(new, np.int8(unit), column.unit),
        comparator=np.where(new, np.int8(0), column.comparator),
    )
