"""The page of the study; every figure comes from its document."""

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from ...training.ecg_quality.markdown import rate_cell, table

NO_DATA: Final = "Not run: no data were given."


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
    return page.format(
        **told["model"],
        seed=told["seed"],
        same=_calm(told["same"]),
        changed=_changed(told["changed"]),
        swapped=_swapped(told["swapped"]),
        real=_calm(told["real"]) if told["real"] else NO_DATA,
        real_swapped=_swapped(told["real_swapped"]) if told["real_swapped"] else NO_DATA,
    )


def _calm(rows: list[Mapping[str, Any]]) -> str:
    head = [
        "pairs of", "told new, gone or changed", "new", "a value beyond its limit", "a rule speaks",
        "not decided", "swap suspected", "what", "values beyond", "rules",
    ]  # fmt: skip
    counted = ("any", "new", "beyond", "rule", "unclear", "swap_suspected")
    cells = [
        [
            row["name"].replace("_", " "),
            *(rate_cell(row[name], row["n"]) for name in counted),
            *(_listed(row[name]) for name in ("names", "values", "rules")),
        ]
        for row in rows
    ]
    return table(head, cells)


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {n}" for name, n in counts.items()) or "-"


def _changed(rows: list[Mapping[str, Any]]) -> str:
    head = [
        "sinus rhythm, then", "found", "not decided", "not comparable", "called there before",
        "missed", "of those not found: told as another new statement",
        "falsely seen as a swap beside the earlier one", "rules, with chest pain",
    ]  # fmt: skip
    kinds = ("unclear", "not_comparable", "there_before", "missed", "otherwise", "swap_suspected")
    cells = [
        [
            row["name"].replace("_", " "),
            rate_cell(row["found"], row["n"]),
            *(str(row[kind]) for kind in kinds),
            _listed(row["rules"]),
        ]
        for row in rows
    ]
    return table(head, cells)


def _swapped(rows: list[Mapping[str, Any]]) -> str:
    head = ["limb leads", "seen in one recording", "seen beside the other", "a change was told"]
    cells = [
        [
            row["name"].replace("_", " / "),
            *(rate_cell(row[k], row["n"]) for k in ("alone", "beside", "told")),
        ]
        for row in rows
    ]
    return table(head, cells)
