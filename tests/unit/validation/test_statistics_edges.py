"""What can't be estimated is a typed answer with a reason, never an exception or a bare NaN."""

import numpy as np
import pytest
from laennec.training import survival as follow_up
from laennec.training.metrics import Estimate
from laennec.training.survey import Design
from laennec.validation.statistics import (
    abstention,
    agreement,
    benefit,
    calibration,
    conformal,
    discrimination,
    drift,
    proportions,
    reclassification,
    resampling,
    sample_size,
    survey,
    survival,
    verification,
)
from laennec.validation.statistics.estimate import WHY, NotEstimable, as_data, wald

NOBODY = np.zeros(0, dtype=bool)
NONE = np.zeros(8, dtype=bool)
ALL = ~NONE
RISK = np.linspace(0.05, 0.9, 8)


def code(result):
    assert isinstance(result, NotEstimable), result
    assert result.why == WHY[result.code]
    return result.code


@pytest.mark.parametrize(
    ("case", "why"), [(NOBODY, "nobody"), (NONE, "no_case"), (ALL, "no_other")]
)
def test_one_kind_of_people_has_no_discrimination_or_calibration(case, why):
    risk = RISK[: len(case)]
    assert code(discrimination.auroc(case, risk)) == why
    assert code(discrimination.average_precision(case, risk)) == why
    assert all(code(r) == why for r in discrimination.auroc_difference(case, risk, risk))
    assert code(calibration.observed_to_expected(case, risk)) == why
    assert {code(r) for r in calibration.calibration_fit(case, risk).values()} == {why}
    assert {code(r) for r in calibration.brier(case, risk).values()} == {why}
    assert code(calibration.calibration_curve(case, risk)) == why
    assert code(calibration.curve_errors(case, risk, "lowess, span 2/3")) == why
    assert code(resampling.auroc_by_person(case, risk, np.arange(len(case)), 5, 1)) == why
    assert {
        code(r) for r in reclassification.net_reclassification(case, risk, risk, [0.5]).values()
    } == {why}
    assert discrimination.roc_points(case, risk) == []


def test_a_constant_score_ranks_at_one_half_and_can_not_be_tested():
    case = np.arange(8) < 3
    same = np.full(8, 0.4)
    found = discrimination.auroc(case, same)
    assert (found.value, found.ci_low, found.ci_high) == (0.5, 0.5, 0.5)
    assert code(discrimination.auroc_difference(case, same, same)[1]) == "constant_score"
    assert code(calibration.curve_errors(case, same, "loess, span 0.75")) == "constant_score"
    assert code(calibration.calibration_curve(case, same)) == "does_not_converge"


def test_a_separated_score_has_a_bound_and_not_an_interval_of_nothing():
    """DeLong's variance is zero there: 1 to 1 would say that ten people prove perfection."""
    found = discrimination.auroc(np.arange(10) >= 5, np.arange(10.0))
    assert (found.value, found.ci_high) == (1.0, 1.0)
    assert found.ci_low == pytest.approx(0.025 ** (1 / 5))
    worst = discrimination.auroc(np.arange(10) < 5, np.arange(10.0))
    assert (worst.value, worst.ci_low) == (0.0, 0.0)
    assert worst.ci_high == pytest.approx(1 - 0.025 ** (1 / 5))


def test_points_are_no_risk_and_are_not_calibrated():
    case = np.arange(8) < 3
    points = np.arange(8.0)
    assert code(calibration.observed_to_expected(case, points)) == "not_a_risk"


def test_an_empty_cell_gives_no_ratio():
    full = proportions.TwoByTwo(5, 0, 3, 9)
    assert code(proportions.likelihood_ratios(full)["lr_positive"]) == "zero_cell"
    assert isinstance(proportions.likelihood_ratios(full)["lr_negative"], Estimate)
    assert code(proportions.predictive_values_at(full, 0.1)["ppv"]) == "zero_cell"
    assert code(proportions.number_needed(0, 10)) == "zero_cell"
    assert code(proportions.number_needed(0, 0)) == "nobody"
    assert code(proportions.mcnemar(0, 0)) == "zero_cell"
    assert code(proportions.mcnemar_exact(0, 0)) == "zero_cell"
    assert code(proportions.clopper_pearson(0, 0)) == "nobody"
    assert code(proportions.paired_difference(0, 0, 0)) == "nobody"


def test_number_needed_is_the_inverse_share():
    found = proportions.number_needed(20, 1000)
    share = proportions.wilson(20, 1000)
    assert found.value == 50
    assert found.ci_low == pytest.approx(1 / share.ci_high)


def test_an_interval_needs_a_finite_error():
    assert code(wald(0.5, float("nan"), 3, "x")) == "zero_cell"
    assert as_data(NotEstimable("no_case", 4, "x")) == {
        "not_estimable": "no_case", "n": 4, "method": "x",
    }  # fmt: skip
    assert as_data(Estimate(0.1, float("nan"), 1.0, 3, "x"))["ci_low"] is None


def test_net_benefit_of_too_few():
    assert code(benefit.net_benefit(NOBODY, RISK[:0], 0.5)) == "nobody"
    assert code(benefit.net_benefit(ALL[:1], RISK[:1], 0.5)) == "too_few"
    assert code(benefit.net_benefit_at_prevalence(NONE, NONE, 0.5, 0.1)) == "no_case"


def test_survival_without_events_or_follow_up():
    quiet = follow_up.Outcome.of(np.arange(1.0, 9.0), NONE)
    assert code(survival.harrell_c(quiet, RISK)) == "no_case"
    assert code(survival.harrell_difference(quiet, RISK, RISK)) == "no_case"
    assert code(survival.incidence_at(quiet, 99.0)) == "no_follow_up"
    assert code(survival.incidence_at(quiet, 3.0)) == "no_case"
    assert code(survival.auroc_at(quiet, RISK, 3.0)) == "no_case"
    assert code(survival.calibration_at(quiet, RISK, 99.0)["calibration_slope"]) == "no_follow_up"
    assert code(survival.net_benefit_at(quiet, RISK, 0.95, 3.0)) == "nobody"
    assert code(survival.net_benefit_at(quiet, RISK, 0.1, 99.0)) == "no_follow_up"
    alone = follow_up.Outcome.of(np.array([2.0]), np.array([True]))
    assert code(survival.harrell_c(alone, RISK[:1])) == "no_follow_up"


def test_a_survey_without_anyone_of_a_group():
    design = Design(np.ones(8), np.arange(8.0) // 4, np.arange(8.0) % 2, np.full(8, ""))
    assert code(survey.weighted_share(ALL, NONE, design)) == "nobody"
    assert code(survey.weighted_auroc(NONE, RISK, design)) == "no_case"
    assert code(survey.weighted_auroc(ALL, RISK, design)) == "no_other"
    assert code(survey.weighted_auroc(ALL, RISK, design, NONE)) == "nobody"
    assert code(survey.weighted_auroc_difference(NONE, (RISK, RISK), design)) == "no_case"


def test_agreement_conformal_drift_and_verification_of_nobody():
    assert code(agreement.kappa(np.zeros((2, 2)))) == "nobody"
    assert code(agreement.kappa(np.array([[5.0, 0.0], [0.0, 0.0]]))) == "constant_score"
    sets = conformal.conformal_coverage(NOBODY, RISK[:0], 0.1, 0.5)
    assert {code(r) for r in sets.values()} == {"nobody"}
    assert code(drift.population_stability(RISK, RISK[:0], 1)) == "nobody"
    found = verification.begg_greenes(NONE, ALL, NONE)
    assert {code(r) for r in found.values()} == {"zero_cell"}


def test_abstention_is_a_third_outcome_with_its_worst_case():
    case = np.array([1, 1, 1, 1, 0, 0, 0, 0], bool)
    positive = np.array([1, 1, 0, 0, 0, 0, 0, 1], bool)
    answered = np.array([1, 1, 1, 0, 1, 1, 0, 1], bool)
    found = {k: v.value for k, v in abstention.abstention_bounds(case, positive, answered).items()}
    assert found == {
        "abstained": 2 / 8,
        "abstained_cases": 1 / 4,
        "abstained_others": 1 / 4,
        "sensitivity_worst": 2 / 4,
        "sensitivity_best": 3 / 4,
        "specificity_worst": 2 / 4,
        "specificity_best": 3 / 4,
    }


def test_conformal_sets_hold_what_they_hold():
    case = np.array([1, 1, 0, 0], bool)
    risk = np.array([0.9, 0.1, 0.05, 0.3])
    found = {k: v.value for k, v in conformal.conformal_coverage(case, risk, 0.25, 0.5).items()}
    assert found["coverage_cases"] == 0.5
    assert found["coverage_others"] == 1.0
    assert (found["decided"], found["undecided"], found["empty"]) == (0.75, 0.25, 0.0)


def test_net_reclassification_counts_who_moves():
    case = np.array([1, 1, 0, 0, 0], bool)
    old = np.array([0.1, 0.6, 0.6, 0.1, 0.1])
    new = np.array([0.6, 0.6, 0.1, 0.1, 0.6])
    found = reclassification.net_reclassification(case, new, old, [0.5])
    assert found["nri_cases"].value == 0.5
    assert found["nri_others"].value == 0.0
    assert found["nri"].value == 0.5


def test_begg_greenes_gives_back_what_full_verification_would_show():
    """Verify every positive and a tenth of the negatives, at random: sensitivity comes back."""
    rng = np.random.default_rng(7)
    case = rng.random(40_000) < 0.1
    positive = rng.random(40_000) < np.where(case, 0.8, 0.1)
    verified = positive | (rng.random(40_000) < 0.1)
    naive = (positive & case & verified).sum() / (case & verified).sum()
    found = verification.begg_greenes(positive, verified, case & verified)
    assert naive > 0.95
    assert found["sensitivity"].ci_low < 0.8 < found["sensitivity"].ci_high
    assert found["specificity"].ci_low < 0.9 < found["specificity"].ci_high
    whole = verification.begg_greenes(positive, np.ones_like(verified), case)
    assert whole["sensitivity"].value == pytest.approx(positive[case].mean())


def test_psi_sees_a_shift_and_missing_values():
    rng = np.random.default_rng(1)
    one, same, moved = rng.normal(size=4000), rng.normal(size=4000), rng.normal(0.6, 1, 4000)
    assert drift.population_stability(one, same, 1).value < 0.02
    found = drift.population_stability(one, moved, 1)
    assert found.value > drift.ACT
    assert found.ci_low < found.value < found.ci_high
    holes = np.where(rng.random(4000) < 0.3, np.nan, same)
    assert drift.population_stability(one, holes, 1).value > drift.ACT


def test_cusum_signals_a_rise_and_starts_again():
    rng = np.random.default_rng(2)
    expected = np.full(600, 0.1)
    outcome = rng.random(600) < np.r_[np.full(300, 0.1), np.full(300, 0.35)]
    found = drift.cusum(outcome, expected, 2.0, 4.0)
    assert found.signals
    assert min(found.signals) > 250
    assert (found.path >= 0).all()
    assert drift.cusum(np.zeros(50, bool), expected[:50], 2.0, 4.0).signals == ()


def test_sizes_grow_with_what_is_asked():
    assert sample_size.size_for_share(0.9, 0.1) == 139
    logits = np.random.default_rng(3).normal(-2, 1, 2000)
    assert sample_size.size_for_slope(logits, 0.2) > sample_size.size_for_slope(logits, 0.4)


def test_records_of_a_person_are_drawn_together():
    person = np.array([5, 5, 5, 9, 9, 2])
    for factor in resampling.person_factors(person, 20, 1):
        assert len(set(factor[:3])) == 1
        assert len(set(factor[3:5])) == 1
    case, score = np.tile([True, False, False], 40), np.random.default_rng(1).normal(size=120)
    alone = resampling.auroc_by_person(case, score, np.arange(120), 200, 1)
    together = resampling.auroc_by_person(
        np.repeat(case, 5), np.repeat(score, 5), np.repeat(np.arange(120), 5), 200, 1
    )
    plain = discrimination.auroc(np.repeat(case, 5), np.repeat(score, 5))
    assert together.ci_high - together.ci_low == pytest.approx(alone.ci_high - alone.ci_low)
    assert plain.ci_high - plain.ci_low < 0.6 * (together.ci_high - together.ci_low)


def test_referrals_at_equal_sensitivity_by_hand():
    case = np.array([1, 0, 1, 0, 0, 1, 0, 0], bool)
    index = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2])
    other = np.array([1, 1, 1, 1, 1, 0, 0, 0], bool)
    made = resampling.ReferralsAtEqualSensitivity(case, index, other)
    assert made.shares(np.ones(8)) == pytest.approx((3 / 8, 5 / 8, 2 / 3, 1 - 3 / 5))
    assert np.isnan(made.shares(np.where(case, 0.0, 1.0))).all()


@pytest.mark.parametrize("seed", range(20))
def test_referrals_at_equal_sensitivity_agree_with_the_obvious_way(seed):
    rng = np.random.default_rng(seed)
    case, other = rng.random(60) < 0.3, rng.random(60) < 0.5
    index = np.round(rng.random(60) + 0.3 * case, 1)  # with ties
    weight = rng.integers(0, 4, 60) * rng.random(60)
    found = weight[case & other].sum()
    cuts = sorted(set(index.tolist()), reverse=True)
    cut = next(c for c in cuts if weight[case & (index >= c)].sum() >= found * (1 - 1e-12))
    sent, others = weight[index >= cut].sum(), weight[other].sum()
    made = resampling.ReferralsAtEqualSensitivity(case, index, other)
    wanted = (sent / weight.sum(), others / weight.sum(), found / weight[case].sum())
    assert made.shares(weight) == pytest.approx((*wanted, 1 - sent / others))
