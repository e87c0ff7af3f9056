"""Site and device of a row: kept beside the result, read by nothing that screens."""

import json

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from drifting_visits import drifting_table
from laennec.datasets.readers.tables import TableRefused, plan_table
from laennec.datasets.readers.tables.mapping import TableMapping
from laennec.serving.batch import BatchOptions, run_batch


def screened(tmp_path, name, table, **options):
    out = tmp_path / name
    path = tmp_path / f"{name}.parquet"
    pq.write_table(table, path)
    done = run_batch(BatchOptions((path,), out, workers=1, **options))
    parts = sorted((out / "parts").glob("*.parquet"))
    return done, pa.concat_tables([pq.read_table(p) for p in parts])


def test_the_result_keeps_them_and_no_answer_depends_on_them(tmp_path):
    table = drifting_table(months=1, visits=60)
    done, found = screened(tmp_path, "with", table)
    _, bare = screened(tmp_path, "without", table.drop_columns(["site", "device.glucose"]))
    assert found["site"].to_pylist() == table["site"].to_pylist()
    assert found["device.glucose"].to_pylist() == table["device.glucose"].to_pylist()
    assert found.drop_columns(["site", "device.glucose"]).to_pylist() == bare.to_pylist()
    assert done.manifest["output"]["columns"][-2:] == ["device.glucose", "site"]


def test_a_file_without_them_beside_one_with_them_says_nothing_of_them(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    table = drifting_table(months=1, visits=30)
    pq.write_table(table, folder / "a.parquet")
    pq.write_table(table.drop_columns(["site"]), folder / "b.parquet")
    run_batch(BatchOptions((folder,), tmp_path / "out", workers=1))
    parts = sorted((tmp_path / "out" / "parts").glob("*.parquet"))
    second = pq.read_table(parts[1])
    assert second["site"].null_count == 30
    assert second.schema == pq.read_table(parts[0]).schema


def test_a_withdrawn_person_leaves_neither_site_nor_device(tmp_path):
    gone = tmp_path / "gone.txt"
    gone.write_text("p1-3\n")
    _, found = screened(tmp_path, "w", drifting_table(months=1, visits=10), withdrawn=gone)
    stone = next(r for r in found.to_pylist() if r["person_id"] == "p1-3")
    assert stone["site"] is None
    assert stone["device.glucose"] is None


def test_a_mapping_names_them_and_says_what_means_nothing(tmp_path):
    path = tmp_path / "v.csv"
    table = drifting_table(months=1, visits=10).rename_columns(
        {"site": "lieu", "device.glucose": "automate"}
    )
    pa_csv.write_csv(table, path)
    mapping = tmp_path / "m.toml"
    mapping.write_text(
        'schema = "laennec.mapping/1"\n[columns]\nsite = { column = "lieu", missing = ["north"] }\n'
        '"device.glucose" = "automate"\n'
    )
    run_batch(BatchOptions((path,), tmp_path / "out", mapping=mapping, workers=1))
    found = pq.read_table(next((tmp_path / "out" / "parts").glob("*.parquet")))
    assert set(found["site"].to_pylist()) <= {None, "south"}
    plan = json.loads((tmp_path / "out" / "manifest.json").read_text())["plan"]
    assert "lieu" in json.dumps(plan["columns"])


def test_the_device_of_an_item_that_is_none_is_a_column_nobody_named():
    columns = [
        ("person_id", pa.string()),
        ("waist_cm", pa.float64()),
        ("device.nothing", pa.string()),
    ]
    with pytest.raises(TableRefused, match="1 columns that nobody named"):
        plan_table(columns, TableMapping())
