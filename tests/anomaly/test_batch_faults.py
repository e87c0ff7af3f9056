"""Whatever stands in the tables of a batch run: nothing is lost, and what is not done is said."""

from functools import partial

import batch_support
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from laennec.datasets.readers.tables import TableRefused
from laennec.serving.batch import BatchOptions, PlainReporter, run_batch

run = partial(batch_support.run, chunk_rows=64)


def accounted(counts):
    return counts["in"] == counts["scored"] + counts["not_assessable"] + counts["refused"]


def test_a_folder_without_files_is_refused(tmp_path):
    (tmp_path / "in").mkdir()
    with pytest.raises(TableRefused, match="a folder without a table"):
        run(tmp_path / "in", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["t.csv", "t.parquet", "t.feather", "t.csv.gz"])
def test_an_empty_file_is_refused(tmp_path, name):
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(TableRefused, match="a file that can't be read further"):
        run(tmp_path / name, tmp_path / "out")


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_no_rows_are_a_complete_result_of_nobody(tmp_path, models, name):
    table = batch_support.people(3).slice(0, 0)
    (pacsv.write_csv if name.endswith("csv") else pq.write_table)(table, tmp_path / name)
    done = run(tmp_path / name, tmp_path / "out", models)
    assert (done.state, done.counts["in"]) == ("complete", 0)
    assert batch_support.read_result(tmp_path / "out").num_rows == 0


def test_a_parquet_file_without_row_groups_is_a_result_of_nobody(tmp_path, models):
    table = batch_support.people(3)
    with pq.ParquetWriter(tmp_path / "t.parquet", table.schema):
        pass
    assert pq.ParquetFile(tmp_path / "t.parquet").num_row_groups == 0
    assert run(tmp_path / "t.parquet", tmp_path / "out", models).counts["in"] == 0


def test_wrong_types_nan_and_infinities_stay_with_their_rows(tmp_path, models):
    n = 200
    table = batch_support.people(n).to_pydict()
    table["waist_cm"] = [float("nan"), float("inf"), -float("inf"), 1e300, *[95.0] * (n - 4)]
    table["hba1c_percent"] = ["x", "<4", "NaN", "1e5", *["5.4"] * (n - 4)]
    table["sex"] = ["", "M", None, "\x00", *["male"] * (n - 4)]
    pq.write_table(pa.table(table), tmp_path / "t.parquet")
    done = run(tmp_path / "t.parquet", tmp_path / "out", models)
    assert done.counts["in"] == n
    assert accounted(done.counts)
    items = done.manifest["items_refused"]
    assert items["waist:value_not_decimal"] == 3
    assert items["hba1c:value_not_decimal"] == 2
    assert items["sex:sex_unknown"] == 2
    clean = pa.table(table).slice(4)
    pq.write_table(clean, tmp_path / "clean.parquet")
    run(tmp_path / "clean.parquet", tmp_path / "clean", models)
    rows = batch_support.read_result(tmp_path / "out").slice(4).to_pylist()
    assert rows == batch_support.read_result(tmp_path / "clean").to_pylist()


def test_one_bad_row_in_a_hundred_stops_nothing(tmp_path, models):
    n = 3000
    table = batch_support.people(n).to_pydict()
    bad = set(range(0, n, 100))
    table["person_id"] = [None if i in bad else p for i, p in enumerate(table["person_id"])]
    pq.write_table(pa.table(table), tmp_path / "t.parquet")
    done = run(tmp_path / "t.parquet", tmp_path / "out", models, workers=2)
    assert done.counts["refused_by_reason"] == {"identifier_missing": len(bad)}
    assert done.counts["in"] == n
    assert accounted(done.counts)


def test_a_csv_that_is_not_utf8_loses_a_value_and_not_a_row(tmp_path, models):
    lines = [b"person_id,age_years,sex,waist_cm", b"a,50,male,94", b"\xe9,50,male,94",
             b"c,50,m\xe2le,94", b"d,50,male,\xff\xfe"]  # fmt: skip
    (tmp_path / "t.csv").write_bytes(b"\n".join(lines))
    done = run(tmp_path / "t.csv", tmp_path / "out", models)
    assert done.counts["in"] == 4
    assert done.counts["refused_by_reason"] == {"identifier_missing": 1}
    assert done.manifest["items_refused"] == {
        "sex:sex_unknown": 1,
        "waist:value_not_decimal": 1,
    }


def test_a_csv_header_that_is_not_utf8_is_refused(tmp_path):
    (tmp_path / "t.csv").write_bytes(b"person_id,\xff\xfe\na,1\n")
    with pytest.raises(TableRefused):
        run(tmp_path / "t.csv", tmp_path / "out")


def test_malformed_lines_are_refused_rows_with_their_numbers(tmp_path, models):
    table = batch_support.people(200)
    pacsv.write_csv(table, tmp_path / "t.csv")
    lines = (tmp_path / "t.csv").read_text().splitlines()
    lines[10], lines[150] = "too,few", lines[150] + ",one more"
    (tmp_path / "t.csv").write_text("\n".join(lines))
    for workers in (1, 2):
        out = tmp_path / f"out{workers}"
        done = run(tmp_path / "t.csv", out, models, workers=workers)
        assert done.counts["in"] == 200
        assert done.counts["rows_out"] == 198
        assert done.counts["refused_by_reason"] == {"row_malformed": 2}
        assert (done.state, done.exit_code) == ("complete", 3)
        assert accounted(done.counts)
        assert done.manifest["malformed_lines"] == [
            {"file": "t.csv", "count": 2, "first_lines": [11, 151]}
        ]


def test_duplicate_columns_are_refused(tmp_path):
    (tmp_path / "t.csv").write_text("person_id,waist_cm,waist_cm\na,90,91\n")
    with pytest.raises(TableRefused, match="two columns named 'waist_cm'"):
        run(tmp_path / "t.csv", tmp_path / "out")


def test_one_truncated_file_of_a_folder_is_said_and_the_others_are_screened(tmp_path, models):
    for name in ("a", "b", "c"):
        batch_support.write(tmp_path / "in" / f"{name}.parquet", batch_support.people(100))
    broken = tmp_path / "in" / "b.parquet"
    broken.write_bytes(broken.read_bytes()[:-200])
    done = run(tmp_path / "in", tmp_path / "out", models)
    assert (done.state, done.exit_code) == ("partly_done", 3)
    assert done.counts["in"] == 200
    assert [(e["file"], e["code"]) for e in done.manifest["not_done"]] == [
        ("b.parquet", "file_unreadable")
    ]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_parquet_file_with_a_broken_page_gives_its_other_row_groups(tmp_path, models, workers):
    path = batch_support.write(
        tmp_path / "t.parquet", batch_support.people(400), row_group_size=100, compression="zstd"
    )
    column = pq.ParquetFile(path).metadata.row_group(1).column(0)
    content = bytearray(path.read_bytes())
    start = column.dictionary_page_offset or column.data_page_offset
    content[start : start + column.total_compressed_size] = b"\xff" * column.total_compressed_size
    path.write_bytes(content)
    done = run(path, tmp_path / "out", models, workers=workers)
    assert done.exit_code == 3
    assert done.counts["in"] == 300
    (lost,) = done.manifest["not_done"]
    assert (lost["row_group"], lost["code"], lost["rows"]) == (1, "file_unreadable", 100)


def test_no_value_of_a_person_is_ever_told(tmp_path, models, capfd):
    private = "A VALUE"
    table = batch_support.people(100).to_pydict()
    table["hba1c_percent"] = [private] * 100
    table["sex"] = [private] * 100
    pq.write_table(pa.table(table), tmp_path / "t.parquet")
    options = BatchOptions(
        (tmp_path / "t.parquet",), tmp_path / "out", models=models, workers=2, chunk_rows=20
    )
    run_batch(options, PlainReporter())
    said = "".join(capfd.readouterr())
    assert "batch: " in said
    for file, content in batch_support.every_file(tmp_path / "out").items():
        assert private.encode() not in content, file
        assert file.endswith(".parquet") or b"p000001" not in content
    assert private not in said
    assert "p000001" not in said
