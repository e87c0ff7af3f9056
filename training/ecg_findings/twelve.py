"""Twelve leads: leave one source out, then learn on all; how much learning and rules add."""

from pathlib import Path

import numpy as np

from ...engine.ecg.delineation.delineate import Delineator
from ...engine.fixedpoint import FloatArray
from ..report import Line
from . import judge
from .deletion import deletion_lines
from .fit import Recipe, Rules, calibrated, learn
from .operating import called, with_cut_offs
from .peers import boosting_logits, crisp_logits
from .records import Ecgs, twelve_lead


def judged_twelve_lead(
    data: Path, work: Path, network: Delineator, start: Rules, recipe: Recipe
) -> tuple[Rules, list[Line]]:
    """Return the rules that are shipped and every measurement of the card."""
    ecgs = twelve_lead(data, start.table.names, network, work)
    held, left = left_out(ecgs, start, recipe)
    raw = start.logits(ecgs)
    shipped = calibrated(learn(start, ecgs, recipe), ecgs, recipe)
    shipped = Rules(shipped.system, with_cut_offs(shipped.table, ecgs, shipped.logits(ecgs)))
    others = {
        "crisp guideline rules, same measurements": crisp_logits(start, ecgs),
        "guideline rules, soft, untrained": raw,
        "learned, source left out": held,
        "gradient boosting, source left out": boosting_logits(start, ecgs, recipe.seed),
    }
    lines = _summary(ecgs, start, others, recipe.seed)
    lines += judge.auroc_lines("guideline rules, untrained", ecgs, start.table, raw)
    lines += judge.auroc_lines("learned, source left out", ecgs, start.table, held)
    for title, (present, decided) in (
        (
            "operating points, shipped rules on the records that they learned from",
            called(shipped.table, ecgs, shipped.logits(ecgs)),
        ),
        ("operating points, source left out of rules and cut-offs", left),
    ):
        lines += judge.operating_lines(title, ecgs, shipped.table, present, decided)
    lines += judge.calibration_lines(ecgs, shipped.table, held)
    lines += judge.count_lines(ecgs, start.table)
    lines += deletion_lines(shipped, network, seed=recipe.seed)
    return shipped, lines


def left_out(
    ecgs: Ecgs, start: Rules, recipe: Recipe
) -> tuple[FloatArray, tuple[judge.BoolArray, judge.BoolArray]]:
    """Answer with rules that were learned, calibrated and cut without the record's source.

    Returns
    -------
    logits, and what is called present and decided, shape (n, s) each
    """
    held = np.empty(ecgs.truth.shape)
    present, decided = np.zeros((2, *ecgs.truth.shape), dtype=bool)
    for source in dict.fromkeys(ecgs.source):
        here = ecgs.source == source
        others = ecgs.only(~here)
        rules = calibrated(learn(start, others, recipe), others, recipe)
        held[here] = rules.logits(ecgs.only(here))
        table = with_cut_offs(rules.table, others, rules.logits(others))
        present[here], decided[here] = called(table, ecgs.only(here), held[here])
    return held, (present, decided)


def _summary(ecgs: Ecgs, start: Rules, scores: dict[str, FloatArray], seed: int) -> list[Line]:
    lines = []
    for name, logit in scores.items():
        found = judge.mean_auroc(ecgs, start.table, logit, seed=seed)
        lines.append(Line("summary", name, "mean AUROC", found))
    first = "learned, source left out"
    for name, logit in scores.items():
        if name != first:
            gap = judge.mean_difference(ecgs, start.table, scores[first], logit, seed=seed)
            lines.append(Line("summary", name, "learned minus this", gap))
    return lines
