"""The decisions that stand above guidelines, as clinical sentences about whole visits.

Hazard H1: an emergency that nobody is told of.
"""

import pytest
from laennec.engine.guidelines import load_urgent_rules
from laennec.engine.plausibility.check import check_plausibility
from laennec.engine.urgency.rules import evaluate_urgent, urgent_items
from visits import says_yes, visit_batch

RULES = load_urgent_rules()
LEFT, RIGHT = "systolic_bp.left_arm", "systolic_bp.right_arm"
DIASTOLIC = "diastolic_bp.left_arm"
LEVELS = ["U0", "U1", "U2", "U3", None]

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
