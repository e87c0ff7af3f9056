"""The search among the stored visits, without a batch."""

import json

import pytest
from laennec.cli import app
from laennec.serving.codes.site_maps import template
from typer.testing import CliRunner
from years_support import stored


def run(*words):
    return CliRunner().invoke(app, ["search", *(str(w) for w in words)])


def visit(number, **more):
    return {
        "schema": "laennec.visit/1",
        "visit_id": f"v{number}",
        "performed_at": "2025-02-10T09:00:00+01:00",
        "person": {"id": f"p{number}", "birth_date": "1970-01-01", "sex": "male"},
        **more,
    }


def glucose(value, unit):
    return {"code": "glucose", "value": value, "unit": unit, "specimen": "venous_plasma",
            "fasting_hours": 10}  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Return the address of a store with three visits, one of them corrected."""
    visits = [
        visit(1, measurements=[glucose("1.31", "g/L")], exposures=["noise", "night_work"]),
        visit(2, measurements=[glucose("9.0", "mmol/L")], conditions=["diabetes"], exposures=[]),
        visit(2, measurements=[glucose("5.0", "mmol/L")], conditions=["diabetes"], exposures=[]),
        visit(3, measurements=[{"code": "systolic_bp", "value": "186", "unit": "mm[Hg]"},
                               {"code": "diastolic_bp", "value": "104", "unit": "mm[Hg]"}]),
    ]  # fmt: skip
    return stored(tmp_path_factory.mktemp("store"), visits)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("value.glucose >= 1.26 g/L", ["p1"]),
        ("value.glucose < 5.1 mmol/L", ["p2"]),
        ("finding.diabetes_range = present", ["p1"]),
        ("cim10.R03.0 = yes", ["p3"]),
        ("exposure.noise = yes and exposure.night_work = yes", ["p1"]),
        ("exposure.noise = no", ["p2"]),
        ("cim10.R03.0 = no", []),
        ("condition.diabetes = yes", ["p2"]),
        ("urgency.blood_pressure in U0, U1", ["p3"]),
        ("visit_date = 2025-02-10", ["p1", "p2", "p3"]),
    ],
)
def test_the_stored_visits_are_searched_without_a_batch(store, tmp_path, where, expected):
    listed = tmp_path / "people.csv"
    told = run("--database", store, "--where", where, "--by", "dr-a", "--people", listed)
    assert told.exit_code == 0, told.output
    assert listed.read_text().split() == ["person_id", *expected]
    assert json.loads(told.stdout)["people"]["found"] == ("<11" if expected else 0)


def test_a_thesaurus_file_names_the_sites_codes(store, tmp_path):
    path = tmp_path / "thesaurus.toml"
    key = '"question:exposure.noise" = { code = "'
    path.write_text(template().replace(key, f"{key}B17"))
    own = ["--database", store, "--by", "dr-a", "--thesaurus", path, "--where"]
    told = run(*own, "local.B17 = yes")
    assert told.exit_code == 0, told.output
    refused = run(*own, "local.B18 = yes")
    assert "B18" in str(refused.exception)


@pytest.mark.parametrize(
    "words", [["--where", "status = scored"], ["--where", "urgency is known", "--group", "status"]]
)
def test_stored_visits_have_no_status_and_say_so(store, words):
    assert "would look like an answer" in str(
        run("--database", store, "--by", "dr-a", *words).exception
    )


def test_nobody_looks_into_a_store_without_a_name(store):
    refused = run("--database", store, "--where", "urgency is known")
    assert "without a name of who searches" in str(refused.exception)


def test_nobody_to_search_among_is_refused():
    assert "neither a result nor a store" in str(run("--where", "urgency is known").exception)
