"""Statistics against published values, other software and brute force."""

import numpy as np
import pytest
from laennec.engine.errors import DataError
from laennec.training import metrics as m
from laennec.training.calibration import (
    brier_score,
    calibration_intercept,
    calibration_slope,
    observed_to_expected,
    one_step_intercept,
    one_step_slope,
)
from laennec.training.logistic import fit_logistic
from laennec.training.metrics import Estimate
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score


@pytest.fixture
def people():
    rng = np.random.default_rng(4)
    score = np.round(rng.normal(size=400), 1)
    case = rng.random(400) < 1 / (1 + np.exp(-(score - 1)))
    return case, score, rng.uniform(0.5, 2, 400)


def test_wilson_agrees_with_the_published_example():
    """Newcombe 1998, Stat Med 17:857: 81 of 263, and none of 20."""
    e = m.wilson(81, 263)
    assert (round(e.ci_low, 4), round(e.ci_high, 4)) == (0.2553, 0.3662)
    none = m.wilson(0, 20)
    assert (none.ci_low, round(none.ci_high, 4)) == (0.0, 0.1611)
    assert np.isnan(m.wilson(0, 0).value)


def test_the_four_shares_are_those_of_the_two_by_two_table():
    case = np.array([1, 1, 1, 0, 0, 0, 0, 0], bool)
    positive = np.array([1, 1, 0, 1, 0, 0, 0, 0], bool)
    found = [f(case, positive).value for f in (m.sensitivity, m.specificity, m.ppv, m.npv)]
    assert found == [2 / 3, 4 / 5, 2 / 3, 4 / 5]


def test_auroc_agrees_with_sklearn_with_ties_and_weights(people):
    case, score, weight = people
    assert m.auroc_delong(case, score).value == pytest.approx(roc_auc_score(case, score), abs=1e-12)
    weighted = roc_auc_score(case, score, sample_weight=weight)
    assert m.WeightedAuroc(case, score)(weight) == pytest.approx(weighted, abs=1e-12)


def test_delong_variance_is_that_of_its_definition(people):
    case, score, _ = people
    wins = (score[case][:, None] > score[~case]) + 0.5 * (score[case][:, None] == score[~case])
    variance = wins.mean(1).var(ddof=1) / case.sum() + wins.mean(0).var(ddof=1) / (~case).sum()
    value = wins.mean()
    half = 1.959963985 * np.sqrt(variance) / (value * (1 - value))
    low = 1 / (1 + np.exp(-(np.log(value / (1 - value)) - half)))
    assert m.auroc_delong(case, score).ci_low == pytest.approx(low, abs=1e-9)


def test_the_paired_difference_of_a_score_with_itself_is_nothing(people):
    case, score, _ = people
    same = m.auroc_difference_delong(case, score, 2 * score + 1)
    assert (same.value, same.ci_low, same.ci_high) == (0, 0, 0)
    worse = m.auroc_difference_delong(case, score, -score)
    assert worse.value > 0
    assert worse.ci_low < worse.value < worse.ci_high


@pytest.mark.parametrize("case", [np.zeros(5, bool), np.ones(5, bool)])
def test_one_kind_of_people_has_no_auroc(case):
    for function in (m.auroc_delong, m.WeightedAuroc):
        with pytest.raises(DataError, match="compares cases with people who are no case"):
            function(case, np.arange(5.0))


def test_a_perfect_score_has_no_invented_interval():
    e = m.auroc_delong(np.array([0, 0, 1, 1], bool), np.arange(4.0))
    assert (e.value, e.ci_low, e.ci_high) == (1, 1, 1)


def test_logistic_fit_agrees_with_sklearn(people):
    case, score, weight = people
    x = np.column_stack([score, score**2, np.ones(len(score))])
    peer = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-10, max_iter=2000)
    peer.fit(x, case, sample_weight=weight)
    assert fit_logistic(x, case, weight) == pytest.approx(peer.coef_[0], abs=1e-4)


def test_calibration_of_a_true_risk_is_right_and_of_a_distorted_one_is_found(people):
    rng = np.random.default_rng(9)
    logit = rng.normal(-2, 1, 200_000)
    case = rng.random(200_000) < 1 / (1 + np.exp(-logit))
    ones = np.ones(len(logit))
    assert calibration_slope(case, logit, ones) == pytest.approx(1, abs=0.03)
    assert calibration_slope(case, 2 * logit, ones) == pytest.approx(0.5, abs=0.02)
    assert calibration_intercept(case, logit - 0.7, ones) == pytest.approx(0.7, abs=0.03)
    assert observed_to_expected(case, logit, ones) == pytest.approx(1, abs=0.02)
    assert brier_score(np.array([True, False]), np.array([0.0, 0.0]), np.ones(2)) == 0.25


def test_one_step_is_the_fit_itself_and_close_to_it_for_a_replicate():
    rng = np.random.default_rng(3)
    logit = rng.normal(-2, 1, 20_000)
    case = rng.random(20_000) < 1 / (1 + np.exp(-0.9 * logit - 0.1))
    weight = rng.uniform(0.5, 2, 20_000)
    moved = weight * np.repeat(rng.choice([0.0, 2.0], 400), 50)
    for one_step, direct in (
        (one_step_slope, calibration_slope),
        (one_step_intercept, calibration_intercept),
    ):
        statistic = one_step(case, logit, weight)
        assert statistic(weight) == pytest.approx(direct(case, logit, weight), abs=1e-6)
        assert statistic(moved) == pytest.approx(direct(case, logit, moved), abs=0.004)


def test_separated_people_have_no_logistic_fit():
    x = np.column_stack([np.r_[np.zeros(5), np.ones(5)], np.ones(10)])
    with pytest.raises(DataError, match="does not converge"):
        fit_logistic(np.column_stack([x, x]), x[:, 0] == 1, np.ones(10))


def test_bootstrap_gives_the_statistic_and_the_spread_of_its_replicates():
    factors = np.array([[1.0, 1.0], [2.0, 0.0], [0.0, 2.0]])
    e = m.bootstrap(lambda w: float(w[0]), np.array([3.0, 1.0]), factors)
    assert (e.value, e.n) == (3, 2)
    assert (e.ci_low, e.ci_high) == (pytest.approx(0.15), pytest.approx(5.85))
    never = m.bootstrap(lambda w: float("nan"), np.ones(2), factors)
    assert isinstance(never, Estimate)
    assert np.isnan(never.ci_low)
