"""Somebody whose glucose was measured is not called as if nothing were known."""

from datetime import date, timedelta

import pytest
from years_support import batch_result, planned

TODAY = date(2026, 11, 30)
HEAD = (
    "person_id,visit_date,age_years,sex,height_cm,weight_kg,waist_cm,systolic_bp_mmhg,"
    "diastolic_bp_mmhg,fasting_glucose_g_per_l,hba1c_percent"
)
BODY = "175,80,90"
SAID = {
    "both": (41, BODY, "0.90", "5.2"),
    "both_again": (40, BODY, "0.90", "5.2"),
    "both_long_ago": (400, BODY, "0.90", "5.2"),
    "glucose_without_body": (41, ",,", "0.90", ""),
    "hba1c_without_body": (41, ",,", "", "5.2"),
    "nothing_without_body": (41, ",,", "", ""),
    "one_of_both": (41, BODY, "0.90", ""),
    "intermediate": (41, BODY, "1.15", "5.9"),
    "in_range": (41, BODY, "1.30", "6.8"),
    "suspicion": (41, BODY, "0.90", "7.5"),
    "close_glucose": (41, BODY, "1.24", "6.0"),
    "close_hba1c": (41, BODY, "0.90", "6.4"),
    "suspect_hba1c": (41, ",,", "0.90", "52"),
    "suspect_glucose": (41, BODY, "9.0", "5.2"),
}


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    folder = tmp_path_factory.mktemp("measured")
    lines = [HEAD]
    for name, (days, body, glucose, hba1c) in SAID.items():
        day = TODAY - timedelta(days=days)
        lines.append(f"{name},{day},50,male,{body},125,78,{glucose},{hba1c}")
    for i in range(40):
        day = TODAY - timedelta(days=i)
        lines.append(f"m{i:02},{day},50,male,{BODY},125,78,0.90,5.2")
        lines.append(f"n{i:02},{day},50,male,,,,125,78,,")
    return batch_result(folder, lines)


def calls_of(result, out):
    told, calls, _ = planned(result, out, on=TODAY)
    return told, {row["person_id"]: row for row in calls}


def test_who_was_measured_is_due_after_the_interval_and_who_must_not_be_lost_at_once(
    result, tmp_path
):
    """Pinned: everybody with glucose and HbA1c was not assessable, and so the whole list."""
    _, calls = calls_of(result, tmp_path)
    found = {name: (row["urgency"], row["band"]) for name, row in calls.items() if name in SAID}
    assert not [name for name in calls if name.startswith("m")]
    assert found == {
        "suspect_glucose": ("U0", "not_assessable"),
        "in_range": ("U2", "measured"),
        "suspicion": ("U2", "measured"),
        "close_glucose": ("U3", "not_assessable"),
        "close_hba1c": ("U3", "not_assessable"),
        "hba1c_without_body": ("", "not_assessable"),
        "nothing_without_body": ("", "not_assessable"),
        "suspect_hba1c": ("U1", "not_assessable"),
        "both_long_ago": ("U3", "measured"),
    }
    assert int(calls["both_long_ago"]["days_overdue"]) == 400 - 365


def test_the_counts_and_the_page_say_how_many_were_measured(result, tmp_path):
    told, _ = calls_of(result, tmp_path)
    assert told["counts"]["band"]["measured"] == 40 + 7
    page = (tmp_path / "plan.html").read_text(encoding="utf-8")
    assert "measured glycaemia answers" in page
