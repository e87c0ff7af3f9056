"""Design-based values and standard errors against R survey and survival.

Stored here, recomputed by tests/oracles. R's survival gives each person's influence on a
concordance, R's survey the variance of its total over units within strata; the rest is svyglm,
svyratio and svymean. The design is made up on the public example: six strata of eight units,
weights from 1 to 3.
"""

import numpy as np
import pytest
import validation_examples as example
from laennec.training import survival as follow_up
from laennec.training.survey import Design
from laennec.validation.statistics import benefit, calibration, survey, survival_survey

R = example.oracles()["design"]
DCA = example.dca()
CASE, RISK = DCA["case"], DCA["risk"]
TENTHS = np.round(RISK, 1)
AT = np.arange(1, len(CASE) + 1)
DESIGN = Design(1 + AT % 5 / 2, AT % 6 * 1.0, AT // 6 % 8 * 1.0, np.full(len(AT), ""))
EVERYBODY = np.ones(len(CASE), dtype=bool)
OUTCOME = follow_up.Outcome.of(DCA["time"], DCA["event"], DCA["competing"])


def plain(estimate):
    """Return value and standard error of an interval that is symmetric on the value."""
    return [estimate.value, (estimate.ci_high - estimate.value) / survey.t_quantile(DESIGN)]


def on_logit(estimate):
    """Return value and standard error of an interval that is symmetric on the logit."""
    low, value, high = (
        np.log(p / (1 - p)) for p in (estimate.ci_low, estimate.value, estimate.ci_high)
    )
    assert high - value == pytest.approx(value - low)
    error = (high - low) / 2 / survey.t_quantile(DESIGN)
    return [estimate.value, error * estimate.value * (1 - estimate.value)]


def on_logarithm(estimate):
    """Return value and standard error of an interval that is symmetric on the logarithm."""
    low, value, high = np.log([estimate.ci_low, estimate.value, estimate.ci_high])
    assert high - value == pytest.approx(value - low)
    return [estimate.value, (high - low) / 2 / survey.t_quantile(DESIGN) * estimate.value]


def at_one_year(name, scale=plain):
    found = survival_survey.weighted_calibration_at(OUTCOME, RISK, (DESIGN, EVERYBODY), 1.0)
    return scale(found[name])


FOUND = {
    "c": lambda: plain(survival_survey.weighted_c(OUTCOME, RISK, DESIGN, EVERYBODY)),
    "c_difference": lambda: plain(
        survival_survey.weighted_c_difference(OUTCOME, (RISK, TENTHS), DESIGN, EVERYBODY)
    ),
    "auroc": lambda: on_logit(survey.weighted_auroc(CASE, RISK, DESIGN)),
    "auroc_at": lambda: on_logit(
        survival_survey.weighted_auroc_at(OUTCOME, RISK, (DESIGN, EVERYBODY), 1.0)
    ),
    "slope": lambda: at_one_year("calibration_slope"),
    "level": lambda: at_one_year("calibration_intercept"),
    "oe": lambda: at_one_year("observed_to_expected", on_logarithm),
    "brier": lambda: plain(calibration.brier(CASE, RISK, DESIGN)["brier_score"]),
    "benefit": lambda: plain(benefit.net_benefit(CASE, RISK, 0.1, DESIGN)),
}


def test_nothing_that_r_said_is_left_out():
    assert {*FOUND, "df"} == set(R)
    assert survey.design_degrees(DESIGN) == R["df"]


@pytest.mark.parametrize("name", FOUND)
def test_value_and_design_based_error_are_those_of_r(name):
    assert FOUND[name]() == pytest.approx([R[name]["value"], R[name]["se"]], rel=1e-7)
