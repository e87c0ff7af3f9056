"""The cardiovascular pipeline on an invented survey with deaths."""

from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from laennec.datasets.sources.nhanes import load_nhanes
from laennec.datasets.sources.nhanes_mortality import load_follow_up
from laennec.engine.errors import DataError
from laennec.models.cardiovascular.definition import HazardModule
from laennec.training.cardiovascular import judge
from laennec.training.cardiovascular.cohort import make_cohort, score_inputs
from laennec.training.cardiovascular.fit import fit_model, strata, weights_at
from laennec.training.cardiovascular.recipe import load_recipe
from laennec.training.cardiovascular.run import (
    leave_one_cycle_out,
    out_of_fold,
    train_cardiovascular,
)
from laennec.training.survey import replicate_factors
from laennec.training.survival import concordance
from survey_people import write_survey

WHOLE = load_recipe()
# Two inputs may be missing instead of seven: a table of 4 patterns, not 128, is quick.
RECIPE = replace(
    WHOLE, system=replace(WHOLE.system, optional=("smoker_current", "waist_to_height_ratio"))
)
HORIZON = RECIPE.settings.horizon_months
QUICK = replace(RECIPE, settings=replace(RECIPE.settings, max_iterations=12, replicates=20))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_survey(tmp_path_factory.mktemp("survey"), n=3000)


@pytest.fixture(scope="module")
def people(folder):
    return make_cohort(load_nhanes(folder), load_follow_up(folder), RECIPE)


@pytest.fixture(scope="module")
def fitted(people):
    return fit_model(RECIPE.system, people, 2, QUICK.settings)


def test_only_ages_forty_to_seventy_nine_without_known_disease_are_followed(folder, people):
    age = people.about["age_years"]
    assert age.min() >= 40
    assert age.max() <= 79
    follow_up = load_follow_up(folder)
    assert people.n < (~follow_up.has_cardiovascular_disease).sum()
    assert (people.outcome.time > 0).all()
    assert not (people.outcome.event & people.outcome.competing).any()


def test_the_partial_likelihood_is_the_one_of_its_definition(people):
    """Against a double loop over deaths and risk sets."""
    few = people.of(people.complete & (np.arange(people.n) % 9 == 0))
    module = HazardModule(RECIPE.system, least_points=0.05)
    low, high = RECIPE.system.universes.T
    prepared = module.prepare(torch.from_numpy(np.clip(few.x, low, high)))
    with torch.no_grad():
        fast = float(module.partial_loss(prepared, strata(few, HORIZON)))
        score = module.score(prepared).numpy()
    weight = few.design.weight / few.design.weight.mean()
    time = np.minimum(few.outcome.time, HORIZON)
    slow = 0.0
    for i in np.flatnonzero(few.outcome.event & (few.outcome.time <= HORIZON)):
        at_risk = (few.design.cycle == few.design.cycle[i]) & (time >= time[i])
        total = (weight[at_risk] * np.exp(score[at_risk])).sum()
        slow -= weight[i] * (score[i] - np.log(total))
    assert fast == pytest.approx(slow / weight.sum(), rel=1e-9)


def test_what_is_learned_ranks_is_calibrated_and_keeps_positive_points(people, fitted):
    logit = fitted.logit(people.x, people.observed, people.era)
    a = judge.answers(people, (logit, {}), HORIZON, replicate_factors(people.design, 20, 1))
    assert judge.c_index(a.followed, logit).value > 0.7
    everyone = np.ones(people.n, bool)
    assert judge.observed_to_expected(a, everyone).value == pytest.approx(1, abs=0.02)
    assert (fitted.system.points > 0).all()
    assert (np.round(fitted.system.points, 3) == fitted.system.points).all()
    assert fitted.era_offset[-1] == 0


def test_weights_for_censoring_stand_for_whoever_was_lost(people):
    """With everybody's end known the weights of an era add up to its people."""
    weight = weights_at(people, HORIZON)
    lost = ~(people.outcome.event | people.outcome.competing) & (people.outcome.time <= HORIZON)
    assert (weight[lost] == 0).all()
    assert (weight[~lost] >= 1).all()
    assert weight.sum() == pytest.approx(people.n, rel=0.02)


def test_a_person_is_scored_by_a_model_that_never_saw_their_cycle(people):
    folds, _ = leave_one_cycle_out(people, QUICK)
    logit = out_of_fold(folds, people, RECIPE.system.inputs)
    assert np.isfinite(logit).all()
    assert concordance(people.outcome, logit)[0] > 0.65
    without = out_of_fold(folds, people, RECIPE.system.inputs, ["smoker_current"])
    assert not np.allclose(logit, without)


def test_score2_is_given_with_diabetes_only_when_it_is_left_out(people):
    from laennec.engine.scores import score2

    diabetes = people.about["known_diabetes"] == 1
    assert np.isfinite(score2(score_inputs(people, with_diabetes=False)).risk[diabetes]).any()
    assert np.isnan(score2(score_inputs(people, with_diabetes=True)).risk[diabetes]).all()


def test_a_file_without_deaths_is_refused(tmp_path):
    folder = write_survey(tmp_path, n=200)
    path = folder / "tabular" / "nhanes" / "dev_1999_2014.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["cvd_death"]), path)
    with pytest.raises(DataError, match="no column cvd_death: a risk of death can't be learned"):
        load_follow_up(folder)


def test_people_of_whom_nobody_died_are_refused(folder):
    follow_up = load_follow_up(folder)
    nobody = replace(follow_up, cardiovascular_death=np.zeros(len(follow_up.months)))
    with pytest.raises(DataError, match="none of whom died of a cardiovascular cause"):
        make_cohort(load_nhanes(folder), nobody, RECIPE)


def test_another_form_is_refused(folder, tmp_path):
    with pytest.raises(DataError, match="this model has one form"):
        train_cardiovascular(folder, tmp_path, forms=("lipids",))


def test_a_cycle_of_no_era_is_refused():
    with pytest.raises(DataError, match="the survey cycles 2031-2032"):
        RECIPE.era_of(np.array(["2031-2032"]))


def test_the_study_file_holds_answers_of_models_that_never_saw_the_cycle(
    folder, tmp_path, monkeypatch
):
    from laennec.training import out_of_fold as made

    monkeypatch.setattr(made.cardiovascular_recipe, "load_recipe", lambda: QUICK)
    out = tmp_path / "study.parquet"
    made.main(["cardiovascular", "--data", str(folder), "--out", str(out)])
    table = pq.read_table(out)
    risk = table.column("oof_cvd_death_10y").to_pylist()
    age = table.column("age").to_pylist()
    assert all(r is None for r, a in zip(risk, age, strict=True) if a < 40)
    assert sum(r is not None for r in risk) > 1000
    with pytest.raises(DataError, match="the model 'ecg'.*cardiovascular, diabetes_type_2"):
        made.write_out_of_fold("ecg", folder, out)
