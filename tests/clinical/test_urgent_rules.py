"""Every urgent rule at, just below and just above its cut-off, and what its item prints.

Hazard H1: an emergency that nobody is told of. The expectations are made from the printed decimals.
"""

from decimal import Decimal

import pytest
from guideline_rows import COMPARE, answers_for, last_place, measured, raw_file
from laennec.engine.guidelines import load_urgent_rules
from laennec.engine.urgency.rules import evaluate_urgent, urgent_items
from laennec.engine.vocabulary import load_vocabulary
from laennec.engine.words.sentences import Sentences
from visits import visit_batch

RAW = raw_file("urgency.toml")
RULES = load_urgent_rules()
LEVELS = ["U0", "U1", "U2", "U3", None]


def conditions_of(clause):
    for one in clause["any"]:
        yield from RAW["conditions"][one["use"]] if "use" in one else [one]


def meets(condition):
    """Return the part of a visit that meets a condition by a wide margin."""
    if "absent" in condition:
        return {}
    if "flag" in condition:
        return {"answers": answers_for([condition["flag"]])}
    unit, printed = next(iter(condition["values"].items()))
    step = last_place(printed) * 5
    value = Decimal(printed) + (step if condition["op"].startswith(">") else -step)
    return measured(condition["item"], value, unit)


def merged(*parts):
    visit = {"answers": {}}
    for part in parts:
        answers = visit["answers"] | part.get("answers", {})
        visit = visit | part | {"answers": answers}
    return visit


def boundary_cases():
    """Yield every comparison of every rule in every unit, the other clauses being met."""
    for rule in RAW["rule"]:
        for index, clause in enumerate(rule["all"]):
            others = [next(iter(conditions_of(c))) for i, c in enumerate(rule["all"]) if i != index]
            for condition in conditions_of(clause):
                for unit in condition.get("values", {}):
                    yield rule["id"], others, condition, unit


BOUNDARIES = list(boundary_cases())
IDS = [f"{r}:{c['item']}:{u}" for r, _, c, u in BOUNDARIES]


@pytest.mark.parametrize(("rule_id", "others", "condition", "unit"), BOUNDARIES, ids=IDS)
def test_a_rule_fires_exactly_where_its_printed_number_says(rule_id, others, condition, unit):
    printed = condition["values"][unit]
    limit, step = Decimal(printed), last_place(printed)
    rest = merged(*(meets(c) for c in others))
    values = [limit - step, limit, limit + step]
    visits = [merged(rest, measured(condition["item"], v, unit)) for v in values]
    columns = evaluate_urgent(visit_batch(*visits), RULES)
    index = [r.id for r in RULES].index(rule_id)
    expected = [COMPARE[condition["op"]](v, limit) for v in values]
    assert columns.fired[:, index].tolist() == expected
    level = LEVELS.index(RULES[index].level)
    assert all(columns.level[i] <= level for i, fires in enumerate(expected) if fires)


@pytest.mark.parametrize(("rule_id", "others", "condition", "unit"), BOUNDARIES, ids=IDS)
def test_a_value_that_is_not_used_asks_to_measure_again_where_it_would_fire(
    rule_id, others, condition, unit
):
    """Decision 1: suspect or refused, it is used by nothing, and still calls somebody."""
    printed = condition["values"][unit]
    limit, step = Decimal(printed), last_place(printed)
    value = limit + (step if condition["op"].startswith(">") else -step)
    rest = merged(*(meets(c) for c in others))
    visits = [
        merged(rest, measured(condition["item"], value, unit, state))
        for state in ("suspect", "refused")
    ]
    columns = evaluate_urgent(visit_batch(*visits), RULES)
    index = [r.id for r in RULES].index(rule_id)
    rule = RULES[index]
    assert not columns.fired[:, index].any()
    assert columns.remeasure[:, index].all() == (rule.level in ("U0", "U1"))


@pytest.mark.parametrize("rule", RAW["rule"], ids=lambda r: r["id"])
def test_every_answer_of_a_rule_fires_it_and_its_absence_does_not(rule):
    """Each symptom that stands in a clause counts; an answer that was not given never does."""
    index = [r.id for r in RULES].index(rule["id"])
    for place, clause in enumerate(rule["all"]):
        others = [next(iter(conditions_of(c))) for i, c in enumerate(rule["all"]) if i != place]
        rest = merged(*(meets(c) for c in others))
        flags = [c for c in conditions_of(clause) if "flag" in c]
        visits = [merged(rest, meets(c)) for c in flags] + [rest]
        fired = evaluate_urgent(visit_batch(*visits), RULES).fired[:, index]
        assert fired[: len(flags)].all()
        is_met_anyway = (
            any(c["flag"] in rest["answers"] for c in flags) or "absent" in clause["any"][0]
        )
        assert fired[-1] == is_met_anyway


@pytest.mark.parametrize("rule", RAW["rule"], ids=lambda r: r["id"])
def test_a_rule_states_its_numbers_in_every_accepted_unit(rule):
    items = load_vocabulary().items
    for clause in rule["all"]:
        for condition in conditions_of(clause):
            if "item" in condition:
                stem = condition["item"].split(".")[0].replace("interarm_difference", "systolic_bp")
                stem = stem.replace("body_mass_index", "bmi")
                assert set(condition["values"]) == {u.ucum for u in items[stem].units}


@pytest.mark.parametrize("rule", RAW["rule"], ids=lambda r: r["id"])
def test_the_printed_item_is_the_rule_that_fired(rule):
    """Level, action, addressee, source and the value itself stand in the item."""
    visit = merged(*(meets(next(iter(conditions_of(c)))) for c in rule["all"]))
    batch = visit_batch(visit)
    columns = evaluate_urgent(batch, RULES)
    items = {item.rule_id: item for item in urgent_items(columns, batch, 0)}
    index = [r.id for r in RULES].index(rule["id"])
    assert columns.fired[0, index]
    most = min(r.level for r, f in zip(RULES, columns.fired[0], strict=True) if f)
    assert min(item.level for item in items.values()) == most
    if rule["id"] not in items:
        assert any(i.level < rule["level"] for i in items.values())
        return
    item = items[rule["id"]]
    assert (item.level, item.action, item.addressee) == tuple(
        rule[k] for k in ("level", "action", "addressee")
    )
    assert rule["guideline"] in item.source
    assert rule["read_in"] in item.source
    assert item.inputs
    for language in ("fr", "en"):
        words = Sentences(language).render(item.message)
        assert "normal" not in words.lower()
