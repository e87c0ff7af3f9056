"""Bias and SD as functions of sums, so that a bootstrap draws sums and not values."""

import numpy as np

from ...engine.fixedpoint import FloatArray


def powers(values: FloatArray) -> FloatArray:
    """Return one, the value and its square for each value that is known, shape (n, 3)."""
    known = values[np.isfinite(values)]
    return np.stack([np.ones_like(known), known, known**2], axis=1)


def bias(sums: FloatArray) -> FloatArray:
    """Return the mean.

    Parameters
    ----------
    sums : shape (..., 3), of `powers`
    """
    return np.asarray(sums[..., 1] / sums[..., 0])


def sd(sums: FloatArray) -> FloatArray:
    """Return the SD, divided by n.

    Parameters
    ----------
    sums : shape (..., 3), of `powers`
    """
    return np.sqrt(np.maximum(sums[..., 2] / sums[..., 0] - bias(sums) ** 2, 0.0))
