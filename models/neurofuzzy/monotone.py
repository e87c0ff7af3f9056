"""Additive rules that keep a positive number of points: monotone by construction, quick to learn.

With words that only rise (or only fall) in an input, and points that stay above a least value, the
score is monotone in that input whatever is learned.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from ...engine.errors import DataError
from ...engine.fuzzy.system import TskSystem
from .layers import TskModule

_SIGN = {"rising_sigmoid": 1.0, "falling_sigmoid": -1.0}


class Prepared(NamedTuple):
    """What never changes while learning: truth of the fixed words, inputs of the learned ones.

    fixed : shape (n, fixed words)
    learned_x : shape (n, learned words)
    """

    fixed: Tensor
    learned_x: Tensor


class MonotoneModule(TskModule):
    """Rules with at least `least_points` each.

    Parameters
    ----------
    system : where learning starts; all points positive, every learned word a sigmoid
    least_points : smallest number of points of a rule

    Raises
    ------
    DataError : a word with bounds is no sigmoid
    """

    def __init__(self, system: TskSystem, *, least_points: float) -> None:
        super().__init__(system)
        self.least_points = least_points
        above = (torch.from_numpy(system.points.copy()) - least_points).clamp(min=least_points)
        self.raw_points = nn.Parameter(above + torch.log(-torch.expm1(-above)))
        terms = self.membership.terms
        self.learned = [i for i, term in enumerate(terms) if term.bounds]
        self.fixed = [i for i in range(len(terms)) if i not in self.learned]
        for i in self.learned:
            if terms[i].shape not in _SIGN:
                raise DataError(
                    found=f"{terms[i].name!r} is {terms[i].shape} and has bounds",
                    why="this model learns sigmoid words only: they are smooth and never turn back",
                    remedy=f"Use one of {', '.join(_SIGN)}, or remove the bounds",
                    path=system.name,
                )
        self.order = torch.tensor(self.fixed + self.learned).argsort()
        signs = [_SIGN[terms[i].shape] for i in self.learned]
        self.register_buffer("direction", torch.tensor(signs, dtype=torch.float64))

    @property
    def points(self) -> Tensor:
        """Shape (r,), points of each rule, all above `least_points`."""
        return self.least_points + nn.functional.softplus(self.raw_points)

    def prepare(self, x: Tensor) -> Prepared:
        """Evaluate once what does not depend on what is learned.

        Parameters
        ----------
        x : shape (n, k), finite, inside the universe
        """
        with torch.no_grad():
            truth = self.membership(x)
        columns = [self.membership.columns[i] for i in self.learned]
        return Prepared(truth[:, self.fixed], x[:, columns])

    def score(self, people: Prepared) -> Tensor:
        """Add up the points of people of whom everything is known, shape (n,), without the bias."""
        values = self.membership.parameters_()
        at = [self.membership.starts[i] for i in self.learned]
        scale = values[[a + 1 for a in at]] * self.get_buffer("direction")
        learned = torch.sigmoid((people.learned_x - values[at]) / scale)
        truth = torch.cat([people.fixed, learned], dim=1)[:, self.order]
        scored: Tensor = self.rule_layer(truth) @ self.points
        return scored
