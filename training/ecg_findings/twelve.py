"""Twelve leads: what is shipped, judged with one source left out; how much learning would add.

Shipped are the guideline's words and points, calibrated and cut on the development records. Words
and points that were learned rank no better on a source that was left out, and what is called
present by them holds less well there: the card shows both.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from ...engine.ecg.delineation.delineate import Delineator
from ...engine.fixedpoint import FloatArray
from ..ecg_delineation.neurokit import is_installed
from ..report import Line
from . import compared, judge
from .calm import calm_by_source, calm_lines
from .cnn import cnn_logits
from .compared import (
    BOOSTING,
    CNN,
    CNN_TAUGHT,
    CRISP,
    ENCODED,
    SHIPPED,
    compared_lines,
    usual_scores,
)
from .definitions import definition_lines
from .deletion import deletion_lines
from .encoder import with_encoder
from .fit import Recipe, Rules, calibrated, learn
from .operating import called, with_cut_offs
from .peers import METHODS, boosting_logits, crisp_logits, must_be_the_same, on_usual_waves
from .records import Ecgs, twelve_lead
from .trade import ceiling_lines, trade_lines

OWN = "shipped rules on the records that they learned from"
LEARNED = "operating points had words and points been learned, source left out"
LEFT = "source left out of rules and cut-offs"
UNSAID = "AUROC with the rhythms of which the engine says nothing"


def judged_twelve_lead(
    data: Path, work: Path, network: Delineator, start: Rules, recipe: Recipe
) -> tuple[Rules, list[Line]]:
    """Return the rules that are shipped and every measurement of the card."""
    ecgs = twelve_lead(data, start.table.names, network, work)
    held, left = left_out(ecgs, start, recipe, learns=False)
    learned, left_learned = left_out(ecgs, start, recipe, learns=True)
    encoded = encoder_left_out(ecgs, start, recipe.seed)
    raw = start.logits(ecgs)
    cut = Rules(start.system, with_cut_offs(start.table, ecgs, raw))
    shipped = calibrated(cut, ecgs, recipe)
    methods = METHODS if is_installed() else ()
    usual = {method: on_usual_waves(data, start, work, method) for method in methods}
    for measured in usual.values():
        must_be_the_same(ecgs.record, measured.record)
    scores = {
        **usual_scores(start, usual),
        CRISP: crisp_logits(start, ecgs),
        SHIPPED: raw,
        compared.LEARNED: learned,
        ENCODED: encoded,
        BOOSTING: boosting_logits(start, ecgs, recipe.seed),
        CNN: cnn_logits(data, ecgs, start.table, work, simulation=False),
        CNN_TAUGHT: cnn_logits(data, ecgs, start.table, work, simulation=True),
    }
    lines = compared_lines(ecgs, start, scores, usual, recipe.seed)
    lines += judge.auroc_lines(SHIPPED, ecgs, start.table, raw)
    lines += _with_what_is_unsaid(ecgs, start, raw)
    own = called(shipped.table, ecgs, shipped.logits(ecgs))
    for where, (present, flagged, decided) in ((OWN, own), (LEFT, left)):
        for what, at in (("present", present), ("borderline or present", flagged)):
            title = f"operating points, {what}, {where}"
            lines += judge.operating_lines(title, ecgs, shipped.table, at, decided)
    lines += calm_lines(OWN, ecgs, shipped.table, own)
    lines += calm_lines(LEFT, ecgs, shipped.table, left)
    lines += calm_by_source(ecgs, shipped.table, left[0])
    lines += trade_lines(ecgs, start)
    lines += ceiling_lines(ecgs, start)
    lines += _means_if_learned(ecgs, shipped, left_learned)
    lines += judge.calibration_lines(ecgs, shipped.table, held)
    lines += judge.count_lines(ecgs, start.table)
    lines += definition_lines(ecgs)
    lines += deletion_lines(shipped, network, seed=recipe.seed)
    return shipped, lines


def left_out(
    ecgs: Ecgs, start: Rules, recipe: Recipe, *, learns: bool
) -> tuple[FloatArray, tuple[judge.BoolArray, judge.BoolArray, judge.BoolArray]]:
    """Answer with rules that were calibrated and cut without the record's source.

    Parameters
    ----------
    learns : words and points are learned before

    Returns
    -------
    logits, and what is called present, flagged and decided, shape (n, s) each
    """
    held = np.empty(ecgs.truth.shape)
    said = np.zeros((3, *ecgs.truth.shape), dtype=np.bool_)
    for source in dict.fromkeys(ecgs.source):
        here = ecgs.source == source
        others = ecgs.only(~here)
        rules = learn(start, others, recipe) if learns else start
        cut = Rules(rules.system, with_cut_offs(rules.table, others, rules.logits(others)))
        rules = calibrated(cut, others, recipe)
        held[here] = rules.logits(ecgs.only(here))
        said[:, here] = called(rules.table, ecgs.only(here), held[here])
    return held, (said[0], said[1], said[2])


def encoder_left_out(ecgs: Ecgs, start: Rules, seed: int) -> FloatArray:
    """Answer with rules and the waveform encoder, which had not seen the record's source."""
    held = np.empty(ecgs.truth.shape)
    for source in dict.fromkeys(ecgs.source):
        here = ecgs.source == source
        held[here] = with_encoder(start, ecgs.only(~here), ecgs.only(here), seed)
    return held


def _with_what_is_unsaid(ecgs: Ecgs, start: Rules, raw: FloatArray) -> list[Line]:
    """Return the AUROCs that change where possible ventricular tachycardias count all the same."""
    every = replace(ecgs, wide=np.zeros_like(ecgs.wide))
    told = {x.row: x.estimate for x in judge.auroc_lines(UNSAID, ecgs, start.table, raw)}
    counted = judge.auroc_lines(UNSAID, every, start.table, raw)
    return [line for line in counted if told.get(line.row) != line.estimate]


def _means_if_learned(
    ecgs: Ecgs, shipped: Rules, said: tuple[judge.BoolArray, judge.BoolArray, judge.BoolArray]
) -> list[Line]:
    """Return the mean sensitivity and specificity that learned words and points would have had."""
    present, flagged, decided = said
    lines = []
    for what, at in (("present", present), ("borderline or present", flagged)):
        every = judge.operating_lines("", ecgs, shipped.table, at, decided)
        means = [line for line in every if line.row == "mean"]
        lines += [Line(LEARNED, what, line.measure, line.estimate) for line in means]
    return lines
