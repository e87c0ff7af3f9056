"""The urgent rules as columns: conditions, groups, what an unused value could mean."""

import copy

import pytest
from guideline_rows import raw_file
from laennec.engine.guidelines import load_urgent_rules
from laennec.engine.guidelines.urgent import parse_urgent
from laennec.engine.urgency.rules import evaluate_urgent, urgent_items
from visits import says_yes, visit_batch

RULES = load_urgent_rules()


def rules_with(clause):
    raw = copy.deepcopy(raw_file("urgency.toml"))
    raw["rule"] = [raw["rule"][0] | {"all": [{"any": [clause]}]}]
    return parse_urgent(raw, "test")


@pytest.mark.parametrize(
    ("op", "expected"),
    [
        (">=", [False, True, True, False]),
        (">", [False, False, True, False]),
        ("<", [True, False, False, False]),
    ],
)
def test_a_rule_can_ask_for_an_age_and_an_unknown_age_never_meets_it(op, expected):
    rules = rules_with({"age": op, "years": 40})
    batch = visit_batch(*({"age": age} for age in (39, 40, 41, -1)))
    columns = evaluate_urgent(batch, rules)
    assert columns.fired[:, 0].tolist() == expected
    row = expected.index(True)
    (item,) = urgent_items(columns, batch, row)
    assert (item.inputs[0].name, item.inputs[0].unit) == ("age", "a")
    assert item.message.parameters["value"] == str(batch.age_years[row])


def test_a_rule_can_name_one_slot():
    rules = rules_with({"item": "glucose.capillary", "op": ">=", "values": {"g/L": "1.00"}})
    visits = [
        {"glucose.capillary": "1.00 g/L"},
        {"glucose.fasting_venous": "1.00 g/L"},
        {"glucose.capillary": "1.00 mmol/L refused"},
    ]
    columns = evaluate_urgent(visit_batch(*visits), rules)
    assert columns.fired[:, 0].tolist() == [True, False, False]
    assert columns.remeasure[:, 0].tolist() == [False, False, True]


def test_nobody_measured_and_nothing_asked_is_not_urgent():
    columns = evaluate_urgent(visit_batch({}, {}), RULES)
    assert columns.level.tolist() == [4, 4]
    assert not columns.remeasure.any()
    assert urgent_items(columns, visit_batch({}, {}), 1) == ()


def test_an_answer_of_no_is_not_a_symptom():
    batch = visit_batch({"answers": {"symptom.chest_pain": "no"}})
    assert evaluate_urgent(batch, RULES).level.tolist() == [4]


def test_items_come_most_urgent_first_with_what_was_reported():
    batch = visit_batch(
        {"heart_rate": "35 /min", "glucose.capillary": "0.45 g/L", "ketones": "1.6 mmol/L"}
    )
    items = urgent_items(evaluate_urgent(batch, RULES), batch, 0)
    assert [i.level for i in items] == ["U0", "U1", "U1"]
    assert items[0].message.parameters == {
        "item": "item:glucose.capillary",
        "value": "0.45",
        "unit": "unit:g/L",
    }


def test_one_unused_value_is_one_item_at_its_most_urgent_level():
    batch = visit_batch({"systolic_bp.left_arm": ["230 mm[Hg] suspect", "232 mm[Hg] suspect"]})
    items = urgent_items(evaluate_urgent(batch, RULES), batch, 0)
    assert [(i.level, i.inputs[0].value) for i in items] == [("U0", "230"), ("U0", "232")]


def test_a_suspect_arm_makes_the_difference_suspect_too():
    """A tear of the aorta behind a value that nobody confirmed."""
    visit = {
        "systolic_bp.left_arm": "170 mm[Hg] suspect",
        "systolic_bp.right_arm": "120 mm[Hg]",
        "answers": says_yes("symptom.back_pain"),
    }
    columns = evaluate_urgent(visit_batch(visit), RULES)
    index = [r.id for r in RULES].index("interarm_20_with_pain")
    assert columns.remeasure[0, index]
    assert columns.level[0] == 0


def test_the_difference_is_quiet_where_one_arm_was_measured():
    visit = {"systolic_bp.left_arm": "150 mm[Hg]", "answers": says_yes("symptom.back_pain")}
    columns = evaluate_urgent(visit_batch(visit), RULES)
    assert columns.level.tolist() == [4]


def test_a_later_rule_of_a_group_never_hides_an_earlier_person():
    """Groups are printed person by person."""
    batch = visit_batch(
        {"systolic_bp.left_arm": "185 mm[Hg]"}, {"systolic_bp.left_arm": "225 mm[Hg]"}
    )
    columns = evaluate_urgent(batch, RULES)
    assert [i.rule_id for i in urgent_items(columns, batch, 0)] == ["pressure_180_110"]
    assert [i.rule_id for i in urgent_items(columns, batch, 1)] == ["pressure_220_120"]
