"""The torch definition of the cardiovascular model; used in training only, never at run time.

The rules add up to a log-hazard. Deaths are compared with everybody still followed then, inside
each survey cycle (Cox's partial likelihood, Breslow's form for ties): whoever is censored counts
as long as they are followed, and no baseline hazard has to be assumed while rules are learned.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from ..neurofuzzy.monotone import MonotoneModule, Prepared


class Stratum(NamedTuple):
    """People of one stratum, the longest followed first.

    rows : shape (m,), their positions
    at_risk : shape (m,), position of the last one who is still followed when each one leaves
    dies : shape (m,), weight of a person who died of the cause, 0 for all others
    log_weight : shape (m,)
    """

    rows: Tensor
    at_risk: Tensor
    dies: Tensor
    log_weight: Tensor


class HazardModule(MonotoneModule):
    """Monotone rules whose score is a log-hazard; the bias stays where it is."""

    def partial_loss(self, people: Prepared, strata: list[Stratum]) -> Tensor:
        """Return the weighted negative log partial likelihood, per unit of weight.

        Source: Cox 1972, J R Stat Soc B 34:187-220; ties as Breslow 1974; weights as Binder 1992,
        Biometrika 79:139-147.
        """
        score = self.score(people)
        total = score.new_zeros(())
        weight = score.new_zeros(())
        for stratum in strata:
            mine = score[stratum.rows]
            risk_set = torch.logcumsumexp(mine + stratum.log_weight, 0)[stratum.at_risk]
            total = total - (stratum.dies * (mine - risk_set)).sum()
            weight = weight + stratum.log_weight.exp().sum()
        return total / weight
