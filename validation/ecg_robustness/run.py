"""Measures every record clean and disturbed, and writes what changed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from ...datasets.sources.challenge12 import FLAT_LEADS
from ...engine.bundles.load import Models
from ...engine.ecg.analysis import EcgAnalysis, analyse_ecg
from ...engine.ecg.delineation.delineate import Delineator
from ...engine.ecg.signal import EcgSignal
from ...engine.ecg.visit import ready_delineator
from ...training.ecg_quality.markdown import rate_cell, table
from ...training.ecg_quality.records import twelve_lead_records
from ..errors import StudyError
from .disturb import Disturbance, disturbances

USES = ("rhythm", "intervals", "twelve_lead", "st")
LIMITS: Mapping[str, float] = {
    "rate": 2.0, "pr": 15.0, "qrs": 15.0, "qt": 30.0, "qrs_axis": 15.0, "sokolow_lyon": 0.3,
}  # fmt: skip
"""Beyond it a measurement counts as changed (per minute, ms, degrees, mV); engineering choices,
unsigned, near twice the limits of the CSE working party for single measurements."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the chain said of one record in one state."""

    values: Mapping[str, float]
    refused: Mapping[str, bool]
    reasons: frozenset[tuple[str, str]]


def run_robustness(data: Path, models: Models, *, every: int) -> dict[str, Any]:
    """Disturb every n-th development record that the gate accepts and compare with itself.

    LUDB is left out: each of its leads is stored on a scale of its own, so nothing of voltages,
    axis or swaps can be judged there. Swaps and noise are made; the records are real.

    Raises
    ------
    StudyError  if no delineator is loaded, or no record is there
    """
    ready = ready_delineator(models)
    if ready is None:
        raise StudyError(
            found="no ECG delineator is loaded",
            why="there is nothing whose robustness could be told",
            remedy="Check `laennec models list`",
            path="models",
        )
    delineator, reference = ready
    records = [
        r.signal
        for r in twelve_lead_records(data)
        if r.source != "LUDB" and r.record not in FLAT_LEADS
    ][::every]
    clean = [(s, see(s, delineator)) for s in records]
    kept = [(s, seen) for s, seen in clean if not seen.refused["intervals"]]
    if not kept:
        raise StudyError(
            found=f"{len(records)} records, none of which the gate accepts",
            why="a change can't be told from a clean record that is not measured",
            remedy="Check the data folder",
            path=data.name,
        )
    return {
        "schema": "laennec.ecg_robustness/1",
        "model": {"id": reference.id, "version": reference.version, "sha256": reference.sha256},
        "records": len(records),
        "kept": len(kept),
        "limits": dict(LIMITS),
        "rows": [_row(d, kept, delineator) for d in disturbances()],
    }


def see(signal: EcgSignal, delineator: Delineator) -> Seen:
    """Return what the chain says of a record."""
    return seen_of(analyse_ecg(signal, delineator))


def seen_of(analysis: EcgAnalysis) -> Seen:
    """Reduce an analysis to what the study compares."""
    measured = analysis.measurements.measured
    return Seen(
        values={name: measured[name].value if name in measured else np.nan for name in LIMITS},
        refused={use: analysis.quality.uses[use].verdict == "not_assessable" for use in USES},
        reasons=frozenset(
            (lead, reason.message.id)
            for lead, reasons in (
                ("", analysis.quality.reasons),
                *((one.lead, one.reasons) for one in analysis.quality.leads),
            )
            for reason in reasons
        ),
    )


def _row(
    disturbance: Disturbance, kept: Sequence[tuple[EcgSignal, Seen]], delineator: Delineator
) -> dict[str, Any]:
    after = [see(disturbance.apply(s, i), delineator) for i, (s, _) in enumerate(kept)]
    return {
        "id": disturbance.id,
        "group": disturbance.group,
        "should_be_told": disturbance.is_told,
        "n": len(kept),
        "told": sum(bool(a.reasons - b.reasons) for (_, b), a in zip(kept, after, strict=True)),
        "refused": {use: sum(a.refused[use] for a in after) for use in USES},
        "measured": {
            name: compare([b.values[name] for _, b in kept], [a.values[name] for a in after], name)
            for name in LIMITS
        },
    }


def compare(before: Sequence[float], after: Sequence[float], name: str) -> dict[str, Any]:
    """Compare a measurement with itself; an axis is compared around the circle."""
    first, second = np.array(before), np.array(after)
    known, both = np.isfinite(first), np.isfinite(first) & np.isfinite(second)
    change = second[both] - first[both]
    if name == "qrs_axis":
        change = (change + 180.0) % 360.0 - 180.0
    return {
        "known_before": int(known.sum()),
        "withheld_after": int((known & ~both).sum()),
        "still_said": int(both.sum()),
        "changed": int((np.abs(change) > LIMITS[name]).sum()),
        "median_change": float(np.median(change)) if len(change) else None,
    }


def write_robustness(told: Mapping[str, Any], out: Path) -> tuple[Path, Path]:
    """Write ``report.json`` and ``report.md``; return them."""
    out.mkdir(parents=True, exist_ok=True)
    files = (out / "report.json", out / "report.md")
    files[0].write_text(json.dumps(told, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    files[1].write_text(as_markdown(told), encoding="utf-8")
    return files


def as_markdown(told: Mapping[str, Any]) -> str:
    """Return the report as a page; every figure comes from the document."""
    model, limits = told["model"], told["limits"]
    first = [
        [r["id"], "yes" if r["should_be_told"] else "no",
         rate_cell(r["told"], r["n"]),
         *(rate_cell(r["refused"][use], r["n"]) for use in USES)]
        for r in told["rows"]
    ]  # fmt: skip
    second = [[r["id"], *(_changed(r["measured"][name]) for name in limits)] for r in told["rows"]]
    page = files(__package__ or "").joinpath("page.md").read_text(encoding="utf-8")
    return page.format(
        **model,
        kept=told["kept"],
        records=told["records"],
        beyond=", ".join(f"{name} {value:g}" for name, value in limits.items()),
        told=table(["disturbance", "should be told", "new reason of the gate", *USES], first),
        changed=table(["disturbance", *limits], second),
    )


def _changed(found: Mapping[str, Any]) -> str:
    if not found["still_said"]:
        return f"withheld {found['withheld_after']}/{found['known_before']}"
    said = rate_cell(found["changed"], found["still_said"])
    return f"{said}; {found['median_change']:+.2g}"
