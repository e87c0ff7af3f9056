"""The search on what was measured, answered and found at the visits: of a batch, and of a store."""

import json
from datetime import date

import pytest
from laennec.cli import app
from laennec.datasets.readers.cohorts import Cohort, LocalCodes, parse_criteria
from laennec.engine.errors import DataError
from laennec.serving.batch import BatchOptions, BatchRefused, SilentReporter, run_batch
from laennec.serving.codes.site_maps import template
from laennec.serving.years.drift.from_tables import tally_tables
from laennec.serving.years.people import read_people
from laennec.serving.years.search import Beside, Sources, search_people
from laennec.serving.years.visits import VisitFiles
from typer.testing import CliRunner

TABLE = """\
person_id,visit_date,age_years,sex,waist_cm,systolic_bp_mmhg,diastolic_bp_mmhg,hba1c_percent,fasting_glucose_g_per_l,known_diabetes,exposure_noise
old,2020-01-10,50,male,99,150,95,7.0,1.30,false,true
old,2025-01-10,55,male,95,128,78,5.4,0.95,false,false
high,2025-02-10,55,male,104,162,101,6.8,1.26,false,true
known,2025-02-11,60,female,88,135,82,6.1,1.05,true,
bound,2025-02-12,60,female,88,135,82,,<1.00,,false
"""
MAPPING = """\
schema = "laennec.mapping/1"
[columns]
"exposure.noise" = "exposure_noise"
"""


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    """Return a folder with visits, their mapping, and the result of their batch."""
    folder = tmp_path_factory.mktemp("batch")
    (folder / "visits.csv").write_text(TABLE)
    (folder / "mapping.toml").write_text(MAPPING)
    done = CliRunner().invoke(
        app,
        ["batch", str(folder / "visits.csv"), "--mapping", str(folder / "mapping.toml"),
         "--out", str(folder / "result"), "--workers", "1"],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    return folder


def names(where, folder, site=None):
    files = VisitFiles((folder / "visits.csv",), folder / "mapping.toml")
    sources = Sources(folder / "result", Beside(visits=files), site=site)
    found = search_people(Cohort("", parse_criteria([where], site)), sources)
    return found.people["person_id"].to_pylist()


CONDITIONS = [
    ("value.hba1c >= 6.8 %", ["high"]),
    ("value.hba1c > 6.8 %", []),
    ("value.hba1c > 50 mmol/mol", ["high"]),
    ("fasting_glucose_g_per_l >= 1.26", ["high"]),
    ("fasting_glucose_g_per_l > 1.26", []),
    ("value.glucose < 1.10 g/L", ["bound", "known", "old"]),
    ("loinc.1558-6 < 1.00 g/L", ["bound", "old"]),
    ("loinc.4548-4 <= 5.4 %", ["old"]),
    ("systolic_bp_mmhg >= 140", ["high"]),
    ("value.hba1c is unknown", ["bound"]),
    ("finding.blood_pressure = present", ["high"]),
    ("finding.blood_pressure != present", ["bound", "known", "old"]),
    ("grade.blood_pressure = grade_2", ["high"]),
    ("cim10.R03.0 = yes and value.waist > 100 cm", ["high"]),
    ("cim10.R03.0 = no", ["bound", "known", "old"]),
    ("cim10.R73.9 = no", ["bound", "known", "old"]),
    ("condition.diabetes = yes", ["known"]),
    ("condition.diabetes = no", ["high", "old"]),
    ("condition.diabetes is unknown", ["bound"]),
    ("exposure.noise = yes", ["high"]),
    ("exposure.noise = no", ["bound", "old"]),
]


@pytest.mark.parametrize(("where", "expected"), CONDITIONS)
def test_the_values_of_the_last_visit_are_found_and_the_past_is_not(batch, where, expected):
    assert names(where, batch) == expected


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("value.hba1c > 6.5", "without a unit is not guessed"),
        ("value.hba1c > 6.5 g/L", "no unit of it"),
        ("value.waist > 1 km", "no unit of it"),
        ("fasting_glucose_g_per_l > 7 mmol/L", "no unit of it"),
        ("value.hba1c in 6 %, 7 %", "one number"),
        ("value.hba1c > <6 %", "two comparisons"),
        ("value.hba1c > high %", "a number is asked for"),
        ("value.shoe_size > 40 cm", "nothing has this name"),
        ("loinc.1-1 > 40 cm", "no measurement is read by this code"),
        ("cim10.E11 = yes", "no finding leaves with it"),
        ("finding.gout = present", "no finding has this name"),
        ("condition.gout = yes", "no search knows it"),
        ("condition.diabetes = maybe", "it is no answer"),
        ("exposure.gold = yes", "no list has it"),
        ("local.X1 = yes", "no thesaurus that was given has it"),
    ],
)
def test_what_has_no_unit_or_no_name_is_refused(where, said):
    with pytest.raises(DataError) as refused:
        parse_criteria([where])
    assert said in str(refused.value)


def test_a_condition_on_values_without_visits_is_refused(batch):
    cohort = Cohort("", parse_criteria(["value.hba1c > 6 %"]))
    with pytest.raises(DataError, match="--visits"):
        search_people(cohort, Sources(batch / "result"))


def test_a_sites_own_code_asks_what_its_thesaurus_says(batch):
    site = LocalCodes({"B17": "exposure.noise", "GLY": "value.hba1c"})
    assert names("local.B17 = yes and local.GLY >= 6.8 %", batch, site) == ["high"]
    own = Cohort("", parse_criteria(["local.B17 = yes"], site))
    assert own.criteria.text == "local.B17 = yes"
    assert own.sha256 == Cohort("", parse_criteria(["exposure.noise = yes"])).sha256


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
    folder = tmp_path_factory.mktemp("store")
    database = f"sqlite:///{folder / 'store.db'}"
    visits = [
        visit(1, measurements=[glucose("1.31", "g/L")], exposures=["noise", "night_work"]),
        visit(2, measurements=[glucose("9.0", "mmol/L")], conditions=["diabetes"], exposures=[]),
        visit(2, measurements=[glucose("5.0", "mmol/L")], conditions=["diabetes"], exposures=[]),
        visit(3, measurements=[{"code": "systolic_bp", "value": "186", "unit": "mm[Hg]"},
                               {"code": "diastolic_bp", "value": "104", "unit": "mm[Hg]"}]),
    ]  # fmt: skip
    for i, one in enumerate(visits):
        path = folder / f"visit-{i}.json"
        path.write_text(json.dumps(one))
        done = CliRunner().invoke(app, ["screen", str(path), "--database", database])
        assert done.exit_code == 0, done.output
    return database


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


def test_a_table_that_the_result_was_not_made_of_is_refused(batch, tmp_path):
    edited = tmp_path / "visits.csv"
    edited.write_text(TABLE.replace(",5.4,", ",9.9,"))
    beside = Beside(visits=VisitFiles((edited,), batch / "mapping.toml"))
    cohort = Cohort("", parse_criteria(["value.hba1c >= 9 %"]))
    with pytest.raises(BatchRefused, match=r"none of the results was made of.*leave --visits out"):
        search_people(cohort, Sources(batch / "result", beside))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("", "a header and nobody in it"),
        ("another,noise\n", "nobody stands of whom the search is"),
        ("old,noise\n ,noise\n", "a line of exposures without a person"),
        ("old,noise\nold,none\n", "somebody with an exposure and with none"),
    ],
)
def test_exposures_of_nobody_of_others_or_of_none_and_some_are_refused(
    batch, tmp_path, lines, said
):
    """Pinned: each found nobody, or somebody twice, and that looked like an answer."""
    path = tmp_path / "exposures.csv"
    path.write_text("person_id,exposure\n" + lines)
    cohort = Cohort("", parse_criteria(["exposure.noise = yes"]))
    with pytest.raises(DataError, match=said):
        search_people(cohort, Sources(batch / "result", Beside(exposures=path)))


def test_trajectories_of_other_people_are_refused(batch, tmp_path):
    (tmp_path / "others.csv").write_text(TABLE.replace("\n", "\nx").rpartition("x")[0])
    made = ["trajectories", str(tmp_path / "others.csv"), "--out", str(tmp_path)]
    mapping = ["--mapping", str(batch / "mapping.toml")]
    assert CliRunner().invoke(app, [*made, *mapping]).exit_code == 0
    beside = Beside(trajectories=tmp_path / "trajectories.parquet")
    cohort = Cohort("", parse_criteria(["tests.hba1c >= 1"]))
    with pytest.raises(DataError, match="nobody stands of whom the search is"):
        search_people(cohort, Sources(batch / "result", beside))


@pytest.mark.parametrize(
    "condition",
    ["t2d_undiagnosed_risk >= 20", "risk.bmi < -1", "in_range.hba1c > 50", "ada_points < -inf",
     "cvd_death_10y_risk < nan", "findrisc_points < nan", "findrisc_points >= inf"],
)  # fmt: skip
def test_a_percentage_of_a_share_and_what_is_no_number_are_refused(condition):
    """Pinned: a risk of 20 found nobody, and one below nan found everybody."""
    with pytest.raises(DataError, match=r"Write 0\.5"):
        parse_criteria([condition])


def many(rows):
    """Return the table of a batch with so many people of each kind: kind, how many, hba1c."""
    head = "person_id,visit_date,age_years,sex,hba1c_percent\n"
    lines = (f"{kind}{i},2025-01-10,50,male,{value}" for kind, n, value in rows for i in range(n))
    return head + "\n".join(lines) + "\n"


def told(where, folder):
    path = folder / "visits.csv"
    done = CliRunner().invoke(
        app, ["search", "--result", str(folder / "result"), "--visits", str(path), "--where", where]
    )
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


@pytest.fixture(scope="module")
def extremes(tmp_path_factory):
    """Return a batch with 20 high values, 15 beyond belief, 30 never measured and 40 low ones."""
    folder = tmp_path_factory.mktemp("extremes")
    rows = [("h", 20, 7.2), ("x", 15, 19.5), ("n", 30, ""), ("l", 40, 5.2)]
    (folder / "visits.csv").write_text(many(rows))
    options = BatchOptions(inputs=(folder / "visits.csv",), out=folder / "result", workers=1)
    run_batch(options, SilentReporter())
    return folder


def test_a_search_says_whom_it_could_not_judge_and_who_of_them_had_a_reading(extremes):
    """Pinned: the most extreme values are suspect, and were left out without a word."""
    said = told("value.hba1c >= 6.5 %", extremes)
    assert said["people"] == {"found": 20, "others": 85}
    assert said["not_known"] == {"value.hba1c": {"people": 45, "not_usable": 15}}
    twice = told("value.hba1c >= 6.5 % and value.hba1c < 7 %", extremes)["not_known"]
    assert twice == said["not_known"]


def test_what_nobody_was_asked_is_no_answer_no(extremes):
    said = told("condition.hypertension = yes and finding.blood_pressure = present", extremes)
    assert said["people"]["found"] == 0
    every = {"people": 105}
    assert said["not_known"] == {"condition.hypertension": every, "finding.blood_pressure": every}


def test_an_unknown_that_would_give_few_people_away_is_hidden(tmp_path):
    """Pinned: of 50 people 30 found and 15 not known were five whose value was told as low."""
    head = "person_id,visit_date,age_years,sex,hba1c_percent\n"
    rows = [f"p{i:02},2025-01-01,50,male,{7.0 if i < 30 else 5.0 if i < 35 else ''}"
            for i in range(50)]  # fmt: skip
    (tmp_path / "visits.csv").write_text(head + "\n".join(rows) + "\n")
    batch = ["batch", str(tmp_path / "visits.csv"), "--out", str(tmp_path / "result")]
    assert CliRunner().invoke(app, batch).exit_code == 0
    asked = ["search", "--result", str(tmp_path / "result"), "--visits",
             str(tmp_path / "visits.csv"), "--where", "value.hba1c > 6 %"]  # fmt: skip
    said = json.loads(CliRunner().invoke(app, asked).stdout)
    assert said["people"] == {"found": 30, "others": 20}
    assert said["not_known"]["value.hba1c"]["people"] == "hidden"


def test_few_people_of_whom_something_is_not_known_are_hidden(tmp_path):
    (tmp_path / "visits.csv").write_text(many([("h", 20, 7.2), ("x", 3, 19.5), ("n", 30, "")]))
    options = BatchOptions(inputs=(tmp_path / "visits.csv",), out=tmp_path / "result", workers=1)
    run_batch(options, SilentReporter())
    said = told("value.hba1c >= 6.5 %", tmp_path)["not_known"]["value.hba1c"]
    assert said == {"people": 33, "not_usable": "<11"}


def counted_ages(tally):
    """Return of how many visits the age was counted, over all sites."""
    rows = tally.table().to_pylist()
    kept = [r for r in rows if (r["kind"], r["name"], r["by"]) == ("value", "age", "")]
    return sum(row["count"] for row in kept)


def test_a_mistyped_year_has_no_values_and_hides_no_visit(tmp_path):
    """Pinned: a visit of 2099, which the batch refused, was somebody's last one."""
    path, out = tmp_path / "visits.csv", tmp_path / "result"
    head = "person_id,visit_date,age_years,sex,hba1c_percent\n"
    rows = "two,2024-01-01,50,male,6.8\ntwo,2099-01-01,50,male,5.0\nlate,2099-01-01,50,male,6.9\n"
    path.write_text(head + rows)
    options = BatchOptions(inputs=(path,), out=out, workers=1, today=date(2026, 11, 30))
    run_batch(options, SilentReporter())
    sources = Sources(out, Beside(visits=VisitFiles((path,))))
    found = {
        where: search_people(Cohort("", parse_criteria([where])), sources).people
        for where in ("value.hba1c >= 6.5 %", "value.hba1c < 6.5 %")
    }
    assert found["value.hba1c >= 6.5 %"]["person_id"].to_pylist() == ["two"]
    assert found["value.hba1c < 6.5 %"].num_rows == 0
    planned = read_people(out)
    assert planned.person_id.to_pylist() == ["late", "two"]
    assert planned.status_reason.to_pylist() == ["moment_in_future", None]
    assert counted_ages(tally_tables((path,), None, [out])) == 1
    assert counted_ages(tally_tables((path,), None, [])) == 3
