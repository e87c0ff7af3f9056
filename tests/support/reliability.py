"""Kill, fill and falsify the service for a long time, and write what was counted.

    python reliability.py [--kills N] [--postgresql N] [--crashes N] [--seed N]

Run by `make reliability`. Writes docs/reliability.md; no figure in it is typed by hand.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import postgres_server

SUPPORT = Path(__file__).parent
ROOT = SUPPORT.parents[1]
PAGE = ROOT / "docs" / "reliability.md"
WORDS = (SUPPORT / "reliability.txt").read_text(encoding="utf-8").rstrip("\n")
HEAD, MIDDLE, TAIL = (part.strip("\n") for part in WORDS.split("====="))
COLUMNS = (
    "kills",
    "acknowledged",
    "decisions",
    "cut_off",
    "lost",
    "doubled",
    "half_written",
    "chain_problems",
    "another_answer",
)


def run(program, *args, **environment):
    done = subprocess.run(
        [sys.executable, str(SUPPORT / program), *map(str, args)],
        env={**os.environ, "PYTHONPATH": str(SUPPORT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def crash(kills, seed, kind, workers):
    folder = Path(tempfile.mkdtemp())
    try:
        (counts,) = run("crash_http.py", folder, kills, seed, kind, "--workers", workers)
    finally:
        shutil.rmtree(folder)
    return counts


def faults(stride=1):
    """Every fault over HTTP, or one in so many; None where there is no compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    folder = Path(tempfile.mkdtemp())
    shim = folder / "shim.so"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-o", shim, SUPPORT / "fault_shim.c", "-ldl"], check=True
    )
    try:
        return run("fault_http.py", folder, stride, LD_PRELOAD=str(shim))
    finally:
        shutil.rmtree(folder)


def fault_rows(found):
    for kind in dict.fromkeys(fault["kind"] for fault in found):
        rows = [f for f in found if f["kind"] == kind and f.get("fired", True)]
        said = [
            (s, f.get("held", False)) for f in rows for s in f.get("statuses", [f.get("status")])
        ]
        yield (
            kind,
            len(said),
            sum(status < 300 and not held for status, held in said),
            sum(status < 300 and held for status, held in said),
            sum(status >= 300 and status != 503 for status, held in said),
            sum(f["read"] != 200 for f in rows),
            sum(f["again"] != 200 for f in rows),
            sum(f["problems"] for f in rows),
        )


def tampering():
    """How many cases of tampering the tests try, and how many of them were noticed."""
    tests = (
        "tests/anomaly/test_store_tamper.py",
        "tests/anomaly/test_store_rows_tamper.py",
        "tests/contract/test_store_upgrade.py",
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rA", "--no-header", *tests],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    said = Counter(line.split(" ", 1)[0] for line in done.stdout.splitlines())
    return said["PASSED"] + said["FAILED"] + said["ERROR"], said["PASSED"]


def machine():
    system = f"{platform.system()} {platform.machine()}"
    return f"{os.cpu_count()} cores, {system}, Python {platform.python_version()}"


def row(*cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |\n"


def main():
    options = argparse.ArgumentParser()
    for name, default in (("kills", 200), ("postgresql", 60), ("crashes", 30), ("seed", 20261122)):
        options.add_argument(f"--{name}", type=int, default=default)
    asked = options.parse_args()
    runs = [("SQLite, one process", asked.kills // 2, "sqlite", 1)]
    runs += [("SQLite, two processes", asked.kills - asked.kills // 2, "sqlite", 2)]
    skipped = "Faults of single writes are made on SQLite only."
    if postgres_server.is_there():
        runs += [("PostgreSQL, two processes", asked.postgresql, "postgresql", 2)]
        runs += [("PostgreSQL crashes too", asked.crashes, "postgresql-crash", 1)]
    else:
        skipped += " PostgreSQL was not there and was not tried."
    text = ""
    for place, (name, kills, kind, workers) in enumerate(runs):
        counts = crash(kills, asked.seed + place, kind, workers)
        text += row(name, *(counts[column] for column in COLUMNS))
    text += f"\n{MIDDLE}\n"
    for cells in fault_rows(faults() or []):
        text += row(*cells)
    tampered, noticed = tampering()
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    head = HEAD.format(
        when=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        commit=commit,
        machine=machine(),
        command="make reliability"
        if len(sys.argv) == 1
        else "reliability.py " + " ".join(sys.argv[1:]),
    )
    tail = TAIL.format(tampered=tampered, noticed=noticed, skipped=skipped)
    PAGE.write_text(f"{head}\n{text}\n{tail}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
