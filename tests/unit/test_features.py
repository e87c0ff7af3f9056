"""Features: a number with its unit in its name, or missing."""

import numpy as np
import pytest
from laennec.engine.features import Feature, features
from laennec.engine.intake import parse
from laennec.engine.plausibility.check import check_plausibility

VISIT = {
    "schema": "laennec.visit/1",
    "visit_id": "v-1",
    "performed_at": "2026-11-03T09:20:00+01:00",
    "person": {"id": "p-1", "birth_date": "1974-03-02", "sex": "female"},
}


def made(measurements: list[dict[str, str]], **other: object) -> dict[str, Feature]:
    record = parse({**VISIT, "measurements": measurements, **other})
    return features(check_plausibility(record.batch))


def measured(code: str, value: str, unit: str, **more: str) -> dict[str, str]:
    return {"code": code, "value": value, "unit": unit, **more}


def value(found: dict[str, Feature], name: str) -> float | None:
    feature = found[name]
    return float(feature.values[0]) if feature.observed[0] else None


def test_nothing_is_filled_in() -> None:
    found = made([])
    observed = {name for name, f in found.items() if f.observed[0]}
    assert observed == {"age_years", "male"}
    assert all(f.values[0] == 0 for n, f in found.items() if n not in observed)
    assert np.isnan(found["waist_cm"].with_nan()[0])


def test_values_arrive_in_the_unit_of_the_name() -> None:
    found = made(
        [
            measured("height", "1.64", "m"),
            measured("weight", "86.0", "kg"),
            measured("waist", "104", "cm"),
            measured("hba1c", "48", "mmol/mol"),
            measured("hdl_cholesterol", "0.42", "g/L"),
            measured("glucose", "1.10", "g/L", specimen="venous_plasma", fasting_hours="9"),
        ]
    )
    assert value(found, "height_cm") == pytest.approx(164)
    assert value(found, "bmi_kg_per_m2") == pytest.approx(86 / 1.64**2)
    assert value(found, "waist_to_height_ratio") == pytest.approx(104 / 164)
    assert value(found, "hba1c_percent") == pytest.approx(0.09148 * 48 + 2.152)
    assert value(found, "hdl_cholesterol_mmol_per_l") == pytest.approx(0.42 * 2.586)
    assert value(found, "fasting_glucose_mmol_per_l") == pytest.approx(1.10 * 5.5507)
    assert (value(found, "age_years"), value(found, "male")) == (52, 0)


def test_a_stated_index_is_used_only_where_it_cannot_be_recomputed() -> None:
    stated = measured("bmi", "40", "kg/m2")
    assert value(made([stated]), "bmi_kg_per_m2") == 40
    both = [stated, measured("height", "200", "cm"), measured("weight", "80", "kg")]
    assert value(made(both), "bmi_kg_per_m2") == 20


def test_the_arm_with_the_higher_pressure_feeds_the_models_and_arms_are_never_averaged() -> None:
    found = made(
        [
            measured("systolic_bp", "130", "mm[Hg]", site="left_arm"),
            measured("diastolic_bp", "90", "mm[Hg]", site="left_arm"),
            measured("systolic_bp", "140", "mm[Hg]", site="right_arm"),
            measured("diastolic_bp", "80", "mm[Hg]", site="right_arm"),
        ]
    )
    assert (value(found, "systolic_bp_mmhg"), value(found, "diastolic_bp_mmhg")) == (140, 80)


def test_of_three_readings_the_mean_of_the_last_two_counts() -> None:
    readings = [
        measured("systolic_bp", v, "mm[Hg]", site="left_arm") for v in ("160", "141", "138")
    ]
    assert value(made(readings), "systolic_bp_mmhg") == 139.5


def test_suspect_and_refused_values_are_missing_for_models() -> None:
    found = made([measured("weight", "181", "kg"), measured("waist", "20", "cm")])
    assert value(found, "weight_kg") is None
    assert value(found, "waist_cm") is None


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("none", 0),
        ("second_degree", 0),
        ("first_degree", 1),
        ("unspecified_relative", 1),
        (None, None),
    ],
)
def test_family_history_means_a_first_degree_relative(
    answer: str | None, expected: float | None
) -> None:
    found = made([], questionnaire={"family_history_diabetes": answer})
    assert value(found, "family_history_diabetes") == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("never", 0), ("former", 0), ("not_current", 0), ("current", 1), (None, None)],
)
def test_smoking_means_smoking_now(answer: str | None, expected: float | None) -> None:
    assert value(made([], questionnaire={"smoker": answer}), "smoker_current") == expected


def test_a_list_that_was_not_asked_leaves_its_features_missing() -> None:
    assert value(made([]), "bp_treated") is None
    assert value(made([], medications=[]), "bp_treated") == 0
    assert value(made([], medications=["antihypertensive"]), "bp_treated") == 1
