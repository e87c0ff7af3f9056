"""Learns one system: membership functions, points, bias and era offsets together."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from ...engine.fuzzy.completion import ConditionalCompletion
from ...engine.fuzzy.system import TskSystem
from ...engine.fuzzy.tsk import evaluate_tsk, recalibrated
from ...models.diabetes_type_2.definition import DiabetesModule
from ..completion import fit_completion
from ..fitted import Fitted
from ..learning import POINT_DECIMALS, minimise, with_readable_points, with_readable_words
from ..logistic import fit_logistic
from .cohort import Cohort
from .forms import Settings


def fit_form(start: TskSystem, people: Cohort, n_eras: int, settings: Settings) -> Fitted:
    """Learn rules on people of whom everything is known, then complete and calibrate on everyone.

    Parameters
    ----------
    start : clinical starting point
    people : of the training cycles
    n_eras : number of survey eras
    settings : numbers of the training

    Returns
    -------
    the same for the same people, settings and library versions (one thread, fixed seed, float64)
    """
    complete = people.of(people.complete)
    learned, loss = learn(start, complete, n_eras, settings)
    learned = with_readable_words(learned)
    completion = fit_completion(learned, complete.x, complete.design.weight)
    return calibrate(learned, completion, people, n_eras, loss)


def learn(
    start: TskSystem, people: Cohort, n_eras: int, settings: Settings
) -> tuple[TskSystem, float]:
    """Minimise the survey-weighted log loss by L-BFGS from the clinical starting point."""
    torch.set_num_threads(1)
    torch.manual_seed(settings.seed)
    module = DiabetesModule(start, n_eras=n_eras, least_points=settings.least_points)
    loss = _loss(module, people, settings)
    final = minimise(module, loss, max_iterations=settings.max_iterations, name=start.name)
    return module.to_system(), final


def _loss(module: DiabetesModule, people: Cohort, settings: Settings) -> Callable[[], Tensor]:
    low, high = module.system.universes.T
    x = torch.from_numpy(np.clip(people.x, low, high))
    case = torch.from_numpy(people.case.astype(np.float64))
    weight = torch.from_numpy(people.design.weight / people.design.weight.mean())
    prepared = module.in_era(x, torch.from_numpy(people.era))
    shape = module.membership.parameters_.raw
    at_start = shape.detach().clone()
    log_loss = nn.BCEWithLogitsLoss(weight=weight)

    def loss() -> Tensor:
        data: Tensor = log_loss(module.logits(prepared), case)
        ridge = settings.ridge * (module.points**2).sum()
        stay = settings.stay * ((shape - at_start) ** 2).sum()
        return data + ridge + stay

    return loss


def calibrate(
    system: TskSystem, completion: ConditionalCompletion, people: Cohort, n_eras: int, loss: float
) -> Fitted:
    """Fold one slope, one intercept and the era offsets, fitted on everyone, into the system.

    The intercept of the last era becomes part of the bias, so nothing of the calibration stays
    outside the printed rules.
    """
    logit = evaluate_tsk(system, people.x, people.observed, completion=completion).logit
    eras = (people.era[:, None] == np.arange(n_eras)).astype(np.float64)
    here = eras.any(axis=0)
    columns = np.column_stack([logit, eras[:, here]])
    slope, *intercepts = fit_logistic(columns, people.case, people.design.weight)
    by_era = np.full(n_eras, np.nan)
    by_era[here] = intercepts
    last = by_era[here][-1]
    by_era = np.where(np.isnan(by_era), last, by_era)
    shipped = recalibrated(system, slope=float(slope), intercept=float(by_era[-1]))
    return Fitted(
        system=with_readable_points(shipped),
        completion=completion,
        era_offset=np.round(by_era - by_era[-1], POINT_DECIMALS),
        slope=float(slope),
        intercept=float(by_era[-1]),
        loss=loss,
    )
