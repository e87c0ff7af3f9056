"""A plan says why it hides a number, and what to install for what needs more."""

import sys

import pytest
from laennec.cli import app
from laennec.engine.errors import DataError
from typer.testing import CliRunner
from years_support import batch_result, planned

HEAD = "person_id,visit_date,age_years,sex,systolic_bp_mmhg,diastolic_bp_mmhg"


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """Return a result with 35 people of U0 and 25 whose pressure is low."""
    return made(tmp_path_factory.mktemp("why"), 35)


def made(folder, urgent):
    """Return a result of 60 people with some of U0."""
    said = ["240,135" if i < urgent else "118,72" for i in range(60)]
    rows = [f"p{i:02},2026-11-20,30,male,{pressure}" for i, pressure in enumerate(said)]
    return batch_result(folder, [HEAD, *rows])


def cohort_of(folder, where):
    path = folder / "cohort.toml"
    path.write_text(f'schema = "laennec.cohort/1"\ntitle = ""\nwhere = ["{where}"]\n')
    return path


def test_where_the_calls_are_hidden_the_page_and_the_answer_say_why(result, tmp_path):
    """Pinned: "called: hidden" stood everywhere on the plan of a cohort of 116, without a word."""
    few, _, page = planned(made(tmp_path, 55), tmp_path / "b")
    assert few["counts"]["calls"]["called"] == "hidden"
    why = few["hidden_why"]["calls"]
    assert "tell of 1 to 10 people. The list itself, calls.csv, is whole" in why["en"]
    assert "de déduire 1 à 10 personnes. La liste elle-même, calls.csv, est entière" in why["fr"]
    assert why["en"] in page
    urgent, _, page = planned(
        result, tmp_path / "a", "--cohort", cohort_of(tmp_path, "urgency = U0")
    )
    assert urgent["counts"]["calls"]["called"] == 35
    assert urgent["hidden_why"] == {}
    assert "How many are called is hidden" not in page


def test_a_plan_by_exposure_needs_no_duckdb_and_a_cohort_names_how_to_install_it(
    result, tmp_path, monkeypatch
):
    """Pinned: a plan with --by exposure asked for DuckDB, for which it had no use."""
    monkeypatch.setitem(sys.modules, "duckdb", None)
    exposures = tmp_path / "exposures.csv"
    exposures.write_text("person_id,exposure\n" + "".join(f"p{i:02},noise\n" for i in range(30)))
    by = ["--by", "exposure", "--exposures", str(exposures)]
    told, calls, _ = planned(result, tmp_path / "plan", *by)
    assert [row["people"] for row in told["groups"]["exposure"] if row["group"] == "noise"] == [30]
    assert calls[0]["exposures"]
    words = ["plan", str(result), "--cohort", str(cohort_of(tmp_path, "urgency = U0"))]
    refused = CliRunner().invoke(app, [*words, "--on", "2026-11-30"]).exception
    assert isinstance(refused, DataError)
    assert "the cohort of a plan or a study" in str(refused)
    assert ".venv/bin/pip install -e '.[search]'" in str(refused)
