"""The year's plan: order of calls, expected cases with their interval, what is hidden, files."""

from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from laennec.engine.errors import DataError
from laennec.serving.years.overlap import shown_counts
from laennec.serving.years.people import NONE, UNKNOWN_DAY, PlanPeople
from laennec.serving.years.plan import call_counts, call_list, counts, later_visits
from laennec.serving.years.plan_groups import call_rows, exposure_rows
from laennec.serving.years.plan_settings import read_settings
from laennec.serving.years.plan_tests import (
    expected_interval,
    flat,
    shown_rows,
    threshold_rows,
)

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
    assert at[0.05].expected.cases == pytest.approx(20 * (0.05 + 0.06 + 0.2))
    assert at[0.2].tests == 20


def test_more_is_never_found_by_testing_fewer():
    rng = np.random.default_rng(4)
    rows = threshold_rows(crowd(rng.beta(1, 20, 500)), SETTINGS)
    for name in ("tests", "cases"):
        values = [flat(row)[name] for row in rows]
        assert values == sorted(values, reverse=True)


def test_cost_and_return_are_those_of_the_sites_own_prices(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(
        'schema = "laennec.plan_settings/1"\n[prices]\ntest = 2\ncall = 1\nconfirmation = 10\n'
        "cardiovascular_event = 10000\nearly_care_per_year = 100\n"
        "[benefit]\ndiscount_rate = 0\nhorizon_years = 5\n[thresholds]\nrisk = [0.1]\n"
    )
    settings = read_settings(own)
    (row,) = (one.expected for one in threshold_rows(crowd([0.1] * 100), settings))
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
        ("[prices]\ntest = inf\n", "no number of zero or more"),
        ("[prices]\ntest = nan\n", "no number of zero or more"),
        ("[interval_months]\nlow = 1e300\n", "no number of zero or more"),
        ("[prices]\ntest = [1, 2]\n", "a list of numbers"),
        ("[thresholds]\nrisk = 0.1\n", "no list of numbers"),
        ("[thresholds]\nrisk = []\n", "no number of zero or more"),
        ("[test]\ncalibration_low = 2\n", "calibration_low above test.calibration_high"),
        ("[interval_months]\nhigh = 60\n", "high above interval_months.intermediate"),
        ("[benefit]\ndiscount_rate = 2.5\n", "above 1, which is a share"),
        ("[thresholds]\nrisk = [0.1, 0.1]\n", "a number twice"),
        ('[prices]\ncall = { value = 5, unit = "USD" }\n', "in USD, which is added up as EUR"),
        ("[test]\nsensitivity = 95\n", "above 1, which is a share"),
        ("[benefit]\nevents_avoided_7 = 3.3\n", "above 1, which is a share"),
        ('[prices]\ntest = { value = 2, verified = "no" }\n', "neither true nor false"),
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


def test_a_threshold_beside_the_band_counts_gives_away_nobody():
    """Twelve people of the high band and eight from a threshold up would tell of four."""
    found = crowd([0.001] * 50 + [0.04] * 40 + [0.09] * 5 + [0.25] * 30)
    rows = threshold_rows(found, SETTINGS)
    assert {row.tests for row in shown_rows(rows, found.n)} == {75, 35}
    assert {row.tests for row in shown_rows(rows, found.n, [30])} == {75, 30}


def test_the_capacity_says_which_threshold_can_be_tested():
    rows = threshold_rows(crowd([0.04] * 40 + [0.25] * 30), SETTINGS, capacity=30)
    assert [row.fits for row in rows if row.risk in (0.03, 0.05)] == [False, True]
    assert all(row.fits is None for row in threshold_rows(crowd([0.1] * 20), SETTINGS))


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ((900, 898, 200), ("hidden", "<11", 200, "hidden")),
        ((900, 898, None), ("hidden", "<11", "hidden", "hidden")),
        ((900, 205, 200), ("hidden", "hidden", 200, "<11")),
        ((900, 600, 200), (600, 300, 200, 400)),
        ((900, 600, 700), (600, 300, 600, 0)),
        ((900, 5, 200), ("<11", "hidden", "<11", "hidden")),
        ((900, 600, 5), ("hidden", "hidden", "<11", "hidden")),
    ],
)
def test_no_two_counts_of_calls_give_a_third_one_away(numbers, told):
    """Pins a leak: called was hidden, and stood there as within plus beyond the capacity."""
    found = call_counts(*numbers)
    names = ("called", "not_called", "within_capacity", "beyond_capacity")
    assert tuple(found[name] for name in names) == told


def test_what_the_calls_within_capacity_would_find_is_said():
    found = people(*((f"p{i:03d}", None, "high", 50, 0.1) for i in range(60)))
    everybody, within = call_rows(
        found, call_list(found, SETTINGS, TODAY, capacity=20), SETTINGS, 20
    )
    assert (everybody.tests, within.tests) == (60, 20)
    assert within.expected.cases == pytest.approx(2.0)
    assert within.expected.cases_low <= 2.0 <= within.expected.cases_high
    assert within.expected.cost is None


def exposed(*rows):
    """Return exposures of (people, exposure, answer)."""
    names, codes, answers = zip(*((n, c, a) for names, c, a in rows for n in names), strict=True)
    return pa.table({"person_id": names, "exposure": codes, "answer": answers})


def test_groups_by_exposure_are_counted_and_who_was_not_asked_apart():
    """Pinned: one exposure answered no made somebody one who was asked and has none."""
    found = people(*((f"p{i:03d}", None, "high", 50, 0.1) for i in range(100)))
    names = found.person_id.to_pylist()
    said = exposed(
        (names[:40], "noise", "yes"), (names[20:60], "lead", "yes"), (names[:80], "*", "no"),
        (names[80:], "heat", "no"),
    )  # fmt: skip
    rows = {
        r.group: r for r in exposure_rows(found, call_list(found, SETTINGS, TODAY), said, SETTINGS)
    }
    assert {g: r.people for g, r in rows.items()} == {
        "lead": 40, "noise": 40, "none": 20, "unknown": 20,
    }  # fmt: skip
    assert rows["noise"].expected.cases == pytest.approx(4.0)
    assert all(r.called == r.people for r in rows.values())


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        ({"a": (0, 30), "b": (30, 60)}, set()),
        ({"a": (0, 5), "b": (30, 60)}, {"a", "b"}),
        ({"a": (0, 95)}, {"a"}),
        ({"a": (0, 40), "b": (0, 35), "c": (50, 80)}, {"b", "c"}),
        ({"a": (0, 4), "b": (4, 8), "c": (50, 80)}, {"a", "b"}),
        ({"a": (0, 0), "b": (0, 50)}, set()),
    ],
)
def test_no_group_of_one_to_ten_can_be_worked_out(sizes, hidden):
    groups = {name: np.isin(np.arange(100), np.arange(*span)) for name, span in sizes.items()}
    told = shown_counts(groups, np.ones(100, dtype=bool))
    assert {name for name, n in told.items() if not isinstance(n, int)} == hidden


def test_counts_of_one_to_ten_are_hidden():
    found = people(*((f"p{i}", 0 if i < 3 else None, "high", 5, 0.1) for i in range(40)))
    told = counts(found, call_list(found, SETTINGS, TODAY, capacity=35), 35)
    assert told["urgency"] == {"U0": "<11", "U1": 0, "U2": 0, "U3": 0, "none": "hidden"}
    assert told["capacity"] == {"within_capacity": 35, "beyond_capacity": "<11"}
    assert told["calls"] == {"called": "hidden", "not_called": "hidden"}


def test_every_number_has_a_source_and_says_whether_it_was_read():
    for one in SETTINGS.settings.values():
        assert one.source, one.name
        assert one.verified == one.source.startswith(_READ), one.name


_READ = (
    "HAS 2014", "Fasting venous", "For each case", "Myocardial", "Type 2 diabetes, France",
    "The longer of", "Cardiovascular events", "The same, 10 years", "Delay that", "ISSA",
)  # fmt: skip
_FROM_MEMORY = ("(FM)", "(FM,", "Assumption")


def test_no_number_that_is_used_is_from_memory_and_none_without_a_source_has_a_value():
    for one in SETTINGS.settings.values():
        assert not any(mark in one.source for mark in _FROM_MEMORY), one.name
        assert (one.value is None) == one.source.startswith("None:"), one.name
    assert SETTINGS.not_given == ("prices.call", "benefit.discount_rate")


def test_what_rests_on_a_number_that_was_not_given_is_not_worked_out(tmp_path):
    found = crowd([0.1] * 100)

    def at(*lines):
        own = tmp_path / "own.toml"
        own.write_text('schema = "laennec.plan_settings/1"\n' + "\n".join(lines) + "\n")
        return threshold_rows(found, read_settings(own))[0].expected

    bare = at()
    assert bare.cases == pytest.approx(10.0)
    assert (bare.cost, bare.cost_per_case, bare.return_ratio, bare.net) == (None,) * 4
    priced = at("[prices]", "call = 5")
    assert priced.cost == pytest.approx(100 * (5 + 6.08) + 10 * 36.08)
    assert priced.cost_per_case == pytest.approx(priced.cost / 10)
    assert (priced.return_ratio, priced.net, priced.net_with_care) == (None,) * 3
    rated = at("[benefit]", "discount_rate = 0.025")
    assert (rated.cost, rated.return_ratio, rated.net) == (None,) * 3
    whole = at("[prices]", "call = 5", "[benefit]", "discount_rate = 0")
    assert whole.return_ratio == pytest.approx(10 * 0.040 * 14007 / priced.cost)
    assert whole.net == pytest.approx(10 * 0.040 * 14007 - priced.cost)


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


def test_how_many_are_advised_at_their_next_visit_is_said_where_it_tells_of_nobody():
    def told(due):
        rows = [(f"u{i:03}", 3, "low", 30, 0.01) for i in range(40)]
        rows += [(f"n{i:03}", None, "low", 30, 0.01) for i in range(20)]
        rows += [(f"d{i:03}", None, "high", 1, 0.2) for i in range(20)]
        rows += [(f"x{i:03}", 3, "high", 1, 0.2) for i in range(due)]
        found = people(*rows)
        return counts(found, call_list(found, SETTINGS, TODAY))["not_called"]

    assert told(0) == {"advice_at_next_visit": 40, "nothing_asked": 20}
    assert told(15) == {"advice_at_next_visit": 40, "nothing_asked": 20}
    assert told(3) == {"advice_at_next_visit": "hidden", "nothing_asked": "hidden"}


def test_days_overdue_of_an_urgent_visit_count_from_the_visit_whatever_the_band():
    found = people(
        ("high", 0, "high", 26, 0.2),
        ("intermediate", 0, "intermediate", 26, 0.02),
        ("low", 2, "low", 26, 0.01),
    )
    assert call_list(found, SETTINGS, TODAY).overdue_days.tolist() == [26, 26, 26]


def with_reasons(found, reasons):
    return replace(found, status_reason=pa.array(reasons))


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


def test_how_many_were_left_out_is_said_with_why_and_tells_of_no_few_people():
    def told(excluded, declined, urgent):
        rows = [(f"e{i}", None, "not_screened", 900, None) for i in range(excluded + declined)]
        rows += [(f"u{i}", 1, "not_screened", 0, None) for i in range(urgent)]
        rows += [(f"p{i}", None, "high", 30, 0.2) for i in range(40)]
        reasons = ["excluded"] * excluded + ["declined"] * declined + ["excluded"] * urgent
        found = with_reasons(people(*rows), [*reasons, *[None] * 40])
        return counts(found, call_list(found, SETTINGS, TODAY))["left_out"]

    whole = {"left_out": 32, "excluded": 20, "declined": 12, "consent_withdrawn": 0}
    assert told(20, 12, 0) == whole
    assert told(20, 0, 0)["excluded"] == 20
    assert told(20, 3, 0) == {**whole, "left_out": 23, "excluded": "hidden", "declined": "<11"}
    hidden = {"left_out": "hidden", "excluded": "hidden", "declined": 0, "consent_withdrawn": 0}
    assert told(5, 0, 0) == hidden
    assert told(20, 0, 4) == hidden


def test_a_day_before_every_visit_is_refused_and_later_visits_are_counted():
    found = crowd([0.1] * 30)
    with pytest.raises(DataError, match="2020-01-01, which is before every visit"):
        later_visits(found, date(2020, 1, 1))
    assert later_visits(found, TODAY)["later"] == 0
    mixed = people(
        *((f"p{i}", None, "low", -30 if i < 12 else 30, 0.01) for i in range(40)),
    )
    assert later_visits(mixed, TODAY)["later"] == 12
