"""The torch definition of the ECG findings; used in training only, never at run time.

Every rule keeps the sign of its guideline points and moves within a factor of them; words move
within their bounds; each statement has a bias. Everything starts at the guideline.
"""

import math
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from ...engine.ecg.findings.spec import StatementTable
from ...engine.fuzzy.rules import Points
from ...engine.fuzzy.system import TskSystem
from ..neurofuzzy.layers import FuzzyBase

_HALF = 0.5


class FindingsModule(FuzzyBase):
    """Rules of many statements over the same measurements.

    Parameters
    ----------
    system : where learning starts
    table : which rule belongs to which statement, and the bias of each
    most : greatest factor by which the points of a rule may grow or shrink
    """

    def __init__(self, system: TskSystem, table: StatementTable, *, most: float) -> None:
        super().__init__(system)
        self.system, self.table = system, table
        self.log_most = math.log(most)
        self.start = torch.from_numpy(system.points.copy())
        self.raw_points = nn.Parameter(torch.zeros(len(system.rules), dtype=torch.float64))
        self.bias_shift = nn.Parameter(torch.zeros(len(table.names), dtype=torch.float64))
        self.start_bias = torch.from_numpy(table.bias.copy())
        owners = torch.from_numpy(table.owners(system).astype(np.int64))
        self.belongs = nn.functional.one_hot(owners, len(table.names)).to(torch.float64)
        self.first_words = self.membership.parameters_.raw.detach().clone()

    @property
    def points(self) -> Tensor:
        """Shape (r,), log-odds; the sign is that of the guideline."""
        return self.start * torch.exp(self.log_most * torch.tanh(self.raw_points))

    def forward(self, x: Tensor, observed: Tensor) -> Tensor:
        """Return logits, shape (n, s); what is not observed is no evidence."""
        none_required = torch.zeros(x.shape[1], dtype=torch.bool)
        given = torch.where(observed, x, torch.zeros_like(x))
        firing = self.truth(self.clean(given, observed, none_required))
        return self.start_bias + self.bias_shift + (firing * self.points) @ self.belongs

    def distance(self) -> Tensor:
        """How far points and words are from the guideline: the sum of squares of their shifts."""
        words = self.membership.parameters_.raw - self.first_words
        return (self.raw_points**2).sum() + _HALF * (words**2).sum()

    def learned(self) -> tuple[TskSystem, StatementTable]:
        """Return what was learned, as rules and statements that can be printed."""
        points = [float(p) for p in self.points.detach()]
        rules = tuple(
            replace(rule, consequent=Points(value))
            for rule, value in zip(self.system.rules, points, strict=True)
        )
        variables = self.membership.parameters_.learned()
        bias = (self.start_bias + self.bias_shift).detach()
        statements = tuple(
            replace(s, bias=float(b)) for s, b in zip(self.table.statements, bias, strict=True)
        )
        return replace(self.system, rules=rules, variables=variables), StatementTable(statements)
