"""The year's plan: who is called, in which order, and who is not."""

from datetime import date

import pytest
from laennec.engine.errors import DataError
from laennec.serving.years.plan.calls import call_list, later_visits
from laennec.serving.years.plan.groups import call_rows
from plan_people import SETTINGS, TODAY, called, crowd, measured, people


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


def test_who_has_a_measured_sign_comes_before_who_has_a_risk_of_the_same_urgency():
    """Pinned: 1.43 g/L, overdue for 919 days, stood after everybody of an intermediate risk."""
    found = people(
        ("risk-u2", 2, "intermediate", 900, 0.03),
        ("high-u2", 2, "high", 1200, 0.3),
        ("glucose", 2, "measured", 919, None),
        ("hba1c", 2, "intermediate", 20, 0.02),
        ("sign", 3, "earlier_sign", 10, None),
        ("sign-none", None, "earlier_sign", 40, None),
        ("risk-u1", 1, "low", 5, 0.01),
        ("high", None, "high", 2000, 0.4),
        ("calm", 3, "measured", 2000, None),
    )
    found = measured(found, "glucose", "hba1c")
    calls = call_list(found, SETTINGS, TODAY, capacity=5)
    assert called(found, calls) == [
        "risk-u1", "glucose", "sign-none", "hba1c", "sign", "high-u2", "risk-u2", "high", "calm",
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


def test_what_the_calls_within_capacity_would_find_is_said():
    found = people(*((f"p{i:03d}", None, "high", 50, 0.1) for i in range(60)))
    everybody, within = call_rows(
        found, call_list(found, SETTINGS, TODAY, capacity=20), SETTINGS, 20
    )
    assert (everybody.tests, within.tests) == (60, 20)
    assert within.expected.cases == pytest.approx(2.0)
    assert within.expected.cases_low <= 2.0 <= within.expected.cases_high
    assert within.expected.cost is None


def test_advice_at_the_next_visit_makes_nobody_due_and_moves_nobody_up():
    found = people(
        *((f"u3-{i:02}", 3, "low", 30, 0.01) for i in range(40)),
        *((f"none-{i:02}", None, "low", 30, 0.01) for i in range(20)),
        ("high", None, "high", 1, 0.2),
        ("u3-high", 3, "high", 1, 0.1),
        ("u3-late", 3, "low", 3000, 0.01),
        ("soon", 2, "low", 1, 0.01),
    )
    calls = call_list(found, SETTINGS, TODAY, capacity=50)
    assert called(found, calls) == ["soon", "high", "u3-high", "u3-late"]


def test_days_overdue_of_an_urgent_visit_count_from_the_visit_whatever_the_band():
    found = people(
        ("high", 0, "high", 26, 0.2),
        ("intermediate", 0, "intermediate", 26, 0.02),
        ("low", 2, "low", 26, 0.01),
    )
    assert call_list(found, SETTINGS, TODAY).overdue_days.tolist() == [26, 26, 26]


def test_who_is_excluded_is_called_for_nothing_but_an_urgency():
    found = people(
        ("diabetic", None, "not_screened", 900, None),
        ("diabetic-advice", 3, "not_screened", 900, None),
        ("diabetic-urgent", 2, "not_screened", 900, None),
        ("unknown", None, "not_assessable", 5, None),
    )
    calls = call_list(found, SETTINGS, TODAY)
    assert called(found, calls) == ["diabetic-urgent", "unknown"]
    assert calls.is_left_out.tolist() == [True, True, False, False]


def test_a_day_before_every_visit_is_refused_and_later_visits_are_counted():
    found = crowd([0.1] * 30)
    with pytest.raises(DataError, match="2020-01-01, which is before every visit"):
        later_visits(found, date(2020, 1, 1))
    assert later_visits(found, TODAY)["later"] == 0
    mixed = people(
        *((f"p{i}", None, "low", -30 if i < 12 else 30, 0.01) for i in range(40)),
    )
    assert later_visits(mixed, TODAY)["later"] == 12
