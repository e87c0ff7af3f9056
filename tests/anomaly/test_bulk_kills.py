"""A batch over Bulk Data that is killed, also while it puts the resources together, goes on."""

import os
import random
import signal
import subprocess
import sys
import time

import pyarrow.parquet as pq
import pytest
from fhir_support import exported, resources_of

SCRIPT = """
import sys
from datetime import date
from pathlib import Path
from laennec.serving.batch import BatchOptions, SilentReporter, plan, run_batch
if __name__ == "__main__":
    plan.code_sha256 = lambda: "0" * 64  # whoever edits the code while the test runs does no harm
    source, out = sys.argv[1:]
    options = BatchOptions((Path(source),), Path(out), workers=2, resume=True, chunk_rows=4,
                           answers="fr", today=date(2026, 11, 30))
    done = run_batch(options, SilentReporter())
    print(done.content_sha256)
    sys.exit(done.exit_code)
"""
ENCOUNTERS = 60


def start(tmp_path, out):
    return subprocess.Popen(
        [sys.executable, str(tmp_path / "run.py"), str(tmp_path / "in"), str(out)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kills", [2, pytest.param(12, marks=pytest.mark.slow)])
def test_killed_without_warning_it_goes_on_to_the_same_result(tmp_path, kills):
    (tmp_path / "run.py").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "in").mkdir()
    found = [one for i in range(ENCOUNTERS) for one in resources_of("01-raised-risk", f"-{i}")]
    exported(tmp_path / "in", found)
    whole, said = start(tmp_path, tmp_path / "whole").communicate(timeout=300)
    assert whole, said
    out, rng = tmp_path / "out", random.Random(kills)  # noqa: S311 - a seed, not a secret
    for number in range(kills):
        process = start(tmp_path, out)
        wanted = ".collected.aside" if number == 0 else "parts"
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            if (out / wanted).exists():
                break
            time.sleep(0.002)
        time.sleep(rng.random() / 4)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=60)
    finish = start(tmp_path, out)
    text, said = finish.communicate(timeout=300)
    assert (finish.returncode, text) == (0, whole), said
    assert pq.read_table(out / "parts").num_rows == ENCOUNTERS
    lines = [x for f in (out / "answers").glob("part-*") for x in f.read_text("utf-8").splitlines()]
    assert len(lines) == ENCOUNTERS
