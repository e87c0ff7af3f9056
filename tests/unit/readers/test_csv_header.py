"""What a CSV file is written in is declared, not guessed; a likely answer is said."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from laennec.datasets.readers.tables import (
    FragmentUnreadable,
    TableMapping,
    TableRefused,
    find_inputs,
    plan_table,
    read_contents,
    read_rows,
)
from laennec.datasets.readers.tables.inputs import HEADER_BYTES
from laennec.datasets.readers.tables.mapping import CsvForm

UTF_8 = CsvForm()
HEADER = "person_id,prénom,waist_cm"


def columns(folder, content: bytes, form=UTF_8):
    (folder / "t.csv").write_bytes(content)
    (file,) = find_inputs([folder / "t.csv"])
    return [name for name, _ in read_contents(file, form).columns]


def test_a_header_is_read_in_its_declared_encoding(tmp_path):
    for encoding in ("utf-8", "utf-8-sig", "latin-1", "windows-1252"):
        form = CsvForm(encoding="utf-8" if encoding == "utf-8-sig" else encoding)
        content = f"{HEADER}\nA,Zoé,1\n".encode(encoding)
        assert columns(tmp_path, content, form) == HEADER.split(",")


def test_a_header_longer_than_the_first_block_is_read(tmp_path):
    names = [f"a_rather_long_column_name_{i}" for i in range(HEADER_BYTES // 20)]
    assert columns(tmp_path, ",".join(names).encode() + b"\n") == names


@pytest.mark.parametrize(
    ("encoding", "likely"), [("latin-1", "Latin-1 or Windows-1252"), ("utf-16", "UTF-16")]
)
def test_another_encoding_than_declared_is_told_with_what_to_declare(tmp_path, encoding, likely):
    with pytest.raises(FragmentUnreadable, match=f"it looks like {likely}") as refused:
        columns(tmp_path, f"{HEADER}\nA,B,1\n".encode(encoding))
    assert "[csv] encoding = " in refused.value.remedy


def test_an_encoding_that_does_not_exist_is_told(tmp_path):
    with pytest.raises(FragmentUnreadable, match="the encoding 'klingon'"):
        columns(tmp_path, b"person_id\nA\n", CsvForm(encoding="klingon"))


@pytest.mark.parametrize(("sign", "written"), [(";", '";"'), ("\t", r'"\t"'), ("|", '"|"')])
def test_another_delimiter_is_told_and_only_that(sign, written):
    name = sign.join(["person_id", "waist_cm"])
    with pytest.raises(TableRefused, match="fields seem to be separated by") as refused:
        plan_table([(name, pa.binary())], TableMapping())
    assert [p.code for p in refused.value.problems] == ["csv_delimiter"]
    assert f"delimiter = {written}" in refused.value.remedy


def test_a_visit_after_the_callers_day_is_refused_like_a_single_one():
    table = pa.record_batch(
        {
            "person_id": ["a", "b", "c"],
            "visit_date": ["2026-11-03", "2026-11-04", "2026-11-05"],
            "waist_cm": [90.0, 90.0, 90.0],
        }
    )
    plan = plan_table([(f.name, f.type) for f in table.schema], TableMapping())
    without = read_rows(table, plan).batch
    assert not np.any(without.refused)
    batch = read_rows(table, plan, today=date(2026, 11, 4)).batch
    assert list(batch.refused) == [False, False, True]
    late = [p for p in batch.problems if p.code == "moment_in_future"]
    assert [(p.row, p.path) for p in late] == [(2, "visit_date")]
