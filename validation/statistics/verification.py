"""Accuracy where only some people got the reference standard, chosen by their index test."""

from collections.abc import Mapping

import numpy as np

from .estimate import BoolArray, NotEstimable, Result, logit_wald


def begg_greenes(positive: BoolArray, verified: BoolArray, case: BoolArray) -> Mapping[str, Result]:
    """Return sensitivity and specificity corrected for partial verification.

    Right where, among people of the same result, who was verified has nothing to do with being a
    case; then predictive values of the verified hold for everybody.

    Parameters
    ----------
    positive, verified : shape (n,)
    case : shape (n,), read of the verified only

    Source: Begg and Greenes 1983, Biometrics 39:207-215; interval on the logit by the delta method.
    """
    names, method, n = ("sensitivity", "specificity"), "Begg and Greenes; logit", len(positive)
    seen = {sign: verified & (positive == sign) for sign in (True, False)}
    cases = {sign: int((case & rows).sum()) for sign, rows in seen.items()}
    size = {sign: int(rows.sum()) for sign, rows in seen.items()}
    if any(cases[s] in (0, size[s]) for s in (True, False)):
        return dict.fromkeys(names, NotEstimable("zero_cell", n, method))
    tested = float(positive.mean())
    share = {sign: cases[sign] / size[sign] for sign in (True, False)}
    odds = tested / (1 - tested)

    def corrected(above: float, below: float) -> float:
        return odds * above / (odds * above + below)

    se = corrected(share[True], share[False])
    sp = 1 - corrected(1 - share[True], 1 - share[False])
    # the variances of the logits of the test's share and of the two predictive values add up
    test = 1 / (n * tested * (1 - tested))
    spread = {
        "sensitivity": test + sum((1 - share[s]) / (share[s] * size[s]) for s in share),
        "specificity": test + sum(share[s] / ((1 - share[s]) * size[s]) for s in share),
    }
    return {
        name: logit_wald(value, float(np.sqrt(spread[name])) * value * (1 - value), n, method)
        for name, value in (("sensitivity", se), ("specificity", sp))
    }
