"""From the survey to people of one form: the engine's own features, label, weight, design."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...datasets.sources.nhanes import NhanesTable
from ...engine.errors import DataError
from ...engine.scores import ScoreInputs
from ..survey import Design, FloatArray
from .forms import Form, Recipe

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Cohort:
    """People of one form.

    Parameters
    ----------
    x, observed : shape (n, k), in the order of the form's inputs; 0 where not observed
    case : shape (n,)
    design : weights (mean 1), strata, units, cycles
    era : shape (n,), position of the person's era in the recipe
    full_size : shape (n,), waist and body mass index were both measured
    headline : shape (n,), people of the headline figures
    about : feature name -> values, NaN where unknown: for subgroups and other scores
    """

    x: FloatArray
    observed: BoolArray
    case: BoolArray
    design: Design
    era: NDArray[np.int64]
    full_size: BoolArray
    headline: BoolArray
    about: Mapping[str, FloatArray]

    @property
    def n(self) -> int:
        """Number of people."""
        return len(self.case)

    @property
    def complete(self) -> BoolArray:
        """Shape (n,): people of whom every input is known."""
        return np.asarray(self.observed.all(axis=1))

    def of(self, rows: BoolArray) -> "Cohort":
        """Return some of the people."""
        return Cohort(
            self.x[rows],
            self.observed[rows],
            self.case[rows],
            self.design.of(rows),
            self.era[rows],
            self.full_size[rows],
            self.headline[rows],
            {name: values[rows] for name, values in self.about.items()},
        )


def make_cohort(
    table: NhanesTable, made: Mapping[str, FloatArray], form: Form, recipe: Recipe
) -> Cohort:
    """Choose the people of a form and lay out what it reads.

    Kept: eligible, label known, weight above 0, every required input and at least one measure of
    body size known. A value outside the universe of its input counts as not observed.

    Parameters
    ----------
    table : the survey
    made : its features, from `survey_features.survey_features`
    form : what is read and what counts as a case
    recipe : eras and body size

    Raises
    ------
    DataError  if nobody is left, or all or none are cases
    """
    values = np.stack([made[name] for name in form.system.inputs], axis=1)
    low, high = form.system.universes.T
    observed = (values >= low) & (values <= high)
    by_name = dict(zip(form.system.inputs, observed.T, strict=True))
    label = _label(table, made, form)
    weight = np.nan_to_num(table.design[form.weight])
    keep = (table.labels["is_eligible"] == 1) & np.isfinite(label) & (weight > 0)
    keep &= observed[:, form.system.required_mask].all(axis=1)
    keep &= np.any([by_name[name] for name in recipe.body_size], axis=0)
    if form.is_fasting:
        keep &= np.isfinite(made["fasting_glucose_mmol_per_l"])
    _refuse_empty(keep, label, form)
    headline = np.ones(len(table), dtype=np.bool_)
    for name, cut in form.headline_below.items():
        headline &= made[name] < cut
    design = table.design
    return Cohort(
        x=np.where(observed, values, 0.0)[keep],
        observed=observed[keep],
        case=label[keep] == 1,
        design=Design(
            weight[keep] / weight[keep].mean(),
            design["stratum"][keep],
            design["psu"][keep],
            table.cycle[keep],
        ),
        era=recipe.era_of(table.cycle[keep]),
        full_size=np.all([by_name[name] for name in recipe.body_size], axis=0)[keep],
        headline=headline[keep],
        about={name: column[keep] for name, column in {**table.answers, **made}.items()},
    )


def _label(table: NhanesTable, made: Mapping[str, FloatArray], form: Form) -> FloatArray:
    if form.label_from is None:
        return table.labels[form.label]
    value = made[form.label]
    return np.where(np.isnan(value), np.nan, value >= form.label_from)


def _refuse_empty(keep: BoolArray, label: FloatArray, form: Form) -> None:
    cases = int((label[keep] == 1).sum())
    if cases in (0, int(keep.sum())):
        raise DataError(
            found=f"{int(keep.sum())} people with {cases} cases for {form.id}",
            why="a model is learned from people of both kinds",
            remedy="Check that the data hold the columns of nhanes.toml",
            path=form.id,
        )


def score_inputs(cohort: Cohort) -> ScoreInputs:
    """Return what the published scores read of these people.

    The survey has no item on gestational diabetes: it is counted as no, and the card says so.
    """
    about = cohort.about
    measured = {
        name: about[name]
        for name in (
            "age_years",
            "waist_cm",
            "bmi_kg_per_m2",
            "systolic_bp_mmhg",
            "diastolic_bp_mmhg",
        )
    }
    coded = {
        "sex": about["male"],
        "bp_treated": about["bp_treated"],
        "physically_active": about["physically_active"],
        "hypertension_diagnosed": about["hypertension_diagnosed"],
        "family_history_diabetes": about["family_history_diabetes"] * 2,
        "smoking": np.where(about["smoker_current"] == 1, 2.0, 3.0 + 0 * about["smoker_current"]),
        "gestational_diabetes": np.zeros(cohort.n),
    }
    codes = {name: np.where(np.isnan(v), -1, v).astype(np.int8) for name, v in coded.items()}
    return ScoreInputs.from_columns({**measured, **codes})
