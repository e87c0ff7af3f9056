"""The shipped rules beside every peer, and what rules, measurements and learning add by themselves.

A difference is of the same people, drawn together. Each step is one thing changed: the waves that
are measured (NeuroKit2's or ours), how words are read (steps or slopes), and learning.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from ...engine.fixedpoint import FloatArray
from ..metrics import Estimate
from ..report import Line
from . import judge
from .fit import Rules
from .peers import crisp_logits, learnable
from .records import Ecgs

SHIPPED: Final = "guideline rules, soft, as shipped"
CRISP: Final = "crisp guideline rules, same measurements"
LEARNED: Final = "words and points learned, source left out"
ENCODED: Final = "waveform encoder beside the untrained rules, source left out"
BOOSTING: Final = "gradient boosting, source left out"
CNN: Final = "small network over the signal, source left out"
CNN_TAUGHT: Final = "the same network, taught by simulated ECGs before"
SUMMARY: Final = "summary"
LEARNABLE: Final = "summary, cells of which another source has two cases"
STEPS: Final = "what each step adds"
FAILED: Final = "records in which no beat was found"
RATE: Final = ("rate_bpm",)
Scores = Mapping[str, FloatArray]


def crisp_on(method: str) -> str:
    """Name crisp rules on NeuroKit2's waves."""
    return f"crisp guideline rules, waves of NeuroKit2 ({method})"


def soft_on(method: str) -> str:
    """Name the shipped rules on NeuroKit2's waves."""
    return f"guideline rules, soft, waves of NeuroKit2 ({method})"


def usual_scores(start: Rules, usual: Mapping[str, Ecgs]) -> dict[str, FloatArray]:
    """Return crisp and soft rules on what was measured on each method's waves."""
    found = {crisp_on(method): crisp_logits(start, ecgs) for method, ecgs in usual.items()}
    return found | {soft_on(method): start.logits(ecgs) for method, ecgs in usual.items()}


def compared_lines(
    ecgs: Ecgs, start: Rules, scores: Scores, usual: Mapping[str, Ecgs], seed: int
) -> list[Line]:
    """Return means, paired differences, steps, and where a tool found nothing.

    Parameters
    ----------
    ecgs : measured by our chain
    scores : name -> logits, `SHIPPED`, `CRISP`, `LEARNED` and `BOOSTING` among them
    usual : method of NeuroKit2 -> the same records on its waves; empty where it is not installed
    seed : of the draws
    """
    lines = _means(SUMMARY, ecgs, start, scores, seed)
    told = learnable(ecgs, scores[BOOSTING])
    if any(judge.cells(told, start.table)):
        lines += _means(LEARNABLE, told, start, scores, seed)
    for name, (more, less) in _steps(tuple(usual)).items():
        gap = judge.mean_difference(ecgs, start.table, scores[more], scores[less], seed=seed)
        lines.append(Line(STEPS, name, "mean AUROC, difference", gap))
    for name, measured in {
        "ours": ecgs,
        **{f"NeuroKit2 ({m})": e for m, e in usual.items()},
    }.items():
        n = float(np.isnan(measured.columns(RATE)).sum())
        found = Estimate(n, n, n, len(ecgs.record), "counted")
        lines.append(Line(FAILED, name, "records", found))
    return lines


def _steps(methods: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    """Return what is changed in each step -> the scores with and without it."""
    steps = {}
    for m in methods:
        steps[f"measurements: our waves for those of NeuroKit2 ({m}), crisp rules"] = (
            CRISP, crisp_on(m))  # fmt: skip
    steps["rules: soft words for steps, our waves"] = (SHIPPED, CRISP)
    for m in methods:
        steps[f"rules: soft words for steps, waves of NeuroKit2 ({m})"] = (soft_on(m), crisp_on(m))
        steps[f"measurements: our waves for those of NeuroKit2 ({m}), soft rules"] = (
            SHIPPED, soft_on(m))  # fmt: skip
    steps["learning: words and points, source left out"] = (LEARNED, SHIPPED)
    steps["learning: a waveform encoder beside the rules, source left out"] = (ENCODED, SHIPPED)
    return steps


def _means(title: str, ecgs: Ecgs, start: Rules, scores: Scores, seed: int) -> list[Line]:
    lines = []
    for name, logit in scores.items():
        found = judge.mean_auroc(ecgs, start.table, logit, seed=seed)
        lines.append(Line(title, name, "mean AUROC", found))
    for name, logit in scores.items():
        if name != SHIPPED:
            gap = judge.mean_difference(ecgs, start.table, scores[SHIPPED], logit, seed=seed)
            lines.append(Line(title, name, "shipped minus this", gap))
    return lines
