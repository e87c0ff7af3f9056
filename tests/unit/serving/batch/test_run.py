"""A run accounts for every row, and gives the same bytes however it was run."""

import json
import threading

import batch_support
import pyarrow.parquet as pq
from batch_support import CHUNK, ROWS, every_file, run
from laennec.serving.batch import (
    SCHEMA,
    BatchOptions,
    SilentReporter,
    run_batch,
)
from laennec.serving.batch.engines import worker
from laennec.serving.batch.result.fingerprint import Fingerprint, fingerprint


def test_every_row_is_accounted_for(source, models, tmp_path):
    done = run(source, tmp_path / "out", models)
    assert (done.state, done.exit_code, done.interrupted) == ("complete", 0, False)
    counts = done.counts
    assert counts["in"] == counts["rows_out"] == ROWS
    assert counts["scored"] + counts["not_assessable"] + counts["refused"] == ROWS
    assert sum(counts["not_assessable_by_reason"].values()) == counts["not_assessable"]
    result = batch_support.read_result(tmp_path / "out")
    assert result.schema.remove_metadata() == SCHEMA
    assert result.column("person_id").to_pylist() == [f"p{i:06d}" for i in range(ROWS)]
    statuses = result.column("status").to_pylist()
    assert {s: statuses.count(s) for s in set(statuses)} == {
        s: counts[s] for s in ("scored", "not_assessable", "refused") if counts[s]
    }


def test_the_manifest_pins_what_was_read_and_what_was_used(source, models, tmp_path):
    done = run(source, tmp_path / "out", models)
    manifest = json.loads(done.manifest_path.read_text())
    assert manifest == done.manifest
    plan = manifest["plan"]
    assert [f["name"] for f in plan["input"]] == ["t.parquet"]
    assert len(plan["input"][0]["sha256"]) == 64
    assert [m["id"] for m in plan["models"]] == ["toy_t2d_undiagnosed/no_lab"]
    assert plan["guidelines"]["diabetes"] == "fr"
    assert len(plan["code"]["sha256"]) == 64
    assert manifest["result"] == "unconfirmed"
    assert manifest["development_model"] is True
    assert "Not for diagnosis" in manifest["disclaimer"]["en"]
    assert "Ne sert pas au diagnostic" in manifest["disclaimer"]["fr"]
    assert manifest["not_done"] == []
    parts = manifest["output"]["parts"]
    assert [p["rows"] for p in parts] == [128, 128, 128, 16, 128, 128, 128, 16, 128, 72]


def test_every_part_says_that_it_is_unconfirmed(source, models, tmp_path):
    run(source, tmp_path / "out", models)
    for path in (tmp_path / "out" / "parts").iterdir():
        metadata = pq.read_schema(path).metadata
        assert metadata[b"laennec.status"] == b"unconfirmed"
        assert b"Not CE marked" in metadata[b"laennec.disclaimer.en"]


def test_the_content_hash_is_that_of_the_rows(source, models, tmp_path):
    done = run(source, tmp_path / "out", models)
    whole = batch_support.read_result(tmp_path / "out").to_batches()
    sums = sum((fingerprint(b) for b in whole), Fingerprint())
    assert sums.content_sha256(tuple(SCHEMA.names)) == done.content_sha256


def test_two_workers_write_the_same_bytes_as_one(source, models, tmp_path):
    one = run(source, tmp_path / "one", models)
    two = run(source, tmp_path / "two", models, workers=2)
    assert one.content_sha256 == two.content_sha256
    assert every_file(tmp_path / "one") == every_file(tmp_path / "two")


def test_another_cut_into_parts_has_the_same_content_hash(source, models, tmp_path):
    one = run(source, tmp_path / "one", models)
    other = run(source, tmp_path / "other", models, chunk_rows=37)
    assert one.content_sha256 == other.content_sha256


def test_the_same_rows_as_csv_or_arrow_have_the_same_content_hash(models, tmp_path):
    table = batch_support.people(200)
    pq.write_table(table, tmp_path / "t.parquet")
    import pyarrow.csv as pacsv
    from pyarrow import feather

    pacsv.write_csv(table, tmp_path / "t.csv")
    feather.write_feather(table, tmp_path / "t.feather")
    hashes = {
        run(tmp_path / f"t.{kind}", tmp_path / kind, models).content_sha256
        for kind in ("parquet", "csv", "feather")
    }
    assert len(hashes) == 1


def test_all_processors_are_used_where_nobody_says_how_many(tmp_path):
    assert BatchOptions((tmp_path,), tmp_path).worker_count >= 1


def test_a_worker_that_is_told_to_stop_begins_nothing(monkeypatch):
    monkeypatch.setattr("laennec.serving.batch.engines.worker._stops", [threading.Event()])
    worker._stops[0].set()
    outcome = worker.run_in_process(worker.Task(0, 0))
    assert (outcome.error, outcome.part) == (worker.NOT_BEGUN, None)


class _InterruptedAfterTheLastPart(SilentReporter):
    """Presses Ctrl-C when the last part was told."""

    def __init__(self, parts: int) -> None:
        self.left, self.said = parts, []

    def part(self, rows: int, parts: int | None) -> None:
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt

    def line(self, text: str) -> None:
        self.said.append(text)


def test_ctrl_c_when_everything_is_there_is_no_interruption(source, models, tmp_path):
    whole = run(source, tmp_path / "whole", models)
    reporter = _InterruptedAfterTheLastPart(len(whole.manifest["output"]["parts"]))
    options = BatchOptions((source,), tmp_path / "out", models=models, workers=1, chunk_rows=CHUNK)
    done = run_batch(options, reporter)
    assert (done.state, done.interrupted, done.exit_code) == ("complete", False, 0)
    assert not any("interrupted" in line for line in reporter.said)
