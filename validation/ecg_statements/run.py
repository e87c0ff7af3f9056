"""Answers every development record by rules that have not seen its source, and by the peers."""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np

from ...engine.bundles.load import Models
from ...engine.canonical import content_hash
from ...engine.ecg.visit import DELINEATOR_ID
from ...engine.fixedpoint import FloatArray
from ...training.ecg_findings import judge
from ...training.ecg_findings.deletion import deletion_lines
from ...training.ecg_findings.fit import Recipe, Rules
from ...training.ecg_findings.labels import FOLDER
from ...training.ecg_findings.peers import boosting_logits, crisp_logits, learnable
from ...training.ecg_findings.records import Ecgs, twelve_lead
from ...training.ecg_findings.run import start_of
from ...training.ecg_findings.twelve import left_out
from ...training.metrics import auroc_difference_delong
from ...training.report import Line
from ..errors import StudyError
from .protocol import StatementsProtocol

SCHEMA: Final = "laennec.ecg_statements_study/1"
INDEX: Final = "learned, source left out"
CRISP: Final = "crisp guideline rules"
UNTRAINED: Final = "guideline rules, soft, untrained"
BOOSTING: Final = "gradient boosting, source left out"
LEARNABLE: Final = "cells of which another source has cases"
SUPPRESSED_BELOW: Final = 11
DIGITS: Final = 6


def run_study(
    data: Path, models: Models, protocol: StatementsProtocol, work: Path
) -> dict[str, Any]:
    """Run the study.

    Parameters
    ----------
    data : folder of development data, or its folder ``ecg``
    models : loaded models: the network that finds the waves, and the shipped rules
    protocol : what was planned
    work : folder in which features are kept, so that a run can be taken up again

    Raises
    ------
    StudyError  if the delineator or the statements' rules are not loaded
    """
    delineator, shipped = models.signal(DELINEATOR_ID), models.statement_rules(protocol.model)
    if delineator is None or shipped is None:
        raise StudyError(
            found="no ECG delineator, or no rules for ECG statements",
            why="there is nothing to judge",
            remedy="Check `laennec models list`",
            path=protocol.model,
        )
    network, model = delineator.delineator(), shipped.model()
    recipe = Recipe(**tomllib.loads((FOLDER / "about.toml").read_text(encoding="utf-8"))["recipe"])
    start = start_of("twelve_lead")
    ecg = data / "ecg" if (data / "ecg").is_dir() else data
    ecgs = twelve_lead(ecg, start.table.names, network, work)
    held, (present, _, decided) = left_out(ecgs, start, recipe, learns=True)
    scores = {
        INDEX: held,
        CRISP: crisp_logits(start, ecgs),
        UNTRAINED: start.logits(ecgs),
        BOOSTING: boosting_logits(start, ecgs, recipe.seed),
    }
    lines = [*_means(ecgs, start, scores, protocol.seed), *_cells(ecgs, start, scores)]
    lines += judge.operating_lines(f"at cut-offs: {INDEX}", ecgs, start.table, present, decided)
    assessable = judge.assessable(ecgs, start.table)
    called = (scores[CRISP] > 0) & assessable
    lines += judge.operating_lines(f"at cut-offs: {CRISP}", ecgs, start.table, called, assessable)
    lines += judge.calibration_lines(ecgs, start.table, held)
    lines += judge.count_lines(ecgs, start.table)
    lines += deletion_lines(Rules(model.system, model.table), network, seed=protocol.seed)
    sources = list(dict.fromkeys(ecgs.source.tolist()))
    return {
        "schema": SCHEMA,
        "protocol": {
            "sha256": protocol.sha256,
            "content": protocol.content,
            "deviations": list(protocol.deviations(sources, judge.REPLICATES, judge.FEWEST)),
        },
        "model": {"id": protocol.model, "version": shipped.manifest.version,
                  "sha256": shipped.sha256, "key": shipped.manifest.key},
        "delineator": {"version": delineator.manifest.version, "sha256": delineator.sha256},
        "recipe": asdict(recipe),
        "records": {s: _told(int((ecgs.source == s).sum())) for s in sources},
        "records_sha256": content_hash(
            sorted(f"{s} {r}" for s, r in zip(ecgs.source, ecgs.record, strict=True))
        ),
        "n": len(ecgs.record),
        "suppressed_below": SUPPRESSED_BELOW,
        "lines": [_plain(line) for line in lines],
    }  # fmt: skip


def _means(ecgs: Ecgs, start: Rules, scores: Mapping[str, FloatArray], seed: int) -> Sequence[Line]:
    """Return the mean over source and statement, in all, by source, and the paired differences."""
    lines = []
    every = np.ones(len(ecgs.record), dtype=bool)
    parts = {"all sources": (ecgs, every), LEARNABLE: (learnable(ecgs, scores[BOOSTING]), every)}
    for source in dict.fromkeys(ecgs.source):
        rows = ecgs.source == source
        parts[str(source)] = (ecgs.only(rows), rows)
    for part, (here, rows) in parts.items():
        if not list(judge.cells(here, start.table)):
            continue
        for name, logit in scores.items():
            found = judge.mean_auroc(here, start.table, logit[rows], seed=seed)
            lines.append(Line(f"mean AUROC: {part}", name, "mean AUROC", found))
            if name != INDEX:
                pair = (scores[INDEX][rows], logit[rows])
                gap = judge.mean_difference(here, start.table, *pair, seed=seed)
                lines.append(Line(f"mean AUROC: {part}", name, "left-out rules minus this", gap))
    return lines


def _cells(ecgs: Ecgs, start: Rules, scores: Mapping[str, FloatArray]) -> Sequence[Line]:
    """Return AUROC and paired differences of every statement in every source."""
    lines = [
        line
        for name, logit in scores.items()
        for line in judge.auroc_lines(f"AUROC: {name}", ecgs, start.table, logit)
    ]
    for cell in judge.cells(ecgs, start.table):
        j = start.table.names.index(cell.statement)
        mine = scores[INDEX][cell.rows, j]
        for name in (CRISP, BOOSTING):
            gap = auroc_difference_delong(cell.case, mine, scores[name][cell.rows, j])
            row = f"{cell.statement}, {cell.source}"
            lines.append(Line(f"paired: {name}", row, "difference", gap, int(cell.case.sum())))
    return lines


def _told(n: int) -> int | None:
    """Return a count; None where it is small enough to point at somebody."""
    return n if n == 0 or n >= SUPPRESSED_BELOW else None


def _plain(line: Line) -> dict[str, Any]:
    """Return a line as plain JSON; null is what can't be estimated or is too small to be told."""
    e = line.estimate
    values = (_rounded(float(v)) for v in (e.value, e.ci_low, e.ci_high))
    estimate = dict(zip(("value", "ci_low", "ci_high"), values, strict=True))
    if line.table == "cases by source":
        small = line.measure != "sources with a case" and _told(int(e.value)) is None
        estimate = {"value": None if small else int(e.value)}
    return {
        "table": line.table,
        "row": line.row,
        "measure": line.measure,
        "cases": None if line.cases is None else _told(line.cases),
        "estimate": {**estimate, "n": e.n, "method": e.method},
    }


def _rounded(value: float) -> float | None:
    return round(value, DIGITS) if math.isfinite(value) else None
