"""Run every benchmark and write RESULTS.md: ours beside a named peer, measured in one run.

A benchmark is a file ``bench_<what>.py`` here with a function ``measure()`` that returns rows:
mappings with ``what``, ``ours``, ``peer`` (its name and its figure), ``ratio`` (peer / ours for
times, a number or None) and ``how``. ``ours`` and ``peer`` are text with units; only ratios may be
compared between machines.

    python benchmarks/run.py            # all
    python benchmarks/run.py engine     # bench_engine.py alone; the others keep their rows
"""

import importlib.metadata
import importlib.util
import json
import os
import platform
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "RESULTS.md"
ROWS = HERE / "results.json"
FIELDS = ("what", "ours", "peer", "ratio", "how")
VERSIONS = ("laennec", "numpy", "onnxruntime", "pyarrow", "scikit-fuzzy", "scikit-learn", "torch")
WIDTH_OF_RATIO = 10.0

Row = Mapping[str, Any]


def rows_of(path: Path) -> list[dict[str, Any]]:
    """Return what one benchmark measured, or one row that says why it could not."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    found: Iterable[Row] = module.measure()
    return [{field: row.get(field) for field in FIELDS} for row in found]


def cell(value: Any) -> str:  # noqa: ANN401 - text, number or nothing
    """Return one cell of the table."""
    if value is None or value == "":
        return "-"
    if isinstance(value, int | float):
        return f"{value:.0f}x" if value >= WIDTH_OF_RATIO else f"{value:.1f}x"
    return str(value).replace("|", "/").replace("\n", " ")


def version(name: str) -> str | None:
    """Return the installed version of a library."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def page(measured: Mapping[str, list[dict[str, Any]]], about: Mapping[str, str]) -> str:
    """Return RESULTS.md."""
    lines = [
        "# Measured",
        "",
        "Written by `make bench`, never by hand. Ours and the named peer ran one after the other",
        "in the same run, on the same machine; compare ratios, not times.",
        "",
    ]
    for name, rows in sorted(measured.items()):
        lines += [f"## {name}", "", about[name], ""]
        lines += ["| what | ours | peer | ratio | how |", "|---|---|---|---|---|"]
        lines += ["| " + " | ".join(cell(row[f]) for f in FIELDS) + " |" for row in rows]
        lines.append("")
    return "\n".join(lines)


def machine() -> str:
    """Return when and with which versions; nothing that names the machine."""
    versions = ", ".join(f"{name} {version(name)}" for name in VERSIONS if version(name))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    today = datetime.now(UTC).date().isoformat()
    return f"{today}, Python {platform.python_version()}, {cores} cores, {versions}."


def main() -> None:
    """Measure what was asked and write the page."""
    asked = set(sys.argv[1:])
    kept: dict[str, Any] = json.loads(ROWS.read_text()) if ROWS.exists() and asked else {}
    measured: dict[str, list[dict[str, Any]]] = kept.get("measured", {})
    about: dict[str, str] = kept.get("about", {})
    for path in sorted(HERE.glob("bench_*.py")):
        name = path.stem.removeprefix("bench_")
        if asked and name not in asked:
            continue
        print(f"{name} ...", flush=True)
        measured[name] = rows_of(path)
        about[name] = machine()
    ROWS.write_text(json.dumps({"measured": measured, "about": about}, indent=1) + "\n")
    RESULTS.write_text(page(measured, about), encoding="utf-8")
    print(f"wrote {RESULTS.name}")


if __name__ == "__main__":
    main()
