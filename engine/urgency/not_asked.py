"""Conditions and treatments that nobody asked, though an urgent rule hangs on them here."""

from collections.abc import Iterable, Iterator
from typing import Final

from ..guidelines import UrgentRule
from ..intake.lost_answers import UNREADABLE_LIST
from ..one_person import take_person
from ..prediagnosis import ItemNotice
from ..record import YES, VisitBatch
from .gaps import open_answers

CODE: Final = "answer_not_asked"


def answers_not_asked(
    rules: Iterable[UrgentRule], batch: VisitBatch, row: int
) -> Iterator[ItemNotice]:
    """Yield one notice for each answer to ask before the visit ends.

    Of a list that came and could not be read nothing is yielded: what is wrong with it is said.

    Parameters
    ----------
    rules : what ``rules_not_applied`` returned for this person
    batch : n records
    row : which person
    """
    one = take_person(batch, row)
    names = dict.fromkeys(name for rule in rules for name in open_answers(rule, one))
    for name in names:
        section = name.partition(".")[0]
        if one.answer(UNREADABLE_LIST[section])[0] != YES:
            yield ItemNotice(name, f"$.{section}s", CODE, "note")
