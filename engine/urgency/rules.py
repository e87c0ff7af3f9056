"""The urgent rules: deterministic, on measurements and answers, with no access to any model.

A rule fires on any accepted reading, not on a mean. A value that was refused or is suspect is used
by no model, and still must not silence an emergency: where it would meet a U0 or U1 rule under any
plausible unit or reading, an urgent item asks to measure again now and to call the physician.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..guidelines import UrgentRule
from ..guidelines.model import NO_URGENCY, Condition, Threshold
from ..logic import TRUE, any_reading, compare, compare_decimals
from ..one_person import take_person
from ..prediagnosis import PRESSING, URGENCIES, InputValue, Message, Parameter, Urgency, UrgentItem
from ..record import UNKNOWN, BoolArray, Int8Array, VisitBatch
from .again import PERHAPS_LEVEL, items_to_measure_again, source_of
from .ask import items_to_ask, lost_answer
from .readings import could_hold
from .reported import columns_of, values_that_meet
from .said_once import is_said_by


@dataclass(frozen=True, slots=True)
class UrgentColumns:
    """What the urgent rules say of n people.

    Attributes
    ----------
    rules : the rules, in the order of the columns
    fired : bool (n, r), the rule holds on accepted values
    remeasure : bool (n, r), it could hold on a value that is not used: measure again now
    perhaps : bool (n, r), of those, that could hold only on a value that is too old for the visit,
        or on an answer that was sent and could not be read: U1
    level : int8 (n,), 0 for U0 to 3 for U3, 4 where no rule speaks
    """

    rules: tuple[UrgentRule, ...]
    fired: BoolArray
    remeasure: BoolArray
    perhaps: BoolArray
    level: Int8Array


@dataclass(frozen=True, slots=True)
class _Met:
    """Where a condition is met (n,), and where it could be met by a value that is not used.

    ``perhaps``: by one that is too old for the visit, if only its date is wrong, or by an answer
    that was sent and could not be read.
    """

    surely: BoolArray
    possibly: BoolArray
    perhaps: BoolArray


class _Conditions:
    """Evaluates every condition once, however many rules share it."""

    def __init__(self, batch: VisitBatch) -> None:
        self._batch = batch
        self._known: dict[tuple[object, ...], _Met] = {}
        self._nobody = np.zeros(batch.n, dtype=np.bool_)

    def met(self, condition: Condition) -> _Met:
        key = _key(condition)
        if key not in self._known:
            self._known[key] = self._evaluate(condition)
        return self._known[key]

    def _evaluate(self, condition: Condition) -> _Met:
        if condition.flag is not None:
            given = self._batch.answer(condition.flag.name) == condition.flag.choice
            return _Met(np.asarray(given), self._nobody, lost_answer(condition.flag, self._batch))
        if condition.absent:
            return self._surely(_is_absent(condition.absent, self._batch))
        if condition.threshold is None:
            return self._surely(_age_holds(condition, self._batch))
        return self._compared(condition.threshold)

    def _surely(self, holds: BoolArray) -> _Met:
        return _Met(holds, self._nobody, self._nobody)

    def _compared(self, threshold: Threshold) -> _Met:
        surely, possibly, old = self._nobody, self._nobody, self._nobody
        for _, column in columns_of(threshold.item, self._batch):
            verdicts = compare(column, threshold.op, threshold.values)
            surely = surely | any_reading(verdicts == TRUE)
            possibly = possibly | any_reading(could_hold(column, threshold, verdicts))
            if column.old is not None and column.old.any():
                dated = could_hold(column, threshold, verdicts, of_another_day=True)
                old = old | any_reading(dated)
        return _Met(surely, possibly, old)


def condition_holds(condition: Condition, one: VisitBatch) -> bool:
    """Return whether a condition holds, or could on a value that is not used, for one person."""
    met = _Conditions(one).met(condition)
    return bool(met.surely[0] | met.possibly[0] | met.perhaps[0])


def _key(condition: Condition) -> tuple[object, ...]:
    if condition.threshold is not None:
        threshold = condition.threshold
        return (threshold.item, threshold.op, *sorted(threshold.printed.items()))
    if condition.flag is not None:
        return (condition.flag.name, condition.flag.choice)
    return (condition.absent, condition.age_op, condition.age_years)


def _is_absent(item: str, batch: VisitBatch) -> BoolArray:
    """Return (n,) where no value of an item was accepted; a doubtful one explains no symptom."""
    measured = np.zeros(batch.n, dtype=np.bool_)
    for _, column in columns_of(item, batch):
        measured |= any_reading(column.accepted)
    return ~measured


def _age_holds(condition: Condition, batch: VisitBatch) -> BoolArray:
    age = batch.age_years.astype(np.int64)
    plain = np.zeros(batch.n, dtype=np.int8)
    holds = compare_decimals(age, plain, condition.age_op, condition.age_years) == TRUE
    return np.asarray(holds & (age != UNKNOWN))


def evaluate_urgent(batch: VisitBatch, rules: Sequence[UrgentRule]) -> UrgentColumns:
    """Evaluate every urgent rule for every person.

    Parameters
    ----------
    batch : a record after the plausibility check, refused records included
    rules : what ``load_urgent_rules`` returned

    Returns
    -------
    columns; a batch of n gives what n batches of one give
    """
    conditions = _Conditions(batch)
    # One rule after the other in memory, as they are evaluated and read.
    shape = (len(rules), batch.n)
    fired, remeasure, only_perhaps = (np.zeros(shape, dtype=np.bool_).T for _ in range(3))
    level = np.full(batch.n, NO_URGENCY, dtype=np.int8)
    for index, rule in enumerate(rules):
        surely, possibly, perhaps = _rule_holds(rule, conditions)
        fired[:, index] = surely
        if rule.level in PRESSING:
            remeasure[:, index] = perhaps & ~surely
            only_perhaps[:, index] = perhaps & ~possibly
        asks = fired[:, index] | remeasure[:, index]
        own = np.where(only_perhaps[:, index], _code(PERHAPS_LEVEL), _code(rule.level))
        level = np.where(asks, np.minimum(level, own), level)
    return UrgentColumns(tuple(rules), fired, remeasure, only_perhaps, level)


def _code(level: Urgency) -> np.int8:
    return np.int8(URGENCIES.index(level))


def _rule_holds(
    rule: UrgentRule, conditions: _Conditions
) -> tuple[BoolArray, BoolArray, BoolArray]:
    """Return where every clause holds; holds or could hold; holds, could or perhaps would."""
    clauses = []
    for clause in rule.clauses:
        met = [conditions.met(condition) for condition in clause]
        surely = np.logical_or.reduce([m.surely for m in met])
        possibly = surely | np.logical_or.reduce([m.possibly for m in met])
        dated = possibly | np.logical_or.reduce([m.perhaps for m in met])
        clauses.append((surely, possibly, dated))
    all_surely, all_possibly, all_dated = (
        np.asarray(np.logical_and.reduce(column)) for column in zip(*clauses, strict=True)
    )
    return all_surely, all_possibly, all_dated


def urgent_items(columns: UrgentColumns, batch: VisitBatch, row: int) -> tuple[UrgentItem, ...]:
    """Return one person's urgent items, the most urgent first.

    Of the rules of one group that fired, those of the most urgent level are printed; of the rules
    that one unused value could meet, the most urgent one. "A value could not be read" is left out
    where each such value is asked for again by its name.
    """
    fired = [r for r, f in zip(columns.rules, columns.fired[row], strict=True) if f]
    most: dict[str, str] = {}
    for rule in fired:
        most[rule.group] = min(most.get(rule.group, rule.level), rule.level)
    one = take_person(batch, row)
    items = [_item(rule, one) for rule in fired if rule.level == most[rule.group]]
    again = [
        (rule, PERHAPS_LEVEL if perhaps else rule.level)
        for rule, asks, perhaps in zip(
            columns.rules, columns.remeasure[row], columns.perhaps[row], strict=True
        )
        if asks
    ]
    problems = [p for p in batch.problems if p.row == row] if again else []
    asked = items_to_measure_again(again, one, problems)
    items = [i for i in items if not is_said_by(i, asked)] + asked
    items += items_to_ask([rule for rule, _ in again], one)
    return tuple(sorted(items, key=lambda item: item.level))


def _item(rule: UrgentRule, one: VisitBatch) -> UrgentItem:
    inputs = tuple(dict.fromkeys(_inputs(rule, one)))
    return UrgentItem(
        rule_id=rule.id,
        level=rule.level,
        message=Message(f"urgent.{rule.id}", _parameters(inputs)),
        inputs=inputs,
        action=rule.action,
        addressee=rule.addressee,
        source=source_of(rule),
    )


def _parameters(inputs: Iterable[InputValue]) -> Mapping[str, Parameter]:
    """Return the first measured value, for sentences that name it."""
    for value in inputs:
        if value.unit:
            named = {"item": f"item:{value.name}", "value": value.value}
            return {**named, "unit": f"unit:{value.unit}"}
    return {}


def _inputs(rule: UrgentRule, one: VisitBatch) -> Iterable[InputValue]:
    """Yield the readings and answers of one person that meet the rule's conditions."""
    for clause in rule.clauses:
        for condition in clause:
            flag = condition.flag
            if flag is not None and one.answer(flag.name)[0] == flag.choice:
                yield InputValue(flag.name, flag.choice_code, "")
            elif condition.threshold is not None:
                yield from values_that_meet(condition.threshold, one)
            elif _is_age(condition) and bool(_age_holds(condition, one)[0]):
                yield InputValue("age", str(int(one.age_years[0])), "a")


def _is_age(condition: Condition) -> bool:
    return condition.flag is None and condition.threshold is None and not condition.absent
