"""The two numbers of a recalibration, and what they do to people who did not make them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from scipy.special import expit

from ...engine.errors import DataError
from ...engine.vocabulary.load import read_toml
from ...training.logistic import fit_logistic
from ...training.survival import Outcome, censoring_weights, had_event
from ..errors import StudyError
from ..statistics.calibration import calibration_fit, observed_to_expected
from ..statistics.estimate import BoolArray, FloatArray, Result
from ..statistics.survival import calibration_at


@cache
def limits() -> Mapping[str, Any]:
    """Return how many people a recalibration needs."""
    return read_toml(__package__ or "", "limits.toml")


@dataclass(frozen=True, slots=True, eq=False)
class SitePeople:
    """People of a site whom the model answered and whose outcome is known.

    Parameters
    ----------
    logit : shape (n,), of the model as it was shipped
    case : shape (n,), bool; with a horizon, had the event by then
    outcome : follow-up, or None where the outcome is known at once
    horizon : in the unit of the follow-up; 0 without one
    """

    logit: FloatArray
    case: BoolArray
    outcome: Outcome | None
    horizon: float

    @property
    def weight(self) -> FloatArray:
        """Shape (n,): 1, or what makes up for people censored before the horizon."""
        if self.outcome is None:
            return np.ones(len(self.case))
        return censoring_weights(self.outcome, self.horizon)


@dataclass(frozen=True, slots=True)
class SiteCalibration:
    """New logit = intercept + slope * old logit; without a fitted slope it is 1."""

    slope: float
    intercept: float
    events: int
    others: int
    has_slope: bool

    def risk(self, logit: FloatArray) -> FloatArray:
        """Return the recalibrated risk."""
        return np.asarray(expit(self.intercept + self.slope * logit))


def fit_site(people: SitePeople, out_of: Mapping[str, int], *, with_slope: bool) -> SiteCalibration:
    """Fit intercept and slope, or the intercept alone with the slope at 1.

    Parameters
    ----------
    people : of the site
    out_of : how many rows there were, and where they were left, for a refusal
    with_slope : fit the slope too

    Source: Cox 1958, Biometrika 45:562-565; Steyerberg, Clinical Prediction Models, 2nd ed. 2019,
    chapter 20 (update methods).

    Raises
    ------
    StudyError  if there are too few people, or the slope says that another model is needed
    """
    known = people.weight > 0
    events = int((people.case & known).sum())
    others = int((~people.case & known).sum())
    check_size(events, others, out_of, with_slope=with_slope)
    logit, case, weight = people.logit[known], people.case[known], people.weight[known]
    ones = np.ones((len(logit), 1))
    try:
        if with_slope:
            start = np.array([0.0, 1.0])
            found = fit_logistic(np.column_stack([ones, logit]), case, weight, start=start)
            intercept, slope = float(found[0]), float(found[1])
        else:
            intercept, slope = float(fit_logistic(ones, case, weight, offset=logit)[0]), 1.0
    except DataError as error:
        raise StudyError(
            found="the calibration does not converge on these people",
            why="slope and intercept are not determined by them",
            remedy="Check the outcome column, or give more people",
            path="recalibrate",
        ) from error
    _check_slope(slope)
    return SiteCalibration(slope, intercept, events, others, with_slope)


def check_size(events: int, others: int, out_of: Mapping[str, int], *, with_slope: bool) -> None:
    """Refuse a recalibration on too few people.

    Raises
    ------
    StudyError  naming what there is, what is needed, and what a smaller sample allows
    """
    needed = limits()["intercept_and_slope" if with_slope else "intercept"]
    if events >= needed["events"] and others >= needed["others"]:
        return
    what = "slope and intercept" if with_slope else "an intercept"
    left = ", ".join(f"{name} {n}" for name, n in out_of.items())
    raise StudyError(
        found=f"{events} people with the event and {others} without ({left})",
        why=f"{what} fitted on fewer than {needed['events']} and {needed['others']} would follow "
        "chance and could make the risk worse than it was",
        remedy=_instead(events, others, with_slope=with_slope),
        path="recalibrate",
    )


def _instead(events: int, others: int, *, with_slope: bool) -> str:
    """Say what so many people allow."""
    alone = limits()["intercept"]
    if with_slope and events >= alone["events"] and others >= alone["others"]:
        return "Fit the intercept alone (--intercept-only)"
    if events and others:
        return "Check where rows were left; if they are right, wait for more people"
    return "Check outcome, time and horizon, and where rows were left: both kinds are needed"


def _check_slope(slope: float) -> None:
    low, high = limits()["slope"]["from"], limits()["slope"]["to"]
    if not low <= slope <= high:
        swapped = (
            "A slope below 0: cases score lower than the others, as where the outcome is coded the "
            "other way round. "
            if slope < 0
            else ""
        )
        raise StudyError(
            found=f"a slope of {slope:.2f}, outside {low} to {high}",
            why="the model ranks these people so differently from those it was made on that a "
            "recalibration would hide it",
            remedy=f"{swapped}Check units and outcome; if they are right, do not use this model "
            "here",
            path="recalibrate",
        )


def calibration_of(people: SitePeople, risk: FloatArray) -> dict[str, Result]:
    """Return O/E, intercept and slope of a risk in these people."""
    if people.outcome is not None:
        return dict(calibration_at(people.outcome, risk, people.horizon))
    fit = calibration_fit(people.case, risk)
    return {"observed_to_expected": observed_to_expected(people.case, risk), **fit}


def cross_validated(people: SitePeople, *, with_slope: bool) -> FloatArray:
    """Return the recalibrated risk of each person by numbers fitted on the other tenths.

    What is fitted on people looks right on them; this is what others may expect.
    """
    settings = limits()["check"]
    fold = np.random.default_rng(settings["seed"]).permutation(len(people.logit))
    fold %= settings["folds"]
    weight, risk = people.weight, np.full(len(people.logit), np.nan)
    for k in range(settings["folds"]):
        rest, here = (fold != k) & (weight > 0), fold == k
        logit, case = people.logit[rest], people.case[rest]
        ones = np.ones((len(logit), 1))
        if with_slope:
            x = np.column_stack([ones, logit])
            a, b = fit_logistic(x, case, weight[rest], start=np.array([0.0, 1.0]))
        else:
            a, b = fit_logistic(ones, case, weight[rest], offset=logit)[0], 1.0
        risk[here] = expit(a + b * people.logit[here])
    return risk


def site_people(
    logit: FloatArray, case: BoolArray, follow_up: tuple[FloatArray, BoolArray, float] | None
) -> SitePeople:
    """Put people together; `follow_up` is time, competing end and horizon."""
    if follow_up is None:
        return SitePeople(logit, case, None, 0.0)
    time, competing, horizon = follow_up
    outcome = Outcome.of(time, case, competing)
    return SitePeople(logit, had_event(outcome, horizon), outcome, horizon)
