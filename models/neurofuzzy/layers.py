"""Fuzzy inference as torch modules in float64: the numbers of `engine.fuzzy`, with gradients."""

from collections.abc import Collection
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from ...engine.errors import DataError
from ...engine.fuzzy.completion import ConditionalCompletion, optional_columns
from ...engine.fuzzy.program import RuleProgram, compile_rules
from ...engine.fuzzy.reading import suggestion
from ...engine.fuzzy.rules import Points
from ...engine.fuzzy.status import FIRES, Status
from ...engine.fuzzy.system import FuzzySystem, TskSystem
from .memberships import MembershipLayer

_LEAST_POINTS = 1e-4
"""A rule that keeps its sign and has no points starts here, where its gradient is not zero."""


class TskTensors(NamedTuple):
    """The answer and its explanation; see `engine.fuzzy.tsk.TskResult` for shapes and meaning."""

    risk: Tensor
    logit: Tensor
    rule_firing: Tensor
    rule_contribution: Tensor
    bias: Tensor
    status: Tensor


class Cleaned(NamedTuple):
    """Finite x in its universe, what is not observed, status; as `status.CleanInputs`."""

    x: Tensor
    missing: Tensor
    status: Tensor


class RuleLayer(nn.Module):
    """Truth of every antecedent from the truth of every term.

    Parameters
    ----------
    program : the rules as index arrays
    tnorm : "min" or "product"
    """

    def __init__(self, program: RuleProgram, tnorm: str) -> None:
        super().__init__()
        self.tnorm = tnorm
        self.negated = list(program.negated)
        self.steps = [(step.is_and, torch.from_numpy(step.index)) for step in program.steps]
        self.output = torch.from_numpy(program.output)

    def forward(self, truth: Tensor, negated: Tensor | None = None) -> Tensor:
        """Evaluate the rules.

        Parameters
        ----------
        truth : shape (n, t), of the program's terms
        negated : shape (n, negated terms), of "is not"; None: one minus the truth

        Returns
        -------
        shape (n, r), 0..1
        """
        if negated is None:
            negated = 1.0 - truth[:, self.negated]
        bank = torch.cat([truth.new_ones(len(truth), 1), truth, negated], dim=1)
        for is_and, index in self.steps:
            bank = torch.cat([bank, self._fold(bank[:, index], is_and=is_and)], dim=1)
        return bank[:, self.output]

    def _fold(self, parts: Tensor, *, is_and: bool) -> Tensor:
        """Fold axis 1 of (n, arity, nodes)."""
        if not is_and:
            return parts.amax(dim=1)
        return parts.amin(dim=1) if self.tnorm == "min" else _product(parts)


def _product(parts: Tensor) -> Tensor:
    """Multiply along axis 1, left to right (torch.prod has no safe gradient at zero in float64)."""
    total = parts[:, 0]
    for i in range(1, parts.shape[1]):
        total = total * parts[:, i]
    return total


class FuzzyBase(nn.Module):
    """Inputs, memberships and rules that both forms of inference share."""

    def __init__(self, system: FuzzySystem) -> None:
        super().__init__()
        program = compile_rules(system)
        self.membership = MembershipLayer(system.variables, program.term_index)
        self.rule_layer = RuleLayer(program, system.tnorm)
        self.register_buffer("universes", torch.from_numpy(system.universes))
        self.register_buffer("required", torch.from_numpy(system.required_mask))
        self.register_buffer("uses", torch.from_numpy(system.uses))

    def truth(self, inputs: Cleaned) -> Tensor:
        """Truth of every antecedent, (n, r), with its least truth where an input is missing."""
        direct = self.membership(inputs.x)
        negated = 1.0 - direct[:, self.rule_layer.negated]
        missing = inputs.missing[:, self.membership.columns]
        least, most = self.membership.ranges().unbind(dim=1)
        direct = torch.where(missing, least, direct)
        chosen = self.rule_layer.negated
        negated = torch.where(missing[:, chosen], 1.0 - most[chosen], negated)
        return self.rule_layer(direct, negated)

    def clean(self, x: Tensor, observed: Tensor, required: Tensor) -> Cleaned:
        """Separate values from their absence and their faults, as `status.clean_inputs` does."""
        low, high = self.get_buffer("universes").unbind(dim=1)
        valid = torch.isfinite(x)
        value = torch.where(observed & valid, x, (low + high) / 2)
        inside = torch.minimum(torch.maximum(value, low), high)
        fault = torch.where(inside != value, int(Status.OUTSIDE_UNIVERSE), int(Status.ASSESSED))
        fault = torch.where(observed & ~valid, int(Status.INVALID_INPUT), fault)
        fault = torch.where(~observed & required, int(Status.REQUIRED_MISSING), fault)
        return Cleaned(inside, ~observed, fault.amax(dim=1))


class TskModule(FuzzyBase):
    """A Takagi-Sugeno-Kang system whose points, bias and membership functions can be learned.

    Parameters
    ----------
    system : where learning starts; terms with bounds may move within them, terms without are fixed
    monotone : True: no rule changes the sign of its points; False: every rule may; or the ids of
        the rules that keep it. With words that only rise in an input, rules of one sign make the
        risk monotone in it.

    Raises
    ------
    DataError : `monotone` names a rule that does not exist
    """

    def __init__(self, system: TskSystem, *, monotone: bool | Collection[str] = True) -> None:
        super().__init__(system)
        self.system = system
        keeps = _which(system, monotone)
        points = torch.from_numpy(system.points.copy())
        sign = torch.from_numpy(np.where(np.signbit(system.points), -1.0, 1.0))
        size = points.abs().clamp(min=_LEAST_POINTS)
        raw = torch.where(keeps, size + torch.log(-torch.expm1(-size)), points)
        self.register_buffer("keeps", keeps)
        self.register_buffer("sign", sign)
        self.raw_points = nn.Parameter(raw)
        self.bias = nn.Parameter(torch.tensor(system.bias, dtype=torch.float64))

    @property
    def points(self) -> Tensor:
        """Shape (r,): log-odds of each rule."""
        kept = self.get_buffer("sign") * nn.functional.softplus(self.raw_points)
        return torch.where(self.get_buffer("keeps"), kept, self.raw_points)

    def forward(
        self, x: Tensor, observed: Tensor, completion: ConditionalCompletion | None = None
    ) -> TskTensors:
        """Score records; same meaning as `engine.fuzzy.evaluate_tsk`.

        Parameters
        ----------
        x : shape (n, k) float64; anything, NaN too, where not observed
        observed : shape (n, k) bool
        completion : how missing optional inputs are completed; without it every input is required
        """
        required = self.get_buffer("required")
        inputs = self.clean(x, observed, required if completion else torch.ones_like(required))
        firing = self.rule_layer(self.membership(inputs.x))
        if completion:
            firing = self._complete(firing, inputs.missing, completion)
        evaluated = inputs.status < int(Status.REQUIRED_MISSING)
        firing = torch.where(evaluated[:, None], firing, 0.0)
        contribution, status = firing * self.points, inputs.status
        if self.system.normalised:
            contribution, status = _normalise(contribution, firing, status)
        logit = self.bias + contribution.sum(dim=1)
        bias = self.bias.expand(len(x))
        return TskTensors(torch.sigmoid(logit), logit, firing, contribution, bias, status)

    def _complete(
        self, firing: Tensor, missing: Tensor, completion: ConditionalCompletion
    ) -> Tensor:
        """Do what `engine.fuzzy.completion.complete` does, pattern by pattern."""
        completion.check(self.system)
        unknown = (missing[:, :, None] & self.get_buffer("uses")[None]).any(dim=1)
        known = torch.where(unknown, 0.0, firing)
        columns = optional_columns(self.system)
        pattern = (missing[:, columns] * 2 ** torch.arange(len(columns))).sum(dim=1)
        guess = torch.zeros_like(known)
        for p in sorted(set(pattern[unknown.any(dim=1)].tolist())):
            table = torch.from_numpy(completion.maps[p])
            rows = (pattern == p).nonzero()[:, 0]
            mapped = (known[rows] @ table[:, :-1].T + table[:, -1]).clamp(0.0, 1.0)
            guess = guess.index_put((rows,), mapped)
        return torch.where(unknown, guess, known)

    def to_system(self) -> TskSystem:
        """Return what was learned, as a system that can be printed, with exactly these numbers."""
        points = [float(p) for p in self.points.detach()]
        rules = tuple(
            replace(rule, consequent=Points(value))
            for rule, value in zip(self.system.rules, points, strict=True)
        )
        variables = self.membership.parameters_.learned()
        bias = float(self.bias.detach())
        return replace(self.system, rules=rules, variables=variables, bias=bias)


def _which(system: TskSystem, monotone: bool | Collection[str]) -> Tensor:
    """Say which rules keep their sign."""
    if isinstance(monotone, bool):
        return torch.full((len(system.rules),), monotone)
    for name in monotone:
        if name not in system.rule_ids:
            raise DataError(
                found=f"monotone names the rule {name!r}",
                why="the system has no such rule",
                remedy=suggestion(name, system.rule_ids),
                path=system.name,
            )
    return torch.tensor([rule_id in monotone for rule_id in system.rule_ids])


def _normalise(contribution: Tensor, firing: Tensor, status: Tensor) -> tuple[Tensor, Tensor]:
    """Divide by the sum of the firings; a record in which none fires has no answer."""
    total = firing.sum(dim=1)
    silent = total <= FIRES
    share = contribution / torch.where(silent, 1.0, total)[:, None]
    worst = torch.where(silent, int(Status.NO_RULE_FIRED), int(Status.ASSESSED))
    return torch.where(silent[:, None], 0.0, share), torch.maximum(status, worst)
