"""Survey design: weights, and replicates of people drawn as the survey drew them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BOOTSTRAP = "percentile bootstrap of sampling units within strata (Rao and Wu)"


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """How people were drawn.

    Parameters
    ----------
    weight : shape (n,), how many people each one stands for; scaled to a mean of 1
    stratum, psu : shape (n,), sampling stratum, and primary sampling unit inside it
    cycle : shape (n,), survey cycle
    """

    weight: FloatArray
    stratum: FloatArray
    psu: FloatArray
    cycle: NDArray[np.str_]

    def of(self, rows: NDArray[np.bool_]) -> "Design":
        """Return the design of some people; weights keep their scale."""
        return Design(self.weight[rows], self.stratum[rows], self.psu[rows], self.cycle[rows])


def replicate_factors(design: Design, n_replicates: int, seed: int) -> FloatArray:
    """Draw bootstrap replicates of a stratified cluster sample.

    In each stratum with m units, m - 1 are drawn with replacement and count m / (m - 1) each; a
    stratum with a single unit is kept as it is (its contribution to the variance is not seen).

    Parameters
    ----------
    design : how people were drawn
    n_replicates : number of replicates
    seed : of the random generator

    Returns
    -------
    shape (n_replicates, n), factors by which weights are multiplied

    Source: Rao and Wu 1988, J Am Stat Assoc 83:231-241; Rao, Wu and Yue 1992, Survey Methodology
    18:209-217.
    """
    generator = np.random.default_rng(seed)
    _, unit = np.unique(np.stack([design.stratum, design.psu]), axis=1, return_inverse=True)
    unit = unit.ravel()
    first = np.unique(unit, return_index=True)[1]
    stratum_of_unit = design.stratum[first]
    per_unit = np.ones((n_replicates, len(first)))
    for stratum in np.unique(stratum_of_unit):
        members = np.flatnonzero(stratum_of_unit == stratum)
        m = len(members)
        if m > 1:
            drawn = generator.multinomial(m - 1, np.full(m, 1 / m), size=n_replicates)
            per_unit[:, members] = drawn * m / (m - 1)
    return per_unit[:, unit]
