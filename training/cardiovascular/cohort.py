"""From the survey to people who are followed: features, time, cause of death, design."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...datasets.sources.nhanes import NhanesTable
from ...datasets.sources.nhanes_mortality import NhanesFollowUp
from ...engine.errors import DataError
from ...engine.scores import ScoreInputs
from ..survey import Design, FloatArray
from ..survey_features import survey_features
from ..survival import Outcome
from .recipe import Recipe

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Cohort:
    """People without known cardiovascular disease, followed from the examination.

    Parameters
    ----------
    x, observed : shape (n, k), in the order of the system's inputs; 0 where not observed
    outcome : months of follow-up and how it ended, not cut at any horizon
    design : weights (mean 1), strata, units, cycles
    era : shape (n,), position of the person's era in the recipe
    about : feature name -> values, NaN where unknown: for subgroups and other scores; ``row``, the
        place in the survey
    """

    x: FloatArray
    observed: BoolArray
    outcome: Outcome
    design: Design
    era: NDArray[np.int64]
    about: Mapping[str, FloatArray]

    @property
    def n(self) -> int:
        """Number of people."""
        return len(self.x)

    @property
    def complete(self) -> BoolArray:
        """Shape (n,): people of whom every input is known."""
        return np.asarray(self.observed.all(axis=1))

    def of(self, rows: BoolArray) -> "Cohort":
        """Return some of the people."""
        return Cohort(
            self.x[rows],
            self.observed[rows],
            self.outcome.rows(rows),
            self.design.of(rows),
            self.era[rows],
            {name: values[rows] for name, values in self.about.items()},
        )


def make_cohort(table: NhanesTable, follow_up: NhanesFollowUp, recipe: Recipe) -> Cohort:
    """Choose the people and lay out what the model reads.

    Kept: every required input known and in its universe (which holds the ages that are answered),
    no known cardiovascular disease, not pregnant, linked to the mortality file and followed for
    more than no time, weight above 0. Another optional value outside its universe counts as not
    observed.

    Raises
    ------
    DataError  if nobody is left, or nobody of them died of the cause
    """
    answers = {**table.answers, **follow_up.answers}
    about = survey_features(replace(table, answers=answers))
    about["row"] = np.arange(len(table), dtype=np.float64)
    system = recipe.system
    values = np.stack([about[name] for name in system.inputs], axis=1)
    low, high = system.universes.T
    observed = (values >= low) & (values <= high)
    weight = np.nan_to_num(table.design["examination_weight"])
    keep = ~follow_up.has_cardiovascular_disease & ~follow_up.is_pregnant & (weight > 0)
    keep &= np.isfinite(follow_up.cardiovascular_death) & (np.nan_to_num(follow_up.months) > 0)
    keep &= observed[:, system.required_mask].all(axis=1)
    event = follow_up.cardiovascular_death == 1
    _refuse_empty(keep, event)
    died = follow_up.died == 1
    return Cohort(
        x=np.where(observed, values, 0.0)[keep],
        observed=observed[keep],
        outcome=Outcome.of(follow_up.months[keep], event[keep], died[keep]),
        design=Design(
            weight[keep] / weight[keep].mean(),
            table.design["stratum"][keep],
            table.design["psu"][keep],
            table.cycle[keep],
        ),
        era=recipe.era_of(table.cycle[keep]),
        about={name: column[keep] for name, column in about.items()},
    )


def _refuse_empty(keep: BoolArray, event: BoolArray) -> None:
    if not event[keep].any():
        raise DataError(
            found=f"{int(keep.sum())} people, none of whom died of a cardiovascular cause",
            why="a risk is learned from those who die and those who live on",
            remedy="Check that the data hold the columns of nhanes_mortality.toml",
            path="cardiovascular",
        )


def score_inputs(cohort: Cohort, *, with_diabetes: bool) -> ScoreInputs:
    """Return what the published cardiovascular scores read of these people.

    `with_diabetes` False leaves diabetes out: SCORE2 is then given for people with it as well, who
    are not whom it was made for.
    """
    about = cohort.about
    measured = ("age_years", "systolic_bp_mmhg", "total_cholesterol_mmol_per_l")
    columns: dict[str, Any] = {name: about[name] for name in measured}
    columns["hdl_cholesterol_mmol_per_l"] = about["hdl_cholesterol_mmol_per_l"]
    smoker = about["smoker_current"]
    coded = {
        "sex": about["male"],
        "bp_treated": about["bp_treated"],
        "smoking": np.where(smoker == 1, 2.0, np.where(smoker == 0, 3.0, np.nan)),
    }
    if with_diabetes:
        coded["known_diabetes"] = about["known_diabetes"]
    columns |= {name: np.where(np.isnan(v), -1, v).astype(np.int8) for name, v in coded.items()}
    return ScoreInputs.from_columns(columns)
