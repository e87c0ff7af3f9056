"""Other models on the same inputs, people and folds: what the readable model is compared with."""

from collections.abc import Callable, Mapping

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import SplineTransformer

from ...engine.fuzzy.mamdani import evaluate_mamdani
from ...engine.fuzzy.system import MamdaniSystem
from ...engine.scores import ada_risk_test, findrisc
from ..survey import FloatArray
from .cohort import BoolArray, Cohort, score_inputs
from .forms import Form

_SIGNS = {"increasing": 1, "decreasing": -1, "none": 0}


def spline_logit(people: Cohort, form: Form, seed: int) -> FloatArray:
    """Logistic regression on natural cubic splines; missing values at the median of training."""
    continuous = [
        j for j, v in enumerate(form.system.variables) if len(np.unique(people.x[:, j])) > 2
    ]
    columns = _columns(people)
    splines = SplineTransformer(n_knots=5, degree=3, knots="quantile", extrapolation="linear")
    pipeline = Pipeline(
        [
            ("fill", SimpleImputer(strategy="median", keep_empty_features=True)),
            ("splines", ColumnTransformer([("s", splines, continuous)], remainder="passthrough")),
            ("logistic", LogisticRegression(C=1.0, max_iter=3000, random_state=seed)),
        ]
    )

    def fit_and_score(train: BoolArray) -> FloatArray:
        weight = people.design.weight[train]
        pipeline.fit(columns[train], people.case[train], logistic__sample_weight=weight)
        return np.asarray(pipeline.decision_function(columns[~train]))

    return _by_cycle(people, fit_and_score)


def boosting_logit(
    people: Cohort, form: Form, monotone: Mapping[str, str], seed: int
) -> FloatArray:
    """Gradient boosting with the same monotone directions; it reads missing values as such."""
    signs = [_SIGNS[monotone[name]] for name in form.system.inputs] + [0]
    columns = _columns(people)
    model = HistGradientBoostingClassifier(
        learning_rate=0.05,
        max_iter=150,
        max_leaf_nodes=8,
        min_samples_leaf=100,
        l2_regularization=5.0,
        monotonic_cst=signs,
        random_state=seed,
    )

    def fit_and_score(train: BoolArray) -> FloatArray:
        weight = people.design.weight[train]
        model.fit(columns[train], people.case[train], sample_weight=weight)
        return np.asarray(model.decision_function(columns[~train]))

    return _by_cycle(people, fit_and_score)


def _columns(people: Cohort) -> FloatArray:
    """Return inputs, NaN where missing, and the era, which the readable model knows as well."""
    inputs = np.where(people.observed, people.x, np.nan)
    return np.column_stack([inputs, people.era.astype(np.float64)])


def _by_cycle(people: Cohort, fit_and_score: Callable[[BoolArray], FloatArray]) -> FloatArray:
    logit = np.full(people.n, np.nan)
    for cycle in np.unique(people.design.cycle):
        test = people.design.cycle == cycle
        logit[test] = fit_and_score(~test)
    return logit


def ada_points(people: Cohort, *, with_activity: bool = True) -> FloatArray:
    """ADA risk test; the middle of its interval where an item is missing.

    Parameters
    ----------
    people : of the survey, which has no item on gestational diabetes (counted as none)
    with_activity : False counts everybody as active, for the survey's question on activity is much
        stricter than the one of the test
    """
    inputs = score_inputs(people)
    score = ada_risk_test(inputs)
    middle = (score.points_low + score.points_high) / 2.0
    if with_activity:
        return np.asarray(middle)
    at = score.items.index("physical_activity")
    return np.asarray(middle - (score.item_low[:, at] + score.item_high[:, at]) / 2.0)


def findrisc_points(people: Cohort) -> FloatArray:
    """FINDRISC from the six items that the survey has; the middle of its interval."""
    score = findrisc(score_inputs(people))
    return np.asarray((score.points_low + score.points_high) / 2.0)


def textbook_score(people: Cohort, form: Form, textbook: MamdaniSystem) -> FloatArray:
    """Score of the Mamdani model written by hand, on the inputs that it reads."""
    place = {name: j for j, name in enumerate(form.system.inputs)}
    columns = [place[name] for name in textbook.inputs]
    x, observed = people.x[:, columns], people.observed[:, columns]
    return np.asarray(evaluate_mamdani(textbook, x, observed).score)
