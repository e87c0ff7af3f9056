"""The torch definition of the diabetes models; used in training only, never at run time.

An additive Takagi-Sugeno-Kang system, monotone by construction. People of different survey eras
share all rules and differ by one offset of the logit.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from ...engine.fuzzy.system import TskSystem
from ..neurofuzzy.monotone import MonotoneModule, Prepared


class People(NamedTuple):
    """What never changes while learning, and the era of each person: shape (n,), 0 the first."""

    prepared: Prepared
    era: Tensor


class DiabetesModule(MonotoneModule):
    """Monotone rules, and one offset for each earlier era.

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
        super().__init__(system, least_points=least_points)
        self.era_offset = nn.Parameter(torch.zeros(n_eras - 1, dtype=torch.float64))

    def in_era(self, x: Tensor, era: Tensor) -> People:
        """Evaluate once what does not depend on what is learned.

        Parameters
        ----------
        x : shape (n, k), finite, inside the universe
        era : shape (n,), 0 for the first era; the last has no offset
        """
        return People(self.prepare(x), era)

    def logits(self, people: People) -> Tensor:
        """Score people of whom everything is known, shape (n,); the same as `forward` gives."""
        offset = torch.cat([self.era_offset, self.era_offset.new_zeros(1)])
        return self.bias + offset[people.era] + self.score(people.prepared)
