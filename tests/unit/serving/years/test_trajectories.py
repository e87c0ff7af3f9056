"""Trajectories of a table: the same answers as one visit with its past, whatever the row order."""

import json
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from laennec.cli import app
from laennec.engine import load_guidelines, parse, screen
from laennec.engine.bundles.load import Models
from laennec.serving.years.trajectories.run import TrajectoryOptions, run_trajectories
from typer.testing import CliRunner

TODAY = date(2026, 11, 3)
DAYS = [f"{year}-11-03" for year in range(2016, 2027)]
WEIGHTS = [81.0, 81.4, 82.2, 82.4, 83.1, 83.4, 83.8, 84.6, 85.1, 85.2, 86.0]


def table(people=("p-1", "p-2")):
    rows = [(p, d, w + i) for i, p in enumerate(people) for d, w in zip(DAYS, WEIGHTS, strict=True)]
    return pa.table(
        {
            "person_id": [r[0] for r in rows],
            "visit_date": [r[1] for r in rows],
            "age_years": [50] * len(rows),
            "sex": ["male"] * len(rows),
            "weight_kg": [r[2] for r in rows],
        }
    )


def run(tmp_path, content, name="visits.csv", **other):
    path = tmp_path / name
    pa_csv.write_csv(content, path)
    out = tmp_path / "out"
    manifest = run_trajectories(TrajectoryOptions((path,), out, TODAY, **other))
    return manifest, pq.read_table(out / "trajectories.parquet")


def test_a_table_says_what_one_visit_with_its_past_says(tmp_path):
    _, found = run(tmp_path, table())
    row = found.filter(pc.equal(found["person_id"], "p-1")).to_pylist()[0]

    def visit(day, weight):
        return {
            "schema": "laennec.visit/1",
            "visit_id": day,
            "performed_at": f"{day}T09:20:00+01:00",
            "person": {"id": "p-1", "birth_date": "1976-03-02", "sex": "male"},
            "measurements": [{"code": "weight", "value": str(weight), "unit": "kg"}],
        }

    visits = [visit(d, w) for d, w in zip(DAYS, WEIGHTS, strict=True)]
    record = parse({**visits[-1], "previous_visits": visits[:-1]})
    one = screen(record, Models((), ()), load_guidelines()).trajectories[0]
    assert (row["item"], row["tests"], row["direction"]) == (one.item, one.tests, one.direction)
    assert row["slope_per_year"] == pytest.approx(one.slope_per_year)
    assert (row["slope_low"], row["slope_high"]) == pytest.approx(one.slope_interval)


def test_row_order_changes_nothing(tmp_path):
    whole = table()
    _, one = run(tmp_path, whole, "a.csv")
    _, other = run(tmp_path, whole.take(pa.array(range(len(whole)))[::-1]), "b.csv")
    assert one.equals(other)


def test_rows_of_nobody_of_tomorrow_and_without_a_day_are_counted_and_not_used(tmp_path):
    extra = pa.table(
        {
            "person_id": ["", "p-1", "p-1"],
            "visit_date": ["2020-01-01", "2027-01-01", ""],
            "age_years": [50] * 3,
            "sex": ["male"] * 3,
            "weight_kg": [40.0, 150.0, 150.0],
        }
    )
    manifest, found = run(tmp_path, pa.concat_tables([table(), extra]))
    assert manifest["visits_not_used"] == 3
    _, without = run(tmp_path, table(), "c.csv")
    assert found.equals(without)


def test_a_visit_of_a_day_that_has_begun_elsewhere_is_of_today(tmp_path):
    """Pinned: counted from the latest day on earth, a visit of today was a day ago."""
    tomorrow = TODAY + timedelta(days=1)
    days = pa.array([tomorrow.isoformat(), TODAY.isoformat()])
    two = table(("east", "here")).filter(pc.equal(table()["visit_date"], TODAY.isoformat()))
    visits = two.set_column(1, "visit_date", days)
    manifest, found = run(tmp_path, visits, latest=tomorrow)
    assert manifest["today"] == TODAY.isoformat()
    assert found["days_since_last"].to_pylist() == [0, 0]


def test_people_who_withdrew_are_not_in_it(tmp_path):
    gone = tmp_path / "gone.txt"
    gone.write_text("p-2\n")
    manifest, found = run(tmp_path, table(), withdrawn=gone)
    assert set(found["person_id"].to_pylist()) == {"p-1"}
    assert (manifest["withdrawn"], manifest["people"]) == (1, 1)


def test_the_manifest_holds_no_person(tmp_path):
    run(tmp_path, table())
    assert "p-1" not in (tmp_path / "out" / "trajectories.json").read_text()


def test_the_command_prints_the_manifest(tmp_path):
    path = tmp_path / "visits.csv"
    pa_csv.write_csv(table(), path)
    told = CliRunner().invoke(
        app, ["trajectories", str(path), "--out", str(tmp_path / "out"), "--on", "2026-11-03"]
    )
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["rows"] == 2


def test_a_later_day_takes_no_visit_that_has_not_happened(tmp_path):
    path = tmp_path / "visits.csv"
    pa_csv.write_csv(table(("p-1",)).set_column(1, "visit_date", pa.array([
        *DAYS[:-1], "2063-01-01"])), path)  # fmt: skip
    out = tmp_path / "out"
    told = CliRunner().invoke(
        app, ["trajectories", str(path), "--out", str(out), "--on", "2064-01-01"]
    )
    assert told.exit_code == 0, told.output
    row = pq.read_table(out / "trajectories.parquet").to_pylist()[0]
    assert str(row["last_date"]) == DAYS[-2]
    assert row["days_since_last"] == (date(2064, 1, 1) - date.fromisoformat(DAYS[-2])).days


def test_a_day_that_is_none_is_refused(tmp_path):
    path = tmp_path / "visits.csv"
    pa_csv.write_csv(table(), path)
    told = CliRunner().invoke(app, ["trajectories", str(path), "--out", "x", "--on", "tomorrow"])
    assert told.exit_code == 2
    assert "not a day" in told.output


def test_two_people_under_one_id_are_refused_and_every_row_that_is_not_used_is_named(tmp_path):
    rows = [
        ("ok", "2024-01-01", "1960-01-01", "female", "70"),
        ("ok", "2025-01-01", "1960-01-01", "female", "71"),
        ("two", "2024-01-01", "1960-01-01", "female", "60"),
        ("two", "2025-01-01", "1985-01-01", "male", "95"),
        ("ok", "2031-01-01", "1960-01-01", "female", "72"),
        ("", "2025-01-01", "1960-01-01", "female", "72"),
        ("ok", "", "1960-01-01", "female", "72"),
    ]
    names = ("person_id", "visit_date", "birth_date", "sex", "weight_kg")
    content = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    manifest, found = run(tmp_path, content)
    assert set(found["person_id"].to_pylist()) == {"ok"}
    assert manifest["visits_not_used"] == 5
    assert manifest["not_used_by_reason"]["another_person"] == 2
    assert sum(manifest["not_used_by_reason"].values()) == 5
    listed = (tmp_path / "out" / "not_used.csv").read_text().splitlines()
    assert listed[:3] == [
        "row,reason",
        "visits.csv#3,another_person",
        "visits.csv#4,another_person",
    ]
    assert [line.partition(",")[0] for line in listed[3:]] == [f"visits.csv#{n}" for n in (5, 6, 7)]


@pytest.mark.parametrize(
    ("ages", "is_one"),
    [((40, 60, 42), False), ((40, 41, 42), True), ((40, 40, 42), True), ((40, 40, 40), True)],
)
def test_ages_that_do_not_fit_the_days_are_two_people(tmp_path, ages, is_one):
    """One age of all visits is that of an inclusion."""
    content = pa.table(
        {
            "person_id": ["p"] * 3 + ["other"],
            "visit_date": ["2010-06-01", "2011-06-01", "2012-06-01", "2012-06-01"],
            "age_years": [*ages, 50],
            "weight_kg": ["70", "71", "72", "90"],
        }
    )
    manifest, found = run(tmp_path, content)
    assert set(found["person_id"].to_pylist()) == ({"p", "other"} if is_one else {"other"})
    assert manifest["not_used_by_reason"] == ({} if is_one else {"ages_do_not_fit": 3})


def test_lines_that_are_no_row_are_named_and_the_command_says_that_it_is_partly_done(tmp_path):
    path = tmp_path / "visits.csv"
    path.write_text("person_id,visit_date,weight_kg\np,2020-01-01,70\np,2021-01-01\np,2022,1,2\n")
    done = CliRunner().invoke(app, ["trajectories", str(path), "--out", str(tmp_path / "out")])
    assert done.exit_code == 3
    assert json.loads(done.stdout)["lines_malformed"] == 2
    listed = (tmp_path / "out" / "not_used.csv").read_text().splitlines()
    assert listed == ["row,reason", "visits.csv:3,malformed_line", "visits.csv:4,malformed_line"]


def test_a_share_in_range_says_of_how_much_time_it_is(tmp_path):
    days = ["2010-01-01", "2010-07-01", "2020-01-01", "2020-07-01"]
    content = pa.table(
        {
            "person_id": ["p-1"] * 4,
            "visit_date": days,
            "age_years": [50] * 4,
            "sex": ["male"] * 4,
            "hba1c_percent": [6.0] * 4,
        }
    )
    _, found = run(tmp_path, content)
    row = found.to_pylist()[0]
    assert (row["item"], row["share_in_range"]) == ("hba1c", 1.0)
    assert row["counted_days"] == 181 + 182
