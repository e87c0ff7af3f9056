"""From the survey to the people of a form, through the engine's own features."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.datasets.sources.nhanes import load_nhanes
from laennec.engine.errors import DataError
from laennec.training.diabetes_type_2 import peers
from laennec.training.diabetes_type_2.cohort import make_cohort
from laennec.training.diabetes_type_2.forms import load_recipe
from laennec.training.survey_features import survey_features
from survey_people import write_survey

RECIPE = load_recipe()


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    return load_nhanes(write_survey(tmp_path_factory.mktemp("survey")))


@pytest.fixture(scope="module")
def made(table):
    return survey_features(table)


def column(cohort, form, name):
    return cohort.x[:, form.system.inputs.index(name)]


def test_features_are_those_of_the_engine(table, made):
    ratio = table.quantities["waist_cm"] / table.quantities["height_cm"]
    assert made["waist_to_height_ratio"] == pytest.approx(ratio, nan_ok=True)
    assert np.array_equal(made["male"], table.quantities["male"])
    for name in ("family_history_diabetes", "physically_active", "smoker_current", "bp_treated"):
        assert np.array_equal(made[name], table.answers[name], equal_nan=True), name


def test_a_form_keeps_who_can_be_judged(table, made):
    form = RECIPE.form("undiagnosed_no_lab")
    cohort = make_cohort(table, made, form, RECIPE)
    assert cohort.n == len(table)
    assert np.isclose(cohort.design.weight.mean(), 1)
    assert np.array_equal(cohort.case, table.labels["undiagnosed_diabetes"] == 1)
    assert cohort.full_size.sum() == np.isfinite(made["waist_to_height_ratio"]).sum()
    assert cohort.headline.all()
    some = cohort.of(cohort.era == 1)
    assert set(some.design.cycle) == {"2007-2008", "2011-2012"}
    assert some.complete.sum() < some.n


def test_the_label_of_a_cross_marker_form_is_the_other_marker(table, made):
    form = RECIPE.form("undiagnosed_hba1c_known")
    cohort = make_cohort(table, made, form, RECIPE)
    glucose = cohort.about["fasting_glucose_mmol_per_l"]
    assert np.array_equal(cohort.case, glucose >= 6.99)
    assert np.array_equal(cohort.headline, column(cohort, form, "hba1c_percent") < 6.5)


def test_a_value_outside_the_universe_is_not_observed(table, made):
    form = RECIPE.form("undiagnosed_no_lab")
    wild = {**made, "bmi_kg_per_m2": np.where(made["bmi_kg_per_m2"] > 40, 130.0, 25.0)}
    cohort = make_cohort(table, wild, form, RECIPE)
    j = form.system.inputs.index("bmi_kg_per_m2")
    assert cohort.n == len(table) - (~cohort_has_size(wild)).sum()
    assert not cohort.observed[cohort.about["bmi_kg_per_m2"] == 130.0, j].any()


def cohort_has_size(made):
    return np.isfinite(made["waist_to_height_ratio"]) | (made["bmi_kg_per_m2"] <= 80)


def test_nobody_left_is_said(table, made):
    nobody = replace(table, labels={**table.labels, "is_eligible": np.zeros(len(table))})
    with pytest.raises(DataError, match="0 people with 0 cases for undiagnosed_no_lab"):
        make_cohort(nobody, made, RECIPE.form("undiagnosed_no_lab"), RECIPE)


def test_published_scores_are_those_of_the_engine(table, made):
    cohort = make_cohort(table, made, RECIPE.form("undiagnosed_no_lab"), RECIPE)
    with_item, without = peers.ada_points(cohort), peers.ada_points(cohort, with_activity=False)
    inactive = cohort.about["physically_active"] == 0
    assert (with_item - without)[inactive] == pytest.approx(1)
    assert (with_item - without)[cohort.about["physically_active"] == 1] == pytest.approx(0)
    age = cohort.about["age_years"]
    assert (
        peers.findrisc_points(cohort)[age > 64].mean()
        > peers.findrisc_points(cohort)[age < 45].mean()
    )
