"""Two people under one identifier: what is urgent of one is hidden by no visit of the other."""

import json
import re

import pytest
from years_support import planned, run, searched

HEAD = "person_id,visit_date,birth_date,sex,systolic_bp_mmhg,diastolic_bp_mmhg"
CALM = [f"c{i:02},2026-11-01,,male,118,75" for i in range(20)]
OTHERS = {
    "sex": ["A,2026-08-01,1970-01-01,female,225,135", "A,2026-11-01,1970-01-01,male,118,75"],
    "birth": ["A,2026-08-01,1970-01-01,male,225,135", "A,2026-11-01,1985-01-01,male,118,75"],
    "age": ["A,2024-08-01,70,male,225,135", "A,2026-11-01,41,male,118,75"],
}
ONE = ["A,2024-08-01,1970-01-01,male,225,135", "A,2026-11-01,1970-01-01,male,118,75"]


def screened(folder, *tables):
    """Return the tables of some rows, and the result of a batch of them.

    Who someone is stands in rows by birth date, or by age.
    """
    files = []
    by_age = re.search(r",\d\d,", tables[0][0])
    head = HEAD.replace("birth_date", "age_years") if by_age else HEAD
    for number, rows in enumerate(tables):
        files.append(folder / f"visits-{number}.csv")
        files[-1].write_text("\n".join([head, *rows]) + "\n")
    run("batch", *files, "--out", folder / "result", "--workers", 1)
    return files, folder / "result"


@pytest.mark.parametrize("rows", OTHERS.values(), ids=OTHERS)
def test_the_urgent_row_of_the_other_person_is_a_call_of_its_own(rows, tmp_path):
    """Pinned: the later row was taken, and the other person's pressure of 225 called nobody."""
    files, result = screened(tmp_path, [*rows, *CALM])
    told, calls, page = planned(result, tmp_path / "plan", "--visits", files[0])
    urgent = [row for row in calls if row["urgency"] == "U0"]
    assert [(row["person_id"], row["two_people"]) for row in urgent] == [("A", "yes")]
    assert urgent[0]["visit_date"] == rows[0].split(",")[1]
    assert urgent[0]["row"] == "part-000000-000000.parquet row 1"
    assert all(row["two_people"] == "" for row in calls if row["person_id"] != "A")
    assert told["beside"]["two_people"] == {"checked": True, "ids": "<11"}
    assert told["counts"]["without_person"]["urgent"] == 0
    assert "Identifiers of two people" in page
    assert "Not checked" not in page


def test_every_urgent_row_under_such_an_identifier_stays_and_the_calm_one_is_counted(tmp_path):
    rows = [
        "A,2026-08-01,50,female,225,135", "A,2026-09-01,50,male,190,125",
        "A,2026-10-01,50,male,118,75", "A,2026-11-01,50,male,225,130",
    ]  # fmt: skip
    files, result = screened(tmp_path, [*rows, *CALM])
    told, calls, _ = planned(result, tmp_path / "plan", "--visits", files[0])
    days = [row["visit_date"] for row in calls if row["person_id"] == "A" and row["urgency"]]
    assert sorted(days) == ["2026-08-01", "2026-09-01", "2026-11-01"]
    assert told["counts"]["people"] == 24


def test_one_person_is_not_taken_for_two(tmp_path):
    files, result = screened(tmp_path, [*ONE, *CALM])
    told, calls, page = planned(result, tmp_path / "plan", "--visits", files[0])
    assert told["beside"]["two_people"] == {"checked": True, "ids": 0}
    assert [row for row in calls if row["urgency"] == "U0"] == []
    assert "Identifiers of two people" not in page


def test_a_mistyped_year_makes_no_two_people_of_one(tmp_path):
    rows = ["A,2026-05-01,50,male,118,75", "A,2062-08-01,51,male,118,75"]
    files, result = screened(tmp_path, [*rows, *CALM])
    told, _, _ = planned(result, tmp_path / "plan", "--visits", files[0])
    assert told["beside"]["two_people"] == {"checked": True, "ids": 0}
    made = ["trajectories", files[0], "--out", tmp_path / "t", "--on", "2026-11-03"]
    assert run(*made)["not_used_by_reason"] == {"moment_in_future": 1}


def test_what_was_not_checked_is_said_with_how_to(tmp_path):
    files, result = screened(tmp_path, [*OTHERS["sex"], *CALM])
    told, _, page = planned(result, tmp_path / "plan")
    said = told["beside"]["two_people"]
    assert said["checked"] is False
    assert "--visits" in said["to_check"]
    assert "Not checked: two people under one identifier" in page
    kept = json.loads((tmp_path / "plan" / "plan.json").read_text(encoding="utf-8"))
    assert kept["beside"] == told["beside"]
    told = searched(result, "urgency = U0")
    assert told["two_people"] == said
    told = searched(result, "urgency = U0", "--visits", files[0])
    assert told["two_people"] == {"checked": True, "ids": "<11"}
    assert told["urgent_at_another_visit"] == "<11"


def test_half_of_the_tables_check_half(tmp_path):
    """The two people of one identifier stand in two tables, of which one is given."""
    files, result = screened(tmp_path, [OTHERS["sex"][0], *CALM], [OTHERS["sex"][1]])
    told, _, _ = planned(result, tmp_path / "plan", "--visits", files[0])
    assert told["beside"]["two_people"]["checked"] is False
    told, calls, _ = planned(result, tmp_path / "plan", "--visits", files[0], "--visits", files[1])
    assert told["beside"]["two_people"] == {"checked": True, "ids": "<11"}
    assert [row["person_id"] for row in calls if row["urgency"] == "U0"] == ["A"]


def test_a_cohort_keeps_the_urgent_rows_of_whom_it_finds(tmp_path):
    files, result = screened(tmp_path, [*OTHERS["sex"], *CALM])
    (tmp_path / "cohort.toml").write_text(
        'schema = "laennec.cohort/1"\ntitle = "calm"\nwhere = ["visit_date > 2026-10-01"]\n'
    )
    words = ("--visits", files[0], "--cohort", tmp_path / "cohort.toml")
    _, calls, _ = planned(result, tmp_path / "plan", *words)
    assert [row["person_id"] for row in calls if row["urgency"] == "U0"] == ["A"]
