"""People with the fewest points in every published score, changed item by item."""

from laennec.engine.scores import CODES, ScoreInputs

FEMALE, MALE = 0, 1
LOWEST = {
    "age_years": 40.0,
    "sex": FEMALE,
    "bmi_kg_per_m2": 22.0,
    "waist_cm": 65.0,
    "systolic_bp_mmhg": 120.0,
    "diastolic_bp_mmhg": 75.0,
    "physically_active": 1,
    "daily_fruit_vegetables": 1,
    "bp_treated": 0,
    "ever_high_glucose": 0,
    "gestational_diabetes": 0,
    "corticosteroids": 0,
    "family_history_diabetes": 0,
    "smoking": 0,
    "known_diabetes": 0,
    "pregnancy": 0,
}
FAMILY = CODES["family_history_diabetes"]
SMOKING = CODES["smoking"]


def people(*changes, **for_all):
    rows = [{**LOWEST, **for_all, **change} for change in changes] or [{**LOWEST, **for_all}]
    return ScoreInputs.from_columns({name: [row[name] for row in rows] for name in rows[0]})
