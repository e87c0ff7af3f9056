"""Leave one survey cycle out: every risk that is judged was made by a model that never saw its cycle."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from ..survey import FloatArray
from .cohort import Cohort
from .fit import Fitted, fit_form
from .forms import Form, Recipe


@dataclass(frozen=True, slots=True)
class Fold:
    """A cycle that was left out, and what was learned on the others."""

    cycle: str
    fitted: Fitted


def leave_one_cycle_out(form: Form, people: Cohort, recipe: Recipe) -> tuple[Fold, ...]:
    """Learn once for each cycle, on all the others."""
    folds = []
    for cycle in np.unique(people.design.cycle):
        others = people.of(people.design.cycle != cycle)
        fitted = fit_form(form.system, others, len(recipe.eras), recipe.settings)
        folds.append(Fold(str(cycle), fitted))
    return tuple(folds)


def out_of_fold(
    folds: Sequence[Fold], people: Cohort, inputs: Sequence[str], hidden: Collection[str] = ()
) -> FloatArray:
    """Score everyone by the model of the fold that did not see their cycle.

    Parameters
    ----------
    folds : from `leave_one_cycle_out`
    people : everyone
    inputs : names of the columns
    hidden : inputs that are taken away first

    Returns
    -------
    shape (n,), logit; NaN for a cycle that no fold left out
    """
    logit = np.full(people.n, np.nan)
    observed = people.observed & ~np.isin(np.array(inputs), list(hidden))
    for fold in folds:
        rows = people.design.cycle == fold.cycle
        logit[rows] = fold.fitted.logit(people.x[rows], observed[rows], people.era[rows])
    return logit


def forward_in_time(form: Form, people: Cohort, recipe: Recipe, first: int) -> FloatArray:
    """Learn on the earlier cycles only and score the next one, as a model meets the future.

    Parameters
    ----------
    form, people, recipe : as everywhere
    first : number of cycles before the first one that is scored

    Returns
    -------
    shape (n,), logit as shipped (no offset for the cycle's own era); NaN for the first cycles
    """
    cycles = np.unique(people.design.cycle)
    logit = np.full(people.n, np.nan)
    for i in range(first, len(cycles)):
        before = people.of(people.design.cycle < cycles[i])
        fitted = fit_form(form.system, before, len(recipe.eras), recipe.settings)
        rows = people.design.cycle == cycles[i]
        era = np.full(int(rows.sum()), len(recipe.eras) - 1)
        logit[rows] = fitted.logit(people.x[rows], people.observed[rows], era)
    return logit
