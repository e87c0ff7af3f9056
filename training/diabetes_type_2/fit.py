"""Learns one system: membership functions, points, bias and era offsets together."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ...engine.errors import DataError
from ...engine.fuzzy.completion import ConditionalCompletion
from ...engine.fuzzy.rules import Points
from ...engine.fuzzy.system import TskSystem
from ...engine.fuzzy.tsk import evaluate_tsk, recalibrated
from ...engine.fuzzy.variables import LinguisticVariable, Term
from ...models.diabetes_type_2.definition import DiabetesModule
from ..completion import fit_completion
from ..metrics import fit_logistic
from ..survey import FloatArray
from .cohort import Cohort
from .forms import Settings

WORD_DIGITS = 4
POINT_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Fitted:
    """A learned and calibrated system.

    Parameters
    ----------
    system : rules whose risk is calibrated to the weighted people of the last era
    completion : what is expected of rules when inputs are missing
    era_offset : shape (eras,), logit added for people of each era; 0 for the last
    slope, intercept : of the calibration, already inside `system`
    loss : weighted mean log loss that learning ended with, penalties included
    """

    system: TskSystem
    completion: ConditionalCompletion
    era_offset: FloatArray
    slope: float
    intercept: float
    loss: float

    def logit(
        self, x: FloatArray, observed: NDArray[np.bool_], era: NDArray[np.int64]
    ) -> FloatArray:
        """Score people as the shipped model would, plus the offset of their era."""
        result = evaluate_tsk(self.system, x, observed, completion=self.completion)
        return np.asarray(result.logit + self.era_offset[era])


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
    optimiser = torch.optim.LBFGS(
        module.parameters(),
        max_iter=settings.max_iterations,
        history_size=20,
        line_search_fn="strong_wolfe",
        tolerance_grad=1e-6,
        tolerance_change=1e-8,
    )

    def closure() -> float:
        optimiser.zero_grad()
        value = loss()
        value.backward()  # type: ignore[no-untyped-call]  # torch has no type here
        return float(value.detach())

    optimiser.step(closure)  # type: ignore[no-untyped-call]  # torch has no type here
    final = float(loss().detach())
    if not np.isfinite(final):
        raise DataError(
            found=f"learning of {start.name} ended with a loss of {final}",
            why="its rules mean nothing then",
            remedy="Check the weights and the inputs for values that are not finite",
            path=start.name,
        )
    return module.to_system(), final


def _loss(module: DiabetesModule, people: Cohort, settings: Settings) -> Callable[[], Tensor]:
    low, high = module.system.universes.T
    x = torch.from_numpy(np.clip(people.x, low, high))
    case = torch.from_numpy(people.case.astype(np.float64))
    weight = torch.from_numpy(people.design.weight / people.design.weight.mean())
    prepared = module.prepare(x, torch.from_numpy(people.era))
    shape = module.membership.parameters_.raw
    at_start = shape.detach().clone()
    log_loss = nn.BCEWithLogitsLoss(weight=weight)

    def loss() -> Tensor:
        data: Tensor = log_loss(module.logits(prepared), case)
        ridge = settings.ridge * (module.points**2).sum()
        stay = settings.stay * ((shape - at_start) ** 2).sum()
        return data + ridge + stay

    return loss


def with_readable_words(system: TskSystem) -> TskSystem:
    """Round every learned membership parameter to four digits, inside its bounds.

    What is printed is what is evaluated, so the numbers are made short before anything is judged.
    """
    return replace(system, variables=tuple(_rounded(v) for v in system.variables))


def _rounded(variable: LinguisticVariable) -> LinguisticVariable:
    return replace(variable, terms=tuple(_rounded_term(term) for term in variable.terms))


def _rounded_term(term: Term) -> Term:
    if not term.bounds:
        return term
    parameters = tuple(
        min(max(float(f"{value:.{WORD_DIGITS}g}"), low), high)
        for value, (low, high) in zip(term.parameters, term.bounds, strict=True)
    )
    return replace(term, parameters=parameters)


def with_readable_points(system: TskSystem) -> TskSystem:
    """Round points and bias to a thousandth of a log-odds."""
    rules = tuple(
        replace(rule, consequent=Points(round(float(value), POINT_DECIMALS)))
        for rule, value in zip(system.rules, system.points, strict=True)
    )
    return replace(system, rules=rules, bias=round(system.bias, POINT_DECIMALS))


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
