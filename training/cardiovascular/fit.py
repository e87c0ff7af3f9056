"""Learns log-hazards from everybody's follow-up, and calibrates the risk at the horizon."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from ...engine.fuzzy.completion import ConditionalCompletion
from ...engine.fuzzy.system import TskSystem
from ...engine.fuzzy.tsk import evaluate_tsk, recalibrated
from ...models.cardiovascular.definition import HazardModule, Stratum
from ..completion import fit_completion
from ..fitted import Fitted
from ..learning import POINT_DECIMALS, minimise, with_readable_points, with_readable_words
from ..logistic import fit_logistic
from ..survey import FloatArray
from ..survival import Outcome, censoring_weights, had_event
from .cohort import Cohort
from .recipe import Settings


def fit_model(start: TskSystem, people: Cohort, n_eras: int, settings: Settings) -> Fitted:
    """Learn rules on people of whom everything is known, then complete and calibrate on everyone.

    Returns
    -------
    the same for the same people, settings and library versions (one thread, fixed seed, float64)
    """
    complete = people.of(people.complete)
    torch.set_num_threads(1)
    torch.manual_seed(settings.seed)
    module = HazardModule(replace(start, bias=0.0), least_points=settings.least_points)
    loss = _loss(module, complete, settings)
    final = minimise(module, loss, max_iterations=settings.max_iterations, name=start.name)
    learned = with_readable_words(module.to_system())
    completion = fit_completion(learned, complete.x, complete.design.weight)
    return calibrate(learned, completion, people, n_eras, (settings.horizon_months, final))


def _loss(module: HazardModule, people: Cohort, settings: Settings) -> Callable[[], Tensor]:
    low, high = module.system.universes.T
    prepared = module.prepare(torch.from_numpy(np.clip(people.x, low, high)))
    parts = strata(people, settings.horizon_months)
    shape = module.membership.parameters_.raw
    at_start = shape.detach().clone()

    def loss() -> Tensor:
        data = module.partial_loss(prepared, parts)
        ridge = settings.ridge * (module.points**2).sum()
        stay = settings.stay * ((shape - at_start) ** 2).sum()
        return data + ridge + stay

    return loss


def strata(people: Cohort, horizon: float) -> list[Stratum]:
    """Lay out the people of each cycle for the partial likelihood, follow-up cut at the horizon."""
    time = np.minimum(people.outcome.time, horizon)
    event = had_event(people.outcome, horizon)
    weight = people.design.weight / people.design.weight.mean()
    found = []
    for cycle in np.unique(people.design.cycle):
        rows = np.flatnonzero(people.design.cycle == cycle)
        rows = rows[np.argsort(-time[rows], kind="stable")]
        followed = -time[rows]
        last = np.searchsorted(followed, followed, side="right") - 1
        found.append(
            Stratum(
                torch.from_numpy(rows),
                torch.from_numpy(last),
                torch.from_numpy(np.where(event[rows], weight[rows], 0.0)),
                torch.from_numpy(np.log(weight[rows])),
            )
        )
    return found


def weights_at(people: Cohort, horizon: float) -> FloatArray:
    """Return, inside each era, inverse chances of not being censored by the horizon, shape (n,).

    Whoever died of another cause counts as a person without the event: the risk is the chance of
    dying of a cardiovascular cause while other deaths go on happening.
    """
    found = np.zeros(people.n)
    for era in np.unique(people.era):
        rows = people.era == era
        found[rows] = censoring_weights(people.outcome.rows(rows), horizon)
    return found


def calibrate(
    system: TskSystem,
    completion: ConditionalCompletion,
    people: Cohort,
    n_eras: int,
    at: tuple[float, float],
) -> Fitted:
    """Turn the log-hazard into the risk at the horizon: one slope, one intercept for each era.

    A logistic regression of the event by the horizon on the score, weighted for the survey and for
    censoring. The intercept of the last era becomes the bias, so nothing of the calibration stays
    outside the printed rules.

    Parameters
    ----------
    system, completion : learned; the score is a log-hazard
    people : everyone, of the training cycles
    n_eras : number of eras
    at : horizon in months, and the loss that learning ended with

    Source: inverse probability of censoring weights, Uno et al. 2007, J Am Stat Assoc 102:527-537.
    """
    horizon, loss = at
    score = evaluate_tsk(system, people.x, people.observed, completion=completion).logit
    eras = (people.era[:, None] == np.arange(n_eras)).astype(np.float64)
    here = eras.any(axis=0)
    columns = np.column_stack([score, eras[:, here]])
    weight = people.design.weight * weights_at(people, horizon)
    start = np.append(1.0, np.full(int(here.sum()), -9.0))
    slope, *intercepts = fit_logistic(
        columns, had_event(people.outcome, horizon), weight, start=start
    )
    by_era = np.full(n_eras, np.nan)
    by_era[here] = intercepts
    by_era = np.where(np.isnan(by_era), by_era[here][-1], by_era)
    shipped = recalibrated(system, slope=float(slope), intercept=float(by_era[-1]))
    return Fitted(
        system=with_readable_points(shipped),
        completion=completion,
        era_offset=np.round(by_era - by_era[-1], POINT_DECIMALS),
        slope=float(slope),
        intercept=float(by_era[-1]),
        loss=loss,
    )


def follow_until(outcome: Outcome, horizon: float) -> Outcome:
    """Return the follow-up cut at the horizon."""
    inside = outcome.time <= horizon
    return Outcome.of(
        np.minimum(outcome.time, horizon), outcome.event & inside, outcome.competing & inside
    )
