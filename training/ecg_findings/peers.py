"""What the rules are compared with: the same rules crisp, and boosting on the same features."""

from dataclasses import replace

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from ...engine.fixedpoint import FloatArray
from ...engine.fuzzy.variables import Term
from .fit import Rules
from .records import Ecgs

_NEVER = -6.0


def crisp_logits(start: Rules, ecgs: Ecgs) -> FloatArray:
    """Evaluate the guideline rules with every word a step at its middle."""
    variables = tuple(
        replace(v, terms=tuple(_step(t) for t in v.terms)) for v in start.system.variables
    )
    return Rules(replace(start.system, variables=variables), start.table).logits(ecgs)


def _step(term: Term) -> Term:
    if not term.shape.endswith("sigmoid"):
        return term
    middle, scale = term.parameters
    return replace(term, parameters=(middle, scale * 1e-3), bounds=())


def boosting_logits(start: Rules, ecgs: Ecgs, seed: int) -> FloatArray:
    """Learn gradient boosting on the same features, one source left out at a time."""
    x = ecgs.columns(start.system.inputs)
    held = np.full(ecgs.truth.shape, _NEVER)
    for source in dict.fromkeys(ecgs.source):
        here = ecgs.source == source
        for j in range(ecgs.truth.shape[1]):
            known = ~here & np.isfinite(ecgs.truth[:, j])
            y = ecgs.truth[known, j]
            if min(y.sum(), (1 - y).sum()) < 2:  # noqa: PLR2004 - nothing to learn from one
                continue
            model = HistGradientBoostingClassifier(
                max_iter=100, max_depth=3, learning_rate=0.08, min_samples_leaf=5, random_state=seed
            )
            model.fit(x[known], y)
            held[here, j] = model.decision_function(x[here])
    return held
