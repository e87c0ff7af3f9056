"""A batch run that fails or is stopped leaves whole parts, and the next run makes the others."""

import sys
from functools import partial
from pathlib import Path

import batch_support
import pytest
from laennec.serving.batch import BatchOptions, PlainReporter, SilentReporter, run_batch
from laennec.serving.batch.engines import worker

CHUNK = 64
run = partial(batch_support.run, chunk_rows=CHUNK)


class _Failing:
    """Stands for the screening of one part: fails on the third."""

    def __init__(self, error):
        self.error, self.calls, self.real = error, 0, worker.screen_table

    def __call__(self, *args):
        self.calls += 1
        if self.calls == 3:
            raise self.error
        return self.real(*args)


def test_a_part_that_can_not_be_screened_is_said_and_made_by_the_next_run(
    tmp_path, models, monkeypatch, capsys
):
    batch_support.write(tmp_path / "t.parquet", batch_support.people(300))
    run(tmp_path / "t.parquet", tmp_path / "whole", models)
    with monkeypatch.context() as patch:
        patch.setattr(worker, "screen_table", _Failing(ValueError("patient 7 is 3.5")))
        options = BatchOptions(
            (tmp_path / "t.parquet",), tmp_path / "out", models=models, workers=1, chunk_rows=CHUNK
        )
        done = run_batch(options, PlainReporter(sys.stderr))
    assert done.exit_code == 3
    assert done.counts["in"] == 300 - CHUNK
    (lost,) = done.manifest["not_done"]
    assert (lost["code"], lost["detail"]) == ("part_failed", "ValueError")
    said = capsys.readouterr().err
    assert "fragment 0 part 2: part_failed (ValueError)" in said
    assert "patient 7" not in said + done.manifest_path.read_text()
    again = run(tmp_path / "t.parquet", tmp_path / "out", models, resume=True)
    assert (again.exit_code, again.rows_screened) == (0, CHUNK)
    assert batch_support.every_file(tmp_path / "out") == batch_support.every_file(
        tmp_path / "whole"
    )


def test_a_full_disk_stops_the_run_and_leaves_whole_parts(tmp_path, models, monkeypatch):
    batch_support.write(tmp_path / "t.parquet", batch_support.people(300))
    full = OSError(28, "No space left on device")
    with monkeypatch.context() as patch:
        patch.setattr(worker, "screen_table", _Failing(full))
        done = run(tmp_path / "t.parquet", tmp_path / "out", models)
    assert done.exit_code == 3
    assert done.counts["rows_out"] == 2 * CHUNK
    (lost,) = done.manifest["not_done"]
    assert (lost["code"], lost["detail"], lost["rows_done"]) == ("disk", "ENOSPC", 128)
    assert run(tmp_path / "t.parquet", tmp_path / "out", models, resume=True).exit_code == 0


def test_a_write_that_fails_half_way_leaves_nothing_behind(tmp_path, models, monkeypatch):
    batch_support.write(tmp_path / "t.parquet", batch_support.people(100))

    def full(_stream):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", lambda fd: None if _is_json(fd) else full(fd))
        done = run(tmp_path / "t.parquet", tmp_path / "out", models)
    assert done.exit_code == 3
    assert list((tmp_path / "out" / "parts").iterdir()) == []


def _is_json(fd):
    return ".json" in Path(f"/proc/self/fd/{fd}").readlink().name


def test_another_error_of_the_system_is_a_failed_part(tmp_path, models, monkeypatch):
    batch_support.write(tmp_path / "t.parquet", batch_support.people(300))
    with monkeypatch.context() as patch:
        patch.setattr(worker, "screen_table", _Failing(OSError("odd")))
        done = run(tmp_path / "t.parquet", tmp_path / "out", models)
    assert [e["code"] for e in done.manifest["not_done"]] == ["part_failed"]


class _Interrupting(SilentReporter):
    """Ctrl-C after some parts."""

    def __init__(self, after):
        self.left = after
        self.lines = []

    def part(self, rows, parts):
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt

    def line(self, text):
        self.lines.append(text)


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_ends_in_good_order_and_resume_gives_the_same_bytes(tmp_path, models, workers):
    batch_support.write(tmp_path / "t.parquet", batch_support.people(1000))
    whole = run(tmp_path / "t.parquet", tmp_path / "whole", models)
    reporter = _Interrupting(3)
    options = BatchOptions(
        (tmp_path / "t.parquet",), tmp_path / "out", models=models, workers=workers,
        chunk_rows=CHUNK,
    )  # fmt: skip
    stopped = run_batch(options, reporter)
    assert stopped.interrupted
    assert stopped.exit_code == 3
    assert "--resume goes on" in reporter.lines[-1]
    there = len(list((tmp_path / "out" / "parts").iterdir()))
    assert stopped.counts["rows_out"] == there * CHUNK
    assert stopped.manifest["not_done"][0]["code"] == "not_reached"
    done = run(tmp_path / "t.parquet", tmp_path / "out", models, resume=True)
    assert done.rows_screened == 1000 - there * CHUNK
    assert done.content_sha256 == whole.content_sha256
    assert batch_support.every_file(tmp_path / "out") == batch_support.every_file(
        tmp_path / "whole"
    )
