"""A table whose rows each name an ECG file: read, measured, urgent rules, statements, Parquet."""

import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from bench_batch import people
from laennec.serving.batch import BatchOptions, SilentReporter, run_batch
from laennec.serving.ecg.simulated import simulate_files

ECGS = 40


def measure() -> list[dict[str, Any]]:
    """Return the row of the benchmark."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for _ in simulate_files(folder / "ecgs", pathology="sinus_rhythm", n=ECGS, seed=1):
            pass
        names = sorted(path.name for path in (folder / "ecgs").glob("*.hea"))
        table = people(ECGS, 1).append_column("ecg_path", pa.array(names))
        pq.write_table(table, folder / "visits.parquet")
        seconds = {}
        for what, ecgs in (("warm", folder / "ecgs"), ("with", folder / "ecgs"), ("without", None)):
            options = BatchOptions(
                (folder / "visits.parquet",), folder / what, workers=1, ecg_folder=ecgs
            )
            began = time.process_time()
            run_batch(options, SilentReporter())
            seconds[what] = time.process_time() - began
    each = (seconds["with"] - seconds["without"]) / ECGS
    return [
        {
            "what": "an ECG of a row, from its file to its scores",
            "ours": f"{each * 1e3:.0f} ms of processor time, {1 / each:.1f} ECGs/s a process",
            "peer": None,
            "ratio": None,
            "how": f"{ECGS} simulated 12-lead ECGs of 10 s, WFDB; one process, "
            "the same run without ECGs taken off",
        }
    ]
