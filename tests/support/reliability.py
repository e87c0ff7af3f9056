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
HEAD = """# Reliability: what was counted

Written by `make reliability`; the short form of the same harness runs in every check. Nothing here is typed by hand.

{when}, commit {commit}, {machine}. Command: `{command}`.

## Killed at random instants, under load

Six clients send visits, corrections and decisions over HTTP at the same time, each act under a key of its own. After a random moment every
process of the service is ended with SIGKILL; in the last row the database server crashes (immediate shutdown, recovery from its log) as well.
A 2xx that was received is an acknowledged act.

| what | kills | acknowledged acts | of them decisions | acts cut off | lost | doubled | half written | problems of the audit chain | another answer when sent again |
|---|---|---|---|---|---|---|---|---|---|
"""
MIDDLE = """
`lost`: an acknowledged draft, decision or audit event that is not there after the restart. `doubled`: a finding decided twice by one act.
`half written`: an act of which some findings are there and others not. The chain is checked against a checkpoint that was signed after each
earlier kill, outside the database. In every fifth round all acts are sent again under their keys: one that was acknowledged must give the same
answer, one that was cut off must be done once.

SIGKILL shows atomicity, not durability in a power cut: that is the business of the sync faults below, and of the disk's own honesty.

## Writes and syncs that fail, and a full disk

A decision is sent over HTTP while the n-th write or sync of the store's files fails, for every n until one decision passes untouched; SQLite.

| fault | faults | 2xx without durability | other than 503 | reads that failed meanwhile | acts that could not be sent again | problems of the audit chain |
|---|---|---|---|---|---|---|
"""
TAIL = """
## Edits of the audit trail

Edited, deleted, inserted, reordered, truncated and re-computed chains, and weakened guards, are tried one by one in
`tests/anomaly/test_store_tamper.py` and `tests/contract/test_store_upgrade.py`: {tampered} cases, {noticed} noticed. A chain that was cut at its end
is noticed with a signed checkpoint only, and the report says so where there is none.

## What this does not show

- No power was cut; a disk that says "written" too early is not noticed.
- Load is that of one machine with its clients on it.
- {skipped}
"""


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


def faults():
    """Every fault over HTTP; None where there is no compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    folder = Path(tempfile.mkdtemp())
    shim = folder / "shim.so"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-o", shim, SUPPORT / "fault_shim.c", "-ldl"], check=True
    )
    try:
        return run("fault_http.py", folder, LD_PRELOAD=str(shim))
    finally:
        shutil.rmtree(folder)


def fault_rows(found):
    for kind in dict.fromkeys(fault["kind"] for fault in found):
        rows = [f for f in found if f["kind"] == kind and f.get("fired", True)]
        statuses = [s for f in rows for s in f.get("statuses", [f.get("status")])]
        yield (
            kind,
            len(statuses),
            sum(s < 300 for s in statuses),
            sum(s != 503 for s in statuses),
            sum(f["read"] != 200 for f in rows),
            sum(f["again"] != 200 for f in rows),
            sum(f["problems"] for f in rows),
        )


def tampering():
    """How many cases of tampering the tests try, and how many of them were noticed."""
    tests = ("tests/anomaly/test_store_tamper.py", "tests/contract/test_store_upgrade.py")
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
    return f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


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
    text += MIDDLE
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
    PAGE.write_text(head + text + tail, encoding="utf-8")


if __name__ == "__main__":
    main()
