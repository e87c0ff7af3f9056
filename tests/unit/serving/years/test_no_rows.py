"""An export that came out empty looks like no done run, and like no population without needs."""

import json

import pytest
from laennec.cli import app
from laennec.serving.batch.options import BatchRefused
from typer.testing import CliRunner

HEAD = "person_id,visit_date,age_years,sex,waist_cm,hba1c_percent\n"


@pytest.fixture(params=["csv", "parquet"])
def empty(request, tmp_path):
    path = tmp_path / f"visits.{request.param}"
    if request.param == "csv":
        path.write_text(HEAD)
        return path
    import pyarrow as pa  # noqa: PLC0415 - only here
    import pyarrow.parquet as pq  # noqa: PLC0415 - only here

    names = HEAD.strip().split(",")
    pq.write_table(pa.table({name: pa.array([], pa.string()) for name in names}), path)
    return path


def run(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments])


def test_a_batch_of_no_rows_is_partly_done_and_says_why(empty, tmp_path):
    told = run("batch", empty, "--out", tmp_path / "r", "--workers", "1")
    assert told.exit_code == 3, told.output
    assert "no_rows" in json.loads(told.stdout)["not_in_result"]
    assert "no_rows" in json.loads((tmp_path / "r" / "manifest.json").read_text())["notices"]


def test_neither_plan_nor_search_answers_for_nobody(empty, tmp_path):
    run("batch", empty, "--out", tmp_path / "r", "--workers", "1")
    for command in (
        ("plan", tmp_path / "r"),
        ("search", "--result", tmp_path / "r", "--where", "urgency = U0"),
    ):
        told = run(*command)
        assert isinstance(told.exception, BatchRefused)
        assert "a result without a single row" in str(told.exception)


def test_trajectories_of_no_rows_are_partly_done(empty, tmp_path):
    told = run("trajectories", empty, "--out", tmp_path / "t")
    assert told.exit_code == 3, told.output
    assert json.loads(told.stdout)["visits"] == 0
