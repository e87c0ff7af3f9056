"""An outcome coded the other way round is estimated, and told."""

import numpy as np
import pytest
from laennec.training.logistic import fit_logistic
from laennec.validation.errors import StudyError
from laennec.validation.recalibrate.fit import fit_site, site_people
from laennec.validation.statistics.calibration import calibration_fit
from laennec.validation.study.deviations import of_ranking
from scipy.special import expit
from study_examples import protocol_text, run


def people(share, slope):
    """Risks of 2 % about, of people of whom most are cases."""
    rng = np.random.default_rng(1)
    logit = rng.normal(-4.0, 1.0, 4000)
    level = np.log(share / (1 - share)) + slope * 4.0
    return logit, rng.random(4000) < expit(level + slope * logit)


@pytest.mark.parametrize(("share", "slope"), [(0.92, -0.83), (0.975, 0.76), (0.9995, 1.0)])
def test_calibration_converges_however_wrong_the_risk_is(share, slope):
    """A whole Newton step landed where every risk is 1: "the fit does not converge"."""
    logit, case = people(share, slope)
    found = calibration_fit(case, expit(logit))
    level, steepness = found["calibration_intercept"], found["calibration_slope"]
    assert steepness.ci_low < slope < steepness.ci_high
    assert expit(logit + level.value).mean() == pytest.approx(case.mean(), abs=1e-8)
    x = np.column_stack([np.ones(len(logit)), logit])
    beta = fit_logistic(x, case, np.ones(len(logit)))
    residual = case - expit(x @ beta)
    assert np.abs(x.T @ residual).max() < 1e-6, "the likelihood is flat at the solution"
    assert steepness.value == pytest.approx(beta[1], abs=1e-7)


def test_a_study_of_swapped_labels_says_so(folder):
    swapped = protocol_text(
        a=('{ column = "outcome", op = "=="', '{ column = "outcome", op = "!="')
    )
    for text, is_told in ((swapped, True), (protocol_text(), False)):
        (folder / "study.toml").write_text(text, encoding="utf-8")
        document = run(folder)
        codes = {d["code"] for d in document["deviations"]}
        assert ("ranks_backwards" in codes) == is_told
        slope = document["analyses"]["counted"]["calibration"]["calibration_slope"]
        assert (slope["value"] < 0) == is_told


def test_what_has_no_interval_is_not_said_to_be_backwards():
    lacking = {"not_estimable": "no_case"}
    counted = {
        "discrimination": {"tests": {"index": {"auroc": lacking}}},
        "calibration": {"calibration_slope": lacking},
    }
    assert of_ranking(counted) == []


def test_a_recalibration_on_swapped_labels_is_refused_with_its_reason():
    logit, case = people(0.92, -0.83)
    made = site_people(logit, case, None)
    with pytest.raises(StudyError, match=r"slope of -0\.\d+, outside .*the other way round"):
        fit_site(made, {}, with_slope=True)
