"""The Vanderbilt file in canonical columns: inches and pounds are converted once."""

import pytest
from laennec.datasets.sources.schorling import canonical_table, main
from laennec.engine.errors import DataError
from pyarrow import parquet

HEAD = "id,age,Gender,height,weight,waist,bp.1s,bp.1d,bp.2s,bp.2d,glyhb\n"


def written(tmp_path, text):
    path = tmp_path / "Diabetes.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_inches_pounds_and_two_pressures(tmp_path):
    rows = "1000,46,Female  ,62,121,29,118,59,NA,NA,4.31\n1001,29,Male,70,200,40,120,80,130,84,NA\n"
    source = written(tmp_path, HEAD + rows)
    main([str(source), str(tmp_path / "out.parquet")])
    first, second = parquet.read_table(tmp_path / "out.parquet").to_pylist()
    assert (first["height_cm"], first["weight_kg"], first["waist_cm"]) == (157.5, 54.9, 73.7)
    assert (first["sex"], first["systolic_bp_mmhg"], first["glyhb_percent"]) == (
        "female",
        118.0,
        4.31,
    )
    assert (second["systolic_bp_mmhg"], second["diastolic_bp_mmhg"]) == (125.0, 82.0)
    assert second["glyhb_percent"] is None


def test_another_file_is_refused_by_the_columns_it_lacks(tmp_path):
    with pytest.raises(DataError, match="no column bp.1s.*publisher's columns"):
        canonical_table(written(tmp_path, "id,age,Gender,height,weight,waist\n1,2,Male,3,4,5\n"))


def test_what_is_no_table_is_refused(tmp_path):
    with pytest.raises(DataError, match="can't be read as CSV"):
        canonical_table(tmp_path / "nothing.csv")
