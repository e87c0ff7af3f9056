"""Learning near the guideline: bounded shifts of words and points, then one line per statement."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from scipy.special import expit
from scipy.special import logit as logit_of

from ...engine.ecg.findings.model import evaluate_statements
from ...engine.ecg.findings.spec import StatementSpec, StatementTable
from ...engine.fixedpoint import FloatArray
from ...engine.fuzzy.rules import Points
from ...engine.fuzzy.system import TskSystem
from ...models.ecg_findings.definition import FindingsModule
from .records import Ecgs

FEWEST_CASES = 5


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to learn; every number stands in ``about.toml``.

    Parameters
    ----------
    steps, rate : of Adam
    pull : weight of the distance from the guideline
    most : greatest factor on the points of a rule
    slope_pull, bias_pull : how strongly the line per statement is held at slope 1, intercept 0
    """

    steps: int
    rate: float
    pull: float
    most: float
    slope_pull: float
    bias_pull: float
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """Rules with their statements."""

    system: TskSystem
    table: StatementTable

    def logits(self, ecgs: Ecgs) -> FloatArray:
        """Return log-odds, shape (n, s)."""
        x = ecgs.rule_inputs(self.system.inputs)
        found = evaluate_statements(self.system, self.table, x, np.isfinite(x))
        owners = self.table.owners(self.system)[:, None] == np.arange(len(self.table.names))
        return np.asarray(found.bias + found.rule_contribution @ owners)


def weights(ecgs: Ecgs) -> FloatArray:
    """Weigh records so that cases and controls of one source and statement count the same.

    Returns
    -------
    shape (n, s); 0 where nothing is known or a source has only one kind
    """
    found = np.zeros(ecgs.truth.shape)
    for source in dict.fromkeys(ecgs.source):
        here = ecgs.source == source
        for j in range(ecgs.truth.shape[1]):
            case, control = here & (ecgs.truth[:, j] == 1), here & (ecgs.truth[:, j] == 0)
            if case.any() and control.any():
                share = np.sqrt(min(case.sum(), control.sum()))
                found[case, j] = share / case.sum()
                found[control, j] = share / control.sum()
    return found


def learn(start: Rules, ecgs: Ecgs, recipe: Recipe) -> Rules:
    """Shift words and points within their bounds, pulled to where they start."""
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(1)
    module = FindingsModule(start.system, start.table, most=recipe.most)
    x = torch.from_numpy(ecgs.rule_inputs(start.system.inputs))
    observed = torch.isfinite(x)
    weight = torch.from_numpy(weights(ecgs))
    truth = torch.from_numpy(np.nan_to_num(ecgs.truth))
    optimiser = torch.optim.Adam(module.parameters(), lr=recipe.rate)
    for _ in range(recipe.steps):
        optimiser.zero_grad()
        logit = module(x, observed)
        cost = torch.nn.functional.binary_cross_entropy_with_logits(
            logit, truth, weight=weight, reduction="sum"
        )
        total = cost + recipe.pull * module.distance()
        total.backward()  # type: ignore[no-untyped-call]  # torch has no type here
        optimiser.step()
    return Rules(*module.learned())


def calibrated(rules: Rules, ecgs: Ecgs, recipe: Recipe) -> Rules:
    """Fold a slope and an intercept per statement into its points and bias.

    Both are pulled to what was there (slope 1, intercept 0), the more the fewer cases there are;
    with fewer than five they stay. Cut-offs go along: what is called stays the same (rivals, which
    are compared by how far each lies beyond its own, apart).
    """
    logit = rules.logits(ecgs)
    lines = {
        name: _line(logit[:, j], ecgs.truth[:, j], recipe)
        for j, name in enumerate(rules.table.names)
    }
    return _folded(rules, lines)


def _line(logit: FloatArray, truth: FloatArray, recipe: Recipe) -> tuple[float, float]:
    """Return slope and intercept by Newton's method on the penalised likelihood."""
    known = np.isfinite(truth)
    z, y = logit[known], truth[known]
    slope, intercept = 1.0, 0.0
    if not FEWEST_CASES <= y.sum() < len(y):
        return slope, intercept
    for _ in range(60):
        p = 1.0 / (1.0 + np.exp(-np.clip(slope * z + intercept, -40, 40)))
        v = p * (1.0 - p)
        gradient = np.array(
            [
                ((p - y) * z).sum() + recipe.slope_pull * (slope - 1.0),
                (p - y).sum() + recipe.bias_pull * intercept,
            ]
        )
        curve = np.array(
            [
                [(v * z * z).sum() + recipe.slope_pull, (v * z).sum()],
                [(v * z).sum(), v.sum() + recipe.bias_pull],
            ]
        )
        step = np.linalg.solve(curve, gradient)
        size = max(1.0, float(np.abs(step).max()))
        slope, intercept = slope - step[0] / size, intercept - step[1] / size
        if np.abs(step).max() < 1e-9:
            break
    return float(max(slope, 0.05)), float(intercept)


def _folded(rules: Rules, lines: Mapping[str, tuple[float, float]]) -> Rules:
    names = rules.table.names
    owners = rules.table.owners(rules.system)
    changed = tuple(
        replace(rule, consequent=Points(float(points * lines[names[owner]][0])))
        for rule, points, owner in zip(rules.system.rules, rules.system.points, owners, strict=True)
    )
    statements = tuple(_moved(s, *lines[s.name]) for s in rules.table.statements)
    return Rules(replace(rules.system, rules=changed), StatementTable(statements))


def _moved(spec: StatementSpec, slope: float, intercept: float) -> StatementSpec:
    """Bring bias and cut-offs of a statement to its calibrated scale."""

    def score(cut_off: float) -> float:
        return float(expit(slope * logit_of(cut_off) + intercept))

    return replace(
        spec,
        bias=slope * spec.bias + intercept,
        borderline_from=score(spec.borderline_from),
        present_from=score(spec.present_from),
    )
