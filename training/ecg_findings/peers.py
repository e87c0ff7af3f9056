"""What the rules are compared with: the same rules crisp, and boosting on the same features."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from ...engine.errors import DataError
from ...engine.fixedpoint import FloatArray
from ...engine.fuzzy.variables import Term
from ..ecg_delineation.neurokit import NeuroKitWaves
from .fit import Rules
from .records import Ecgs, twelve_lead

METHODS: Final = ("dwt", "prominence")
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
    x = ecgs.rule_inputs(start.system.inputs)
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


def on_usual_waves(data: Path, start: Rules, work: Path, method: str) -> Ecgs:
    """Return the same records, measured by our code on the waves that NeuroKit2 finds.

    Gate, voltages, shapes, pacing needles and flutter waves are measured as in our own chain; what
    follows from where waves are is NeuroKit2's. Where it finds nothing, words are silent and
    nothing is called, as for its user.

    Parameters
    ----------
    data, work : as `records.twelve_lead` takes them
    method : of `METHODS`
    """
    return twelve_lead(data, start.table.names, NeuroKitWaves(method), work)


def learnable(ecgs: Ecgs, boosting: FloatArray) -> Ecgs:
    """Forget cells in which boosting gives every record the same: no other source had cases."""
    truth = ecgs.truth.copy()
    for source in dict.fromkeys(ecgs.source):
        here = ecgs.source == source
        same = np.ptp(boosting[here], axis=0) == 0
        truth[np.ix_(here, same)] = np.nan
    return replace(ecgs, truth=truth)


def must_be_the_same(kept: Sequence[str], read: Sequence[str]) -> None:
    """Hold the records of a peer against those whose truth it is judged by.

    Features are kept from an earlier run; a set that was sorted anew, or has more records since,
    would be judged by the truth of other people.

    Raises
    ------
    DataError  if the records are others, or stand in another order
    """
    if tuple(kept) != tuple(read):
        raise DataError(
            found=f"{len(kept)} records of kept features, {len(read)} of the set, not the same",
            why="a peer would be judged by the truth of other people",
            remedy="Remove the kept features and measure them again",
            path="twelve_lead",
        )
