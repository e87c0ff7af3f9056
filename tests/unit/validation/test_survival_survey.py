"""Survival outcomes of a survey: R and the definition say the same, and weights mean people."""

import numpy as np
import pytest
from laennec.training.survey import Design
from laennec.training.survival import Outcome, concordance, kaplan_meier
from laennec.validation.statistics import survival, survival_survey
from laennec.validation.statistics.estimate import NotEstimable

TIME = np.array([5, 3, 8, 8, 1, 12, 7, 7, 2, 9, 4, 6, 6, 11, 10, 3, 5, 14, 13, 2.0])
EVENT = np.array([1, 0, 1, 0, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1], dtype=bool)
SCORE = np.array(
    [0.3, 0.5, 0.2, 0.2, 0.9, 0.1, 0.4, 0.6, 0.5, 0.2, 0.7, 0.4, 0.4, 0.1, 0.3, 0.8, 0.2, 0.1, 0.2,
     0.6]
)  # fmt: skip
WEIGHT = np.array([1, 2, 1, 3, 1, 0.5, 2, 1, 1, 4, 1, 1, 2, 1, 3, 1, 2, 1, 0.5, 1])
EVERYBODY = np.ones(20, dtype=bool)


def design(weight, psu=None, stratum=None):
    n = len(weight)
    each = np.arange(n, dtype=float)
    return Design(
        np.asarray(weight, float), np.zeros(n) if stratum is None else stratum,
        each if psu is None else psu, np.full(n, ""),
    )  # fmt: skip


def test_weighted_concordance_and_curve_are_those_of_r_survival():
    """R 4.x: concordance(Surv(t, e) ~ s, weights = w, reverse = TRUE); survfit(.., weights = w)."""
    outcome = Outcome.of(TIME, EVENT)
    assert concordance(outcome, SCORE, WEIGHT)[0] == pytest.approx(0.862103174603, abs=1e-12)
    free = kaplan_meier(TIME, ~EVENT, WEIGHT).at(np.array([4.0, 8.0]))
    assert free == pytest.approx([0.893997445722, 0.609278693986], abs=1e-12)


def test_a_weight_of_two_is_a_person_twice():
    outcome = Outcome.of(TIME, EVENT)
    double = np.where(np.arange(20) < 7, 2.0, 1.0)
    twice = np.repeat(np.arange(20), double.astype(int))
    copies = Outcome.of(TIME[twice], EVENT[twice])
    # A copy is no pair with itself: a pair of one person's copies never counts, ties of time aside.
    slow = pairs(copies, SCORE[twice], np.ones(len(twice)), twice)
    assert concordance(outcome, SCORE, double)[0] == pytest.approx(slow)


def pairs(outcome, score, weight, who):
    """Return the C-index by its definition; copies of one person are no pair."""
    good = total = 0.0
    for i in np.flatnonzero(outcome.event):
        for j in range(len(score)):
            later = outcome.time[j] > outcome.time[i] or (
                outcome.time[j] == outcome.time[i] and not outcome.event[j]
            )
            if who[i] != who[j] and later:
                both = weight[i] * weight[j]
                total += both
                good += both * ((score[i] > score[j]) + 0.5 * (score[i] == score[j]))
    return good / total


def test_the_influence_is_the_slope_in_the_weight():
    outcome, h = Outcome.of(TIME, EVENT), 1e-6
    value, influence = concordance(outcome, SCORE, WEIGHT)
    for i in range(20):
        moved = WEIGHT + h * (np.arange(20) == i)
        slope = (concordance(outcome, SCORE, moved)[0] - value) / h * WEIGHT[i]
        assert influence[i] == pytest.approx(slope, abs=1e-5)


def test_equal_weights_give_the_counted_numbers():
    rng = np.random.default_rng(3)
    n = 600
    risk = rng.uniform(0.02, 0.6, n)
    time = rng.exponential(10 / risk)
    cut = rng.uniform(10, 60, n)
    outcome = Outcome.of(np.minimum(time, cut), time <= cut)
    there = np.ones(n, dtype=bool)
    same = design(np.ones(n))
    counted = survival.harrell_c(outcome, risk)
    found = survival_survey.weighted_c(outcome, risk, same, there)
    assert found.value == pytest.approx(counted.value)
    width = (found.ci_high - found.ci_low) / (counted.ci_high - counted.ci_low)
    assert width == pytest.approx(1.0, abs=0.02)
    one = survival_survey.weighted_auroc_at(outcome, risk, (same, there), 9.0)
    assert one.value == pytest.approx(survival.auroc_at(outcome, risk, 9.0).value)
    told = survival_survey.weighted_calibration_at(outcome, risk, (same, there), 9.0)
    plain = survival.calibration_at(outcome, risk, 9.0)
    for name in ("observed_to_expected", "calibration_slope"):
        assert told[name].value == pytest.approx(plain[name].value, abs=0.02)


def test_a_sample_that_took_the_ill_twice_as_often_gives_the_population_back():
    rng = np.random.default_rng(5)
    n = 40_000
    risk = rng.uniform(0.01, 0.3, n)
    outcome = Outcome.of(np.where(rng.random(n) < risk, 5.0, 20.0), np.ones(n, dtype=bool))
    taken = rng.random(n) < np.where(outcome.time < 10, 0.5, 0.25)
    weight = np.where(outcome.time < 10, 2.0, 4.0)[taken]
    sample = outcome.rows(taken)
    inside = np.ones(int(taken.sum()), dtype=bool)
    told = survival_survey.weighted_calibration_at(
        sample, risk[taken], (design(weight), inside), 10.0
    )["observed_to_expected"]
    assert told.ci_low < 1.0 < told.ci_high
    counted = survival.calibration_at(sample, risk[taken], 10.0)["observed_to_expected"]
    assert counted.ci_low > 1.5


def test_people_without_a_score_keep_their_place_and_a_group_without_events_has_no_number():
    outcome = Outcome.of(TIME, EVENT)
    some = np.arange(20) < 15
    score = np.where(some, SCORE, np.nan)
    found = survival_survey.weighted_c(outcome, score, design(WEIGHT), some)
    alone = concordance(outcome.rows(some), SCORE[some], WEIGHT[some])[0]
    assert (found.value, found.n) == (pytest.approx(alone), 15)
    quiet = Outcome.of(TIME, np.zeros(20, dtype=bool))
    for refused in (
        survival_survey.weighted_c(quiet, SCORE, design(WEIGHT), EVERYBODY),
        survival_survey.weighted_c_difference(quiet, (SCORE, SCORE), design(WEIGHT), EVERYBODY),
        survival_survey.weighted_auroc_at(quiet, SCORE, (design(WEIGHT), EVERYBODY), 5.0),
        *survival_survey.weighted_calibration_at(
            quiet, SCORE, (design(WEIGHT), EVERYBODY), 5.0
        ).values(),
    ):
        assert isinstance(refused, NotEstimable)
        assert refused.code == "no_case"


def test_a_score_is_no_better_than_itself():
    outcome = Outcome.of(TIME, EVENT)
    gap = survival_survey.weighted_c_difference(outcome, (SCORE, SCORE), design(WEIGHT), EVERYBODY)
    assert (gap.value, gap.ci_low, gap.ci_high) == (0.0, 0.0, 0.0)
