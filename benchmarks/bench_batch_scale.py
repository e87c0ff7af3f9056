"""Memory and speed of a batch against the number of rows, each run a process of its own.

The last size is 10,000,000 rows and takes minutes: LAENNEC_BENCH_SCALE names other sizes.
"""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from bench_batch import GROUP, SCRIPT, _run, people

SIZES = tuple(
    int(n) for n in os.environ.get(
        "LAENNEC_BENCH_SCALE", "10000,100000,1000000,10000000"
    ).split(",")
)  # fmt: skip
WORKERS = 2
FLAT_FROM = 100_000


def measure() -> list[dict[str, Any]]:
    """Return one row a size; the peer is the first size of 100,000 rows or more."""
    runs: dict[int, dict[str, Any]] = {}
    for size in SIZES:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "run.py").write_text(SCRIPT)
            _write(folder / "visits.parquet", size)
            runs[size] = _run(folder, folder / "visits.parquet", WORKERS)
    base = runs[next(size for size in SIZES if size >= FLAT_FROM)]
    return [
        {
            "what": f"{size:,} rows, {WORKERS} workers",
            "ours": f"{size / run['seconds']:,.0f} rows/s; {size / run['cpu']:,.0f} rows/s of "
            f"processor time; worker {run['worker'] / 1e3:.0f} MB, "
            f"parent {run['own'] / 1e3:.0f} MB",
            "peer": f"{base['rows']:,} rows: worker {base['worker'] / 1e3:.0f} MB",
            "ratio": run["worker"] / base["worker"] if base["worker"] else None,
            "how": f"peak of a process; content {json.dumps(run['content'][:12])}",
        }
        for size, run in runs.items()
    ]


def _write(path: Path, n: int) -> None:
    """Write n generated visits, a row group at a time."""
    schema = people(1, 1).schema
    with pq.ParquetWriter(path, schema) as writer:
        for group, start in enumerate(range(0, n, GROUP)):
            writer.write_table(people(min(GROUP, n - start), group))
