"""The search on what was measured, answered and found at the visits of a batch."""

from datetime import date

import pytest
from laennec.cli import app
from laennec.datasets.readers.cohorts import Cohort, LocalCodes, parse_criteria
from laennec.engine.errors import DataError
from laennec.serving.batch import BatchOptions, BatchRefused, SilentReporter, run_batch
from laennec.serving.years.drift.from_tables import tally_tables
from laennec.serving.years.people import read_people
from laennec.serving.years.search.find import search_people
from laennec.serving.years.search.tables import Beside, Sources
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
    assert planned.status_reason.to_pylist() == ["moment_in_future", "measured_high"]
    assert counted_ages(tally_tables((path,), None, [out])) == 1
    assert counted_ages(tally_tables((path,), None, [])) == 1
