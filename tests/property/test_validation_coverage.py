"""Intervals hold the truth about as often as they say, where the truth is known by simulation."""

import numpy as np
import pytest
from laennec.training import survival as follow_up
from laennec.training.survey import Design
from laennec.validation.statistics import (
    benefit,
    calibration,
    discrimination,
    proportions,
    resampling,
    survey,
    survival,
    verification,
)
from laennec.validation.statistics.estimate import NotEstimable
from scipy import stats

pytestmark = pytest.mark.slow
RUNS = 600
SLACK = 4 * np.sqrt(0.95 * 0.05 / RUNS)
TRUE_AUROC = float(stats.norm.cdf(1.0 / np.sqrt(2)))


def coverage(make, truth, runs=RUNS):
    """Return how often an interval holds the truth."""
    held = 0
    for seed in range(runs):
        found = make(np.random.default_rng(seed))
        assert not isinstance(found, NotEstimable)
        held += found.ci_low <= truth <= found.ci_high
    return held / runs


def ranked(rng, n=160):
    case = np.arange(n) < n // 4
    return case, rng.normal(size=n) + case


def risky(rng, n=1500):
    logit = rng.normal(-2, 1, n)
    risk = 1 / (1 + np.exp(-logit))
    return rng.random(n) < risk, risk


def test_delong():
    assert coverage(lambda rng: discrimination.auroc(*ranked(rng)), TRUE_AUROC) > 0.95 - SLACK


def test_paired_delong_of_two_scores_of_equal_worth():
    def make(rng):
        case, score = ranked(rng)
        return discrimination.auroc_difference(case, score, ranked(rng)[1])[0]

    assert abs(coverage(make, 0.0) - 0.95) < SLACK


@pytest.mark.parametrize("kind", ["wilson", "clopper_pearson"])
def test_shares_of_few_people(kind):
    def make(rng):
        return getattr(proportions, kind)(int(rng.binomial(60, 0.07)), 60)

    assert coverage(make, 0.07) > 0.95 - SLACK


def test_paired_difference_of_shares():
    """Two tests of the same 120 people, who agree more often than by chance."""

    def make(rng):
        both = rng.random(120) < 0.5
        a = both | (rng.random(120) < 0.3)
        b = both | (rng.random(120) < 0.15)
        return proportions.paired_difference(int((a & ~b).sum()), int((~a & b).sum()), 120)

    assert coverage(make, 0.5 * (0.3 - 0.15)) > 0.95 - SLACK


def test_predictive_value_at_another_prevalence():
    truth = 0.1 * 0.8 / (0.1 * 0.8 + 0.9 * 0.15)

    def make(rng):
        tp, fp = int(rng.binomial(120, 0.8)), int(rng.binomial(300, 0.15))
        table = proportions.TwoByTwo(tp, fp, 120 - tp, 300 - fp)
        return proportions.predictive_values_at(table, 0.1)["ppv"]

    assert abs(coverage(make, truth) - 0.95) < SLACK


@pytest.mark.parametrize(
    ("name", "truth"), [("calibration_slope", 1.0), ("calibration_intercept", 0.0)]
)
def test_calibration_of_a_right_risk(name, truth):
    found = coverage(lambda rng: calibration.calibration_fit(*risky(rng))[name], truth)
    assert abs(found - 0.95) < SLACK


def test_observed_to_expected_of_a_right_risk():
    """The expected number is taken as known, so the interval is a little wide."""
    found = coverage(lambda rng: calibration.observed_to_expected(*risky(rng)), 1.0)
    assert found > 0.95 - SLACK


def test_net_benefit():
    case, risk = risky(np.random.default_rng(9), 2_000_000)
    truth = benefit.net_benefit(case, risk, 0.2).value
    found = coverage(lambda rng: benefit.net_benefit(*risky(rng), 0.2), truth)
    assert abs(found - 0.95) < SLACK


def clustered(rng):
    """24 units in 4 strata, people of a unit alike in score and outcome."""
    unit = np.repeat(np.arange(24), 40)
    shift = rng.normal(0, 1.0, 24)[unit]
    case = rng.random(len(unit)) < 1 / (1 + np.exp(1.5 - shift))
    score = rng.normal(size=len(unit)) + case + shift
    weight = rng.uniform(0.5, 2.0, 24)[unit]
    return case, score, Design(weight, unit // 6 * 1.0, unit * 1.0, np.full(len(unit), ""))


def test_a_clustered_survey_needs_its_design():
    rng = np.random.default_rng(77)
    many = [clustered(rng)[:2] for _ in range(150)]
    case, score = (np.concatenate(c) for c in zip(*many, strict=True))
    truth = discrimination.auroc(case, score).value
    with_design = coverage(lambda r: survey.weighted_auroc(*clustered(r)), truth)
    without = coverage(lambda r: discrimination.auroc(*clustered(r)[:2]), truth)
    assert with_design > 0.91
    assert without < with_design - 0.03


def test_persons_with_several_records_need_their_bootstrap():
    def make(rng, by_person):
        case, score = ranked(rng, 80)
        person = np.repeat(np.arange(80), 4)
        score = np.repeat(score, 4) + rng.normal(0, 0.1, 320)
        if by_person:
            return resampling.auroc_by_person(np.repeat(case, 4), score, person, 200, 1)
        return discrimination.auroc(np.repeat(case, 4), score)

    truth = float(stats.norm.cdf(1.0 / np.sqrt(2 * 1.01)))
    held = coverage(lambda rng: make(rng, True), truth, 200)
    naive = coverage(lambda rng: make(rng, False), truth, 200)
    assert held > 0.90
    assert naive < held - 0.15


def followed(rng, n=800):
    risk = 1 / (1 + np.exp(-rng.normal(-1.5, 0.8, n)))
    time = rng.exponential(-1 / np.log(1 - risk))
    censored = rng.uniform(0.3, 3.0, n)
    outcome = follow_up.Outcome.of(np.minimum(time, censored), time <= censored)
    return outcome, risk


@pytest.mark.parametrize(
    ("name", "truth"),
    [("observed_to_expected", 1.0), ("calibration_slope", 1.0), ("calibration_intercept", 0.0)],
)
def test_calibration_at_a_horizon_of_a_right_risk(name, truth):
    found = coverage(lambda rng: survival.calibration_at(*followed(rng), 1.0)[name], truth)
    assert found > 0.95 - SLACK


def test_ranking_of_followed_people():
    rng = np.random.default_rng(4)
    big = followed(rng, 60_000)
    concordance = survival.harrell_c(*big).value
    found = coverage(lambda r: survival.harrell_c(*followed(r)), concordance)
    assert abs(found - 0.95) < SLACK + 0.005
    outcome, risk = big
    at_one = survival.auroc_at(outcome, risk, 1.0).value
    assert coverage(lambda r: survival.auroc_at(*followed(r), 1.0), at_one) > 0.95 - SLACK


def test_begg_greenes():
    def make(rng):
        case = rng.random(3000) < 0.15
        positive = rng.random(3000) < np.where(case, 0.75, 0.1)
        verified = rng.random(3000) < np.where(positive, 0.9, 0.25)
        return verification.begg_greenes(positive, verified, case & verified)["sensitivity"]

    assert abs(coverage(make, 0.75) - 0.95) < SLACK
