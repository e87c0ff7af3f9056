"""What other cut-offs would give, and what the ranking alone allows: the trade, source left out.

A cut-off that the truth chose is no cut-off to ship. It says what no choice can pass: where the
ranking itself finds too few cases among the tenth of the controls that it ranks highest.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import product
from typing import Final

import numpy as np

from ...engine.fixedpoint import FloatArray
from ..metrics import Estimate
from ..report import Line
from . import judge
from .calm import UNTOLD, calm_lines
from .fit import Rules
from .judge import BoolArray
from .operating import SHIPPED, Choice, called, with_cut_offs
from .records import Ecgs

TABLE: Final = "what other cut-offs would give, source left out"
CEILING: Final = "what the ranking alone allows: sensitivity with cut-offs that the truth chose"
PRICES: Final = (1.0, 2.0, 3.0, 5.0, 8.0, 12.0)
SHARES: Final = (0.82, 0.86, 0.90, 0.94)
SPECIFICITIES: Final = (0.85, 0.90, 0.95)
LEAST_SPECIFICITY, MOST_FALSE = 0.90, 0.35
PRESENT, FLAGGED = "present", "borderline or present"
NESTED: Final = "price and share chosen without the source that is left out"
Said = tuple[BoolArray, BoolArray, BoolArray]


def trade_lines(ecgs: Ecgs, start: Rules) -> list[Line]:
    """Return sensitivity, specificity and what a calm ECG gets, by price and by share."""
    lines, inside = [], nested(ecgs, start)
    for price in PRICES:
        said = said_left_out(ecgs, start, replace(SHIPPED, price=price))
        lines += _row(f"{PRESENT}, price {price:.0f}", ecgs, start, said, PRESENT)
    lines += _row(f"{PRESENT}, {NESTED}", ecgs, start, inside, PRESENT)
    for share in SHARES:
        said = said_left_out(ecgs, start, replace(SHIPPED, flagged=share))
        lines += _row(f"{FLAGGED}, share {share:.2f}", ecgs, start, said, FLAGGED)
    lines += _row(f"{FLAGGED}, {NESTED}", ecgs, start, inside, FLAGGED)
    return lines


def said_left_out(ecgs: Ecgs, start: Rules, choice: Choice) -> Said:
    """Say of each record by cut-offs that were chosen without its source."""
    logit = start.logits(ecgs)
    said = np.zeros((3, *ecgs.truth.shape), dtype=np.bool_)
    for here in _sources(ecgs):
        said[:, here] = _said_of(ecgs, start, logit, here, choice)
    return said[0], said[1], said[2]


def nested(ecgs: Ecgs, start: Rules) -> Said:
    """Choose price and share, too, without the source that is left out.

    Among the sources that remain, each left out in turn: the least price at which a calm ECG gets
    no more false statements than it may, then the share that finds most at the specificity asked.
    """
    logit = start.logits(ecgs)
    said = np.zeros((3, *ecgs.truth.shape), dtype=np.bool_)
    for here in _sources(ecgs):
        choice = _chosen(ecgs.only(~here), start)
        said[:, here] = _said_of(ecgs, start, logit, here, choice)
    return said[0], said[1], said[2]


def _chosen(ecgs: Ecgs, start: Rules) -> Choice:
    @cache
    def said(price: float, share: float) -> Said:
        return said_left_out(ecgs, start, Choice(price, share))

    false = {p: _calm(ecgs, start, said(p, SHIPPED.flagged))[UNTOLD].value for p in PRICES}
    price = min((p for p in PRICES if false[p] <= MOST_FALSE), default=PRICES[-1])
    found = {share: _means(ecgs, start, said(price, share), FLAGGED) for share in SHARES}
    kept = [share for share in SHARES if found[share][1].value >= LEAST_SPECIFICITY]
    return Choice(price, max(kept, key=lambda share: found[share][0].value, default=SHARES[-1]))


def _said_of(
    ecgs: Ecgs, start: Rules, logit: FloatArray, here: BoolArray, choice: Choice
) -> tuple[BoolArray, BoolArray, BoolArray]:
    table = with_cut_offs(start.table, ecgs.only(~here), logit[~here], choice)
    return called(table, ecgs.only(here), logit[here])


def _sources(ecgs: Ecgs) -> Iterator[BoolArray]:
    return (ecgs.source == source for source in dict.fromkeys(ecgs.source))


def _row(row: str, ecgs: Ecgs, start: Rules, said: Said, what: str) -> list[Line]:
    means = _means(ecgs, start, said, what)
    lines = [
        Line(TABLE, row, measure, found)
        for measure, found in zip(("sensitivity", "specificity"), means, strict=True)
    ]
    calm = _calm(ecgs, start, said)
    asked = (PRESENT, UNTOLD) if what == PRESENT else ("present or borderline",)
    return lines + [Line(TABLE, row, f"a calm ECG gets {name}", calm[name]) for name in asked]


def _calm(ecgs: Ecgs, start: Rules, said: Said) -> dict[str, Estimate]:
    return {line.measure: line.estimate for line in calm_lines("", ecgs, start.table, said)}


def _means(ecgs: Ecgs, start: Rules, said: Said, what: str) -> Sequence[Estimate]:
    present, flagged, decided = said
    at = present if what == PRESENT else flagged
    lines = judge.operating_lines("", ecgs, start.table, at, decided)
    return [line.estimate for line in lines if line.row == "mean"]


def ceiling_lines(ecgs: Ecgs, start: Rules) -> list[Line]:
    """Return the mean sensitivity at a specificity, had the truth chosen the cut-offs.

    Once with one cut-off a statement for all sources, once with one for each statement and source;
    statements, or statements of a source, with five cases and five controls or more.
    """
    logit = start.logits(ecgs)
    whole = replace(ecgs, source=np.full(len(ecgs.record), "all"))
    lines = []
    for (row, of), least in product(
        (("one for all sources", whole), ("one for each source", ecgs)), SPECIFICITIES
    ):
        found = [
            sensitivity_at(
                cell.case, logit[cell.rows, start.table.names.index(cell.statement)], least
            )
            for cell in judge.cells(of, start.table)
        ]
        mean, n = float(np.mean(found)), len(found)
        estimate = Estimate(mean, mean, mean, n, "mean of statements, or of statements of a source")
        lines.append(Line(CEILING, row, f"at specificity {least:.2f}", estimate))
    return lines


def sensitivity_at(case: BoolArray, score: FloatArray, least: float) -> float:
    """Return the share of cases above the least cut-off that keeps a specificity.

    >>> sensitivity_at(np.array([True, True, False, False]), np.array([3.0, 1.0, 2.0, 0.0]), 0.9)
    0.5
    """
    control = np.sort(score[~case])
    cut_off = control[int(np.ceil(least * len(control) - 1e-9)) - 1]
    return float((score[case] > cut_off).mean())
