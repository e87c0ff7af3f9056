"""Who withdrew the consent is not screened; a tombstone says so, and nothing else of them."""

import batch_support
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from laennec.serving.batch import BatchOptions, BatchRefused, SilentReporter, run_batch

N = 40
GONE = ["3", "17"]


@pytest.fixture
def source(tmp_path):
    table = batch_support.people(N, seed=4)
    names = pa.array([str(i) for i in range(N)])
    path = tmp_path / "visits.parquet"
    pq.write_table(table.set_column(0, "person_id", names), path)
    return path


def ran(source, out, withdrawn=None):
    options = BatchOptions((source,), out, workers=1, withdrawn=withdrawn)
    return run_batch(options, SilentReporter()), pq.read_table(out / "parts").to_pylist()


def listed(tmp_path, text):
    path = tmp_path / "withdrawn.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_next_output_has_a_tombstone_and_every_other_row_as_before(tmp_path, source):
    before, rows = ran(source, tmp_path / "before")
    done, found = ran(source, tmp_path / "after", listed(tmp_path, "\ufeff3\n\n 17 \n99\n"))
    assert [r for r in found if r["person_id"] not in GONE] == [
        r for r in rows if r["person_id"] not in GONE
    ]
    stones = [r for r in found if r["person_id"] in GONE]
    for stone in stones:
        said = {k: v for k, v in stone.items() if v not in (None, [])}
        assert said == {
            "person_id": stone["person_id"], "status": "refused",
            "status_reason": "consent_withdrawn",
        }  # fmt: skip
    assert len(stones) == len(GONE)
    assert done.counts["refused_by_reason"]["consent_withdrawn"] == len(GONE)
    assert done.counts["in"] == before.counts["in"] == N
    assert done.manifest["plan"]["withdrawn"]["people"] == 3


def test_they_are_found_in_a_csv_file_too(tmp_path, source):
    pacsv.write_csv(pq.read_table(source), tmp_path / "visits.csv")
    done, _ = ran(tmp_path / "visits.csv", tmp_path / "out", listed(tmp_path, "3\n17\n"))
    assert done.counts["refused_by_reason"] == {"consent_withdrawn": 2}


def test_nobody_is_screened_while_the_list_can_not_be_read(tmp_path, source):
    with pytest.raises(BatchRefused, match="a list of withdrawn consents that can't be read"):
        ran(source, tmp_path / "out", tmp_path / "absent.txt")
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BatchRefused, match="UnicodeDecodeError"):
        ran(source, tmp_path / "out", tmp_path / "binary.txt")
