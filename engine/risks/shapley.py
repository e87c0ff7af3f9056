"""The Shapley values of one person's inputs, as a draft keeps them."""

import numpy as np

from ..bundles.verify import Bundle
from ..explain.shapley import MAX_INPUTS, shapley_values
from ..fixedpoint import FloatArray
from ..record import BoolArray

CONTRIBUTION_DECIMALS = 6


def shapley_of(
    bundle: Bundle,
    x: FloatArray,
    observed: BoolArray,
) -> dict[str, float]:
    """Return the Shapley value of each known input of one person, on the logit.

    Parameters
    ----------
    bundle : which model
    x, observed : shape (1, k), what it read
    """
    if len(bundle.manifest.inputs) > MAX_INPUTS:
        return {}
    values = shapley_values(bundle.model, x, observed, bundle.rules).values[0]
    return {
        spec.name: round(float(v), CONTRIBUTION_DECIMALS) + 0.0
        for spec, v, known in zip(bundle.manifest.inputs, values, observed[0], strict=True)
        if known and np.isfinite(v)
    }
