"""The page of the study; every figure comes from its document."""

import json
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from ...training.ecg_quality.markdown import table

Rows = Sequence[Mapping[str, Any]]
ALL: Final = "mean AUROC: all sources"
LEARNABLE: Final = "mean AUROC: cells of which another source has cases"
DELETED: Final = "what an explanation names, deleted"
TOOLS: Final = (
    "learned, source left out", "guideline rules, soft, untrained", "crisp guideline rules",
    "gradient boosting, source left out",
)  # fmt: skip
SMALL: Final = "<11"
NOT_ESTIMABLE: Final = "not estimable"


def write_study(told: Mapping[str, Any], out: Path) -> tuple[Path, Path]:
    """Write ``report.json`` and ``report.md``; return them."""
    out.mkdir(parents=True, exist_ok=True)
    written = (out / "report.json", out / "report.md")
    text = json.dumps(told, indent=1, allow_nan=False, ensure_ascii=False)
    written[0].write_text(text + "\n", encoding="utf-8")
    written[1].write_text(as_markdown(told), encoding="utf-8")
    return written


def as_markdown(told: Mapping[str, Any]) -> str:
    """Return the report as a page."""
    rows: Rows = told["lines"]
    plan = told["protocol"]
    page = files(__package__ or "").joinpath("page.md").read_text(encoding="utf-8")
    return page.format(
        **told["model"],
        delineator=told["delineator"]["version"],
        protocol=plan["sha256"],
        frozen=plan["frozen_on"] or "never",
        deviations="; ".join(plan["deviations"]) or "none",
        question=plan["content"]["study"]["question"],
        reference=plan["content"]["reference_standard"]["description"],
        n=told["n"],
        records=", ".join(f"{s} {SMALL if n is None else n}" for s, n in told["records"].items()),
        method=_find_method(rows),
        means=table(["tool", "mean AUROC", "left-out rules minus this"], list(_means(rows, ALL))),
        learnable=table(
            ["tool", "mean AUROC", "left-out rules minus this"], list(_means(rows, LEARNABLE))
        ),
        sources=table(["source", *TOOLS], list(_by_source(rows))),
        gap=_worst_gap(rows),
        cells=table(
            ["statement, source", "cases", *TOOLS, "minus crisp (paired)", "minus boosting"],
            list(_cells(rows)),
        ),
        cuts=table(
            ["statement", "sensitivity", "specificity", "crisp: sensitivity", "specificity"],
            list(_cuts(rows)),
        ),
        calibration=table(["statement", "slope", "O:E"], list(_calibration(rows))),
        deletion=table(
            ["statement", "what is named", "another", "difference"], list(_deletion(rows))
        ),
    )


def _find(rows: Rows, name: str, row: str, measure: str) -> Mapping[str, Any] | None:
    wanted = (name, row, measure)
    found = (x["estimate"] for x in rows if (x["table"], x["row"], x["measure"]) == wanted)
    return next(found, None)


def _find_method(rows: Rows) -> str:
    found = _find(rows, ALL, TOOLS[0], "mean AUROC")
    return NOT_ESTIMABLE if found is None else str(found["method"])


def _cell(rows: Rows, name: str, row: str, measure: str, digits: int = 3) -> str:
    e = _find(rows, name, row, measure)
    return "-" if e is None else _told(e, f".{digits}f", "-")


def _told(e: Mapping[str, Any], digits: str, to: str) -> str:
    """Print an estimate and its interval; either may be null, which is "not estimable"."""
    if e["value"] is None:
        return NOT_ESTIMABLE
    limits = (e["ci_low"], e["ci_high"])
    interval = NOT_ESTIMABLE if None in limits else to.join(format(x, digits) for x in limits)
    return f"{e['value']:{digits}} [{interval}]"


def _means(rows: Rows, name: str) -> Iterator[list[str]]:
    for tool in TOOLS:
        gap = _find(rows, name, tool, "left-out rules minus this")
        told = "" if gap is None else _signed(gap)
        yield [tool, _cell(rows, name, tool, "mean AUROC"), told]


def _signed(e: Mapping[str, Any]) -> str:
    return _told(e, "+.3f", " to ")


def _sources(rows: Rows) -> list[str]:
    tables = dict.fromkeys(x["table"] for x in rows if x["table"].startswith("mean AUROC: "))
    return [name for name in tables if name not in (ALL, LEARNABLE)]


def _by_source(rows: Rows) -> Iterator[list[str]]:
    for name in _sources(rows):
        yield [name.partition(": ")[2], *(_cell(rows, name, t, "mean AUROC") for t in TOOLS)]


def _worst_gap(rows: Rows) -> str:
    """Return the widest gap between two sources, of the rules."""
    means = {name: _find(rows, name, TOOLS[0], "mean AUROC") for name in _sources(rows)}
    values = {name.partition(": ")[2]: e["value"] for name, e in means.items() if e is not None}
    values = {name: value for name, value in values.items() if value is not None}
    if not values:
        return NOT_ESTIMABLE
    low, high = min(values, key=values.__getitem__), max(values, key=values.__getitem__)
    return f"{values[high] - values[low]:.3f} ({high} {values[high]:.3f}, {low} {values[low]:.3f})"


def _cells(rows: Rows) -> Iterator[list[str]]:
    first = f"AUROC: {TOOLS[0]}"
    for x in rows:
        if x["table"] != first:
            continue
        gaps = (_find(rows, f"paired: {tool}", x["row"], "difference") for tool in TOOLS[2:])
        aurocs = [_cell(rows, f"AUROC: {tool}", x["row"], "AUROC", 2) for tool in TOOLS]
        cases = SMALL if x["cases"] is None else str(x["cases"])
        yield [x["row"], cases, *aurocs, *("-" if g is None else _signed(g) for g in gaps)]


def _cuts(rows: Rows) -> Iterator[list[str]]:
    names = [f"at cut-offs: {tool}" for tool in (TOOLS[0], TOOLS[2])]
    for row in dict.fromkeys(x["row"] for x in rows if x["table"] == names[0]):
        told = [
            _cell(rows, name, row, measure, 2)
            for name in names
            for measure in ("sensitivity", "specificity")
        ]
        if row == "mean":
            told = [text.partition(" [")[0] for text in told]
        yield [row, *told]


def _calibration(rows: Rows) -> Iterator[list[str]]:
    for row in dict.fromkeys(x["row"] for x in rows if x["table"] == "calibration"):
        measures = ("calibration slope", "O:E")
        yield [row, *(_cell(rows, "calibration", row, m, 2) for m in measures)]


def _deletion(rows: Rows) -> Iterator[list[str]]:
    for row in dict.fromkeys(x["row"] for x in rows if x["table"] == DELETED):
        found = [_find(rows, DELETED, row, m) for m in ("named deleted", "another deleted")]
        gap = _find(rows, DELETED, row, "difference")
        told = [_signed(e) for e in (*found, gap) if e is not None]
        clear = gap is not None and (gap["ci_low"] or 0) > 0
        yield [row, *told[:2], f"{told[2]}{'' if clear else ': not shown'}"]
