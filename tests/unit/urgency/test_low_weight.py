"""A very low weight asks for a physician, and being unusual does not silence it."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.engine.guidelines import load_guidelines
from laennec.engine.plausibility.check import check_plausibility
from laennec.engine.urgency import evaluate_urgent, urgent_items
from visits import visit_batch

RULES = load_guidelines().urgent


def items(visit):
    batch = check_plausibility(visit_batch(visit))
    return urgent_items(evaluate_urgent(batch, RULES), batch, 0)


@pytest.mark.parametrize(
    ("visit", "expected"),
    [
        ({"height": "178 cm", "weight": "44.3 kg"}, "urgent.bmi_below_14"),
        ({"height": "178 cm", "weight": "44.4 kg"}, None),
        ({"height": "164 cm", "weight": "36.5 kg"}, "urgent.remeasure"),
        ({"height": "164 cm", "weight": "38.2 kg"}, None),
        ({"bmi": "13.2 kg/m2"}, "urgent.remeasure"),
        ({"height": "164 cm", "weight": "7 kg"}, None),
        ({"height": "164 cm", "weight": ["36.5 kg", "70 kg"]}, None),
        ({"weight": "36.5 kg"}, None),
    ],
)
def test_a_very_low_index_is_seen_today(visit, expected):
    """BMI 14.01 is no alarm, 13.98 is; a weight of 36.5 kg is doubted and still asked for again."""
    found = items(visit)
    assert [i.message.id for i in found] == ([expected] if expected else [])
    assert all((i.level, i.rule_id) == ("U1", "bmi_below_14") for i in found)


def test_an_old_weight_is_measured_again_unless_today_s_is_there():
    batch = visit_batch({"height": "164 cm", "weight": "36.5 kg suspect"})
    quantities = dict(batch.quantities)
    weight = quantities["weight"]
    assert urgent_items(evaluate_urgent(batch, RULES), batch, 0)
    quantities["weight"] = replace(weight, old=np.ones_like(weight.state, dtype=bool))
    batch = replace(batch, quantities=quantities)
    (item,) = urgent_items(evaluate_urgent(batch, RULES), batch, 0)
    assert (item.message.id, item.level) == ("urgent.remeasure_old", "U1")
    batch = visit_batch({"height": "164 cm", "weight": ["36.5 kg suspect", "62 kg"]})
    weight = replace(batch.quantities["weight"], old=np.array([[True, False]]))
    batch = replace(batch, quantities={**batch.quantities, "weight": weight})
    assert not urgent_items(evaluate_urgent(batch, RULES), batch, 0)
