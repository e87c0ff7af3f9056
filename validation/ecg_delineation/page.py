"""The page of the study; every figure comes from its document."""

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from ...training.ecg_quality.markdown import table
from .marking import FOUND, MARKED, PEAK_ROW, TABLE

POINTS: Final = (
    "P onset", "P peak", "P offset", "QRS onset", "QRS peak", "QRS offset", "T onset", "T peak",
    "T offset",
)  # fmt: skip
CSE_MS: Final[Mapping[str, tuple[float, float]]] = {
    "P": (10.0, 15.0), "PR": (10.0, 10.0), "QRS": (10.0, 10.0), "QT": (25.0, 30.0),
}  # fmt: skip
"""Mean and SD that the CSE working party allows for groups of records (from memory)."""


def write_study(told: Mapping[str, Any], out: Path) -> tuple[Path, Path]:
    """Write ``report.json`` and ``report.md``; return them."""
    out.mkdir(parents=True, exist_ok=True)
    written = (out / "report.json", out / "report.md")
    written[0].write_text(json.dumps(told, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    written[1].write_text(as_markdown(told), encoding="utf-8")
    return written


def as_markdown(told: Mapping[str, Any]) -> str:
    """Return the report as a page."""
    tools: Mapping[str, Sequence[Mapping[str, Any]]] = told["tools"]
    found = [[name, _cell(rows, "boundaries", "six boundaries", "F1", 4)] + [
        _cell(rows, "boundaries", point, "F1", 3) for point in POINTS
    ] for name, rows in tools.items()]  # fmt: skip
    errors = [
        [name, *(_cell(rows, "boundaries", point, "SD ms", 1) for point in POINTS)]
        for name, rows in tools.items()
    ]
    intervals = [
        [name, *(_interval(rows, which) for which in CSE_MS)] for name, rows in tools.items()
    ]
    limits = ["allowed", *(f"{mean:g} / {sd:g}" for mean, sd in CSE_MS.values())]
    marking = told["marking"]
    steady = [
        [point, *(_cell(marking, TABLE, point, measure, 1) for measure in (MARKED, FOUND))]
        for point in POINTS
        if not point.endswith("peak")
    ]
    page = files(__package__ or "").joinpath("page.md").read_text(encoding="utf-8")
    return page.format(
        **told["model"],
        records=told["records"],
        neurokit2=told["neurokit2"],
        found=table(["tool", "six boundaries", *POINTS], found),
        errors=table(["tool", *POINTS], errors),
        intervals=table(["tool", *CSE_MS], [limits, *intervals]),
        steady=table(["boundary", "marks of the annotators", "points of the network"], steady),
        steady_records=_estimate(marking, TABLE, "QRS onset", MARKED)["n"],
        peak=_cell(marking, TABLE, PEAK_ROW, "SD ms", 1),
    )


def _estimate(
    rows: Sequence[Mapping[str, Any]], name: str, row: str, measure: str
) -> Mapping[str, Any]:
    wanted = (name, row, measure)
    (found,) = [x["estimate"] for x in rows if (x["table"], x["row"], x["measure"]) == wanted]
    estimate: Mapping[str, Any] = found
    return estimate


def _cell(rows: Sequence[Mapping[str, Any]], name: str, row: str, measure: str, digits: int) -> str:
    e = _estimate(rows, name, row, measure)
    return f"{e['value']:.{digits}f} [{e['ci_low']:.{digits}f}-{e['ci_high']:.{digits}f}]"


def _interval(rows: Sequence[Mapping[str, Any]], which: str) -> str:
    """Return bias and SD, and whether both lie within what is allowed."""
    bias, sd = (_estimate(rows, "intervals", which, m)["value"] for m in ("bias ms", "SD ms"))
    mean_limit, sd_limit = CSE_MS[which]
    kept = "kept" if abs(bias) <= mean_limit and sd <= sd_limit else "not kept"
    return f"{bias:+.1f} / {sd:.1f}: {kept}"
