"""Batch screening from Parquet to Parquet: rows a second, memory against the size of the input.

Every row gets every published score, guideline fact, urgent rule and shipped model, with its
reasons. Each run is a process of its own, so that memory is that run's alone. The peer is the same
engine asked for one visit at a time, and, for memory, a run with an eighth of the rows.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from laennec.datasets.readers.tables import TableMapping, plan_table
from laennec.engine import load_guidelines, load_models
from laennec.serving.batch import screen_table

ROWS = int(os.environ.get("LAENNEC_BENCH_BATCH_ROWS", "200000"))
FEWER = 8
SINGLE = 300
GROUP = 50_000

SCRIPT = """
import json, os, re, sys
from pathlib import Path
from laennec.serving.batch import BatchOptions, SilentReporter, run_batch


def peak(pid):
    # VmHWM, not ru_maxrss: the latter begins with the memory of whoever started the process.
    try:
        return int(re.search(r"VmHWM:\\s+(\\d+)", Path(f"/proc/{pid}/status").read_text())[1])
    except (OSError, TypeError):
        return 0


class Watch(SilentReporter):
    worker = 0

    def part(self, rows, parts):
        for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
            self.worker = max(self.worker, peak(pid))


if __name__ == "__main__":
    source, out, workers = sys.argv[1:]
    options = BatchOptions((Path(source),), Path(out), workers=int(workers))
    watch = Watch()
    done = run_batch(options, watch)
    print(json.dumps({"seconds": done.seconds, "rows": done.rows_screened, "own": peak("self"),
                      "worker": watch.worker, "content": done.content_sha256}))
"""


def people(n: int, seed: int) -> pa.Table:
    """Return n generated visits with canonical columns, a fifth of the optional items missing."""
    rng = np.random.default_rng(seed)
    systolic = rng.normal(130, 18, n)
    means = {
        "waist_cm": rng.normal(95, 14, n), "height_cm": rng.normal(170, 9, n),
        "weight_kg": rng.normal(79, 16, n), "systolic_bp_mmhg": systolic,
        "diastolic_bp_mmhg": systolic * 0.6 + rng.normal(0, 6, n),
        "total_cholesterol_mmol_per_l": rng.normal(5.2, 1, n),
        "hdl_cholesterol_mmol_per_l": rng.normal(1.4, 0.3, n),
        "fasting_glucose_mmol_per_l": rng.normal(5.4, 0.9, n),
    }  # fmt: skip
    arrays = {k: pa.array(np.round(v, 1), mask=rng.random(n) < 0.2) for k, v in means.items()}
    for name in ("bp_treated", "physically_active", "smoker_current", "family_history_diabetes"):
        arrays[name] = pa.array(rng.random(n) < 0.3, mask=rng.random(n) < 0.2)
    return pa.table(
        {
            "person_id": pa.array(np.arange(n)).cast(pa.string()),
            "age_years": rng.integers(20, 85, n),
            "sex": np.array(["female", "male"])[rng.integers(0, 2, n)],
            **arrays,
        }
    )


def measure() -> list[dict[str, Any]]:
    """Return the rows of the benchmark."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "run.py").write_text(SCRIPT)
        big, small = folder / "big.parquet", folder / "small.parquet"
        pq.write_table(people(ROWS, 1), big, row_group_size=GROUP)
        pq.write_table(people(ROWS // FEWER, 2), small, row_group_size=GROUP)
        one, two = _run(folder, big, 1), _run(folder, big, 2)
        little = _run(folder, small, 2)
        same = "equal" if one["content"] == two["content"] else "DIFFERENT"
        single = _one_at_a_time()
        megabytes = big.stat().st_size / 1e6
    models = len(load_models().loaded)
    peer = {"peer": f"one visit at a time {single:,.0f} rows/s"}
    how = f"{ROWS:,} generated visits, {models} models, start and manifest included"
    return [
        {"what": "batch, 1 worker", "ours": _rate(one, megabytes), **peer,
         "ratio": _per_second(one) / single, "how": how},
        {"what": "batch, 2 workers", "ours": _rate(two, megabytes), **peer,
         "ratio": _per_second(two) / single, "how": f"{how}; content hash {same} to 1 worker"},
        {"what": "peak memory of a worker", "ours": f"{two['worker'] / 1e3:.0f} MB",
         "peer": f"{ROWS // FEWER:,} rows {little['worker'] / 1e3:.0f} MB",
         "ratio": little["worker"] / two["worker"], "how": f"{ROWS:,} rows, 2 workers"},
        {"what": "peak memory of the parent", "ours": f"{two['own'] / 1e3:.0f} MB",
         "peer": f"{ROWS // FEWER:,} rows {little['own'] / 1e3:.0f} MB",
         "ratio": little["own"] / two["own"], "how": f"{ROWS:,} rows, 2 workers"},
    ]  # fmt: skip


def _run(folder: Path, source: Path, workers: int) -> dict[str, Any]:
    out = folder / f"{source.stem}-{workers}"
    done = subprocess.run(  # noqa: S603 - our own script with our own arguments
        [sys.executable, str(folder / "run.py"), str(source), str(out), str(workers)],
        capture_output=True, text=True, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _per_second(run: dict[str, Any]) -> float:
    return float(run["rows"] / run["seconds"])


def _rate(run: dict[str, Any], megabytes: float) -> str:
    return f"{_per_second(run):,.0f} rows/s, {megabytes / run['seconds']:.1f} MB/s"


def _one_at_a_time() -> float:
    """Return rows a second when the same function is asked for one row at a time."""
    table = people(SINGLE, 3).combine_chunks().to_batches()[0]
    plan = plan_table([(f.name, f.type) for f in table.schema], TableMapping())
    models, guidelines = load_models(), load_guidelines()
    screen_table(table.slice(0, 1), plan, models, guidelines)
    began = time.perf_counter()
    for row in range(SINGLE):
        screen_table(table.slice(row, 1), plan, models, guidelines)
    return SINGLE / (time.perf_counter() - began)
