"""Of every bound that an urgent rule may meet: what can be harmful is called, and nothing else U0.

The other reading is independent: the set of values that a bound leaves, cut with what is possible
in its unit, meets the side of the rule or does not.
"""

import pytest
from earlier_visits import GUIDELINES, visit
from laennec.engine import parse
from laennec.engine.plausibility.check import check_plausibility
from laennec.engine.urgency.rules import evaluate_urgent, urgent_items
from laennec.engine.vocabulary import load_vocabulary

MORE = {"glucose": {"specimen": "venous_plasma", "fasting_hours": 10}}
MORE |= {item: {"site": "left_arm"} for item in ("systolic_bp", "diastolic_bp")}
SIGNS = ("<", "<=", ">", ">=")
NANO, STEP = 10**9, 10**7
ALONE = [r for r in GUIDELINES.urgent if r.level in ("U0", "U1") and len(r.clauses) == 1]


def limits_of(item, ucum):
    """Yield level, operator and number of each rule that a value of the item meets alone."""
    for rule in ALONE:
        for condition in rule.clauses[0]:
            threshold = condition.threshold
            if threshold and threshold.item.partition(".")[0] == item and ucum in threshold.values:
                yield rule.level, threshold.op, threshold.values[ucum]


def ends(sign, number):
    """Return the least and the most that a comparison leaves, in billionths."""
    low, high = -(10**15), 10**15
    if sign[0] == "<":
        return low, number - (sign == "<")
    return number + (sign == ">"), high


def expected(item, unit, sign, number):
    found = []
    for level, op, limit in limits_of(item, unit.ucum):
        parts = (ends(sign, number), ends(op, limit), unit.hard)
        if max(p[0] for p in parts) <= min(p[1] for p in parts):
            found.append(level)
    return min(found, default="--")


def most_urgent(item, unit, sign, number):
    value = f"{sign}{number // NANO}.{number % NANO // STEP:02}"
    entry = {"code": item, "value": value, "unit": unit.ucum, **MORE.get(item, {})}
    batch = check_plausibility(parse(visit("2026-11-10", entry)).batch)
    items = urgent_items(evaluate_urgent(batch, GUIDELINES.urgent), batch, 0)
    return min((i.level for i in items), default="--")


UNITS = [
    (item.code, unit)
    for item in load_vocabulary().items.values()
    for unit in item.units
    if any(limits_of(item.code, unit.ucum))
]


@pytest.mark.parametrize(("item", "unit"), UNITS, ids=lambda one: getattr(one, "ucum", one))
def test_a_bound_is_called_where_it_can_be_harmful_and_is_no_u0_where_it_can_not(item, unit):
    numbers = {limit for _, _, limit in limits_of(item, unit.ucum)} | {*unit.soft}
    inside = (number + by for number in numbers for by in (-STEP, 0, STEP))
    low, high = unit.hard
    for number in sorted({n for n in inside if low < n < high and n % STEP == 0}):
        for sign in SIGNS:
            said, due = most_urgent(item, unit, sign, number), expected(item, unit, sign, number)
            where = f"{item} {sign}{number / NANO} {unit.ucum}: {said}, expected {due}"
            assert (said == "U0") == (due == "U0"), where
            assert due == "--" or said in ("U0", "U1"), where
