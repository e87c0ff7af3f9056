"""Files beside a result: trajectories of its tables and exposures of its people, or it is said."""

import json
import shutil

import pytest
from laennec.cli import app
from typer.testing import CliRunner

HEAD = "person_id,visit_date,age_years,sex,waist_cm"
SEARCH = "tests.waist >= 1"


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def rows(waist, year=2025):
    return [HEAD, *(f"p{i:02},{year}-11-01,50,male,{waist}" for i in range(24))]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a folder with a table, the result of its batch, and its trajectories."""
    folder = tmp_path_factory.mktemp("beside")
    for name, lines in (("visits", rows(90)), ("other", rows(130)), ("before", rows(85, 2020))):
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    visits = folder / "visits.csv"
    told = run("batch", visits, "--out", folder / "result", "--workers", 1)
    assert told.exit_code == 0, told.output
    for name, tables in (
        ("own", [visits]),
        ("other", [folder / "other.csv"]),
        ("more", [visits, folder / "before.csv"]),
    ):  # fmt: skip
        out = folder / name
        told = run("trajectories", *tables, "--out", out, "--on", "2026-01-15")
        assert told.exit_code == 0, told.output
    return folder


def searched(folder, trajectories):
    words = ("search", "--result", folder / "result", "--where", SEARCH)
    return run(*words, "--trajectories", trajectories)


def test_an_answer_names_the_day_of_the_trajectories_and_tables_that_are_not_in_the_result(made):
    told = json.loads(searched(made, made / "own" / "trajectories.parquet").stdout)
    assert told["people"]["found"] == 24
    assert told["trajectories"] == {"on": "2026-01-15", "other_tables": 0}
    told = json.loads(searched(made, made / "more" / "trajectories.parquet").stdout)
    assert told["trajectories"] == {"on": "2026-01-15", "other_tables": 1}


def test_trajectories_of_other_tables_are_refused(made):
    """Pinned: waists of another file were counted without a word."""
    told = searched(made, made / "other" / "trajectories.parquet")
    assert told.exit_code == 1
    assert "1 of the 1 tables of the result" in str(told.exception)


@pytest.mark.parametrize("spoilt", ["gone", "text", "list", "other", "day"])
def test_trajectories_without_their_manifest_are_refused(made, tmp_path, spoilt):
    shutil.copytree(made / "own", tmp_path / "own")
    beside = tmp_path / "own" / "trajectories.json"
    said = json.loads(beside.read_text())
    if spoilt == "gone":
        beside.unlink()
    else:
        texts = {
            "text": "{", "list": "[]", "day": json.dumps({**said, "today": 3}),
            "other": (made / "more" / "trajectories.json").read_text(),
        }  # fmt: skip
        beside.write_text(texts[spoilt])
    told = searched(made, tmp_path / "own" / "trajectories.parquet")
    assert told.exit_code == 1
    assert "trajectories without their trajectories.json" in str(told.exception)


def test_trajectories_beside_a_store_are_refused(made, tmp_path):
    """Pinned: they stood in for the trends of the store without a word."""
    told = run(
        "search", "--database", f"sqlite:///{tmp_path}/store.db", "--by", "dr", "--where", SEARCH,
        "--trajectories", made / "own" / "trajectories.parquet",
    )  # fmt: skip
    assert told.exit_code == 1
    assert "the stored visits have trends of their own" in str(told.exception)


def test_lines_of_exposures_that_are_of_nobody_are_counted(made, tmp_path):
    """Pinned: two people of three in another letter case were not exposed, without a word."""
    exposures = tmp_path / "exposures.csv"
    lines = [f"p{i:02},noise" for i in range(12)] + ["P12,noise", "P13,noise", "P13,heat"]
    exposures.write_text("\n".join(["person_id,exposure", *lines]) + "\n")
    told = run(
        "search", "--result", made / "result", "--where", "exposure.noise = yes",
        "--exposures", exposures,
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["exposures"] == {"lines_of_nobody": 3}
    told = run(
        "plan", made / "result", "--by", "exposure", "--exposures", exposures, "--lang", "en",
        "--out", tmp_path / "plan", "--on", "2026-11-03",
    )  # fmt: skip
    assert json.loads(told.stdout)["beside"]["exposures"] == {"lines_of_nobody": 3}
    page = (tmp_path / "plan" / "plan.html").read_text(encoding="utf-8")
    assert "of nobody in this result: 3." in page
