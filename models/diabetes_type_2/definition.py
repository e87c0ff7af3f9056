"""The torch definition of the diabetes models; used in training only, never at run time.

An additive Takagi-Sugeno-Kang system whose every rule keeps a positive number of points: with words
that only rise (or only fall) in an input, the risk is monotone in it by construction. People of
different survey eras share all rules and differ by one offset of the logit.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from ...engine.errors import DataError
from ...engine.fuzzy.system import TskSystem
from ..neurofuzzy.layers import TskModule

_SIGN = {"rising_sigmoid": 1.0, "falling_sigmoid": -1.0}


class Prepared(NamedTuple):
    """What never changes while learning: truth of the fixed words, inputs of the learned ones.

    fixed : shape (n, fixed words)
    learned_x : shape (n, learned words)
    era : shape (n,), 0 for the first era
    """

    fixed: Tensor
    learned_x: Tensor
    era: Tensor


class DiabetesModule(TskModule):
    """Rules with at least `least_points` each, and one offset for each earlier era.

    Parameters
    ----------
    system : where learning starts; all points positive, every learned word a sigmoid
    n_eras : number of eras, the last one being that of the shipped risk
    least_points : smallest number of points of a rule, log-odds

    Raises
    ------
    DataError : a word with bounds is no sigmoid
    """

    def __init__(self, system: TskSystem, *, n_eras: int, least_points: float) -> None:
        super().__init__(system)
        self.least_points = least_points
        above = (torch.from_numpy(system.points.copy()) - least_points).clamp(min=least_points)
        self.raw_points = nn.Parameter(above + torch.log(-torch.expm1(-above)))
        self.era_offset = nn.Parameter(torch.zeros(n_eras - 1, dtype=torch.float64))
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
        """Shape (r,), log-odds of each rule, all above `least_points`."""
        return self.least_points + nn.functional.softplus(self.raw_points)

    def prepare(self, x: Tensor, era: Tensor) -> Prepared:
        """Evaluate once what does not depend on what is learned.

        Parameters
        ----------
        x : shape (n, k), finite, inside the universe
        era : shape (n,), 0 for the first era; the last has no offset
        """
        with torch.no_grad():
            truth = self.membership(x)
        columns = [self.membership.columns[i] for i in self.learned]
        return Prepared(truth[:, self.fixed], x[:, columns], era)

    def logits(self, people: Prepared) -> Tensor:
        """Score people of whom everything is known, shape (n,); the same as `forward` gives."""
        values = self.membership.parameters_()
        at = [self.membership.starts[i] for i in self.learned]
        scale = values[[a + 1 for a in at]] * self.get_buffer("direction")
        learned = torch.sigmoid((people.learned_x - values[at]) / scale)
        truth = torch.cat([people.fixed, learned], dim=1)[:, self.order]
        firing = self.rule_layer(truth)
        offset = torch.cat([self.era_offset, self.era_offset.new_zeros(1)])
        return self.bias + offset[people.era] + firing @ self.points
