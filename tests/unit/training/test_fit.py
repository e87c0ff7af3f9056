"""Learning, calibration and leaving cycles out, on an invented survey."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.datasets.sources.nhanes import load_nhanes
from laennec.engine.errors import DataError
from laennec.engine.fuzzy.system import parse_system, system_toml
from laennec.training import metrics as m
from laennec.training.calibration import calibration_slope, observed_to_expected
from laennec.training.diabetes_type_2 import judge, judge_cuts, operating, peers
from laennec.training.diabetes_type_2.cohort import make_cohort
from laennec.training.diabetes_type_2.crossval import (
    forward_in_time,
    leave_one_cycle_out,
    out_of_fold,
)
from laennec.training.diabetes_type_2.fit import fit_form
from laennec.training.diabetes_type_2.forms import load_recipe
from laennec.training.report import find
from laennec.training.survey_features import survey_features
from survey_people import write_survey

RECIPE = load_recipe()
FORM = RECIPE.form("undiagnosed_no_lab")
QUICK = replace(RECIPE, settings=replace(RECIPE.settings, max_iterations=12, replicates=20))


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    table = load_nhanes(write_survey(tmp_path_factory.mktemp("survey"), n=1600))
    return make_cohort(table, survey_features(table), FORM, RECIPE)


@pytest.fixture(scope="module")
def folds(people):
    return leave_one_cycle_out(FORM, people, QUICK)


@pytest.fixture(scope="module")
def answers(people, folds):
    logit = out_of_fold(folds, people, FORM.system.inputs)
    ahead = forward_in_time(FORM, people, QUICK, 3)
    others = {"age": people.about["age_years"], "ADA": peers.ada_points(people)}
    return judge.answers(people, logit, others, ahead, replicates=(20, 1))


def test_what_is_learned_is_short_calibrated_and_inside_its_bounds(people):
    fitted = fit_form(FORM.system, people, 2, QUICK.settings)
    logit = fitted.logit(people.x, people.observed, people.era)
    weight = people.design.weight
    assert observed_to_expected(people.case, logit, weight) == pytest.approx(1, abs=0.01)
    assert calibration_slope(people.case, logit, weight) == pytest.approx(1, abs=0.01)
    assert m.auroc_delong(people.case, logit).value > 0.68
    for variable in fitted.system.variables:
        for term in variable.terms:
            for value, (low, high) in zip(term.parameters, term.bounds, strict=False):
                assert low <= value <= high
    assert (np.round(fitted.system.points, 3) == fitted.system.points).all()
    assert (fitted.system.points > 0).all()
    assert fitted.era_offset[-1] == 0
    assert parse_system(system_toml(fitted.system)) == fitted.system


def test_the_same_people_give_the_same_rules(people):
    first, second = (fit_form(FORM.system, people, 2, QUICK.settings) for _ in range(2))
    assert first.system == second.system
    assert (first.completion.maps == second.completion.maps).all()


def test_a_weight_that_is_not_finite_stops_learning(people):
    broken = replace(people, design=replace(people.design, weight=people.design.weight * np.nan))
    with pytest.raises(DataError, match="ended with a loss of nan"):
        fit_form(FORM.system, broken, 2, QUICK.settings)


def test_a_cycle_is_scored_by_a_model_that_never_saw_it(people, folds):
    assert [fold.cycle for fold in folds] == sorted(set(people.design.cycle))
    logit = out_of_fold(folds, people, FORM.system.inputs)
    assert np.isfinite(logit).all()
    other = replace(
        people, case=np.where(people.design.cycle == "2007-2008", ~people.case, people.case)
    )
    again = leave_one_cycle_out(FORM, other, QUICK)
    mine = people.design.cycle == "2007-2008"
    assert (out_of_fold(again, people, FORM.system.inputs)[mine] == logit[mine]).all()


def test_workers_change_nothing(people, folds):
    two = leave_one_cycle_out(FORM, people, QUICK, workers=2)
    assert [fold.fitted.system for fold in two] == [fold.fitted.system for fold in folds]


def test_hidden_inputs_are_taken_away(people, folds):
    whole = out_of_fold(folds, people, FORM.system.inputs)
    without = out_of_fold(folds, people, FORM.system.inputs, ("waist_to_height_ratio",))
    known = people.observed[:, FORM.system.inputs.index("waist_to_height_ratio")]
    assert (whole[~known] == without[~known]).all()
    assert (whole[known] != without[known]).mean() > 0.99


def test_the_future_is_scored_from_the_past_only(answers):
    known = np.isfinite(answers.ahead)
    assert set(answers.people.design.cycle[known]) == {"2011-2012"}
    lines = judge.ahead_lines(answers)
    assert {line.row for line in lines} == {"2011-2012"}


def test_every_line_is_an_estimate_with_an_interval_that_holds_it(answers):
    people, case, risk = answers.people, answers.people.case, answers.risk
    choice = operating.choose(risk, case, missed=0.05, high_share=0.12, alpha=0.1)
    patterns = [("waist_to_height_ratio",), ("bmi_kg_per_m2", "smoker_current")]
    lines = [
        *judge.people_lines(people, answers.factors),
        *judge.discrimination_lines(answers),
        *judge.calibration_lines(answers),
        *judge.group_lines(
            answers, judge.subgroups(people, RECIPE.raw["group"]), "subgroups", choice
        ),
        *judge.missing_lines(answers, dict.fromkeys(patterns, answers.logit - 0.1)),
        *judge_cuts.band_lines(answers, choice),
        *judge_cuts.cut_lines(answers, choice),
        *judge_cuts.conformal_lines(answers, choice.alpha),
        *judge_cuts.referral_lines(answers, {"ADA": peers.ada_points(people) >= 5}),
    ]
    assert len(lines) > 100
    for line in lines:
        e = line.estimate
        if np.isfinite([e.value, e.ci_low, e.ci_high]).all() and "bootstrap" not in e.method:
            assert e.ci_low - 1e-12 <= e.value <= e.ci_high + 1e-12, line
        assert e.method
    low = find(lines, "bands", "low", "share of people").estimate.value
    assert low == pytest.approx((risk < choice.low_below).mean())
    cost = find(lines, "missing_one", "waist_to_height_ratio", "auroc lost").estimate
    assert cost.value == 0
    same = find(lines, "peers", "age", "auroc").estimate.value
    assert same == pytest.approx(m.auroc_delong(case, people.about["age_years"]).value)


def test_fewer_referred_is_counted_at_the_same_sensitivity():
    case = np.array([1, 1, 0, 0, 0, 0], bool)
    risk = np.array([0.9, 0.5, 0.6, 0.2, 0.1, 0.05])
    referred = np.array([1, 1, 1, 1, 0, 0], bool)
    share = judge_cuts._fewer(case, risk, referred)(np.ones(6))
    assert share == pytest.approx(1 - 3 / 4)


def test_patterns_leave_a_measure_of_body_size():
    patterns = judge.missing_patterns(FORM.system.optional, RECIPE.body_size)
    assert len(patterns) == 8 + 28 - 1
    assert ("waist_to_height_ratio", "bmi_kg_per_m2") not in patterns


def test_peers_are_out_of_fold_too(people):
    monotone = {name: row["monotone"] for name, row in RECIPE.raw["input"].items()}
    for score in (
        peers.spline_logit(people, FORM, 1),
        peers.boosting_logit(people, FORM, monotone, 1),
    ):
        assert np.isfinite(score).all()
        assert m.auroc_delong(people.case, score).value > 0.62
