"""A public ECG set at its full size through ``laennec train ecg``, in one process and in two.

The set is made: PTB-XL's table with its 21,799 rows in its ten folds, each row naming one of 200
simulated recordings, for the set itself is not at hand. So times and memory are those of the full
size (disk caches apart), and what the network learns from it says nothing.
"""

import csv
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from laennec.datasets.readers.ecg import EcgHeader, EcgRecording, write_wfdb
from laennec.datasets.simulator import sample_scenario, simulate

RECORDS = 21_799
FILES = 200
FOLDS = 10
EPOCHS = 1
KINDS = {"sinus_rhythm": "NORM", "old_mi_q_waves": "IMI", "lvh": "LVH", "lbbb": "CLBBB"}
SCP = """,description,diagnostic,form,rhythm,diagnostic_class,diagnostic_subclass
NORM,,1.0,,,NORM,NORM
IMI,,1.0,,,MI,IMI
LVH,,1.0,,,HYP,LVH
CLBBB,,1.0,,,CD,CLBBB
"""
COLUMNS = ("ecg_id", "patient_id", "age", "sex", "scp_codes", "strat_fold", "filename_hr")


def made_set(folder: Path) -> None:
    """Write the recordings and the two tables in the layout of the publisher."""
    rng = np.random.default_rng(1)
    codes = []
    for number in range(FILES):
        pathology, code = list(KINDS.items())[number % len(KINDS)]
        signal = simulate(sample_scenario(rng, pathology), seed=number).signal
        header = EcgHeader("wfdb", f"{number:05d}_hr")
        write_wfdb(EcgRecording(signal, header), folder / f"{number:05d}_hr.hea")
        codes.append(code)
    (folder / "scp_statements.csv").write_text(SCP, encoding="utf-8")
    with (folder / "ptbxl_database.csv").open("w", newline="", encoding="utf-8") as table:
        rows = csv.writer(table)
        rows.writerow(COLUMNS)
        for k in range(RECORDS):
            stated = f"{{'{codes[k % FILES]}': 100.0}}"
            rows.writerow((k, k, 56.0, k % 2, stated, 1 + k % FOLDS, f"{k % FILES:05d}_hr"))


def peak_mb(pids: list[int]) -> float:
    """Return the most memory that processes had, together, in MB."""
    total = 0.0
    for pid in pids:
        try:
            status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        except OSError:
            continue
        total += next(int(x.split()[1]) for x in status.splitlines() if x.startswith("VmHWM"))
    return total / 1024.0


def children(pid: int) -> list[int]:
    """Return the processes that a process started."""
    try:
        tasks = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(word) for word in tasks.split()]


def run(config: Path, out: Path, workers: int) -> dict[str, float]:
    """Run the training, and return seconds of its two parts and the peak of memory."""
    command = [str(Path(sys.executable).with_name("laennec")), "train", "ecg"]
    command += ["--data", str(config), "--out", str(out), "--workers", str(workers)]
    begin, read, peak = time.perf_counter(), 0.0, 0.0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own command
        for line in process.stdout or ():
            peak = max(peak, peak_mb([process.pid, *children(process.pid)]))
            if "records read" in line:
                read = time.perf_counter() - begin
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return {"read": read, "learn": time.perf_counter() - begin - read, "mb": peak}


def measure() -> list[dict[str, Any]]:
    """Return one row for reading, one for learning and one for memory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "ptbxl").mkdir()
        made_set(folder / "ptbxl")
        config = folder / "run.toml"
        config.write_text(
            f'task = "ptbxl_superclass"\n[folders]\nptbxl = "{folder / "ptbxl"}"\n'
            f"[recipe]\nepochs = {EPOCHS}\n",
            encoding="utf-8",
        )
        one, two = (run(config, folder / f"out{n}", n) for n in (1, 2))
    how = f"{RECORDS:,} rows of PTB-XL's table, {FILES} simulated recordings behind them"
    return [
        {
            "what": "full scale: examples of a set of PTB-XL's size",
            "ours": f"{two['read']:.0f} s, {RECORDS / two['read']:.0f} records/s, 2 processes",
            "peer": f"1 process: {one['read']:.0f} s",
            "ratio": one["read"] / two["read"],
            "how": how,
        },
        {
            "what": "full scale: one epoch of the network, and its scores",
            "ours": f"{two['learn']:.0f} s, 2 threads",
            "peer": f"1 thread: {one['learn']:.0f} s",
            "ratio": one["learn"] / two["learn"],
            "how": f"{how}; bootstrap, tracked run and card are in it",
        },
        {
            "what": "full scale: peak memory, all processes together",
            "ours": f"{two['mb']:.0f} MB, 2 processes",
            "peer": f"1 process: {one['mb']:.0f} MB",
            "ratio": None,
            "how": how,
        },
    ]
