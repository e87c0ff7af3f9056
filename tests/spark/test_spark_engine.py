"""The same worker under Spark: the same bytes, also where Spark's own workers are killed."""

import json
import os
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path

import batch_support
import fhir_support
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from laennec.datasets.readers.ecg import read_ecg
from laennec.datasets.readers.tables import TableMapping, plan_table
from laennec.serving.batch import BatchOptions, SilentReporter, run_batch
from laennec.serving.batch.result.fingerprint import fingerprint
from laennec.serving.ecg.simulated import simulate_files

pytest.importorskip("pyspark", reason="the extra `spark` is not installed")

pytestmark = [
    pytest.mark.spark,
    pytest.mark.filterwarnings("ignore:PySpark does not yet:FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

N, GROUPS = 3000, 6


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("input") / "visits.parquet"
    pq.write_table(batch_support.people(N, seed=8), path, row_group_size=N // GROUPS)
    return path


@pytest.fixture(scope="module")
def local(source):
    options = BatchOptions((source,), source.parent / "local", workers=1, chunk_rows=200)
    return options, run_batch(options, SilentReporter())


def every_part(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((out / "parts").iterdir())}


def on_spark(local, out, **more):
    options = replace(local[0], out=out, engine="spark", workers=2, **more)
    return run_batch(options, SilentReporter())


def test_spark_writes_the_very_parts_that_one_process_writes(local, tmp_path):
    done = on_spark(local, tmp_path / "out")
    assert done.state == "complete"
    assert done.content_sha256 == local[1].content_sha256
    assert done.manifest == local[1].manifest
    assert every_part(tmp_path / "out") == every_part(local[0].out)


def test_what_is_there_is_kept_and_the_rest_is_made(local, tmp_path):
    out = tmp_path / "out"
    on_spark(local, out)
    kept = out / "parts" / "part-000000-000000.parquet"
    made = kept.stat().st_mtime_ns
    (out / "parts" / "part-000003-000001.parquet").unlink()
    (out / "parts" / "part-000004-000000.parquet").write_bytes(b"broken")
    done = on_spark(local, out, resume=True)
    assert done.content_sha256 == local[1].content_sha256
    assert every_part(out) == every_part(local[0].out)
    assert kept.stat().st_mtime_ns == made


def test_rows_with_ecgs_have_the_same_parts_too(tmp_path):
    made = [one.header.name for one in simulate_files(tmp_path / "files", n=4, seed=3)]
    about = [read_ecg(tmp_path / "files" / name).header for name in made]
    table = batch_support.people(len(made), seed=8).drop_columns(["sex", "age_years"])
    for name, column in (
        ("sex", [header.sex for header in about]),
        ("age_years", [int(header.age_years) for header in about]),
        ("ecg_path", made),
    ):
        table = table.append_column(name, pa.array(column))
    pq.write_table(table, tmp_path / "visits.parquet", row_group_size=2)
    options = BatchOptions(
        (tmp_path / "visits.parquet",), tmp_path / "one", workers=1, ecg_folder=tmp_path / "files"
    )
    whole = run_batch(options, SilentReporter())
    done = on_spark((options, whole), tmp_path / "out")
    assert done.manifest == whole.manifest
    assert every_part(tmp_path / "out") == every_part(tmp_path / "one")
    rows = pq.read_table(tmp_path / "out" / "parts").to_pylist()
    assert {row["ecg_state"] for row in rows} == {"read"}


def python_workers() -> list[int]:
    """Return the Python processes in which Spark runs our function."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            above = Path(f"/proc/{parent}/cmdline").read_bytes()
        except OSError:
            continue
        if b"pyspark.daemon" in command and b"pyspark.daemon" in above and _is_ours(parent):
            found.append(int(process.name))
    return found


def _is_ours(process: int) -> bool:
    while process > 1:
        if process == os.getpid():
            return True
        stat = Path(f"/proc/{process}/stat").read_text()
        process = int(stat.rpartition(")")[2].split()[1])
    return False


def kill_twice(out: Path, killed: list[int]) -> None:
    """Kill a Python worker after the first part and after the fourth."""
    for parts in (1, 4):
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            there = len(list((out / "parts").glob("part-*"))) if out.exists() else 0
            workers = python_workers()
            if there >= parts and workers:
                os.kill(workers[0], signal.SIGKILL)
                killed.append(workers[0])
                break
            time.sleep(0.01)


def test_a_task_whose_worker_is_killed_is_run_again(local, tmp_path):
    out, killed = tmp_path / "out", []
    options = replace(local[0], chunk_rows=20)
    whole = run_batch(replace(options, out=tmp_path / "whole"), SilentReporter())
    killer = threading.Thread(target=kill_twice, args=(out, killed))
    killer.start()
    done = on_spark((options, whole), out)
    killer.join()
    assert killed
    assert done.state == "complete"
    assert done.content_sha256 == whole.content_sha256
    assert every_part(out) == every_part(tmp_path / "whole")


def test_a_frame_of_ones_own_is_screened_by_the_same_function(local, source):
    from laennec.serving.batch.engines.spark import spark_columns, spark_screener
    from pyspark.sql import SparkSession

    session = SparkSession.builder.master("local[2,4]").getOrCreate()
    table = pq.read_table(source)
    plan = plan_table([(f.name, f.type) for f in table.schema], TableMapping())
    frame = session.read.parquet(str(source)).repartition(3)
    screened = frame.mapInArrow(spark_screener(plan, local[0]), spark_columns()).toArrow()
    assert screened.num_rows == N
    rows = pa.Table.from_batches(screened.to_batches()).combine_chunks().to_batches()[0]
    said = fingerprint(rows).content_sha256(tuple(rows.schema.names))
    assert said == local[1].content_sha256


def test_bulk_data_has_the_same_parts_and_the_same_answers(tmp_path):
    visits = ("01-raised-risk", "02-items-missing", "03-urgent")
    found = [one for name in visits for one in fhir_support.resources_of(name)]
    (tmp_path / "in").mkdir()
    fhir_support.exported(tmp_path / "in", found)
    options = BatchOptions((tmp_path / "in",), tmp_path / "local", workers=1, answers="fr")
    alone = run_batch(options, SilentReporter())
    on = replace(options, out=tmp_path / "out", engine="spark", workers=2)
    done = run_batch(on, SilentReporter())
    assert (done.state, done.counts["in"]) == ("complete", len(visits))
    assert done.content_sha256 == alone.content_sha256
    alike = [pq.read_table(o.out / "parts") for o in (on, options)]
    assert alike[0].equals(alike[1])
    assert answered(on.out) == answered(options.out)
    assert len(answered(on.out)) == len(visits)


def answered(out: Path) -> list[str]:
    """Return the hash of the draft in every answer; the moment of its writing is another."""
    files = sorted((out / "answers").iterdir())
    lines = [line for f in files for line in f.read_text(encoding="utf-8").splitlines()]
    return [json.loads(line)["identifier"]["value"] for line in lines]
