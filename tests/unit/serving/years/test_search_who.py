"""The search on who came and where: age, sex, site and device, of tables and of the store."""

import json

import pyarrow as pa
import pytest
from laennec.cli import app
from laennec.datasets.readers.cohorts import (
    Cohort,
    cohort_toml,
    parse_criteria,
    read_cohort,
    who_is_not_known,
    who_meets,
)
from laennec.engine.errors import DataError
from laennec.serving.years.search.find import search_people
from laennec.serving.years.search.tables import Sources
from typer.testing import CliRunner
from years_support import batch_result, found_in_store, planned, searched, stored

PLAIN = "person_id,visit_date,age_years,sex,waist_cm"
HEAD = "person_id,visit_date,age_years,sex,site,device,device.glucose,waist_cm"
LINES = [
    HEAD,
    "old,2020-01-10,44,female,Metz,,,90",
    "old,2025-01-10,49,female,Lyon,,,95",
    "ann,2025-01-10,61,female,Metz,Dxi,Accu 2,88",
    "bob,2025-01-10,50,male,Lyon,Dxi,,99",
    "sid,2025-01-10,50,,,,,99",
    'tom,2025-01-10,,male,"Lyon, Part and Dieu",,Dxi,99',
]  # fmt: skip
CONDITIONS = [
    ("age_years > 49", ["ann", "bob", "sid"]),
    ("age_years >= 49 and sex = female", ["ann", "old"]),
    ("age_years < 50", ["old"]),
    ("age_years != 50", ["ann", "old"]),
    ("age_years in 49, 61", ["ann", "old"]),
    ("age_years = 50", ["bob", "sid"]),
    ("age_years is unknown", ["tom"]),
    ("sex != male", ["ann", "old"]),
    ("sex in female, male", ["ann", "bob", "old", "tom"]),
    ("sex is unknown", ["sid"]),
    ("site = Lyon", ["bob", "old"]),
    ("site != Lyon", ["ann", "tom"]),
    ("site is unknown", ["sid"]),
    ('site in Metz, "Lyon, Part and Dieu"', ["ann", "tom"]),
    ('site = "Lyon, Part and Dieu" and sex = male', ["tom"]),
    ("device = Dxi", ["ann", "bob", "tom"]),
    ("device != Dxi", []),
    ("device is known", ["ann", "bob", "tom"]),
    ("device.glucose = Dxi", ["bob", "tom"]),
    ("device.glucose = Accu 2", ["ann"]),
    ("device.glucose != Dxi", ["ann"]),
    ("device.waist = Dxi", ["ann", "bob"]),
]


def listed(where, result, folder):
    people = folder / "people.csv"
    more = ["--database", f"sqlite:///{folder / 'store.db'}", "--by", "dr-a", "--people", people]
    told = searched(result, where, "--visits", folder / "visits.csv", *more)
    return people.read_text().split()[1:], told


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("who")
    batch_result(made, LINES)
    return made


@pytest.mark.parametrize(("where", "expected"), CONDITIONS)
def test_who_came_and_where_is_found_of_the_last_visit(folder, where, expected):
    assert listed(where, folder / "result", folder)[0] == expected


def test_a_site_needs_no_visits_and_an_age_does(folder):
    assert searched(folder / "result", "site = Lyon")["people"]["found"] == "<11"
    refused = CliRunner().invoke(
        app, ["search", "--result", str(folder / "result"), "--where", "age_years > 1"]
    )
    assert "a condition on ages_and_sexes, which were not given" in str(refused.exception)
    assert "Give --visits" in str(refused.exception)


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("sex = F", "Use female, male"),
        ("sex > female", "words have no order"),
        ("age_years > old", "a number is asked for"),
        ("site > Lyon", "a site or a device has no order"),
        ("site = Lyon, Metz", "it is one text"),
        ("site in Lyon,, Metz", "a text is asked for"),
        ('site = "Lyon', "a text is asked for"),
        ('site = ""', "a text is asked for"),
        ("device.shoe = Dxi", "nothing has this name"),
        ("site.x = Lyon", "no search knows it"),
    ],
)
def test_what_no_visit_can_say_is_refused(where, said):
    with pytest.raises(DataError) as refused:
        parse_criteria([where])
    assert said in str(refused.value)


@pytest.mark.parametrize("where", ["site = lyon", "site != Lion", "device.glucose in Dxi, Dxj"])
def test_a_site_that_no_visit_names_is_refused_and_not_answered_by_nobody(folder, where):
    with pytest.raises(DataError, match="which no visit names"):
        _search(folder, where)


def _search(folder, where):
    return search_people(Cohort("", parse_criteria([where])), Sources(folder / "result"))


def test_a_result_without_a_site_says_so(tmp_path):
    result = batch_result(tmp_path, [PLAIN, "a,2025-01-10,44,male,90"])
    with pytest.raises(DataError, match=r"sites_and_devices.*column site or device to the batch"):
        _search(tmp_path, "site = Lyon")
    assert listed("age_years > 40", result, tmp_path)[0] == ["a"]


def test_of_whom_it_is_not_known_is_told(tmp_path):
    ages = ["50" if i < 30 else "" for i in range(60)]
    lines = [f"a{i},2025-01-10,{age},{'male' if i < 40 else ''},90" for i, age in enumerate(ages)]
    result = batch_result(tmp_path, [PLAIN, *lines])
    _, told = listed("age_years >= 45 and sex = male", result, tmp_path)
    assert told["people"] == {"found": 30, "others": 30}
    assert told["not_known"] == {"age_years": {"people": 30}, "sex": {"people": "hidden"}}


def test_two_visits_of_a_day_that_contradict_each_other_leave_it_open(tmp_path):
    rows = [
        "b,2025-01-10,46,female,90",
        *(f"a,2025-01-10,{said},90" for said in ("44,male", "46,female")),
    ]
    result = batch_result(tmp_path, [PLAIN, *rows])
    assert listed("age_years >= 45", result, tmp_path)[0] == ["b"]
    assert listed("age_years < 45", result, tmp_path)[0] == []
    assert listed("age_years < 47", result, tmp_path)[0] == ["a", "b"]
    assert listed("sex = female", result, tmp_path)[0] == ["b"]
    assert listed("sex is unknown", result, tmp_path)[0] == ["a"]


def test_a_saved_cohort_asks_the_same_of_a_plan(tmp_path):
    sexes = ["female" if i % 2 else "male" for i in range(60)]
    lines = [f"a{i:02},2025-01-10,{40 + i},{sex},90,Lyon" for i, sex in enumerate(sexes)]
    result = batch_result(tmp_path, [f"{PLAIN},site", *lines])
    where = ['site = "Lyon"', "age_years >= 60 and sex = female"]
    path = tmp_path / "cohort.toml"
    path.write_text(cohort_toml(Cohort("women of Lyon", parse_criteria(where))))
    assert read_cohort(path).criteria.text == " and ".join(where)
    visits = ["--visits", tmp_path / "visits.csv"]
    told, calls, _ = planned(result, tmp_path / "plan", "--cohort", path, *visits)
    assert told["cohort"]["sha256"] == read_cohort(path).sha256
    women = {f"a{i:02}" for i in range(20, 60) if i % 2}
    assert calls and {call["person_id"] for call in calls} <= women


def test_where_only_the_year_of_birth_is_known_an_age_counts_as_far_as_both_possible_ones_agree():
    tables = {
        "people": pa.table({"person_id": ["a", "b", "c"]}),
        "ages_and_sexes": pa.table(
            {"person_id": ["a", "b"], "age_years": [49, 50], "age_highest": [50, 50],
             "sex": pa.nulls(2, pa.string())}
        ),
    }  # fmt: skip
    for where, found, unknown in [
        ("age_years >= 50", ["b"], ["a", "c"]),
        ("age_years > 50", [], ["c"]),
        ("age_years < 50", [], ["a", "c"]),
        ("age_years <= 50", ["a", "b"], ["c"]),
        ("age_years = 50", ["b"], ["a", "c"]),
        ("age_years != 50", [], ["a", "c"]),
        ("age_years != 51", ["a", "b"], ["c"]),
        ("age_years in 49, 50", ["b"], ["a", "c"]),
        ("age_years is known", ["a", "b"], ["c"]),
    ]:
        criteria = parse_criteria([where])
        assert who_meets(criteria, tables).to_pylist() == found, where
        (told,) = who_is_not_known(criteria, tables)
        assert told.names.to_pylist() == unknown, where


def visit(number, **more):
    said = {"schema": "laennec.visit/1", "visit_id": f"v{number}",
            "performed_at": "2025-02-10T09:00:00+01:00", **more}  # fmt: skip
    return said | {"person": {"id": f"p{number}", **more["person"]}}


def test_a_store_is_searched_by_age_sex_site_and_device(tmp_path):
    glucose = {"code": "glucose", "value": "5.0", "unit": "mmol/L", "specimen": "venous_plasma",
               "fasting_hours": 10, "device": "Accu 2"}  # fmt: skip
    visits = [
        visit(1, person={"birth_date": "1970-01-01", "sex": "male"}, site="Lyon"),
        visit(2, person={"birth_date": "1980-03-01", "sex": "female"}, measurements=[glucose]),
    ]
    database = stored(tmp_path, visits)
    refused = tmp_path / "refused.json"
    refused.write_text(json.dumps(visit(3, person={"birth_date": "2030-01-01", "sex": "male"})))
    CliRunner().invoke(app, ["screen", str(refused), "--database", database, "-o", str(tmp_path)])
    for where, expected in [
        ("age_years = 55", ["p1"]),
        ("age_years < 55", ["p2"]),
        ("sex = male", ["p1"]),
        ("site = Lyon", ["p1"]),
        ("device = Accu 2", ["p2"]),
        ("device.glucose = Accu 2 and sex = female", ["p2"]),
        ("sex is unknown", ["p3"]),
    ]:
        names, told = found_in_store(database, where, tmp_path)
        assert names == expected, (where, json.dumps(told))
