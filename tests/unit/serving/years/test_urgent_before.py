"""What is urgent at a visit that is not the last one stays a call."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from laennec.engine.earlier_values import urgent_within_days
from laennec.engine.past import BEFORE_BIRTH, UNREADABLE
from laennec.serving.store.store import open_store
from laennec.serving.years.last_visits import FUTURE, last_visits
from laennec.serving.years.search.stored import stored_visits
from years_support import batch_result, planned, result_rows, searched, stored

HEAD = "person_id,visit_date,age_years,sex,systolic_bp_mmhg,diastolic_bp_mmhg,hba1c_percent"


def rows(*said):
    """Return a table of (person, day or None, urgency or None[, status reason])."""
    people, days, levels, reasons = zip(*((*one, None)[:4] for one in said), strict=True)
    return result_rows(days, person_id=people, urgency=levels, status_reason=reasons)


@pytest.mark.parametrize(
    ("before", "stays"),
    [
        (("2026-10-31", "U0"), True),
        (("2026-10-31", "U1"), True),
        (("2026-10-31", "U2"), False),
        (("2026-10-02", "U0"), True),
        (("2026-10-01", "U0"), False),
        ((None, "U0"), True),
        ((None, "U1"), True),
        ((None, "U2"), False),
        (("2062-10-01", "U0", FUTURE), False),
        (("1926-10-01", "U0", BEFORE_BIRTH), True),
        (("1926-10-01", "U1", BEFORE_BIRTH), True),
        (("1926-10-01", "U2", BEFORE_BIRTH), False),
        ((None, "U0", UNREADABLE), True),
    ],
)
def test_an_urgent_visit_shortly_before_the_last_or_without_a_day_stays(before, stays):
    assert urgent_within_days() == 30
    table = rows(("p", *before), ("p", "2026-11-01", None), ("q", "2026-11-01", None))
    for order in ([0, 1, 2], [2, 1, 0]):
        found = last_visits(table.take(pa.array(order)))
        assert found.is_elsewhere.tolist() == [stays, False]
        most = table.take(pa.array(order)).take(pa.array(found.most_urgent))
        last_is_urgent = before[0] == "2062-10-01"
        assert most["urgency"].to_pylist()[0] == (before[1] if stays or last_is_urgent else None)


def test_a_mistyped_year_that_is_urgent_hides_nothing_more_urgent():
    found = last_visits(rows(("p", "2062-11-01", "U1", FUTURE), ("p", "2026-10-20", "U0")))
    assert found.most_urgent.tolist() == [1]


def test_the_most_urgent_one_of_many_counts_and_of_those_the_latest():
    found = last_visits(
        rows(
            ("p", None, "U0"), ("p", "2026-10-20", "U0"), ("p", "2026-10-25", "U1"),
            ("p", "2026-10-21", "U0"), ("p", "2026-11-01", "U1"),
        )
    )  # fmt: skip
    assert found.last.tolist() == [4]
    assert found.most_urgent.tolist() == [3]


def test_nobody_gives_nobody():
    found = last_visits(rows(("p", None, None)).slice(0, 0))
    assert found.most_urgent.tolist() == []
    assert found.most_urgent.dtype == np.int64


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return the result of 12 people urgent the day before, 1 without a day, and 30 calm ones."""
    folder = tmp_path_factory.mktemp("urgent")
    lines = [HEAD]
    for i in range(12):
        lines += [f"c{i:02},2026-10-31,50,male,225,135,", f"c{i:02},2026-11-01,50,male,,,5.4"]
    lines += ["e,,50,male,225,135,", "e,2026-10-31,50,male,120,75,5.4"]
    lines += [f"o{i:02},2026-10-31,50,male,120,75,5.4" for i in range(30)]
    return batch_result(folder, lines)


def test_the_plan_calls_who_was_urgent_at_a_visit_before_the_last_one(made, tmp_path):
    told, calls, page = planned(made, tmp_path)
    urgent = {row["person_id"]: row for row in calls if row["urgency"] == "U0"}
    assert sorted(urgent) == [*(f"c{i:02}" for i in range(12)), "e"]
    one = urgent["c03"]
    assert one["urgent_at_another_visit"] == "earlier_visit"
    assert (one["visit_date"], one["days_overdue"]) == ("2026-10-31", "30")
    assert urgent["e"]["urgent_at_another_visit"] == "undated_visit"
    assert (urgent["e"]["visit_date"], urgent["e"]["days_overdue"]) == ("", "0")
    counts = told["counts"]
    assert counts["urgent_at_another_visit"] == {"earlier_visit": "hidden", "undated_visit": "<11"}
    assert "Urgent at a visit that is not the last one" in page


def test_a_search_counts_and_finds_who_was_urgent_at_another_visit(made):
    told = searched(made, "urgency = U0")
    assert told["people"]["found"] == 0
    assert told["urgent_at_another_visit"] == 13
    assert searched(made, "urgency_at_another_visit = U0")["people"]["found"] == 13


def test_a_store_tells_who_was_urgent_at_an_earlier_visit(tmp_path):
    """Also at one of the year before, where the two visits can't be of one person."""
    pressure = [
        {"code": "systolic_bp", "value": "225", "unit": "mm[Hg]"},
        {"code": "diastolic_bp", "value": "135", "unit": "mm[Hg]"},
    ]
    hba1c = [{"code": "hba1c", "value": "5.4", "unit": "%"}]
    said = [
        ("p1", "2025-02-10", pressure), ("p1", "2025-02-12", hba1c),
        ("p2", "2024-02-10", pressure), ("p2", "2025-02-12", hba1c),
        ("p3", "2024-02-10", pressure), ("p3", "2025-02-12", hba1c),
    ]  # fmt: skip
    visits = [
        {
            "schema": "laennec.visit/1",
            "visit_id": f"v{i}",
            "performed_at": f"{day}T09:00:00+01:00",
            "person": {
                "id": name,
                "birth_date": "1970-01-01",
                "sex": "female" if (name, i) == ("p3", 5) else "male",
            },
            "measurements": values,
        }
        for i, (name, day, values) in enumerate(said)
    ]
    store = open_store(stored(tmp_path, visits))
    try:
        kept = stored_visits(store, date(2025, 3, 1), trends=False)
    finally:
        store.close()
    people = kept.tables["people"]
    assert people["urgency_at_another_visit"].to_pylist() == ["U0", None, "U0"]
    assert kept.contradicted == 1


@pytest.mark.parametrize("day", ["1926-11-10", "31/10/2026", "2026-02-30", ""])
def test_a_plan_and_a_search_find_what_was_urgent_on_a_day_that_can_not_be_right(day, tmp_path):
    """Pinned: 240/140 of a year before the birth stood in the result, and nobody was called."""
    head = HEAD.replace("age_years", "birth_date")
    lines = [head]
    for i in range(11):
        lines.append(f"p{i:02},{day},1980-01-01,male,240,140,")
        lines.append(f"p{i:02},2026-11-01,1980-01-01,male,118,74,5.4")
    lines += [f"o{i:02},2026-11-01,1980-01-01,male,120,75,5.4" for i in range(12)]
    made = batch_result(tmp_path, lines)
    _, calls, _ = planned(made, tmp_path / "plan")
    urgent = [
        (c["person_id"], c["urgency"], c["visit_date"])
        for c in calls
        if c["urgency"] in ("U0", "U1")
    ]
    assert urgent == [(f"p{i:02}", "U0", "") for i in range(11)]
    assert searched(made, "urgency_at_another_visit = U0")["people"]["found"] == 11
