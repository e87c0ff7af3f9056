"""A worker tells whatever happens; it never answers with other models than the plan's."""

import signal
import sys
import threading

import batch_support
import pytest
from laennec.serving.batch import BatchOptions, SilentReporter, run_batch
from laennec.serving.batch.engines import local, worker
from laennec.serving.batch.engines.worker import Task, Worker, run_in_process, start_worker
from laennec.serving.batch.make_plan import make_plan
from laennec.serving.batch.plan import load_screening
from laennec.serving.batch.result.parts import PARTS


@pytest.fixture
def options(tmp_path):
    batch_support.write(tmp_path / "t.parquet", batch_support.people(200), row_group_size=100)
    models = (batch_support.toy_bundle(tmp_path / "models"),)
    (tmp_path / "out" / PARTS).mkdir(parents=True)
    return BatchOptions((tmp_path / "t.parquet",), tmp_path / "out", models=models, chunk_rows=30)


@pytest.fixture
def plan(options):
    return make_plan(options, load_screening(options))


@pytest.fixture
def own_process(monkeypatch):
    """Let this process be prepared as a worker, without leaving it deaf to Ctrl-C."""
    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(worker, "_workers", [])
    yield
    signal.signal(signal.SIGINT, before)


def test_a_prepared_process_runs_its_tasks_in_any_order(options, plan, own_process):
    start_worker(plan, options)
    assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    names = [
        run_in_process(Task(f, c)).part.record.name for f, c in ((0, 0), (0, 2), (0, 1), (1, 3))
    ]
    assert names == [
        "part-000000-000000.parquet", "part-000000-000002.parquet",
        "part-000000-000001.parquet", "part-000001-000003.parquet",
    ]  # fmt: skip


def test_models_that_changed_after_the_plan_answer_nothing(options, plan, own_process, tmp_path):
    other = (batch_support.toy_bundle(tmp_path / "other", "dysglycaemia"),)
    start_worker(plan, BatchOptions(options.inputs, options.out, models=other))
    outcome = run_in_process(Task(0, 0))
    assert (outcome.part, outcome.error) == (None, "models_changed")
    assert list((options.out / PARTS).iterdir()) == []


def test_a_chunk_beyond_the_end_is_said_to_be_beyond(options, plan):
    one = Worker(plan, load_screening(options), options)
    assert one.run(Task(0, 9)).is_beyond
    assert one.run(Task(0, 3)).part.record.rows == 10


def test_workers_that_die_again_and_again_end_the_run_in_good_order(tmp_path, monkeypatch):
    batch_support.write(tmp_path / "t.parquet", batch_support.people(200))
    options = BatchOptions(
        (tmp_path / "t.parquet",), tmp_path / "out", models=(), workers=2, chunk_rows=30
    )
    monkeypatch.setattr(local, "start_worker", batch_support.die)
    monkeypatch.setattr(local, "POOL_RESTARTS", 1)
    done = run_batch(options, SilentReporter())
    assert done.exit_code == 3
    assert done.manifest["not_done"][0]["code"] == "worker_lost"
    assert done.counts["in"] == 0


@pytest.mark.skipif(sys.platform != "linux", reason="other systems never fork")
def test_workers_are_forked_only_where_no_other_thread_could_hold_a_lock():
    assert threading.active_count() == 1
    assert local.start_method() == "fork"
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    try:
        assert local.start_method() == "spawn"
    finally:
        end.set()
        thread.join()


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_workers_that_are_copies_and_those_that_load_give_the_same_bytes(
    options, tmp_path, monkeypatch, method
):
    monkeypatch.setattr(local, "start_method", lambda: method)
    alone = BatchOptions(
        options.inputs, tmp_path / "alone", models=options.models, workers=1, chunk_rows=30
    )
    pool = BatchOptions(
        options.inputs, tmp_path / "pool", models=options.models, workers=2, chunk_rows=30
    )
    for each in (alone, pool):
        assert run_batch(each, SilentReporter()).exit_code == 0
    one, other = (
        {part.name: part.read_bytes() for part in (each.out / PARTS).iterdir()}
        for each in (alone, pool)
    )
    assert one == other


def test_parts_are_small_where_each_row_has_an_ecg(tmp_path):
    few, many = (BatchOptions((), tmp_path, ecg_folder=folder) for folder in (tmp_path, None))
    assert few.part_rows < many.part_rows
    assert BatchOptions((), tmp_path, ecg_folder=tmp_path, chunk_rows=7).part_rows == 7
