"""Scores the peers on every record, and takes our own figures from the signed cross-validation."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from ...datasets.sources.ecg_files import AnnotatedEcg
from ...datasets.sources.ludb import read_ludb
from ...engine.bundles.load import Models
from ...engine.ecg.fiducials import WAVES
from ...training.ecg_delineation.judge import bootstrapped, boundary_lines
from ...training.ecg_delineation.moments import bias, powers, sd
from ...training.ecg_delineation.score import (
    POINT_NAMES,
    Key,
    Matches,
    lengths_ms,
    marked_medians,
    match,
    pooled,
)
from ...training.report import Line
from ..errors import StudyError
from .marking import marking_lines
from .peers import METHODS, Waves, neurokit_version, waves_of

OURS: Final = "ecg_delineation/waves"
TABLES: Final = ("boundaries", "intervals")
INTERVALS: Final = {"p": "P", "pr": "PR", "qrs": "QRS", "qt": "QT"}


def run_study(data: Path, models: Models) -> dict[str, Any]:
    """Judge NeuroKit2 on LUDB by the code that judged our own delineator.

    Parameters
    ----------
    data : folder of development data
    models : loaded models

    Raises
    ------
    StudyError  if the delineator is not loaded or NeuroKit2 is not installed
    """
    peer, bundle = neurokit_version(), models.signal(OURS)
    if bundle is None:
        raise StudyError(
            found="no ECG delineator is loaded",
            why="there is nothing to compare with",
            remedy="Check `laennec models list`",
            path=OURS,
        )
    ecg = data / "ecg" if (data / "ecg").is_dir() else data
    records = list(read_ludb(ecg / "ludb"))
    tools = {f"NeuroKit2 {method}": peer_rows(records, method) for method in METHODS}
    own = json.loads(bundle.files["metrics.json"])["lines"]
    waves = [bundle.delineator().delineate(record.signal) for record in records]
    return {
        "schema": "laennec.ecg_delineation_study/1",
        "model": {"id": OURS, "version": bundle.manifest.version, "sha256": bundle.sha256},
        "neurokit2": peer,
        "records": len(records),
        "marking": [_plain(line) for line in marking_lines(records, waves)],
        "tools": {"Laennec, out of fold": [x for x in own if x["table"] in TABLES], **tools},
    }


def peer_rows(records: Sequence[AnnotatedEcg], method: str) -> list[dict[str, Any]]:
    """Return the lines of one method in the form of a bundle's ``metrics.json``."""
    found = [waves_of(record.signal, method) for record in records]
    scored = [scores_of(w, r) for w, r in zip(found, records, strict=True)]
    lines = [*boundary_lines(scored, "boundaries"), *_interval_lines(found, records)]
    return [_plain(line) for line in lines]


def scores_of(waves: Mapping[str, Waves], record: AnnotatedEcg) -> dict[Key, Matches]:
    """Match every point of every lead, as `training.ecg_delineation.score` does for ours."""
    ms = 1000.0 / record.signal.sampling_rate_hz
    parts: dict[Key, list[Matches]] = {(w, p): [] for w in WAVES for p in POINT_NAMES}
    for lead, marks in record.waves.items():
        every = np.concatenate([w.ravel() for w in marks.values()])
        if not np.isfinite(every).any():
            continue
        span = (float(np.nanmin(every)), float(np.nanmax(every)))
        for (wave, point), into in parts.items():
            into.append(match(waves[lead][wave][:, point], marks[wave][:, point], span, ms))
    return {key: pooled(matches) for key, matches in parts.items()}


def _interval_lines(
    found: Sequence[Mapping[str, Waves]], records: Sequence[AnnotatedEcg]
) -> Iterator[Line]:
    """Compare record medians with the annotator's; paced records are left out."""
    gaps: dict[str, list[float]] = {name: [] for name in INTERVALS}
    for waves, record in zip(found, records, strict=True):
        if record.labels.get("Cardiac pacing"):
            continue
        rate = record.signal.sampling_rate_hz
        p, q, t = (np.concatenate([lead[w] for lead in waves.values()]) for w in WAVES)
        ours, theirs = lengths_ms(p, q, t, 1000.0 / rate), marked_medians(record.waves, rate)
        for name, into in gaps.items():
            into.append(ours[name] - theirs[name])
    for name, values in gaps.items():
        counts = powers(np.array(values))
        yield Line("intervals", INTERVALS[name], "bias ms", bootstrapped(counts, bias))
        yield Line("intervals", INTERVALS[name], "SD ms", bootstrapped(counts, sd))


def _plain(line: Line) -> dict[str, Any]:
    e = line.estimate
    estimate = {"value": e.value, "ci_low": e.ci_low, "ci_high": e.ci_high, "n": e.n}
    return {
        "table": line.table,
        "row": line.row,
        "measure": line.measure,
        "estimate": {**estimate, "method": e.method},
    }
