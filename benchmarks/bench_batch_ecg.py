"""A table whose rows each name an ECG file: read, measured, urgent rules, statements, Parquet.

Age and sex of a row are those of its file, as an ECG of another person is refused unread. Nothing
is told of a run in which an ECG was refused or has no score.
"""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from bench_batch import people
from laennec.datasets.readers.ecg import read_ecg
from laennec.serving.batch import BatchOptions, SilentReporter, run_batch
from laennec.serving.ecg.simulated import simulate_files

ECGS = 60
READ = "read"


class NotScored(RuntimeError):
    """ECGs that the run did not score, so that its time says nothing."""


def measure() -> list[dict[str, Any]]:
    """Return the rows of the benchmark."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_visits(folder / "visits.parquet", folder / "ecgs", ECGS)
        _run(folder, "warm", folder / "ecgs")
        with_ecgs, scored = _run(folder, "with", folder / "ecgs")
        without, _ = _run(folder, "without", None)
    each = (with_ecgs - without) / scored
    return [
        {
            "what": "an ECG of a row, from its file to its scores",
            "ours": f"{each * 1e3:.0f} ms of processor time, {1 / each:.1f} ECGs/s a process",
            "peer": None,
            "ratio": None,
            "how": f"{scored} simulated 12-lead ECGs of 10 s, WFDB, all {scored} read and scored; "
            "one process, the same run without ECGs taken off",
        }
    ]


def write_visits(table: Path, ecgs: Path, n: int) -> None:
    """Write n generated visits, each with a simulated ECG whose header states its age and sex."""
    for _ in simulate_files(ecgs, pathology="sinus_rhythm", n=n, seed=1):
        pass
    files = sorted(ecgs.glob("*.hea"))
    headers = [read_ecg(file).header for file in files]
    known = {
        "age_years": pa.array([int(header.age_years or 0) for header in headers]),
        "sex": pa.array([header.sex for header in headers]),
        "ecg_path": pa.array([file.name for file in files]),
    }
    visits = people(n, 1).drop_columns(["age_years", "sex"])
    for name, column in known.items():
        visits = visits.append_column(name, column)
    pq.write_table(visits, table)


def _run(folder: Path, what: str, ecgs: Path | None) -> tuple[float, int]:
    """Return the processor time of a run, children's too, and how many ECGs it scored."""
    options = BatchOptions((folder / "visits.parquet",), folder / what, workers=1, ecg_folder=ecgs)
    began = sum(os.times()[:4])
    run_batch(options, SilentReporter())
    seconds = sum(os.times()[:4]) - began
    return seconds, 0 if ecgs is None else scored_ecgs(pq.read_table(folder / what / "parts"))


def scored_ecgs(result: pa.Table) -> int:
    """Return how many ECGs were scored: all of them.

    Raises
    ------
    NotScored  if one was refused, or none of its statements has a score
    """
    states: Mapping[str, int] = {
        str(pair["values"]): pair["counts"]
        for pair in result.column("ecg_state").value_counts().to_pylist()
    }
    names = [name for name in result.column_names if name.endswith("_score")]
    scores = [result.column(name).is_valid().to_pylist() for name in names]
    scored = sum(any(row) for row in zip(*scores, strict=True))
    if set(states) != {READ} or scored != result.num_rows:
        raise NotScored(f"{scored} of {result.num_rows} ECGs were scored; their states: {states}")
    return scored
