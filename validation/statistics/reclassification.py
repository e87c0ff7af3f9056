"""Net reclassification: who moves between bands; only where a protocol asks for it.

It can be improved by a wrongly calibrated risk; net benefit and differences of AUROC are the better
questions (Hilden and Gerds 2014, Stat Med 33:3405-3414), and the report says so.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from .estimate import BoolArray, FloatArray, NotEstimable, Result, wald

NRI = ("nri_cases", "nri_others", "nri")
PENCINA = "Pencina; normal"


def moves(new: FloatArray, old: FloatArray, cuts: Sequence[float]) -> FloatArray:
    """Return who moves to a higher band, 1, to a lower one, -1, or stays, 0; shape (n,)."""
    bands = [np.searchsorted(np.asarray(cuts), risk, side="right") for risk in (new, old)]
    return np.sign(bands[0] - bands[1]).astype(np.float64)


def net_reclassification(
    case: BoolArray, new: FloatArray, old: FloatArray, cuts: Sequence[float]
) -> Mapping[str, Result]:
    """Return the net share of cases that move up and of others that move down, and their sum.

    Parameters
    ----------
    case : shape (n,)
    new, old : shape (n,), risks
    cuts : from which value on the next band starts, ascending

    Source: Pencina et al. 2008, Stat Med 27:157-172; variances of Pencina et al. 2011, 30:11-21.
    """
    names, method = NRI, PENCINA
    m, n = int(case.sum()), int((~case).sum())
    if m == 0 or n == 0:
        code = "nobody" if m + n == 0 else ("no_case" if m == 0 else "no_other")
        return dict.fromkeys(names, NotEstimable(code, m + n, method))  # type: ignore[arg-type]  # three of the codes
    moved = moves(new, old, cuts)
    ours, others = moved[case], -moved[~case]
    spread = (float(ours.var() / m), float(others.var() / n))
    values = (float(ours.mean()), float(others.mean()))
    found = (
        (values[0], spread[0], m),
        (values[1], spread[1], n),
        (sum(values), sum(spread), m + n),
    )
    return {
        name: wald(value, float(np.sqrt(variance)), size, method)
        for name, (value, variance, size) in zip(names, found, strict=True)
    }
