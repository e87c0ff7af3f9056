"""The plan's tests: expected cases with their interval, cost and return, the site's numbers."""

from importlib.resources import files

import numpy as np
import pyarrow as pa
import pytest
from laennec.engine.errors import DataError
from laennec.serving.years.plan.calls import call_list
from laennec.serving.years.plan.groups import call_rows, exposure_rows
from laennec.serving.years.plan.settings import read_settings
from laennec.serving.years.plan.thresholds import (
    expected_interval,
    flat,
    threshold_rows,
)
from plan_people import SETTINGS, TODAY, WHOLE, crowd, people

_READ = (
    "HAS 2014", "Fasting venous", "For each case", "Myocardial", "Type 2 diabetes, France",
    "The longer of", "Cardiovascular events", "The same, 10 years", "Delay that", "ISSA",
    "Of those called", "Of the cases",
)  # fmt: skip
_SAID = ("person_id", "exposure", "answer")
_FROM_MEMORY = ("(FM)", "(FM,", "Assumption")


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
    settings = read_settings(own, WHOLE)
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


def test_the_capacity_says_which_threshold_can_be_tested():
    rows = threshold_rows(crowd([0.04] * 40 + [0.25] * 30), SETTINGS, capacity=30)
    assert [row.fits for row in rows if row.risk in (0.03, 0.05)] == [False, True]
    assert all(row.fits is None for row in threshold_rows(crowd([0.1] * 20), SETTINGS))


def test_every_number_has_a_source_and_says_whether_it_was_read():
    for one in read_settings().settings.values():
        assert one.source, one.name
        assert one.verified == one.source.startswith(_READ), one.name


def test_no_number_that_is_used_is_from_memory_and_none_without_a_source_has_a_value():
    for one in read_settings().settings.values():
        assert not any(mark in one.source for mark in _FROM_MEMORY), one.name
        assert (one.value is None) == one.source.startswith("None:"), one.name
    assert SETTINGS.not_given == ("prices.call", "benefit.discount_rate")


def test_what_rests_on_a_number_that_was_not_given_is_not_worked_out(tmp_path):
    found = crowd([0.1] * 100)

    def at(*lines):
        own = tmp_path / "own.toml"
        own.write_text('schema = "laennec.plan_settings/1"\n' + "\n".join(lines) + "\n")
        return threshold_rows(found, read_settings(own, WHOLE))[0].expected

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


def test_by_default_not_everybody_comes_and_not_every_case_is_found(tmp_path):
    """Pinned: expected cases took everybody to come, and the test to find every case."""
    found = crowd([0.1] * 100)
    shipped = threshold_rows(found, read_settings())[0].expected
    assert shipped.cases == pytest.approx(10 * 0.631 * 0.878)
    own = tmp_path / "own.toml"
    own.write_text('schema = "laennec.plan_settings/1"\n[test]\nattendance = 0.4\n')
    by_file = read_settings(own)
    assert by_file.assumed == {"attendance": 0.4, "sensitivity": 0.878}
    above = read_settings(own, {"test.attendance": 0.5})
    assert threshold_rows(found, above)[0].expected.cases == pytest.approx(10 * 0.5 * 0.878)
    assert above.settings["test.attendance"].is_own


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["test.attendance", "test.sensitivity"])
def test_a_share_that_is_none_is_refused(name, share):
    with pytest.raises(DataError) as refused:
        read_settings(given={name: share})
    assert refused.value.path == name


def test_a_copied_file_makes_no_shipped_price_the_sites_own(tmp_path):
    shipped = files("laennec.serving.years.plan").joinpath("plan.toml").read_text(encoding="utf-8")
    own = tmp_path / "copy.toml"
    call, rate = 'call = { unit = "EUR"', 'discount_rate = { unit = "1"'
    assert shipped.count(call) == shipped.count(rate) == 1
    copied = shipped.replace(call, 'call = { value = 3.5, unit = "EUR"')
    own.write_text(copied.replace(rate, 'discount_rate = { value = 0.02, unit = "1"'))
    settings = read_settings(own).settings
    assert {n for n, s in settings.items() if s.is_own} == {"prices.call", "benefit.discount_rate"}
    own.write_text(
        'schema = "laennec.plan_settings/1"\n[prices]\ntest = 6.08\nconfirmation = 6.08\n'
    )
    settings = read_settings(own).settings
    assert not settings["prices.test"].is_own
    assert settings["prices.confirmation"].is_own


def test_a_call_costs_as_much_where_no_risk_is_known(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(
        'schema = "laennec.plan_settings/1"\n[prices]\ntest = 2\ncall = 3.5\nconfirmation = 0\n'
    )
    settings = read_settings(own, WHOLE)
    found = people(
        *((f"r{i}", None, "high", 1, 0.1) for i in range(40)),
        *((f"n{i}", None, "not_assessable", 1, None) for i in range(20)),
        *((f"l{i}", None, "low", 1, 0.1) for i in range(30)),
    )
    calls = call_list(found, settings, TODAY)
    said = pa.table({n: [v] for n, v in zip(_SAID, ("r0", "lead", "no"), strict=True)})
    rows = [*call_rows(found, calls, settings), *exposure_rows(found, calls, said, settings)]
    assert [(r.group, r.called, r.tests, r.expected.cost) for r in rows if r.called] == [
        (group, 60, 40, 60 * 3.5 + 40 * 2) for group in ("called", "within_capacity", "unknown")
    ]
