"""Cut-offs and abstention."""

import numpy as np
import pytest
from laennec.training.diabetes_type_2 import operating as o


@pytest.fixture
def people():
    rng = np.random.default_rng(6)
    logit = rng.normal(-2.5, 1.2, 20_000)
    risk = 1 / (1 + np.exp(-logit))
    return risk, rng.random(20_000) < risk


def test_the_low_band_misses_at_most_the_stated_share_of_cases(people):
    risk, case = people
    choice = o.choose(risk, case, missed=0.05, high_share=0.12, alpha=0.1)
    missed = (risk[case] < choice.low_below).mean()
    assert 0.045 < missed <= 0.05
    assert (risk >= choice.high_from).mean() == pytest.approx(0.12, abs=0.002)
    assert choice.low_below == round(choice.low_below, 3)


def test_cut_offs_never_meet():
    risk = np.full(40, 0.0004)
    choice = o.choose(risk, np.arange(40) % 2 == 0, missed=0.05, high_share=0.5, alpha=0.1)
    assert 0 < choice.low_below < choice.high_from


def test_conformal_sets_cover_new_people_of_each_kind(people):
    risk, case = people
    half = np.arange(len(risk)) < len(risk) // 2
    case_from, non_case_to = o.conformal_thresholds(risk[half], case[half], 0.1)
    new_case, new_risk = case[~half], risk[~half]
    assert (new_risk[new_case] >= case_from).mean() == pytest.approx(0.9, abs=0.03)
    assert (new_risk[~new_case] <= non_case_to).mean() == pytest.approx(0.9, abs=0.02)
    assert 0 < o.decided(new_risk, case_from, non_case_to).mean() < 1


def test_exactly_one_possible_label_is_a_decision():
    risk = np.array([0.1, 0.3, 0.5])
    assert o.decided(risk, 0.2, 0.4).tolist() == [True, False, True]
    assert o.decided(risk, 0.4, 0.2).tolist() == [True, False, True]


def test_the_threshold_at_a_sensitivity_finds_that_many_cases():
    risk, case = np.array([0.1, 0.2, 0.3, 0.4, 0.9]), np.array([1, 1, 1, 1, 0], bool)
    assert o.threshold_at_sensitivity(risk, case, 0.75) == 0.2
    assert o.threshold_at_sensitivity(risk, case, 1.0) == 0.1


def test_risks_are_banded_as_printed():
    assert o.rounded(np.array([0.01196, 0.5])).tolist() == [0.012, 0.5]
