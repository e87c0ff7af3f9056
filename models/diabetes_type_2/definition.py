"""The torch definition of the diabetes models; used in training only, never at run time.

An additive Takagi-Sugeno-Kang system whose every rule keeps a positive number of points: with words
that only rise (or only fall) in an input, the risk is monotone in it by construction. People of
different survey eras share all rules and differ by one offset of the logit.
"""

import torch
from torch import Tensor, nn

from ...engine.fuzzy.system import TskSystem
from ..neurofuzzy.layers import TskModule


class DiabetesModule(TskModule):
    """Rules with at least `least_points` each, and one offset for each earlier era.

    Parameters
    ----------
    system : where learning starts; all points positive
    n_eras : number of eras, the last one being that of the shipped risk
    least_points : smallest number of points of a rule, log-odds
    """

    def __init__(self, system: TskSystem, *, n_eras: int, least_points: float) -> None:
        super().__init__(system)
        self.least_points = least_points
        above = (torch.from_numpy(system.points.copy()) - least_points).clamp(min=least_points)
        self.raw_points = nn.Parameter(above + torch.log(-torch.expm1(-above)))
        self.era_offset = nn.Parameter(torch.zeros(n_eras - 1, dtype=torch.float64))

    @property
    def points(self) -> Tensor:
        """Shape (r,), log-odds of each rule, all above `least_points`."""
        return self.least_points + nn.functional.softplus(self.raw_points)

    def logits(self, x: Tensor, era: Tensor) -> Tensor:
        """Score people of whom everything is known.

        Parameters
        ----------
        x : shape (n, k), finite, inside the universe
        era : shape (n,), 0 for the first era; the last has no offset

        Returns
        -------
        shape (n,)
        """
        firing = self.rule_layer(self.membership(x))
        offset = torch.cat([self.era_offset, self.era_offset.new_zeros(1)])
        return self.bias + offset[era] + firing @ self.points
