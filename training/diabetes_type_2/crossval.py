"""Leave one survey cycle out: a risk is judged only where its model never saw the cycle."""

from collections.abc import Collection, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np

from ..fitted import Fitted
from ..survey import FloatArray
from .cohort import Cohort
from .fit import fit_form
from .forms import Form, Recipe


@dataclass(frozen=True, slots=True)
class Fold:
    """A cycle that was left out, and what was learned on the others."""

    cycle: str
    fitted: Fitted


def leave_one_cycle_out(
    form: Form, people: Cohort, recipe: Recipe, *, workers: int = 1
) -> tuple[Fold, ...]:
    """Learn once for each cycle, on all the others.

    Parameters
    ----------
    form, people, recipe : as everywhere
    workers : processes; the result is the same for any number
    """
    cycles = [str(c) for c in np.unique(people.design.cycle)]
    others = [people.of(people.design.cycle != cycle) for cycle in cycles]
    return tuple(
        Fold(cycle, fitted)
        for cycle, fitted in zip(cycles, fit_each(form, others, recipe, workers), strict=True)
    )


def fit_each(form: Form, groups: Sequence[Cohort], recipe: Recipe, workers: int) -> list[Fitted]:
    """Learn one system on each group of people."""
    same = (len(recipe.eras), recipe.settings)
    if workers < 2:
        return [fit_form(form.system, group, *same) for group in groups]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(fit_form, form.system, group, *same) for group in groups]
        return [job.result() for job in jobs]


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


def forward_in_time(
    form: Form, people: Cohort, recipe: Recipe, first: int, *, workers: int = 1
) -> FloatArray:
    """Learn on the earlier cycles only and score the next one, as a model meets the future.

    Parameters
    ----------
    form, people, recipe, workers : as everywhere
    first : number of cycles before the first one that is scored

    Returns
    -------
    shape (n,), logit of the last era known then; NaN for the first cycles
    """
    cycles = np.unique(people.design.cycle)
    later = cycles[first:]
    before = [people.of(people.design.cycle < cycle) for cycle in later]
    logit = np.full(people.n, np.nan)
    for cycle, fitted in zip(later, fit_each(form, before, recipe, workers), strict=True):
        rows = people.design.cycle == cycle
        era = np.full(int(rows.sum()), len(recipe.eras) - 1)
        logit[rows] = fitted.logit(people.x[rows], people.observed[rows], era)
    return logit
