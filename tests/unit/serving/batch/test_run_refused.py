"""What no run can do is refused before anything is written."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from batch_support import every_file, run
from laennec.datasets.readers.tables import TableRefused
from laennec.engine.guidelines import GuidelineError
from laennec.serving.batch import (
    BatchRefused,
)


def test_a_folder_that_is_not_empty_is_not_written_into(source, models, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine")
    with pytest.raises(BatchRefused, match="a folder that is not empty: results of two runs"):
        run(source, tmp_path / "out", models)
    assert every_file(tmp_path / "out") == {"notes.txt": b"mine"}


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
