"""A number that is too large for its unit is told as the most urgent it may mean."""

import numpy as np
import pytest
from calm_visit import VISIT
from laennec.engine import Models, load_guidelines, parse, screen
from laennec.engine.guidelines import load_urgent_rules
from laennec.engine.logic import compare
from laennec.engine.record import ItemState, QuantityColumn
from laennec.engine.urgency.readings import could_hold
from laennec.engine.vocabulary import load_vocabulary

UNITS = {"hba1c": ("%", "mmol/mol", ""), "creatinine": ("umol/L", "mg/L", "mg/dL", "")}


def draft_of(value, unit, *more, conditions=(), earlier=()):
    rows = [{"code": "hba1c", "value": v, "unit": unit} for v in (value, *more) if v]
    given = {"measurements": rows, "conditions": list(conditions), "previous_visits": list(earlier)}
    return screen(parse(VISIT | given), Models(), load_guidelines())


@pytest.mark.parametrize("conditions", [(), ("diabetes",)])
@pytest.mark.parametrize("more", [(), ("6.8",)])
@pytest.mark.parametrize("value", ["20", "20.1", "21", "22", "25", "30", "47", "48", "65", "190"])
def test_an_hba1c_beyond_what_exists_is_urgent_as_the_largest_one_is(value, more, conditions):
    """Pinned: 20 % was urgent, 20.1 to 47 "%" was nothing at all."""
    one = draft_of(value, "%", *more, conditions=conditions)
    assert one.urgency == "U1"
    (item,) = (i for i in one.urgent if i.rule_id == "hba1c_10")
    assert [(v.value, v.unit) for v in item.inputs] == [(value, "%")]
    is_suspect = value != "20"
    assert item.message.id == ("urgent.remeasure_label" if is_suspect else "urgent.remeasure")


@pytest.mark.parametrize("value", ["20", "22", "HIGH"])
def test_an_hba1c_of_an_earlier_visit_that_is_too_large_is_measured_again(value):
    past = VISIT | {"visit_id": "v0", "performed_at": "2026-10-24T09:20:00+02:00"}
    past |= {"measurements": [{"code": "hba1c", "value": value, "unit": "%"}]}
    one = draft_of("", "%", earlier=[past])
    assert one.urgency == "U1"
    assert [i.rule_id for i in one.urgent] == ["hba1c_10"]


@pytest.mark.parametrize(
    ("item", "unit"), [(item, unit) for item, units in UNITS.items() for unit in units]
)
@pytest.mark.parametrize("value", ["HIGH", "Hi!", "élevée"])
def test_a_word_for_more_than_an_analyser_measures_is_urgent(value, item, unit):
    sent = {"code": item, "value": value} | ({"unit": unit} if unit else {})
    one = screen(parse(VISIT | {"measurements": [sent]}), Models(), load_guidelines())
    assert one.urgency == "U1"
    assert [v.name for i in one.urgent for v in i.inputs] == [item]


@pytest.mark.parametrize("rule", load_urgent_rules(), ids=lambda rule: rule.id)
def test_every_number_beyond_its_unit_asks_where_a_rule_asks_of_large_ones(rule):
    items = load_vocabulary().items
    limits = [c.threshold for clause in rule.clauses for c in clause if c.threshold is not None]
    for limit in limits:
        item = items.get(limit.item.partition(".")[0])
        for index, unit in enumerate(item.units if item and limit.op[0] == ">" else ()):
            nano = np.linspace(unit.hard[1] + 1, 12 * unit.hard[1], 500).astype(np.int64)[:, None]
            plain = np.zeros(nano.shape, dtype=np.int8)
            column = QuantityColumn(item, nano, plain + index, plain, plain + ItemState.REFUSED)
            asks = could_hold(column, limit, compare(column, limit.op, limit.values))
            assert asks.all(), (limit.item, unit.ucum)
