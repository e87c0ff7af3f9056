"""The page of the study; every figure comes from its document."""

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from ...training.ecg_quality.markdown import table

GROUPS: Final = ("rhythms", "sampling rates", "noise")
PAIRS: Final = ("learned_minus_classical", "learned_minus_true", "classical_minus_true")
_UNIT: Final = {"rate": "/min", "qrs": "ms", "qt": "ms"}


def write_study(told: Mapping[str, Any], out: Path) -> tuple[Path, Path]:
    """Write ``report.json`` and ``report.md``; return them."""
    out.mkdir(parents=True, exist_ok=True)
    written = (out / "report.json", out / "report.md")
    written[0].write_text(json.dumps(told, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    written[1].write_text(as_markdown(told), encoding="utf-8")
    return written


def as_markdown(told: Mapping[str, Any]) -> str:
    """Return the report as a page."""
    page = files(__package__ or "").joinpath("page.md").read_text(encoding="utf-8")
    parts = {group.replace(" ", "_"): _group(told, group) for group in GROUPS}
    return page.format(**told["model"], records=told["records"], seed=told["seed"], **parts)


def _group(told: Mapping[str, Any], group: str) -> str:
    rows = [
        [
            row["name"],
            _withheld(row),
            *(_cell(row["measures"][name][pair]) for name in _UNIT for pair in PAIRS),
            *(_plain(row["spread_ms"][point]) for point in ("QRS onset", "T offset")),
        ]
        for row in told["rows"]
        if row["group"] == group
    ]
    said = {"learned_minus_classical": "L-C", "learned_minus_true": "L-T"}
    head = [
        f"{name.upper() if name != 'rate' else name} {said.get(pair, 'C-T')}, {unit}"
        for name, unit in _UNIT.items()
        for pair in PAIRS
    ]
    spreads = ["spread of QRS onset, ms", "spread of T offset, ms"]
    return table([group, "withheld L / C", *head, *spreads], rows)


def _withheld(row: Mapping[str, Any]) -> str:
    """Return how often QRS or QT was withheld: the greater of both, learned / classical."""
    both = [
        max(row["measures"][name][f"{source}_withheld"] for name in ("qrs", "qt"))
        for source in ("learned", "classical")
    ]
    return " / ".join(map(str, both))


def _cell(found: Mapping[str, Any]) -> str:
    if found["mean"] is None:
        return "-"
    return f"{found['mean']:+.1f} / {found['sd']:.1f}"


def _plain(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
