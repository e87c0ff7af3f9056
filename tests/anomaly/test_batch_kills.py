"""A batch run whose processes are killed or interrupted: what is there is whole, and goes on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import batch_support
import numpy as np
import pytest

SCRIPT = """
import sys
from pathlib import Path
from laennec.serving.batch import BatchOptions, plan, run_batch
if __name__ == "__main__":
    plan.code_sha256 = lambda: "0" * 64  # whoever edits the code while the test runs does no harm
    source, out, models, workers = sys.argv[1:]
    options = BatchOptions((Path(source),), Path(out), models=(Path(models),),
                           workers=int(workers), resume=True, chunk_rows=64)
    done = run_batch(options)
    sys.exit(done.exit_code)
"""


def start(tmp_path, out, models, workers):
    script = tmp_path / "run.py"
    script.write_text(SCRIPT)
    return subprocess.Popen(
        [sys.executable, str(script), str(tmp_path / "t.parquet"), str(out), str(models[0]),
         str(workers)],
        stderr=subprocess.PIPE, text=True, cwd=tmp_path, start_new_session=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip


def wait_for_parts(out, count, process):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        if len(list((out / "parts").glob("part-*"))) >= count:
            return
        time.sleep(0.005)


KILLS = 10
"""For each number of workers: twenty points at random, in all."""


@pytest.mark.parametrize(
    ("workers", "kill"),
    [
        pytest.param(1, "group", marks=pytest.mark.slow),
        pytest.param(2, "group", marks=pytest.mark.slow),
        (2, "worker"),
    ],
)
def test_killed_without_warning_the_next_run_gives_the_same_bytes(tmp_path, models, workers, kill):
    """SIGKILL of everything, or of one worker, while parts are being written."""
    batch_support.write(tmp_path / "t.parquet", batch_support.people(4000))
    start(tmp_path, tmp_path / "whole", models, 1).communicate(timeout=240)
    rng = np.random.default_rng(workers)
    out = tmp_path / "out"
    for _ in range(1 if kill == "worker" else KILLS):
        process = start(tmp_path, out, models, workers)
        there = len(list((out / "parts").glob("part-*"))) if out.exists() else 0
        wait_for_parts(out, there + int(rng.integers(1, 6)), process)
        if kill == "group" and process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        elif kill == "worker":
            kill_a_worker(process.pid)
        process.communicate(timeout=120)
    finish = start(tmp_path, out, models, workers)
    _, said = finish.communicate(timeout=240)
    assert finish.returncode == 0, said
    one, other = batch_support.every_file(out), batch_support.every_file(tmp_path / "whole")
    assert [name for name in one if one[name] != other.get(name)] == []
    assert one.keys() == other.keys()


def workers_of(parent):
    """Yield the ids of the workers of this very run, found by their parent's id."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
            command = (status.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if int(fields[1]) == parent and b"resource_tracker" not in command:
            yield int(status.parent.name)


def kill_a_worker(parent):
    for process in workers_of(parent):
        os.kill(process, signal.SIGKILL)
        return


def test_workers_end_with_their_parent_and_hold_no_lock(tmp_path, models):
    """SIGKILL of the parent alone: its workers once waited on, for tasks that nobody sends."""
    batch_support.write(tmp_path / "t.parquet", batch_support.people(20_000))
    out = tmp_path / "out"
    process = start(tmp_path, out, models, 2)
    wait_for_parts(out, 3, process)
    orphans = list(workers_of(process.pid))
    process.kill()
    process.communicate(timeout=120)
    assert len(orphans) == 2
    deadline = time.monotonic() + 60
    while any(is_running(pid) for pid in orphans) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(is_running(pid) for pid in orphans)
    again = start(tmp_path, out, models, 2)
    _, said = again.communicate(timeout=240)
    assert again.returncode == 0, said


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_real_ctrl_c_is_told_in_one_line_without_a_trace(tmp_path, models):
    batch_support.write(tmp_path / "t.parquet", batch_support.people(20_000))
    out = tmp_path / "out"
    process = start(tmp_path, out, models, 2)
    wait_for_parts(out, 3, process)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 3, said
    assert "interrupted" in said
    assert "Traceback" not in said
    assert (out / "manifest.json").exists()
    assert not list(out.rglob("*.aside"))


def test_ctrl_c_while_the_workers_start_leaves_no_trace(tmp_path, models):
    """The bug it pins: a worker ignored Ctrl-C only once it ran our code, seconds later."""
    batch_support.write(tmp_path / "t.parquet", batch_support.people(20_000))
    process = start(tmp_path, tmp_path / "out", models, 2)
    deadline = time.monotonic() + 60
    while not list(workers_of(process.pid)) and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(0.3)  # it imports what it needs by now
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 3, said
    assert "interrupted" in said
    assert "Traceback" not in said
