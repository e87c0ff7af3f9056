"""A condition or treatment that was sent and could not be read: ask, where an urgent rule reads it.

"Enceinte" is no code of ours; with a pressure of 165 the person is asked whether she is pregnant.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from ..guidelines import UrgentRule
from ..guidelines.model import Flag
from ..intake.lost_answers import UNREADABLE_LIST
from ..plausibility.pregnancy import PREGNANCY, can_be_pregnant
from ..prediagnosis import InputValue, Message, UrgentItem
from ..record import UNKNOWN, YES, BoolArray, VisitBatch
from .again import PERHAPS_LEVEL, source_of
from .reported import values_that_meet

ASK_ACTION: Final = "ask_answer_now"
ASK_ADDRESSEE: Final = "nurse"


def could_be_so(flag: Flag, batch: VisitBatch) -> BoolArray:
    """Return bool (n,): the answer is not known, and this person could give it.

    Parameters
    ----------
    flag : a condition or medication that a rule reads
    batch : n records
    """
    unknown = np.asarray(batch.answer(flag.name) == UNKNOWN)
    return unknown & can_be_pregnant(batch) if flag.name == PREGNANCY else unknown


def lost_answer(flag: Flag, batch: VisitBatch) -> BoolArray:
    """Return bool (n,): the answer was perhaps sent, in a list that could not be read."""
    name = UNREADABLE_LIST.get(flag.name.partition(".")[0])
    if name is None:
        return np.zeros(batch.n, dtype=np.bool_)
    return could_be_so(flag, batch) & (batch.answer(name) == YES)


def items_to_ask(rules: Sequence[UrgentRule], one: VisitBatch) -> list[UrgentItem]:
    """Return one item for each answer that was lost and that a rule could hold with.

    Parameters
    ----------
    rules : the rules that could hold, were what is doubtful so
    one : a batch of that person only
    """
    found: dict[str, UrgentItem] = {}
    for rule in sorted(rules, key=lambda r: r.level):
        for name in _lost(rule, one):
            found.setdefault(name, _item(rule, name, one))
    return list(found.values())


def _lost(rule: UrgentRule, one: VisitBatch) -> Iterator[str]:
    for clause in rule.clauses:
        flags = [condition.flag for condition in clause if condition.flag is not None]
        if not any(one.answer(flag.name)[0] == flag.choice for flag in flags):
            yield from (flag.name for flag in flags if lost_answer(flag, one)[0])


def _item(rule: UrgentRule, name: str, one: VisitBatch) -> UrgentItem:
    read = tuple(
        dict.fromkeys(
            value
            for clause in rule.clauses
            for condition in clause
            if condition.threshold is not None
            for value in values_that_meet(condition.threshold, one)
        )
    )
    return UrgentItem(
        rule_id=rule.id,
        level=PERHAPS_LEVEL,
        message=Message("urgent.ask_answer", {"item": name}),
        inputs=(InputValue(name, "unknown", ""), *read),
        action=ASK_ACTION,
        addressee=ASK_ADDRESSEE,
        source=source_of(rule),
    )
