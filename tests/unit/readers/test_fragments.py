"""Files become chunks of a fixed size, the same whatever the blocks in which they are read."""

import gzip

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from laennec.datasets.readers.tables import (
    FragmentUnreadable,
    TableRefused,
    find_inputs,
    list_fragments,
    read_chunks,
    read_contents,
)
from laennec.datasets.readers.tables import inputs as inputs_module
from laennec.datasets.readers.tables.mapping import CsvForm
from pyarrow import feather, ipc

CSV = CsvForm()
N = 1000


def table(n=N):
    return pa.table({"person_id": np.arange(n), "waist_cm": np.arange(n) / 10 + 60})


def write(path, kind, content):
    if kind == "parquet":
        pq.write_table(content, path, row_group_size=300)
    elif kind == "csv":
        pacsv.write_csv(content, path)
    elif kind == "csv.gz":
        with gzip.open(path, "wb") as stream:
            pacsv.write_csv(content, stream)
    elif kind == "feather":
        feather.write_feather(content, path, chunksize=70)
    else:
        with ipc.new_stream(path, content.schema) as stream:
            stream.write_table(content, max_chunksize=70)
    return path


def chunks(path, rows=128, columns=("person_id", "waist_cm"), csv=CSV):
    files = [(f, read_contents(f, csv)) for f in find_inputs([path])]
    return [
        chunk
        for fragment in list_fragments(files)
        for chunk in read_chunks(fragment, columns, csv, chunk_rows=rows)
    ]


@pytest.mark.parametrize("kind", ["parquet", "csv", "csv.gz", "feather", "arrows"])
def test_every_format_gives_every_row_once_and_in_order(tmp_path, kind):
    found = chunks(write(tmp_path / f"t.{kind}", kind, table()))
    ids = [int(x) for c in found for x in c.table.column("person_id").to_pylist()]
    assert ids == list(range(N))
    starts = [c.offset for c in found]
    assert starts == [int(c.table.column("person_id")[0].as_py()) for c in found]
    assert found[-1].is_last
    assert all(c.table.num_rows == 128 or c.is_last for c in found)


def test_a_row_group_is_a_fragment_that_can_be_read_alone(tmp_path):
    path = write(tmp_path / "t.parquet", "parquet", table())
    files = [(f, read_contents(f, CSV)) for f in find_inputs([path])]
    fragments = list_fragments(files)
    assert [(f.row_group, f.rows, f.offset) for f in fragments] == [
        (0, 300, 0), (1, 300, 300), (2, 300, 600), (3, 100, 900),
    ]  # fmt: skip
    assert [f.chunk_count(128) for f in fragments] == [3, 3, 3, 1]
    last = list(read_chunks(fragments[3], ["person_id"], CSV, chunk_rows=128))
    assert last[0].table.column("person_id").to_pylist() == list(range(900, 1000))


@pytest.mark.parametrize("kind", ["parquet", "csv", "csv.gz", "feather", "arrows"])
def test_a_file_without_rows_is_one_empty_chunk(tmp_path, kind):
    found = chunks(write(tmp_path / f"t.{kind}", kind, table(0)))
    assert [(c.index, c.table.num_rows, c.is_last) for c in found] == [(0, 0, True)]


def test_exactly_full_chunks_end_without_an_empty_one(tmp_path):
    path = tmp_path / "t.csv"
    pacsv.write_csv(table(256), path)
    assert [(c.table.num_rows, c.is_last) for c in chunks(path)] == [(128, False), (128, True)]


def test_small_blocks_change_nothing(tmp_path, monkeypatch):
    path = write(tmp_path / "t.csv", "csv", table())
    whole = chunks(path)
    monkeypatch.setattr(inputs_module, "CSV_BLOCK_BYTES", 200)
    small = chunks(path)
    assert [c.table for c in small] == [c.table for c in whole]


def test_a_later_block_may_hold_what_the_first_did_not(tmp_path, monkeypatch):
    """Nothing is inferred from the first block, so a comparator far down is no error."""
    monkeypatch.setattr(inputs_module, "CSV_BLOCK_BYTES", 200)
    lines = ["person_id,glucose", *(f"{i},1.0" for i in range(500)), "500,<0.4", "501,text"]
    (tmp_path / "t.csv").write_text("\n".join(lines))
    found = chunks(tmp_path / "t.csv", columns=("glucose",))
    assert found[-1].table.column("glucose").to_pylist()[-2:] == [b"<0.4", b"text"]


def test_lines_with_another_number_of_fields_are_counted_and_left_out(tmp_path):
    lines = ["a,b", "1,2", "3", "4,5", "6,7,8", "9,10"]
    (tmp_path / "t.csv").write_text("\n".join(lines))
    (chunk,) = chunks(tmp_path / "t.csv", columns=("a", "b"))
    assert chunk.table.column("a").to_pylist() == [b"1", b"4", b"9"]
    assert chunk.bad_row_count == 2
    assert chunk.bad_rows == (3, 5)


def test_bad_lines_are_told_by_the_last_chunk_only(tmp_path):
    lines = ["a,b", *(f"{i},0" if i % 50 else "bad" for i in range(1, 401))]
    (tmp_path / "t.csv").write_text("\n".join(lines))
    found = chunks(tmp_path / "t.csv", columns=("a",))
    assert [c.bad_row_count for c in found] == [0, 0, 0, 8]
    assert found[-1].bad_rows[0] == 51


def test_quotes_new_lines_and_delimiters_in_values(tmp_path):
    (tmp_path / "t.csv").write_text('a;b\n"x;1";"two\nlines"\n')
    (chunk,) = chunks(tmp_path / "t.csv", columns=("a", "b"), csv=CsvForm(delimiter=";"))
    assert chunk.table.to_pylist() == [{"a": b"x;1", "b": b"two\nlines"}]


def test_latin_1_is_read_where_it_is_declared(tmp_path):
    (tmp_path / "t.csv").write_bytes("a,b\nété,1\n".encode("latin-1"))
    csv = CsvForm(encoding="latin-1")
    (chunk,) = chunks(tmp_path / "t.csv", columns=("a",), csv=csv)
    assert chunk.table.column("a").to_pylist() == ["été".encode()]


def test_folders_are_searched_and_their_keys_are_columns(tmp_path):
    for sex in ("female", "male"):
        folder = tmp_path / "in" / f"sex={sex}"
        folder.mkdir(parents=True)
        write(folder / "part.parquet", "parquet", table(5))
    (tmp_path / "in" / "_SUCCESS").write_text("")
    (tmp_path / "in" / ".hidden.csv").write_text("a\n1")
    (tmp_path / "in" / "README.txt").write_text("nothing")
    files = find_inputs([tmp_path / "in"])
    assert [f.name for f in files] == ["sex=female/part.parquet", "sex=male/part.parquet"]
    assert [c for c, _ in read_contents(files[0], CSV).columns] == ["person_id", "waist_cm", "sex"]
    found = chunks(tmp_path / "in", columns=("person_id", "sex"))
    assert [c.table.column("sex").to_pylist() for c in found] == [["female"] * 5, ["male"] * 5]


def test_names_do_not_depend_on_where_the_folder_stands(tmp_path):
    for place in ("one", "other/deep"):
        folder = tmp_path / place
        folder.mkdir(parents=True)
        write(folder / "t.parquet", "parquet", table(5))
    one, other = (find_inputs([tmp_path / p])[0] for p in ("one", "other/deep"))
    assert one.name == other.name == "t.parquet"
    assert one.sha256() == other.sha256()


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (None, "no such file or folder"),
        ("folder", "a folder without a table"),
        ("t.xlsx", "a file of no known kind"),
    ],
)
def test_an_input_that_is_no_table_is_refused(tmp_path, made, words):
    path = tmp_path / (made or "absent")
    if made == "folder":
        path.mkdir()
    elif made:
        path.write_text("x")
    with pytest.raises(TableRefused, match=words):
        find_inputs([path])


def test_two_inputs_of_one_name_are_refused(tmp_path):
    for place in ("one", "other"):
        (tmp_path / place).mkdir()
        write(tmp_path / place / "t.parquet", "parquet", table(5))
    with pytest.raises(TableRefused, match="two inputs of the same name"):
        find_inputs([tmp_path / "one" / "t.parquet", tmp_path / "other" / "t.parquet"])


@pytest.mark.parametrize("kind", ["parquet", "csv", "csv.gz", "feather", "arrows"])
def test_what_is_not_of_its_kind_is_unreadable_and_nothing_of_it_is_quoted(tmp_path, kind):
    path = tmp_path / f"t.{kind}"
    path.write_bytes(b"" if kind == "csv" else b"secret value")
    with pytest.raises(FragmentUnreadable, match="a file that can't be read further") as caught:
        chunks(path)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("kind", ["csv.gz", "arrows"])
def test_a_file_cut_short_gives_what_is_whole_and_then_says_so(tmp_path, kind, monkeypatch):
    monkeypatch.setattr(inputs_module, "CSV_BLOCK_BYTES", 1 << 14)
    rng = np.random.default_rng(1)
    content = pa.table({"person_id": rng.integers(0, 2**60, 200_000)})
    path = write(tmp_path / f"t.{kind}", kind, content)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    files = [(f, read_contents(f, CSV)) for f in find_inputs([path])]
    rows = 0
    with pytest.raises(FragmentUnreadable, match="truncated, damaged"):
        for chunk in read_chunks(list_fragments(files)[0], ["person_id"], CSV, chunk_rows=1000):
            assert not chunk.is_last
            rows += chunk.table.num_rows
    assert 0 < rows < 200_000


def test_a_file_that_changed_after_the_run_was_planned_is_not_read(tmp_path):
    path = write(tmp_path / "t.parquet", "parquet", table(5))
    files = [(f, read_contents(f, CSV)) for f in find_inputs([path])]
    write(path, "parquet", table(6))
    with pytest.raises(FragmentUnreadable):
        list(read_chunks(list_fragments(files)[0], ["person_id"], CSV, chunk_rows=10))
