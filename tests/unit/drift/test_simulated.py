"""Drift that is known: found in its month and device, and nowhere else."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from drifting_visits import DEVICES, SITES, Shift, drifting_table
from laennec.cli import app
from laennec.engine.errors import DataError
from laennec.serving.batch import BatchOptions, BatchRefused, run_batch
from laennec.serving.years.drift.from_tables import tally_tables
from laennec.serving.years.drift.judge import Judge, Period
from laennec.serving.years.drift.limits import house_limits
from laennec.serving.years.drift.page import drift_page
from laennec.serving.years.drift.report import make_report, published
from laennec.serving.years.drift.run import DriftOptions, read_period, run_drift
from laennec.serving.years.drift.tally import Tally, Visits, What
from typer.testing import CliRunner

GLUCOSE = "glucose.fasting_venous"


def report(tmp_path, table, period=None):
    path = tmp_path / "visits.parquet"
    pq.write_table(table, path)
    tally = tally_tables((path,), None, ())
    return published(make_report(tally.table(), (), Judge(house_limits(), period)))


def flagged(document):
    return {(a["measure"], a["name"], a["by"], a["group"], a["month"]) for a in document["alarms"]}


def test_a_shift_of_one_device_is_found_in_its_month_and_device_and_in_no_other(tmp_path):
    shift = Shift(month=6, glucose=0.8)
    found = flagged(report(tmp_path, drifting_table(shift, visits=2000)))
    assert ("input", GLUCOSE, "device", f"glucose: {shift.device}", "2025-06") in found
    assert {row[4] for row in found} == {"2025-06"}
    assert {row[1] for row in found} == {GLUCOSE}
    assert {row[3] for row in found if row[2] == "device"} == {f"glucose: {shift.device}"}


def test_the_device_that_carries_a_shift_is_named_beside_the_alarm_of_everybody(tmp_path):
    shift = Shift(month=6, glucose=1.5)
    document = report(tmp_path, drifting_table(shift, visits=2000))
    whole = [a for a in document["alarms"] if a["by"] == ""]
    assert whole
    for alarm in whole:
        assert {"by": "device", "group": f"glucose: {shift.device}"} in alarm["carried_by"]


def test_gaps_of_one_site_are_found_there_and_then(tmp_path):
    shift = Shift(month=5, site=SITES[1], missing=0.3)
    found = flagged(report(tmp_path, drifting_table(shift)))
    assert ("missing", "waist", "site", SITES[1], "2025-05") in found
    assert {(row[0], row[1], row[4]) for row in found} == {("missing", "waist", "2025-05")}
    assert SITES[0] not in {row[3] for row in found}


@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_flagged_where_nothing_changes(tmp_path, seed):
    assert flagged(report(tmp_path, drifting_table(months=10, seed=seed))) == set()


def test_neither_the_order_of_visits_nor_the_cut_into_files_changes_the_report(tmp_path):
    table = drifting_table(Shift(month=6, glucose=0.8))
    straight = report(tmp_path, table)
    order = np.random.default_rng(1).permutation(table.num_rows)
    shuffled = table.take(pa.array(order))
    assert report(tmp_path, shuffled) == straight
    cut = [tmp_path / f"cut-{i}.parquet" for i in range(3)]
    for i, path in enumerate(cut):
        pq.write_table(shuffled.slice(i * 4000, 4000 if i < 2 else None), path)
    tally = tally_tables(tuple(cut), None, ())
    assert published(make_report(tally.table(), (), Judge(house_limits()))) == straight


def test_one_month_has_nothing_to_be_compared_with(tmp_path):
    document = report(tmp_path, drifting_table(months=1))
    assert document["alarms"] == []
    assert document["months"] == ["2025-01"]
    assert {p["state"] for s in document["series"] for p in s["points"]} == {"reference"}


def test_a_month_without_visits_stands_on_the_axis_and_is_named(tmp_path):
    document = report(tmp_path, drifting_table(months=6, empty=(4,)))
    assert document["months"][3] == "2025-04"
    assert document["visits"][3] == 0
    assert document["months_without_visits"] == ["2025-04"]
    assert document["alarms"] == []


def test_a_declared_period_is_the_reference_and_a_shift_that_stays_is_flagged_each_month(tmp_path):
    table = drifting_table(months=6)
    late = pc.greater_equal(pc.month(table["visit_date"]), 4)
    moved = pc.if_else(late, pc.add(table["waist_cm"], 12.0), table["waist_cm"])
    table = table.set_column(table.column_names.index("waist_cm"), "waist_cm", moved)
    period = Period(2025 * 12 + 1, 2025 * 12 + 2)
    document = report(tmp_path, table, period)
    waist = next(
        s for s in document["series"]
        if (s["measure"], s["name"], s["by"]) == ("input", "waist", "")
    )  # fmt: skip
    assert waist["reference"] == ["2025-02", "2025-03"]
    states = {p["month"][-2:]: p["state"] for p in waist["points"]}
    assert states == {
        "01": "still", "02": "reference", "03": "reference", "04": "act", "05": "act", "06": "act",
    }  # fmt: skip
    assert {p.get("direction") for p in waist["points"] if p["state"] == "act"} == {"rise"}


def test_a_column_that_is_lost_is_missing_for_everybody_from_then_on(tmp_path):
    first, rest = drifting_table(months=4), drifting_table(months=6, empty=(1, 2, 3, 4))
    for name, table in (("a", first), ("b", rest.drop_columns(["waist_cm"]))):
        pq.write_table(table, tmp_path / f"{name}.parquet")
    tally = tally_tables((tmp_path / "a.parquet", tmp_path / "b.parquet"), None, ())
    document = published(make_report(tally.table(), (), Judge(house_limits())))
    whole = [a for a in document["alarms"] if a["name"] == "waist" and a["by"] == ""]
    assert [(a["measure"], a["month"], a["direction"]) for a in whole] == [
        ("missing", "2025-06", "rise"), ("missing", "2025-05", "rise"),
    ]  # fmt: skip


def test_small_counts_are_hidden_and_none_can_be_worked_out_from_another_site(tmp_path):
    table = drifting_table(months=5, visits=600)
    lost = np.zeros(table.num_rows, dtype=bool)
    north = np.flatnonzero(np.array(table["site"].to_pylist()) == SITES[0])
    south = np.flatnonzero(np.array(table["site"].to_pylist()) == SITES[1])
    month = np.array(pc.month(table["visit_date"]).to_pylist())
    lost[north[month[north] == 2][:4]] = True
    lost[south[month[south] == 2][:40]] = True
    weight = pc.if_else(pa.array(lost), pa.scalar(None, pa.float64()), table["weight_kg"])
    table = table.set_column(table.column_names.index("weight_kg"), "weight_kg", weight)
    document = report(tmp_path, table)
    for one in document["series"]:
        if (one["measure"], one["name"], one["by"]) == ("missing", "weight", "site"):
            point = next(p for p in one["points"] if p["month"] == "2025-02")
            assert point["value"] == "hidden"
            assert "low" not in point


def test_a_site_of_few_can_not_be_worked_out_from_the_others(tmp_path):
    table = drifting_table(months=2, visits=300)
    few = pa.array(["tiny" if i % 60 == 0 else s for i, s in enumerate(table["site"].to_pylist())])
    table = table.set_column(table.column_names.index("site"), "site", few)
    document = report(tmp_path, table)
    for month in ("2025-01", "2025-02"):
        shown = {
            s["group"]: p["n"]
            for s in document["series"]
            for p in s["points"]
            if (s["measure"], s["name"], s["by"], p["month"]) == ("input", "height", "site", month)
        }
        assert shown["tiny"] == "<11"
        assert sum(not isinstance(n, int) for n in shown.values()) >= 2


def test_the_command_reads_a_batch_writes_four_forms_and_exits_3_where_one_must_act(tmp_path):
    visits, result, out = tmp_path / "v.parquet", tmp_path / "r", tmp_path / "out"
    pq.write_table(drifting_table(Shift(month=5, glucose=0.9), months=5, visits=800), visits)
    run_batch(BatchOptions((visits,), result, workers=1))
    arguments = ["drift", str(result), "--input", str(visits), "--out", str(out), "--lang", "en"]
    told = CliRunner().invoke(app, arguments)
    assert told.exit_code == 3, told.output
    assert "device analyser-2 (glucose)" in told.stdout.replace("\n  ", " ")
    document = json.loads((out / "drift.json").read_text())
    assert document["schema"] == "laennec.drift_report/2"
    measures = {s["measure"] for s in document["series"]}
    assert measures == {
        "urgency", "risk", "not_assessable", "input", "missing", "refused_value", "suspect_value",
        "refused_record",
    }  # fmt: skip
    risks = {
        a["group"] for a in document["alarms"] if a["measure"] == "risk" and a["by"] == "device"
    }
    assert risks == {f"glucose: {DEVICES[1]}"}
    page = (out / "drift.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert "<script" not in page
    assert "analyser-2" in page
    assert (out / "drift.csv").read_text().startswith("measure,name,by,group,release,month,n")
    assert "normal" not in page.partition("</style>")[2].lower()
    assert "p1-1" not in page + (out / "drift.json").read_text()


def test_the_name_of_a_device_is_text_on_the_page_and_in_the_spreadsheet(tmp_path):
    names = {DEVICES[1]: "<script>x</script>", DEVICES[2]: "=1+1"}
    table = drifting_table(Shift(month=5, glucose=1.2), months=5)
    named = pa.array([names.get(d, d) for d in table["device.glucose"].to_pylist()])
    at = table.column_names.index("device.glucose")
    path = tmp_path / "v.parquet"
    pq.write_table(table.set_column(at, "device.glucose", named), path)
    run_drift(DriftOptions((), tmp_path / "o", (path,)))
    page = (tmp_path / "o" / "drift.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert ",=1+1" not in (tmp_path / "o" / "drift.csv").read_text(encoding="utf-8")


def test_a_table_that_the_result_was_not_made_of_is_refused(tmp_path):
    visits, other = tmp_path / "v.parquet", tmp_path / "other.parquet"
    pq.write_table(drifting_table(months=1, visits=40), visits)
    pq.write_table(drifting_table(months=1, visits=41), other)
    run_batch(BatchOptions((visits,), tmp_path / "r", workers=1))
    with pytest.raises(BatchRefused, match="none of the results was made of"):
        run_drift(DriftOptions((tmp_path / "r",), tmp_path / "o", (other,)))
    with pytest.raises(BatchRefused, match="same result twice"):
        run_drift(DriftOptions((tmp_path / "r", tmp_path / "r"), tmp_path / "o"))


@pytest.mark.parametrize("text", ["2025-01", "2025-03..2025-01", "2025-13..2026-01", "a..b"])
def test_a_period_that_is_none_is_refused(text):
    with pytest.raises(DataError, match="two months in order"):
        read_period(text)


def test_a_declared_reference_without_visits_is_refused_and_nothing_stands_in_for_it(tmp_path):
    """Pinned: the first months with visits were the reference, under the name of the declared."""
    visits = tmp_path / "v.parquet"
    pq.write_table(drifting_table(months=2, visits=300), visits)
    run_batch(BatchOptions((visits,), tmp_path / "r", workers=1))
    options = DriftOptions((tmp_path / "r",), tmp_path / "o", reference="2001-01..2001-03")
    with pytest.raises(DataError, match="no month has 100 visits"):
        run_drift(options)
    assert not (tmp_path / "o").exists()


def test_a_folder_that_is_no_result_is_refused_in_words(tmp_path):
    with pytest.raises(BatchRefused, match="without a complete result"):
        run_drift(DriftOptions((tmp_path,), tmp_path / "o"))


def test_visits_without_a_day_are_not_counted_and_that_is_said(tmp_path):
    table = drifting_table(months=2, visits=200)
    first = pa.array([None] * 50, pa.date32())
    days = pa.concat_arrays([first, table["visit_date"].combine_chunks()[50:]])
    at = table.column_names.index("visit_date")
    path = tmp_path / "v.parquet"
    pq.write_table(table.set_column(at, "visit_date", days), path)
    document = run_drift(DriftOptions((), tmp_path / "o", (path,)))
    assert document["visits"] == [150, 200]
    assert "undated" in document["notices"]
    assert document["visits_not_counted"] == 50
    assert "n'était pas encore venue : 50." in " ".join(
        (tmp_path / "o" / "drift.txt").read_text(encoding="utf-8").split()
    )
    undated = table.drop_columns(["visit_date"])
    pq.write_table(undated, path)
    nothing = run_drift(DriftOptions((), tmp_path / "o", (path,)))
    assert nothing["months"] == []
    assert "rien à montrer" in (tmp_path / "o" / "drift.txt").read_text(encoding="utf-8")


def test_more_groups_than_the_limit_are_not_told_apart_and_that_is_said(tmp_path):
    table = drifting_table(months=2, visits=400)
    names = pa.array([f"serial {i}" for i in range(table.num_rows)])
    at = table.column_names.index("device.glucose")
    document = report(tmp_path, table.set_column(at, "device.glucose", names))
    assert "too_many_devices" in document["notices"]
    assert {s["by"] for s in document["series"]} == {"", "site"}


def test_a_new_release_begins_its_chart_anew_and_is_marked():
    tally, rng = Tally(), np.random.default_rng(3)
    for month in range(10):
        release = "model 1" if month < 5 else "model 2"
        visits = Visits(np.full(500, 24300 + month, dtype=np.int32))
        risk = rng.beta(1, 20, 500) * (1.0 if month < 5 else 2.0)
        tally.add(visits, What("risk", "t2d_undiagnosed", release), risk, risk >= 0)
        tally.add(visits, What("visit"), np.ones(500), risk >= 0)
    document = published(make_report(tally.table(), (), Judge(house_limits())))
    assert document["alarms"] == []
    assert [(r["number"], r["since"]) for r in document["releases"]] == [
        (1, "2025-01"), (2, "2025-06"),
    ]  # fmt: skip
    two = next(s for s in document["series"] if s["release"] == "model 2")
    assert two["reference"] == ["2025-06", "2025-07", "2025-08"]
    page = drift_page(document, "fr")
    assert "version 2 du modèle" in page
    assert " new" in page


def test_nothing_to_look_at_is_refused(tmp_path):
    with pytest.raises(DataError, match="neither a result nor a table nor a store"):
        run_drift(DriftOptions((), tmp_path))
