"""An unused value that could mean an emergency: measure it again now (clinical decision 1)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from ..filtration import CREATININE, FILTRATION
from ..fixedpoint import format_nano
from ..guidelines import UrgentRule
from ..guidelines.model import MEASURE_AGAIN, Threshold
from ..prediagnosis import InputValue, Message, Parameter, Urgency, UrgentItem
from ..record import Problem, VisitBatch
from .readings import Meaning
from .reported import values_that_could_meet

REMEASURE_ADDRESSEE: Final = "occupational_physician"
PERHAPS_LEVEL: Final = "U1"
"""Of a value of another day or an answer that could not be read, however urgent it would be."""
PLAIN: Final = "urgent.remeasure"
OTHER_UNIT: Final = f"{PLAIN}_other_unit"
OLD: Final = f"{PLAIN}_old"
UNIT_SUSPECT: Final = "unit_suspect"
OLD_ACTION: Final = "measure_again_check_date"
_UPWARD: Final = (">", ">=")

_Meanings = dict[str, tuple[Urgency, Meaning]]
"""``high`` or ``low`` -> as what the value would be so, and how urgent that is."""


def items_to_measure_again(
    rules: Sequence[tuple[UrgentRule, Urgency]], one: VisitBatch, problems: Sequence[Problem]
) -> list[UrgentItem]:
    """Return one item for each unused value, at the most urgent level that it could have.

    A value that would be too low in one unit and too high in another (a glucose of 19.4 without a
    unit) names both: who hears of the low one alone would give sugar to a person with too much.

    Parameters
    ----------
    rules : the rules that the person's unused values could meet, and how urgent each is at most; a
        value that is too old for the visit is never more urgent than ``PERHAPS_LEVEL``
    one : a batch of that person only
    problems : of that person; they say which values look as if they had another unit
    """
    found: dict[InputValue, tuple[UrgentRule, _Meanings]] = {}
    for rule, most in sorted(rules, key=lambda r: r[1]):
        for clause in rule.clauses:
            for condition in clause:
                if condition.threshold is None:
                    continue
                way = _direction(condition.threshold)
                for value, meaning in values_that_could_meet(condition.threshold, one):
                    _, meanings = found.setdefault(value, (rule, {}))
                    level = max(most, PERHAPS_LEVEL) if meaning.is_old else most
                    meanings.setdefault(way, (level, meaning))
    told = [(_item(rule, value, meanings), value) for value, (rule, meanings) in found.items()]
    asked = {value.name for _, value in told}
    told = [one for one in told if one[1].name != FILTRATION or CREATININE not in asked]
    told = [(_by_its_rate(item, found), value) for item, value in told]
    return [_with_label(item, value, problems) for item, value in told]


def _by_its_rate(
    item: UrgentItem, found: Mapping[InputValue, tuple[UrgentRule, _Meanings]]
) -> UrgentItem:
    """Return an item on a creatinine by the rule of its filtration rate, where that is what holds.

    340 umol/L cited the rule of 354, which it would meet only in another unit.
    """
    rates = [said for value, said in found.items() if value.name == FILTRATION]
    one_each = len(rates) == 1 and sum(value.name == CREATININE for value in found) == 1
    if item.message.id != OTHER_UNIT or item.inputs[0].name != CREATININE or not one_each:
        return item
    given = {k: v for k, v in item.message.parameters.items() if not k.startswith("read")}
    ((rule, _),) = rates
    message = Message(PLAIN, given)
    return replace(item, rule_id=rule.id, message=message, source=source_of(rule))


def _with_label(item: UrgentItem, value: InputValue, problems: Sequence[Problem]) -> UrgentItem:
    """Return an item that names the unit in which its number would make sense, if there is one.

    A pressure of 120 "kPa" said that it "would be urgent if it were true", and no more. One that is
    urgent in another unit only names that one already.
    """
    code = value.name.partition(".")[0]
    suspects = (p for p in problems if p.code == UNIT_SUSPECT and p.item == code)
    names = (p.parameters["reads_as"] for p in suspects if p.parameters["value"] == value.value)
    reads_as = next(names, "")
    if item.message.id != PLAIN or not reads_as:
        return item
    given: dict[str, Parameter] = {**item.message.parameters, "reads_as": f"unit:{reads_as}"}
    return replace(item, message=Message(f"{PLAIN}_label", given))


def _direction(threshold: Threshold) -> str:
    return "high" if threshold.op in _UPWARD else "low"


def _item(rule: UrgentRule, value: InputValue, meanings: _Meanings) -> UrgentItem:
    named: dict[str, Parameter] = {"item": f"item:{value.name}", "value": value.value}
    if value.unit:
        named["unit"] = f"unit:{value.unit}"
    is_old = all(meaning.is_old for _, meaning in meanings.values())
    wrong = "_old" if is_old else _what_is_wrong(value)
    if len(meanings) > 1 and wrong not in ("_bound", "_old"):
        wrong, named = f"{wrong}_{_in_order(meanings, value.unit)}", {**named, **_both(meanings)}
    elif not wrong:
        wrong, named = _in_another_unit(meanings, value, named)
    return UrgentItem(
        rule_id=rule.id,
        level=min(level for level, _ in meanings.values()),
        message=Message(f"urgent.remeasure{wrong}", named),
        inputs=(value,),
        action=OLD_ACTION if is_old and rule.again == MEASURE_AGAIN else rule.again,
        addressee=REMEASURE_ADDRESSEE,
        source=source_of(rule),
    )


def _in_another_unit(
    meanings: _Meanings, value: InputValue, named: dict[str, Parameter]
) -> tuple[str, dict[str, Parameter]]:
    """Return the sentence of a value that would be urgent only in another unit, which it names.

    A creatinine of 250 umol/L stood beside the rule of 354.
    """
    ((_, meaning),) = meanings.values()
    number = format_nano(meaning.nano, meaning.comparator)
    if meaning.ucum == value.unit or not value.unit or meaning.is_proposed:
        return "", named
    return "_other_unit", {**named, "read": number, "read_unit": f"unit:{meaning.ucum}"}


def _what_is_wrong(value: InputValue) -> str:
    """Return which sentence says why a value is not used: its unit, a bound only, or the value."""
    if not value.unit:
        return "_no_unit"
    return "_bound" if value.value.startswith(("<", ">")) else ""


def _in_order(meanings: _Meanings, own_unit: str) -> str:
    """Return the directions, the most urgent first; of two alike, that in the unit as sent."""
    ways = sorted(meanings, key=lambda w: (meanings[w][0], meanings[w][1].ucum != own_unit))
    return "_".join(ways)


def _both(meanings: _Meanings) -> Mapping[str, str]:
    named = {}
    for way, (_, meaning) in meanings.items():
        named[way] = format_nano(meaning.nano, meaning.comparator)
        named[f"{way}_unit"] = f"unit:{meaning.ucum}"
    return named


def source_of(rule: UrgentRule) -> str:
    """Return what is printed as the source of a rule."""
    return f"{rule.citation.guideline} [{rule.citation.read_in}]"
