"""Every urgent rule at, just below and just above; the decisions that stand above guidelines.

Hazard H1: an emergency that nobody is told of. The boundary expectations are made from the printed
decimals; the scenarios are clinical sentences.
"""

from decimal import Decimal

import pytest
from guideline_rows import COMPARE, answers_for, last_place, measured, raw_file
from laennec.engine.guidelines import load_urgent_rules
from laennec.engine.plausibility.check import check_plausibility
from laennec.engine.urgency.rules import evaluate_urgent, urgent_items
from laennec.engine.vocabulary import load_vocabulary
from laennec.engine.words.sentences import Sentences
from visits import says_yes, visit_batch

RAW = raw_file("urgency.toml")
RULES = load_urgent_rules()
LEFT, RIGHT = "systolic_bp.left_arm", "systolic_bp.right_arm"
DIASTOLIC = "diastolic_bp.left_arm"
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


SCENARIOS = [
    ("declared chest pain, everything else calm", says_yes("symptom.chest_pain"), {}, "U0"),
    ("declared syncope", says_yes("symptom.syncope"), {}, "U0"),
    ("declared neurological deficit", says_yes("symptom.neurological_deficit"), {}, "U0"),
    ("declared confusion", says_yes("symptom.confusion"), {}, "U0"),
    ("declared dyspnoea", says_yes("symptom.dyspnoea"), {}, "U1"),
    ("sudden back pain", says_yes("symptom.sudden_back_pain"), {}, "U1"),
    ("back pain alone", says_yes("symptom.back_pain"), {}, None),
    ("palpitations alone", says_yes("symptom.palpitations"), {}, "U2"),
    ("vomiting alone", says_yes("symptom.vomiting"), {}, None),
    ("vomiting and dehydration", says_yes("symptom.vomiting", "symptom.dehydration"), {}, "U0"),
    (
        "severe headache and visual disturbance",
        says_yes("symptom.severe_headache", "symptom.visual_disturbance"),
        {},
        "U0",
    ),
    ("severe headache alone", says_yes("symptom.severe_headache"), {}, "U1"),
    ("much urine alone", says_yes("symptom.polyuria"), {}, None),
    ("thirst and much urine", says_yes("symptom.polyuria", "symptom.polydipsia"), {}, "U1"),
    (
        "thirst, much urine, weight loss",
        says_yes("symptom.polyuria", "symptom.polydipsia", "symptom.weight_loss"),
        {},
        "U1",
    ),
    (
        "thirst and much urine, glucose 0.95",
        says_yes("symptom.polyuria", "symptom.polydipsia"),
        {"glucose.capillary": "0.95 g/L"},
        None,
    ),
    (
        "thirst and much urine, a glucose that is not used",
        says_yes("symptom.polyuria", "symptom.polydipsia"),
        {"glucose.fasting_venous": ("0.95", "g/L", "suspect")},
        "U1",
    ),
    (
        "thirst and weight loss with dehydration",
        says_yes("symptom.polydipsia", "symptom.weight_loss", "symptom.dehydration"),
        {},
        "U0",
    ),
    ("signs of hypoglycaemia", says_yes("symptom.hypoglycaemia_signs"), {}, "U1"),
    (
        "signs of hypoglycaemia under treatment",
        says_yes("symptom.hypoglycaemia_signs", "medication.glucose_lowering"),
        {},
        "U0",
    ),
    (
        "signs of hypoglycaemia under treatment, glucose 1.20",
        says_yes("symptom.hypoglycaemia_signs", "medication.glucose_lowering"),
        {"glucose.capillary": "1.20 g/L"},
        "U1",
    ),
    ("a symptom that can't be read", says_yes("intake.symptoms_unreadable"), {}, "U0"),
    ("symptoms that may be lost", says_yes("intake.symptoms_perhaps_lost"), {}, "U1"),
    (
        "56 mmHg between the arms",
        {},
        {LEFT: "176 mm[Hg]", RIGHT: "120 mm[Hg]"},
        "U1",
    ),
    ("40 mmHg between the arms", {}, {LEFT: "160 mm[Hg]", RIGHT: "120 mm[Hg]"}, None),
    ("nothing declared, nothing measured", {}, {}, None),
    ("180 systolic", {}, {LEFT: "180 mm[Hg]"}, "U1"),
    ("179 systolic", {}, {LEFT: "179 mm[Hg]"}, None),
    ("110 diastolic", {}, {DIASTOLIC: "110 mm[Hg]"}, "U1"),
    ("one high reading among three", {}, {LEFT: ["150 mm[Hg]", "184 mm[Hg]", "150 mm[Hg]"]}, "U1"),
    ("180 with visual signs", says_yes("symptom.visual_disturbance"), {LEFT: "180 mm[Hg]"}, "U0"),
    ("220 systolic", {}, {LEFT: "220 mm[Hg]"}, "U0"),
    ("120 diastolic", {}, {DIASTOLIC: "120 mm[Hg]"}, "U0"),
    ("24 kPa", {}, {LEFT: "24 kPa"}, "U1"),
    ("systolic 79", {}, {LEFT: "79 mm[Hg]"}, "U1"),
    ("systolic 85 with confusion", says_yes("symptom.confusion"), {LEFT: "85 mm[Hg]"}, "U0"),
    ("systolic 85 alone", {}, {LEFT: "85 mm[Hg]"}, None),
    ("pregnancy, 140/90", says_yes("condition.pregnancy"), {LEFT: "140 mm[Hg]"}, "U1"),
    (
        "pregnancy, 139 with a visual disturbance",
        says_yes("condition.pregnancy", "symptom.visual_disturbance"),
        {LEFT: "139 mm[Hg]"},
        "U1",
    ),
    (
        "pregnancy, 140 with a visual disturbance",
        says_yes("condition.pregnancy", "symptom.visual_disturbance"),
        {LEFT: "140 mm[Hg]"},
        "U0",
    ),
    (
        "pregnancy, 140 with a severe headache",
        says_yes("condition.pregnancy", "symptom.severe_headache"),
        {LEFT: "140 mm[Hg]"},
        "U0",
    ),
    ("pregnancy, 160", says_yes("condition.pregnancy"), {LEFT: "160 mm[Hg]"}, "U0"),
    (
        "25 mmHg between the arms with back pain",
        says_yes("symptom.back_pain"),
        {LEFT: "150 mm[Hg]", RIGHT: "125 mm[Hg]"},
        "U0",
    ),
    ("25 mmHg between the arms alone", {}, {LEFT: "150 mm[Hg]", RIGHT: "125 mm[Hg]"}, None),
    ("random 2.00 g/L, nothing declared", {}, {"glucose.random_venous": "2.00 g/L"}, "U2"),
    ("unknown fasting 11.1 mmol/L", {}, {"glucose.unknown_fasting_venous": "11.1 mmol/L"}, "U2"),
    ("capillary 200 mg/dL", {}, {"glucose.capillary": "200 mg/dL"}, "U2"),
    (
        "random 2.00 g/L with thirst",
        says_yes("symptom.polydipsia"),
        {"glucose.random_venous": "2.00 g/L"},
        "U1",
    ),
    (
        "random 2.00 g/L with vomiting",
        says_yes("symptom.vomiting"),
        {"glucose.random_venous": "2.00 g/L"},
        "U0",
    ),
    ("two hours after a load 2.10 g/L", {}, {"glucose.two_hour_75g": "2.10 g/L"}, "U2"),
    ("two hours after a load 2.50 g/L", {}, {"glucose.two_hour_75g": "2.50 g/L"}, "U1"),
    ("fasting 2.5 g/L", {}, {"glucose.fasting_venous": "2.5 g/L"}, "U1"),
    ("capillary 6.0 g/L", {}, {"glucose.capillary": "6.0 g/L"}, "U0"),
    (
        "2.5 g/L with ketones 3.0",
        {},
        {"glucose.capillary": "2.5 g/L", "ketones": "3.0 mmol/L"},
        "U0",
    ),
    ("ketones 1.5", {}, {"ketones": "1.5 mmol/L"}, "U1"),
    ("ketones 2.9", {}, {"ketones": "2.9 mmol/L"}, "U1"),
    ("ketones 3.0, no diabetes known, no glucose", {}, {"ketones": "3.0 mmol/L"}, "U0"),
    (
        "known diabetes, ketones 3.0",
        says_yes("condition.diabetes"),
        {"ketones": "3.0 mmol/L"},
        "U0",
    ),
    ("capillary 0.53 g/L", {}, {"glucose.capillary": "0.53 g/L"}, "U0"),
    ("capillary 0.65 g/L alone", {}, {"glucose.capillary": "0.65 g/L"}, "U2"),
    ("capillary 0.69 g/L alone", {}, {"glucose.capillary": "0.69 g/L"}, "U2"),
    ("capillary 0.70 g/L alone", {}, {"glucose.capillary": "0.70 g/L"}, None),
    ("a visual disturbance alone", says_yes("symptom.visual_disturbance"), {}, "U1"),
    (
        "a visual disturbance, 175",
        says_yes("symptom.visual_disturbance"),
        {LEFT: "175 mm[Hg]"},
        "U1",
    ),
    (
        "0.65 g/L with signs",
        says_yes("symptom.hypoglycaemia_signs"),
        {"glucose.capillary": "0.65 g/L"},
        "U0",
    ),
    (
        "0.65 g/L under treatment",
        says_yes("medication.glucose_lowering"),
        {"glucose.capillary": "0.65 g/L"},
        "U1",
    ),
    ("heart rate 29", {}, {"heart_rate": "29 /min"}, "U0"),
    ("heart rate 39", {}, {"heart_rate": "39 /min"}, "U1"),
    ("heart rate 39 with dyspnoea", says_yes("symptom.dyspnoea"), {"heart_rate": "39 /min"}, "U0"),
    ("heart rate 120", {}, {"heart_rate": "120 /min"}, None),
    ("heart rate 121", {}, {"heart_rate": "121 /min"}, "U1"),
    ("heart rate 151 alone", {}, {"heart_rate": "151 /min"}, "U1"),
    (
        "heart rate 151 with palpitations",
        says_yes("symptom.palpitations"),
        {"heart_rate": "151 /min"},
        "U0",
    ),
]


@pytest.mark.parametrize(
    ("answers", "values", "level"),
    [case[1:] for case in SCENARIOS],
    ids=[case[0] for case in SCENARIOS],
)
def test_scenario(answers, values, level):
    columns = evaluate_urgent(visit_batch({"answers": answers, **values}), RULES)
    assert LEVELS[columns.level[0]] == level


REMEASURED = [
    ("glucose 6.5 g/L, surely mmol/L", {"glucose.fasting_venous": "6.5 g/L"}, "U0"),
    ("heart rate 18", {"heart_rate": "18 /min"}, "U0"),
    ("systolic 55", {LEFT: "55 mm[Hg]"}, "U0"),
    ("systolic 225, unusual", {LEFT: "225 mm[Hg]"}, "U0"),
    ("systolic 19, spoken for 190", {LEFT: "19 mm[Hg]"}, "U1"),
    ("systolic 14, spoken for 140", {LEFT: "14 mm[Hg]"}, None),
    ("systolic 19 without unit", {LEFT: ("19", "?", "refused")}, "U1"),
    ("glucose 5.6 without unit", {"glucose.fasting_venous": ("5.6", "?", "refused")}, "U1"),
    ("glucose 95 without unit", {"glucose.fasting_venous": ("95", "?", "refused")}, None),
    ("glucose 40 mg/dL, unusual", {"glucose.capillary": "40 mg/dL"}, "U0"),
    ("glucose 0.9 mmol/L, surely g/L", {"glucose.capillary": "0.9 mmol/L"}, "U0"),
    ("waist 300 cm", {"waist": "300 cm"}, None),
    ("diastolic above systolic", {LEFT: "85 mm[Hg]", DIASTOLIC: "135 mm[Hg]"}, "U0"),
]


@pytest.mark.parametrize(
    ("values", "level"), [c[1:] for c in REMEASURED], ids=[c[0] for c in REMEASURED]
)
def test_what_the_plausibility_check_refuses_still_calls_somebody(values, level):
    """The whole way: the check refuses or doubts the value, the urgent rules still look at it."""
    batch = check_plausibility(visit_batch(values))
    assert not any(c.accepted.any() for c in batch.quantities.values()) or LEFT in values
    columns = evaluate_urgent(batch, RULES)
    assert not columns.fired.any()
    assert LEVELS[columns.level[0]] == level
    items = urgent_items(columns, batch, 0)
    assert [i.level for i in items] == ([level] if level else [])
    for item in items:
        assert item.action == "remeasure_now_call_physician"
        has_unit = bool(item.inputs[0].unit)
        assert ("_no_unit" in item.message.id) == (not has_unit)
        assert item.inputs[0].value in str(next(iter(values.values()))) or len(values) > 1


def test_a_bound_that_could_hide_an_emergency_is_measured_again():
    """``<0.60 g/L`` may be 0.40; ``<0.20`` is below 0.54 anyway; ketones ``<1.0`` are calm."""
    visits = [
        {"glucose.capillary": "<0.60 g/L"},
        {"glucose.capillary": "<0.20 g/L"},
        {"ketones": "<1.0 mmol/L"},
    ]
    columns = evaluate_urgent(visit_batch(*visits), RULES)
    index = [r.id for r in RULES].index("glucose_below_0_54")
    assert columns.remeasure[:, index].tolist() == [True, False, False]
    assert columns.fired[:, index].tolist() == [False, True, False]
    assert columns.level.tolist() == [0, 0, 4]


def test_of_one_group_only_the_most_urgent_level_is_printed():
    """220/120 is also above 180/110: one call, not two."""
    batch = visit_batch({LEFT: "225 mm[Hg]", "answers": says_yes("symptom.chest_pain")})
    columns = evaluate_urgent(batch, RULES)
    printed = [item.rule_id for item in urgent_items(columns, batch, 0)]
    assert set(printed) == {
        "declared_chest_pain",
        "pressure_180_110_with_signs",
        "pressure_220_120",
    }


@pytest.mark.parametrize("value", ["0.95", "1.20"])
def test_an_old_everyday_glucose_is_not_read_in_another_unit(value: str) -> None:
    """Pins a false alarm: 0.95 g/L of last year was read as 0.95 mmol/L, which is urgent."""
    batch = visit_batch({"glucose.fasting_venous": (value, "g/L", "suspect")})
    assert evaluate_urgent(batch, load_urgent_rules()).level.tolist() == [4]


def test_an_old_glucose_that_was_dangerous_is_measured_again_now() -> None:
    batch = visit_batch({"glucose.fasting_venous": ("0.40", "g/L", "suspect")})
    assert evaluate_urgent(batch, load_urgent_rules()).level.tolist() == [0]
