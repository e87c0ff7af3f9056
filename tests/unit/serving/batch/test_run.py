"""A run accounts for every row, and gives the same bytes however it was run."""

import json
import threading
from datetime import date
from pathlib import Path

import batch_support
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from laennec.datasets.readers.tables import TableRefused
from laennec.engine.guidelines import GuidelineError
from laennec.serving.batch import (
    SCHEMA,
    BatchOptions,
    BatchRefused,
    SilentReporter,
    run_batch,
)
from laennec.serving.batch.engines import worker
from laennec.serving.batch.result.fingerprint import Fingerprint, fingerprint

N = 1000
CHUNK = 128


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return (batch_support.toy_bundle(tmp_path_factory.mktemp("models")),)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("input")
    batch_support.write(folder / "t.parquet", batch_support.people(N), row_group_size=400)
    return folder / "t.parquet"


def run(source, out, models=(), **how):
    inputs = source if isinstance(source, tuple) else (source,)
    how = {"workers": 1, "chunk_rows": CHUNK, **how}
    return run_batch(BatchOptions(inputs, out, models=models, **how), SilentReporter())


def every_file(out: Path) -> dict[str, bytes]:
    return {
        p.relative_to(out).as_posix(): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()
    }


def test_every_row_is_accounted_for(source, models, tmp_path):
    done = run(source, tmp_path / "out", models)
    assert (done.state, done.exit_code, done.interrupted) == ("complete", 0, False)
    counts = done.counts
    assert counts["in"] == counts["rows_out"] == N
    assert counts["scored"] + counts["not_assessable"] + counts["refused"] == N
    assert sum(counts["not_assessable_by_reason"].values()) == counts["not_assessable"]
    result = batch_support.read_result(tmp_path / "out")
    assert result.schema.remove_metadata() == SCHEMA
    assert result.column("person_id").to_pylist() == [f"p{i:06d}" for i in range(N)]
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


def test_resuming_makes_only_what_is_missing_and_the_same_bytes(source, models, tmp_path):
    out = tmp_path / "out"
    run(source, out, models)
    whole = every_file(out)
    parts = sorted((out / "parts").iterdir())
    parts[1].unlink()
    parts[-1].unlink()
    (out / "manifest.json").unlink()
    (out / "parts" / ".part-000000-000001.parquet.aside").write_bytes(b"half")
    done = run(source, out, models, resume=True)
    assert done.rows_screened == 128 + 72
    assert every_file(out) == whole


def test_resuming_a_finished_run_does_nothing_again(source, models, tmp_path):
    first = run(source, tmp_path / "out", models)
    again = run(source, tmp_path / "out", models, resume=True)
    assert again.rows_screened == 0
    assert again.manifest == first.manifest


def test_a_part_that_was_altered_is_made_again(source, models, tmp_path):
    out = tmp_path / "out"
    run(source, out, models)
    whole = every_file(out)
    part = sorted((out / "parts").iterdir())[0]
    table = pq.read_table(part)
    forged = table.set_column(2, "t2d_undiagnosed_risk", pa.nulls(len(table), pa.float64()))
    pq.write_table(forged.replace_schema_metadata(table.schema.metadata), part)
    (out / "parts" / "stray.parquet").write_bytes(b"x")
    run(source, out, models, resume=True)
    assert every_file(out) == whole


def test_a_csv_of_unknown_length_is_resumed_too(models, tmp_path):
    import pyarrow.csv as pacsv

    pacsv.write_csv(batch_support.people(500), tmp_path / "t.csv")
    out = tmp_path / "out"
    run(tmp_path / "t.csv", out, models, workers=2)
    whole = every_file(out)
    for name in ("part-000000-000001.parquet", "part-000000-000003.parquet"):
        (out / "parts" / name).unlink()
    done = run(tmp_path / "t.csv", out, models, resume=True)
    assert done.rows_screened == 128 + 116
    assert every_file(out) == whole


def test_a_middle_part_that_is_missing_is_not_called_complete(models, tmp_path):
    """A part that fails in the middle of a CSV file must not hide behind its last part."""
    import pyarrow.csv as pacsv
    from laennec.serving.batch.make_plan import make_plan
    from laennec.serving.batch.plan import load_screening
    from laennec.serving.batch.result.manifest import make_manifest
    from laennec.serving.batch.result.parts import parts_there

    pacsv.write_csv(batch_support.people(500), tmp_path / "t.csv")
    out = tmp_path / "out"
    run(tmp_path / "t.csv", out, models)
    options = BatchOptions((tmp_path / "t.csv",), out, models=models, chunk_rows=CHUNK)
    loaded = load_screening(options)
    plan = make_plan(options, loaded)
    (out / "parts" / "part-000000-000001.parquet").unlink()
    manifest = make_manifest(plan, loaded, parts_there(out / "parts", plan.sha256), [])
    assert manifest["state"] == "partly_done"
    assert manifest["not_done"] == [
        {"file": "t.csv", "row_group": None, "code": "not_reached", "detail": "",
         "rows_done": 372, "rows": None}
    ]  # fmt: skip


def test_a_folder_that_is_not_empty_is_not_written_into(source, models, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine")
    with pytest.raises(BatchRefused, match="a folder that is not empty: results of two runs"):
        run(source, tmp_path / "out", models)
    assert every_file(tmp_path / "out") == {"notes.txt": b"mine"}


def changed_input(source, out, models, tmp_path):
    table = batch_support.people(N, seed=2)
    batch_support.write(tmp_path / "t.parquet", table, row_group_size=400)
    run(tmp_path / "t.parquet", out, models, resume=True)


def changed_mapping(source, out, models, tmp_path):
    (tmp_path / "m.toml").write_text('schema = "laennec.mapping/1"')
    run(source, out, models, resume=True, mapping=tmp_path / "m.toml")


def changed_models(source, out, models, tmp_path):
    run(source, out, (), resume=True)


def changed_guidelines(source, out, models, tmp_path):
    run(source, out, models, resume=True, guidelines={"diabetes": "ada"})


def changed_rows(source, out, models, tmp_path):
    run(source, out, models, resume=True, chunk_rows=99)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (changed_input, "input"),
        (changed_mapping, "mapping"),
        (changed_models, "models"),
        (changed_guidelines, "guidelines"),
        (changed_rows, "chunk_rows"),
    ],
)
def test_another_plan_is_not_resumed(source, models, tmp_path, change, named):
    run(source, tmp_path / "out", models)
    before = every_file(tmp_path / "out")
    with pytest.raises(BatchRefused, match=f"a run with another plan \\({named} differ\\)"):
        change(source, tmp_path / "out", models, tmp_path)
    after = every_file(tmp_path / "out")
    assert after == before


def test_other_code_is_not_resumed(source, models, tmp_path, monkeypatch):
    run(source, tmp_path / "out", models)
    monkeypatch.setattr("laennec.serving.batch.make_plan.code_sha256", lambda: "0" * 64)
    with pytest.raises(BatchRefused, match=r"\(code differ\)"):
        run(source, tmp_path / "out", models, resume=True)


def test_a_plan_file_that_is_no_plan_is_not_resumed(source, models, tmp_path):
    run(source, tmp_path / "out", models)
    (tmp_path / "out" / "plan.json").write_text("{")
    with pytest.raises(BatchRefused, match="another plan"):
        run(source, tmp_path / "out", models, resume=True)


def test_a_folder_in_which_another_run_writes_is_left_alone(source, models, tmp_path):
    import fcntl

    (tmp_path / "out").mkdir()
    with (tmp_path / "out" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(BatchRefused, match="another run is writing"):
            run(source, tmp_path / "out", models)


def test_an_output_that_can_not_be_made_is_refused(source, models, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(BatchRefused, match="a folder that can't be made"):
        run(source, tmp_path / "file" / "out", models)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"engine": "dask"}, "the engine 'dask'"),
        ({"workers": 0}, "0 workers and 128 rows a part"),
        ({"chunk_rows": 0}, "1 workers and 0 rows a part"),
    ],
)
def test_options_that_no_run_can_do_are_refused(source, models, tmp_path, how, words):
    with pytest.raises(BatchRefused, match=words):
        run(source, tmp_path / "out", models, **how)
    assert not (tmp_path / "out").exists()


def test_an_unknown_guideline_set_is_refused_before_anything_is_written(source, models, tmp_path):
    with pytest.raises(GuidelineError, match="diabetes=xx"):
        run(source, tmp_path / "out", models, guidelines={"diabetes": "xx"})
    assert not (tmp_path / "out").exists()


def test_unknown_columns_of_every_file_come_back_at_once(models, tmp_path):
    for name in ("a", "b"):
        pq.write_table(pa.table({"person_id": ["x"], "waist_cm": [90.0], name: [1]}),
                       tmp_path / f"{name}.parquet")  # fmt: skip
    with pytest.raises(TableRefused) as caught:
        run((tmp_path / "a.parquet", tmp_path / "b.parquet"), tmp_path / "out", models)
    assert [p.path for p in caught.value.problems] == ["a.parquet", "b.parquet"]
    assert not (tmp_path / "out").exists()


def test_all_processors_are_used_where_nobody_says_how_many(tmp_path):
    assert BatchOptions((tmp_path,), tmp_path).worker_count >= 1


def test_the_day_of_a_run_is_kept_by_its_resumption_and_changes_no_byte(source, models, tmp_path):
    first, later = date(2026, 11, 3), date(2026, 11, 9)
    run(source, tmp_path / "a", models, today=first)
    run(source, tmp_path / "b", models, today=later)
    for name in ("a", "b"):
        said = json.loads((tmp_path / name / "manifest.json").read_text())["plan"]["today"]
        assert said == {"a": "2026-11-03", "b": "2026-11-09"}[name]
    parts = [every_file(tmp_path / name / "parts") for name in ("a", "b")]
    assert parts[0] == parts[1]
    again = run(source, tmp_path / "a", models, today=later, resume=True)
    assert again.manifest["plan"]["today"] == "2026-11-03"
    assert again.rows_screened == 0


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
