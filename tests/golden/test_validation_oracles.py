"""Statistics of studies against R (stored, recomputed by tests/oracles) and published numbers."""

import numpy as np
import pytest
import validation_examples as example
from laennec.training import survival as follow_up
from laennec.validation.statistics import (
    agreement,
    benefit,
    calibration,
    discrimination,
    drift,
    survival,
    verification,
)
from laennec.validation.statistics import proportions as p
from laennec.validation.statistics import sample_size as size
from laennec.validation.statistics.estimate import z_value
from laennec.validation.statistics.smoothers import spline_curve
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

R = example.oracles()
SAID = example.published()
DCA = example.dca()
CASE, RISK = DCA["case"], DCA["risk"]
EXACT = 1e-9


def error(estimate):
    return (estimate.ci_high - estimate.ci_low) / (2 * z_value())


def triple(estimate):
    return [estimate.ci_low, estimate.value, estimate.ci_high]


def test_auroc_and_its_interval_are_those_of_proc():
    assert triple(discrimination.auroc(CASE, RISK)) == pytest.approx(R["auroc"], abs=EXACT)
    tied = discrimination.auroc(CASE, np.round(RISK, 1))
    assert triple(tied) == pytest.approx(R["auroc_ties"], abs=EXACT)


def test_the_paired_test_is_that_of_proc():
    gap, test = discrimination.auroc_difference(CASE, RISK, np.round(RISK, 1))
    assert test.statistic == pytest.approx(R["paired"]["z"], abs=1e-8)
    assert test.p_value == pytest.approx(R["paired"]["p"], abs=1e-8)
    assert gap.ci_low > 0


def test_auroc_with_ties_is_the_published_example():
    y = np.array([0, 0, 1, 1, 0, 1, 1, 0, 1, 0]) == 1
    score = np.array([0.1, 0.4, 0.35, 0.8, 0.4, 0.4, 0.9, 0.2, 0.7, 0.3])
    found = discrimination.delong(y, [score])
    assert found.values[0] == pytest.approx(0.88)
    assert found.covariance[0, 0] == pytest.approx(0.0118)
    assert discrimination.auroc(y, score).ci_low == pytest.approx(0.6670934147, abs=1e-10)


def test_average_precision_is_that_of_scikit_learn():
    found = discrimination.average_precision(CASE, np.round(RISK, 2)).value
    assert found == pytest.approx(average_precision_score(CASE, np.round(RISK, 2)), abs=1e-12)
    exact = discrimination.average_precision(CASE, RISK)
    assert exact.value == pytest.approx(SAID["ranking"]["average_precision"], abs=1e-10)
    assert roc_auc_score(CASE, RISK) == pytest.approx(SAID["ranking"]["auroc"], abs=1e-10)


@pytest.mark.parametrize("which", ["fitted", "miscalibrated"])
def test_calibration_is_that_of_rms_and_glm(which):
    risk = RISK if which == "fitted" else example.miscalibrated(RISK)
    expected = R["calibration"][which]
    fit = calibration.calibration_fit(CASE, risk)
    level, slope = fit["calibration_intercept"], fit["calibration_slope"]
    assert level.value == pytest.approx(expected["citl"], abs=1e-7)
    assert slope.value == pytest.approx(expected["slope"], abs=1e-7)
    assert error(level) == pytest.approx(expected["citl_se"], abs=1e-6)
    assert error(slope) == pytest.approx(expected["slope_se"], abs=1e-6)
    ratio = calibration.observed_to_expected(CASE, risk).value
    assert ratio == pytest.approx(expected["oe"], abs=EXACT)
    score = calibration.brier(CASE, risk)["brier_score"].value
    assert score == pytest.approx(expected["brier"], abs=EXACT)
    assert score == pytest.approx(brier_score_loss(CASE, risk), abs=1e-12)


@pytest.mark.parametrize("which", ["fitted", "miscalibrated"])
def test_each_smoother_is_that_of_r_and_they_differ(which):
    """Two correct programs print two numbers: the smoother's name belongs to the number."""
    risk = RISK if which == "fitted" else example.miscalibrated(RISK)
    expected = R["calibration"][which]
    found = {s: calibration.curve_errors(CASE, risk, s) for s in calibration.SMOOTHERS}
    lowess = found["lowess, span 2/3"]
    assert lowess.ici == pytest.approx(expected["ici_lowess"], abs=1e-9)
    assert lowess.e90 == pytest.approx(expected["e90"], abs=1e-9)
    assert lowess.e_max == pytest.approx(expected["e_max"], abs=1e-9)
    assert found["loess, span 0.75"].ici == pytest.approx(expected["ici_loess"], abs=1e-6)
    spline = found["restricted cubic spline of the logit, 5 knots"]
    assert spline.ici == pytest.approx(expected["ici_spline"], abs=1e-5)
    assert len({round(f.ici, 4) for f in found.values()}) == 3


def test_the_band_of_the_spline_is_that_of_lrm():
    curve = spline_curve(RISK, CASE)
    expected = R["calibration"]["fitted"]
    assert curve.at(RISK[:1])[0] == pytest.approx(expected["spline_first"], abs=1e-5)
    low, high = curve.band(RISK[:1], 1.0)
    ends = np.log(np.array([low[0], high[0]]) / (1 - np.array([low[0], high[0]])))
    half = (ends[1] - ends[0]) / 2
    assert half == pytest.approx(expected["spline_se_first"], abs=1e-4)


def test_scaled_brier_is_the_published_one():
    found = calibration.brier(CASE, RISK)["brier_scaled"].value
    assert found == pytest.approx(0.2946088223, abs=1e-9)


def test_net_benefit_is_that_of_dcurves():
    said = SAID["net_benefit"]
    for threshold, expected in zip(said["thresholds"], said["model"], strict=True):
        found = benefit.net_benefit(CASE, RISK, threshold).value
        assert found == pytest.approx(expected, abs=1e-9)
    everybody = benefit.net_benefit(CASE, np.ones(len(CASE)), 0.25).value
    assert everybody == pytest.approx(said["everybody_at_025"], abs=1e-6)
    wrong = example.miscalibrated(RISK)
    for threshold, expected in said["miscalibrated"].items():
        found = benefit.net_benefit(CASE, wrong, float(threshold)).value
        assert found == pytest.approx(expected, abs=1e-9)


def test_net_benefit_of_testing_everybody_in_a_case_control_study():
    everybody = np.ones(len(CASE), dtype=bool)
    found = benefit.net_benefit_at_prevalence(CASE, everybody, 0.25, 0.15).value
    assert found == pytest.approx(SAID["net_benefit"]["case_control_everybody_at_025"], abs=1e-8)


def test_net_benefit_with_censoring_is_that_of_dcurves():
    outcome = follow_up.Outcome.of(DCA["time"], DCA["event"])
    found = survival.net_benefit_at(outcome, RISK, 0.25, 1.0).value
    assert found == pytest.approx(SAID["net_benefit"]["survival_at_1_at_025"], abs=1e-8)


@pytest.mark.parametrize("row", R["shares"], ids=lambda r: f"{r['k']}/{r['n']}")
def test_shares_are_those_of_prop_test_and_binom_test(row):
    for kind in ("wilson", "clopper_pearson"):
        found = getattr(p, kind)(row["k"], row["n"])
        assert [found.ci_low, found.ci_high] == pytest.approx(row[kind], abs=1e-9)


def test_likelihood_ratios_are_those_of_epi_tests():
    found = p.likelihood_ratios(p.TwoByTwo(670, 202, 74, 640))
    for name, (value, low, high) in R["table"].items():
        assert triple(found[name]) == pytest.approx([low, value, high], abs=1e-9)


def test_mcnemar_is_that_of_r():
    found = p.mcnemar(59, 121)
    assert found.statistic == pytest.approx(R["mcnemar"]["chi2"])
    assert found.p_value == pytest.approx(R["mcnemar"]["p"])
    assert p.mcnemar_exact(59, 121).p_value == pytest.approx(R["mcnemar"]["exact"])


def test_kappa_is_that_of_epi_kappa_and_its_interval_is_wider():
    """epiR's interval uses the error that holds without agreement; ours the one that holds."""
    table = np.array([[19.0, 10.0], [6.0, 256.0]])
    found = agreement.kappa(table)
    assert found.value == pytest.approx(R["kappa"]["kappa"], abs=1e-12)
    assert agreement.error_without_agreement(table) == pytest.approx(R["kappa"]["null_se"])
    assert error(found) > R["kappa"]["null_se"]
    assert agreement.pabak(table) == pytest.approx(R["kappa"]["pabak"])


def test_weighted_kappa_is_the_reference_vector():
    said = SAID["weighted_kappa"]
    for weights in ("none", "linear", "quadratic"):
        found = agreement.kappa(np.array(said["table"], float), weights).value
        assert found == pytest.approx(said[weights], abs=1e-9)


def test_concordance_is_that_of_survival_with_ties_in_score_and_time():
    said = R["survival"]
    cut = np.round(RISK, 1)
    tied_time = np.round(DCA["time"], 1) + 0.1
    for time, score, name in (
        (DCA["time"], RISK, "c"),
        (DCA["time"], cut, "c_ties"),
        (tied_time, cut, "c_both"),
    ):
        found = survival.harrell_c(follow_up.Outcome.of(time, DCA["event"]), score)
        assert found.value == pytest.approx(said[name], abs=1e-9)
        assert error(found) == pytest.approx(said[f"{name}_se"], abs=1e-7)


def test_kaplan_meier_and_aalen_johansen_are_those_of_survival():
    said = R["survival"]
    curve = follow_up.kaplan_meier(DCA["time"], DCA["event"])
    assert float(curve.at(1.0)) == pytest.approx(said["km"], abs=1e-9)
    assert curve.variance_at(1.0) ** 0.5 == pytest.approx(said["km_se"], abs=1e-9)
    outcome = follow_up.Outcome.of(DCA["time"], DCA["event"], DCA["competing"])
    incidence = survival.cumulative_incidence(outcome)
    assert float(incidence.at(1.0)) == pytest.approx(said["aj"], abs=1e-9)
    assert incidence.variance_at(1.0) ** 0.5 == pytest.approx(said["aj_se"], abs=1e-5)


def test_sample_sizes_are_the_published_ones():
    for r2, parameters, prevalence, *expected in SAID["development_size"]["rows"]:
        found = size.development_size(r2, int(parameters), prevalence)
        said = [found.shrinkage, found.optimism, found.prevalence, found.needed]
        assert said == expected
    assert size.size_for_oe(0.018, 1.0) == SAID["validation_size"]["oe"]
    assert size.size_for_auroc(0.8, 0.018, 0.1) == SAID["validation_size"]["auroc"]


def test_predictive_values_follow_the_prevalence():
    """A test that looks good in cases is judged on this table."""
    table = p.TwoByTwo(900, 50, 100, 950)
    for prevalence, expected in SAID["predictive"]["ppv"].items():
        found = p.predictive_values_at(table, float(prevalence))["ppv"]
        assert found.value == pytest.approx(expected, abs=5e-5)
        assert found.ci_low < found.value < found.ci_high


def test_begg_and_greenes_is_their_example():
    said = SAID["verification"]
    rows = [
        (sign, kind != "unverified", kind == "case")
        for sign, key in ((True, "positive"), (False, "negative"))
        for kind, count in said[key].items()
        for _ in range(count)
    ]
    positive, verified, case = (np.array(column) for column in zip(*rows, strict=True))
    found = verification.begg_greenes(positive, verified, case)
    for name in ("sensitivity", "specificity"):
        assert found[name].value == pytest.approx(said[name], abs=1e-3)
    naive = said["positive"]["case"] / (said["positive"]["case"] + said["negative"]["case"])
    assert naive > found["sensitivity"].ci_high


def test_cusum_is_the_definition_person_by_person():
    """Steiner 2000: log of (1 - p + OR p) taken off, log of OR added where there is a case."""
    risk, case = np.array([0.1, 0.4, 0.2, 0.3]), np.array([True, True, False, True])
    path, total = [], 0.0
    for p_i, y in zip(risk, case, strict=True):
        total = max(0.0, total + y * np.log(2) - np.log(1 - p_i + 2 * p_i))
        path.append(total)
    assert drift.cusum(case, risk, 2.0, 99.0).path == pytest.approx(path)
    found = drift.cusum_test(case, risk, 2.0, 1)
    assert found.test.statistic == pytest.approx(max(path))
    assert found.at == int(np.argmax(path))


def test_the_chance_of_a_cusum_is_that_of_right_risks():
    """Of 200 runs with right risks about one in twenty is below .05; a doubled odds is found."""
    generator = np.random.default_rng(5)
    risk = generator.uniform(0.05, 0.4, 120)
    ps = [
        drift.cusum_test(generator.random(120) < risk, risk, 2.0, seed).test.p_value
        for seed in range(200)
    ]
    assert 0.01 < np.mean(np.array(ps) <= 0.05) < 0.10
    twice = 2 * risk / (1 + risk)
    risen = drift.cusum_test(generator.random(120) < twice, risk, 2.0, 1)
    assert risen.test.p_value < 0.05
    assert drift.cusum_test(np.zeros(5, bool), risk[:5], 2.0, 1).code == "no_case"


def test_psi_is_the_sum_over_tenths():
    reference, current = np.arange(1000.0), np.arange(1000.0) * 0.8
    first = np.full(10, 100.0)
    second = np.histogram(current, np.r_[np.quantile(reference, np.linspace(0, 1, 11))])[0]
    a, b = ((c + 0.5) / (1000 + 5) for c in (first, second))
    expected = float(((b - a) * np.log(b / a)).sum())
    assert drift.population_stability(reference, current, 1).value == pytest.approx(
        expected, abs=2e-3
    )


def test_the_size_for_a_slope_is_that_of_the_information_of_a_logistic_regression():
    """The standard error of a slope of 1, from a Fisher information that is summed by hand."""
    logits = np.random.default_rng(3).normal(-2, 1, 4000)
    needed = size.size_for_slope(logits, 0.3)
    risk = 1 / (1 + np.exp(-logits))
    x = np.column_stack([np.ones(4000), logits])
    information = (x * (risk * (1 - risk))[:, None]).T @ x * needed / 4000
    error = float(np.sqrt(np.linalg.inv(information)[1, 1]))
    assert 2 * z_value() * error == pytest.approx(0.3, rel=1e-3)
