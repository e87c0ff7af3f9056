"""Symptoms that were urgent at an earlier visit: what became of them is asked today.

Chest pain of yesterday (U0) left not one word today.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from .earlier_value import EarlierValue
from .earlier_visit import VisitBefore
from .prediagnosis import InputValue, ItemNotice, Parameter, UrgentItem
from .record import NO, UNKNOWN, VisitBatch

ACTION: Final = "ask_earlier_symptom"
ADDRESSEE: Final = "nurse"
NOTE: Final = "earlier_symptom"
_SECTION: Final = "symptom."
_YES: Final = "yes"


def asked_again(
    item: UrgentItem, visit: VisitBefore, today: VisitBatch, asked: set[str]
) -> Iterator[UrgentItem]:
    """Yield one item for each symptom behind an urgent one that today does not answer.

    Parameters
    ----------
    item : urgent at the earlier visit
    visit : that visit
    today : this visit; an answer of it settles nothing of a later day
    asked : names that were asked already; those of this item are added
    """
    for value in _declared([item]):
        is_open = not visit.is_settled or today.answer(value.name)[0] == UNKNOWN
        if not is_open or value.name in asked:
            continue
        asked.add(value.name)
        said = EarlierValue(value, visit.days, after=visit.after, dated=visit.dated)
        message = said.message("urgent.earlier_symptom")
        kept = {k: v for k, v in message.parameters.items() if k not in ("value", "unit")}
        yield replace(
            item,
            level="U1",
            message=replace(message, parameters=kept),
            inputs=(value,),
            action=ACTION,
            addressee=ADDRESSEE,
        )


def denied_today(
    visits: Sequence[VisitBefore], today: VisitBatch, within_days: int
) -> tuple[EarlierValue, ...]:
    """Return symptoms that were urgent in the last days and that today says no to, each once.

    Parameters
    ----------
    visits : the last one first
    today : this visit
    within_days : older ones are not asked about
    """
    found: dict[str, EarlierValue] = {}
    for visit in visits:
        if visit.days is None or not 0 <= visit.days <= within_days:
            continue
        for value in _declared(visit.urgent()):
            if today.answer(value.name)[0] == NO:
                found.setdefault(value.name, EarlierValue(value, visit.days))
    return tuple(found.values())


def note_of(symptom: EarlierValue) -> ItemNotice:
    """Return the note that asks what became of a symptom of an earlier visit."""
    name = symptom.value.name
    given: dict[str, Parameter] = {"answer": f"answer:{name}", "days": symptom.days or 0}
    return ItemNotice(name, "$.previous_visits", NOTE, "note", given)


def _declared(items: Iterable[UrgentItem]) -> Iterator[InputValue]:
    for item in items:
        yield from (v for v in item.inputs if v.name.startswith(_SECTION) and v.value == _YES)
