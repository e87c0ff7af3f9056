"""Which urgent rules could not be applied, because something they read was sent and can't be read.

What was never measured is no gap of this kind: it is listed where it is missing. This is for what
came and was lost, and for a condition or treatment that nobody asked though a measurement makes it
urgent; after that "the urgent rules were applied" would be false comfort.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..guidelines import UrgentRule
from ..guidelines.model import Condition, Flag
from ..intake.answers import LISTS
from ..intake.doubted import CODE_DOUBTFUL
from ..intake.lost_answers import UNREADABLE_LIST
from ..intake.lost_symptoms import PERHAPS_LOST, UNREADABLE
from ..intake.unread_values import ANY_LOST, lost_value_answer
from ..logic import FALSE, TRUE, UNKNOWN
from ..one_person import take_person
from ..record import UNKNOWN as NOT_KNOWN
from ..record import YES, Problem, VisitBatch
from .ask import could_be_so
from .low_weight import PARTS
from .rules import condition_holds

_ANY_ITEM: Final = "*"
_MADE_FROM: Final = {"interarm_difference": ("systolic_bp",), "body_mass_index": PARTS}
_MEASUREMENTS: Final = "$.measurements["


@dataclass(frozen=True, slots=True)
class _Lost:
    """Sections of answers and measured items of which something could not be read."""

    sections: frozenset[str]
    questions: frozenset[str]
    items: frozenset[str]


def rules_not_applied(
    batch: VisitBatch, rules: Sequence[UrgentRule], row: int
) -> tuple[UrgentRule, ...]:
    """Return the rules that do not hold on what was read, and could on what was lost or not asked.

    Parameters
    ----------
    batch : n records after the plausibility check, with their problems
    rules : the urgent rules
    row : which person
    """
    lost = _lost(batch, row)
    one = take_person(batch, row)
    is_lost = bool(lost.sections or lost.questions or lost.items)
    asked = [rule for rule in rules if is_lost or any(open_answers(rule, one))]
    return tuple(rule for rule in asked if _verdict(rule, one, lost) == UNKNOWN)


def open_answers(rule: UrgentRule, one: VisitBatch) -> Iterator[str]:
    """Yield the conditions and treatments that a rule reads and of which nothing is known.

    Parameters
    ----------
    rule : an urgent rule
    one : a batch of one person
    """
    for clause in rule.clauses:
        for condition in clause:
            flag = condition.flag
            if flag is not None and _is_open(flag, one):
                yield flag.name


def _is_open(flag: Flag, one: VisitBatch) -> bool:
    return flag.name.partition(".")[0] in UNREADABLE_LIST and bool(could_be_so(flag, one)[0])


def _lost(batch: VisitBatch, row: int) -> _Lost:
    problems = [p for p in batch.problems if p.row == row]
    sections = {section for p in problems for section in _sections(p)}
    if any(_answered(name, batch, row) for name in (UNREADABLE, PERHAPS_LOST)):
        sections |= {"symptom"}
    questions = {p.item for p in problems if p.code == "answer_unknown"}
    read = {path for paths in batch.paths.values() for path in paths}
    read |= {p.path.removesuffix(".value") for p in problems if p.code == "value_missing"}
    items = {p.item for p in problems if _is_value_lost(p, read)}
    items |= {i for i in batch.vocabulary.items if _answered(lost_value_answer(i), batch, row)}
    if _answered(ANY_LOST, batch, row) or any(_is_no_measurement(p) for p in problems):
        items.add(_ANY_ITEM)
    return _Lost(frozenset(sections), frozenset(questions), frozenset(items))


def _answered(name: str, batch: VisitBatch, row: int) -> bool:
    return int(batch.answer(name)[row]) == YES


def _is_no_measurement(problem: Problem) -> bool:
    """Say whether the list of measurements, or one of them, could not be read as such at all."""
    unread = problem.code in ("not_a_list", "not_an_object")
    return unread and f"{problem.path}[".startswith(_MEASUREMENTS)


def _sections(problem: Problem) -> Iterator[str]:
    """Yield the list of answers that a problem lies in."""
    for key, section in LISTS.items():
        if problem.path == f"$.{key}" or problem.path.startswith(f"$.{key}["):
            yield section


def _is_value_lost(problem: Problem, read: Collection[str]) -> bool:
    """Say whether a measurement gave no number at all; a refused number is still looked at.

    One of which nobody knows what was measured is looked at too, and may be something else.
    """
    if problem.severity != "refused_item":
        return False
    if problem.code == CODE_DOUBTFUL:
        return True
    if problem.code == "value_not_decimal" or not problem.path.startswith(_MEASUREMENTS):
        return problem.code == "value_not_decimal"
    return f"{problem.path.partition(']')[0]}]" not in read


def _verdict(rule: UrgentRule, one: VisitBatch, lost: _Lost) -> np.int8:
    """Return the rule in three-valued logic: any of each clause, all clauses."""
    clauses = (max(_condition(c, one, lost) for c in clause) for clause in rule.clauses)
    return min(clauses)


def _condition(condition: Condition, one: VisitBatch, lost: _Lost) -> np.int8:
    flag, threshold = condition.flag, condition.threshold
    if flag is not None:
        return _answer(flag, one, lost)
    if condition_holds(condition, one):
        return TRUE
    if threshold is None:
        return FALSE
    item = threshold.item.partition(".")[0]
    parts = _MADE_FROM.get(item, (item,))
    return UNKNOWN if lost.items & {*parts, _ANY_ITEM} else FALSE


def _answer(flag: Flag, one: VisitBatch, lost: _Lost) -> np.int8:
    if one.answer(flag.name)[0] == flag.choice:
        return TRUE
    section = flag.name.partition(".")[0]
    if section in UNREADABLE_LIST:
        return UNKNOWN if _is_open(flag, one) else FALSE
    may_be = section in lost.sections or flag.name in lost.questions
    return UNKNOWN if may_be and one.answer(flag.name)[0] == NOT_KNOWN else FALSE
