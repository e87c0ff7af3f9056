"""The year's plan: order of calls, expected cases with their interval, what is hidden, files."""

import csv
import json
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from laennec.cli import app
from laennec.engine.errors import DataError
from laennec.serving.batch.options import BatchRefused
from laennec.serving.years.people import NONE, UNKNOWN_DAY, PlanPeople, read_people
from laennec.serving.years.plan import (
    call_list,
    counts,
    expected_interval,
    shown_rows,
    threshold_rows,
)
from laennec.serving.years.plan_settings import read_settings
from typer.testing import CliRunner

TODAY = date(2026, 11, 3)
DAY = (TODAY - date(1970, 1, 1)).days
SETTINGS = read_settings()


def people(*rows):
    """Return people of (id, urgency, band, days since the visit, risk)."""
    names, urgency, bands, since, risk = zip(*rows, strict=True)
    text = pa.array([""] * len(rows))
    return PlanPeople(
        pa.array(names),
        pa.array(bands),
        text,
        text,
        text,
        np.array([NONE if u is None else u for u in urgency], dtype=np.int8),
        np.array([UNKNOWN_DAY if s is None else DAY - s for s in since]),
        np.array([np.nan if r is None else r for r in risk]),
        pa.nulls(len(rows), pa.string()),
    )


def crowd(risks):
    return people(*((f"p{i:05d}", None, "low", 0, r) for i, r in enumerate(risks)))


def called(found, calls):
    return [found.person_id[i].as_py() for i in calls.order.tolist()]


def test_calls_go_by_urgency_then_band_then_how_long_overdue_then_risk():
    found = people(
        ("low-late", None, "low", 3000, 0.01),
        ("low-soon", None, "low", 30, 0.01),
        ("high", None, "high", 10, 0.2),
        ("high-more", None, "high", 10, 0.3),
        ("high-longer", None, "high", 40, 0.2),
        ("now", 0, "low", 0, 0.01),
        ("today", 1, "high", 0, 0.3),
        ("unknown", None, "not_assessable", 5, None),
        ("measured", None, "measured", 400, None),
    )
    calls = call_list(found, SETTINGS, TODAY)
    assert called(found, calls) == [
        "now", "today", "high-longer", "high-more", "high", "unknown", "measured", "low-late",
    ]  # fmt: skip


def test_the_order_of_the_rows_changes_no_call():
    rows = [(f"p{i}", i % 5 if i % 5 < 4 else None, "high", i % 7, 0.1) for i in range(40)]
    one, other = people(*rows), people(*rows[::-1])
    assert called(one, call_list(one, SETTINGS, TODAY)) == called(
        other, call_list(other, SETTINGS, TODAY)
    )


def test_the_capacity_takes_the_first_calls():
    found = people(*((f"p{i}", None, "high", i, 0.1) for i in range(5)))
    calls = call_list(found, SETTINGS, TODAY, capacity=2)
    assert called(found, calls)[:2] == ["p4", "p3"]
    assert calls.is_tested.tolist() == [False, False, False, True, True]


def test_a_visit_without_a_day_is_due_today():
    found = people(("p", None, "high", None, 0.1), ("q", None, "low", None, 0.1))
    calls = call_list(found, SETTINGS, TODAY)
    assert called(found, calls) == ["p"]


@pytest.mark.parametrize(("n", "top"), [(60, 0.05), (400, 0.1), (3000, 0.1)])
def test_the_interval_of_expected_cases_holds_as_often_as_it_says(n, top):
    rng = np.random.default_rng(n)
    risks = rng.uniform(0, top, n)
    low, high = expected_interval(risks, 0.95)
    drawn = (rng.random((4000, n)) < risks).sum(axis=1)
    assert 0.945 <= ((drawn >= low) & (drawn <= high)).mean() <= 0.999


def test_the_exact_interval_meets_the_normal_one_where_they_change():
    risks = np.full(280, 0.1)  # variance 25.2
    exact, normal = expected_interval(risks[:277], 0.95), expected_interval(risks, 0.95)
    assert abs(exact[0] - normal[0]) < 1.5
    assert abs(exact[1] - normal[1]) < 1.5


def test_everybody_from_the_threshold_up_is_tested_and_nobody_else():
    rows = threshold_rows(crowd([0.04, 0.05, 0.06, 0.2] * 20), SETTINGS)
    at = {row.risk: row for row in rows}
    assert at[0.05].tests == 60
    assert at[0.05].cases == pytest.approx(20 * (0.05 + 0.06 + 0.2))
    assert at[0.2].tests == 20


def test_more_is_never_found_by_testing_fewer():
    rng = np.random.default_rng(4)
    rows = threshold_rows(crowd(rng.beta(1, 20, 500)), SETTINGS)
    for name in ("tests", "cases", "cost"):
        values = [getattr(row, name) for row in rows]
        assert values == sorted(values, reverse=True)


def test_cost_and_return_are_those_of_the_sites_own_prices(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(
        'schema = "laennec.plan_settings/1"\n[prices]\ntest = 2\ncall = 1\nconfirmation = 10\n'
        "cardiovascular_event = 10000\nearly_care_per_year = 100\n"
        "[benefit]\ndiscount_rate = 0\nhorizon_years = 5\n[thresholds]\nrisk = [0.1]\n"
    )
    settings = read_settings(own)
    (row,) = threshold_rows(crowd([0.1] * 100), settings)
    assert row.cost == pytest.approx(100 * 3 + 10 * 10)
    assert row.cost_per_case == pytest.approx(40)
    assert row.net == pytest.approx(10 * 0.033 * 10000 - 400)
    assert row.net_with_care == pytest.approx(10 * 0.033 * 10000 - 400 - 10 * 300)
    assert settings.settings["prices.test"].is_own


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[prices]\ntset = 2\n", "tset, which no plan uses"),
        ("[prices]\ntest = -1\n", "no number of zero or more"),
        ('[prices]\ntest = "5"\n', "no number of zero or more"),
        ("prices = 2\n", "no section"),
        ("[[", "can't be read"),
    ],
)
def test_a_settings_file_with_anything_wrong_is_refused(tmp_path, text, said):
    own = tmp_path / "own.toml"
    own.write_text('schema = "laennec.plan_settings/1"\n' + text)
    with pytest.raises(DataError) as refused:
        read_settings(own)
    assert said in str(refused.value)
    assert "would be believed" in str(refused.value)


def test_a_settings_file_without_its_schema_is_refused(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text("[prices]\ntest = 2\n")
    with pytest.raises(DataError, match="the schema None"):
        read_settings(own)


def test_a_horizon_without_a_benefit_is_refused(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text('schema = "laennec.plan_settings/1"\n[benefit]\nhorizon_years = 7\n')
    with pytest.raises(DataError, match="none is interpolated"):
        threshold_rows(crowd([0.1] * 20), read_settings(own))


def test_no_row_gives_away_a_group_of_one_to_ten():
    risks = [0.001] * 50 + [0.015] * 40 + [0.025] * 5 + [0.035] * 20 + [0.4] * 4
    found = crowd(risks)
    shown = shown_rows(threshold_rows(found, SETTINGS), found.n)
    tests = [found.n, *(row.tests for row in shown)]
    assert all(n >= 11 for n in tests)
    apart = -np.diff(tests)
    assert ((apart == 0) | (apart >= 11)).all()
    assert len(shown) < len(SETTINGS.thresholds)


def test_counts_of_one_to_ten_are_hidden():
    found = people(*((f"p{i}", 0 if i < 3 else None, "high", 5, 0.1) for i in range(40)))
    told = counts(found, call_list(found, SETTINGS, TODAY, capacity=35))
    assert told["urgency"] == {"U0": "<11", "U1": 0, "U2": 0, "U3": 0, "none": "hidden"}
    assert told["capacity"] == {"within_capacity": "hidden", "beyond_capacity": "<11"}


def test_every_number_has_a_source_and_says_whether_it_was_read():
    for one in SETTINGS.settings.values():
        assert one.source, one.name
        assert one.verified or any(
            w in one.source for w in ("ENG", "FM", "Assum", "Placeh", "site")
        )


def test_a_folder_without_a_finished_result_is_refused(tmp_path):
    with pytest.raises(BatchRefused, match="half the people"):
        read_people(tmp_path)


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """Return a batch run over made-up visits, two visits of some people."""
    folder = tmp_path_factory.mktemp("plan")
    rng = np.random.default_rng(7)
    lines = ["person_id,visit_date,age_years,sex,waist_cm,height_cm,weight_kg,systolic_bp_mmhg,"
             "diastolic_bp_mmhg,bp_treated,family_history_diabetes,physically_active"]  # fmt: skip
    for i in range(150):
        for day in ("2020-05-04", "2025-05-04")[i % 2 :]:
            waist, weight = rng.normal(95, 12), rng.normal(80, 14)
            lines.append(
                f"p{i:03d},{day},{rng.integers(25, 64)},{('female', 'male')[i % 2]},{waist:.1f},"
                f"{rng.normal(170, 8):.1f},{weight:.1f},{rng.integers(110, 158)},"
                f"{rng.integers(65, 95)},{('yes', 'no')[i % 3 > 0]},"
                f"{('first_degree', 'none')[i % 4 > 0]},{('yes', 'no')[i % 2]}"
            )
    (folder / "visits.csv").write_text("\n".join(lines) + "\n")
    out = folder / "result"
    told = CliRunner().invoke(
        app, ["batch", str(folder / "visits.csv"), "--out", str(out), "--workers", "1"]
    )
    assert told.exit_code == 0, told.output
    return out


def test_the_last_visit_of_each_person_counts(result):
    found = read_people(result)
    assert found.n == 150
    assert set(found.day.tolist()) == {(date(2025, 5, 4) - date(1970, 1, 1)).days}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_command_writes_the_list_the_table_and_the_page(result, tmp_path, lang):
    command = ["plan", str(result), "--out", str(tmp_path), "--on", "2026-11-03", "--lang", lang]
    told = CliRunner().invoke(app, [*command, "--capacity", "60"])
    assert told.exit_code == 0, told.output
    printed = json.loads(told.stdout)
    assert printed["counts"]["people"] == 150
    with (tmp_path / "calls.csv").open(encoding="utf-8") as file:
        calls = list(csv.DictReader(file))
    assert [int(row["place"]) for row in calls] == list(range(1, len(calls) + 1))
    assert sum(row["within_capacity"] == "yes" for row in calls) == min(60, len(calls))
    page = (tmp_path / "plan.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "p001" not in page + told.stdout + (tmp_path / "plan.json").read_text(encoding="utf-8")
    assert "polyline" in page
    assert {"fr": "non vérifié", "en": "not verified"}[lang] in page


def test_a_pseudonym_that_looks_like_a_formula_is_no_formula(tmp_path, result):
    from laennec.serving.years.plan_run import _plain_cell

    assert _plain_cell("=1+1") == "'=1+1"
    assert _plain_cell("p-1") == "p-1"


def test_a_plan_is_made_for_a_saved_cohort(result, tmp_path):
    cohort = tmp_path / "cohort.toml"
    cohort.write_text(
        'schema = "laennec.cohort/1"\ntitle = "middle"\n'
        'where = ["t2d_undiagnosed_risk >= 0.01", "t2d_undiagnosed_risk is known"]\n'
    )
    command = ["plan", str(result), "--out", str(tmp_path), "--on", "2026-11-03"]
    told = CliRunner().invoke(app, [*command, "--cohort", str(cohort)])
    assert told.exit_code == 0, told.output
    everybody = read_people(result)
    inside = int((everybody.risk >= 0.01).sum())
    assert 11 <= inside < everybody.n
    assert json.loads(told.stdout)["counts"]["people"] == inside
    assert "middle" in (tmp_path / "plan.html").read_text(encoding="utf-8")


HEAD = (
    "person_id,visit_date,age_years,sex,systolic_bp_mmhg,diastolic_bp_mmhg,fasting_glucose_g_per_l"
)


@pytest.fixture(scope="module")
def flawed(tmp_path_factory):
    """Return a result of which one urgent row and one calm row have no person id."""
    folder = tmp_path_factory.mktemp("flawed")
    rows = (
        ",2026-11-03,52,female,190,112,1.18",
        ",2026-11-03,52,female,120,70,0.90",
        "A1,2026-11-03,52,female,190,112,1.18",
        "A2,2026-11-03,52,female,230,130,1.18",
        "A3,2026-11-03,52,female,230",
    )
    (folder / "visits.csv").write_text("\n".join((HEAD, *rows)) + "\n")
    out = folder / "result"
    told = CliRunner().invoke(
        app, ["batch", str(folder / "visits.csv"), "--out", str(out), "--workers", "1"]
    )
    assert told.exit_code == 3, told.output
    return out


def test_an_urgent_row_without_a_person_is_a_call(flawed, tmp_path):
    command = ["plan", str(flawed), "--out", str(tmp_path), "--on", "2026-11-29"]
    told = CliRunner().invoke(app, command)
    assert told.exit_code == 0, told.output
    with (tmp_path / "calls.csv").open(encoding="utf-8") as file:
        calls = list(csv.DictReader(file))
    unnamed = [row for row in calls if not row["person_id"]]
    assert [(row["urgency"], row["row"]) for row in unnamed] == [
        ("U1", "part-000000-000000.parquet row 1")
    ]
    assert all(not row["row"] for row in calls if row["person_id"])
    assert json.loads(told.stdout)["counts"]["without_person"] == {"urgent": "<11", "other": "<11"}


def test_days_overdue_of_an_urgent_visit_count_from_the_visit_whatever_the_band():
    found = people(
        ("high", 0, "high", 26, 0.2),
        ("intermediate", 0, "intermediate", 26, 0.02),
        ("low", 2, "low", 26, 0.01),
    )
    assert call_list(found, SETTINGS, TODAY).overdue_days.tolist() == [26, 26, 26]
