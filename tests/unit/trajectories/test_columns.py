"""Trajectories of many people: simulated lifetimes whose truth is known, and what may disturb."""

from dataclasses import fields

import numpy as np
import pytest
from laennec.engine.trajectories import evaluate_trajectories
from laennec.engine.trajectories.columns import FALLS, NO_TREND, RISES, TOO_FEW
from laennec.engine.trajectories.points import Points, points_from
from laennec.engine.trajectories.settings import trajectory_item, trajectory_items

WAIST = trajectory_item("waist")
YEAR = 365.25


def lifetimes(slope, *, people=400, seed=0, noise=1.5, visits=(8, 41)):
    """Return irregular visits of people whose waist grows by ``slope`` cm a year."""
    rng = np.random.default_rng(seed)
    count = rng.integers(*visits, people)
    group = np.repeat(np.arange(people), count)
    years = np.concatenate([np.sort(rng.uniform(0, 40, n)) for n in count])
    value = 90 + slope * years + noise * rng.standard_t(4, len(years))
    return points_from(group, np.round(years * YEAR).astype(int), value)


def shuffled(points, seed=1):
    order = np.random.default_rng(seed).permutation(len(points.group))
    return Points(*(getattr(points, f.name)[order] for f in fields(Points)))


@pytest.mark.parametrize("slope", [0.0, 0.4, -0.3])
def test_the_interval_holds_the_true_trend_as_often_as_it_says(slope):
    found = evaluate_trajectories(WAIST, lifetimes(slope))
    held = (found.slope_low <= slope) & (slope <= found.slope_high)
    assert 0.93 <= held.mean() <= 0.985
    assert abs(np.median(found.slope) - slope) < 0.01


def test_a_trend_is_said_where_there_is_one_and_rarely_where_there_is_none():
    rising = evaluate_trajectories(WAIST, lifetimes(0.6, visits=(15, 41)))
    assert (rising.direction == RISES).mean() > 0.97
    still = evaluate_trajectories(WAIST, lifetimes(0.0))
    assert (still.direction == NO_TREND).mean() > 0.93


def test_shuffled_visits_say_the_same():
    points = lifetimes(0.3, people=60)
    one, other = (evaluate_trajectories(WAIST, p) for p in (points, shuffled(points)))
    for field in fields(one):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name))


def test_one_visit_has_a_value_and_no_trend():
    found = evaluate_trajectories(WAIST, points_from([7], [100], [94.0]))
    assert (found.group[0], found.tests[0], found.last_value[0]) == (7, 1, 94.0)
    assert found.direction[0] == TOO_FEW
    assert np.isnan(found.slope[0])
    assert np.isnan(found.share_in_range[0])


@pytest.mark.parametrize(("tests", "is_told"), [(2, False), (4, False), (5, True)])
def test_a_slope_is_told_where_it_has_an_interval_only(tests, is_told):
    """Two visits a day apart gave 365 cm a year."""
    found = evaluate_trajectories(WAIST, points_from([0] * tests, range(tests), range(tests)))
    assert np.isfinite(found.slope[0]) == np.isfinite(found.slope_low[0]) == is_told
    assert (found.direction[0] == TOO_FEW) == (not is_told)


def test_forty_years_of_visits():
    day = np.arange(40) * 365
    found = evaluate_trajectories(WAIST, points_from([0] * 40, day, 80 + 0.5 * day / YEAR))
    assert found.tests[0] == 40
    assert found.slope[0] == pytest.approx(0.5)
    assert found.direction[0] == RISES


def test_nobody_is_an_answer_too():
    assert len(evaluate_trajectories(WAIST, points_from([], [], [])).group) == 0


def test_a_method_change_is_no_trend():
    """Iliac crest for navel moves every value by 6 cm; a line through both would be a trend."""
    rng = np.random.default_rng(5)
    day = np.arange(16) * 365
    method = np.where(np.arange(16) < 8, 1, 3)
    people = []
    for _ in range(200):
        value = 95 + np.where(method == 3, -6.0, 0.0) + rng.normal(0, 0.8, 16)
        kept = points_from([0] * 16, day, value, method)
        mixed = points_from([0] * 16, day, value)
        people.append([evaluate_trajectories(WAIST, p) for p in (kept, mixed)])
    said = [one.direction[0] == FALLS for one, _ in people]
    assert np.mean(said) < 0.07
    assert np.mean([other.direction[0] == FALLS for _, other in people]) > 0.9
    one = people[0][0]
    assert (one.segments[0], one.tests[0], one.earlier_tests[0]) == (2, 8, 8)


def test_a_method_that_is_not_stated_is_another_method():
    found = evaluate_trajectories(
        WAIST, points_from([0] * 4, [1, 2, 3, 4], [90.0] * 4, [0, 0, 2, 2])
    )
    assert (found.tests[0], found.earlier_tests[0]) == (2, 2)


def test_different_results_of_one_day_are_said_and_their_median_counts():
    found = evaluate_trajectories(
        WAIST, points_from([0, 0, 0, 1, 1], [5, 5, 9, 5, 5], [90.0, 99.0, 91.0, 90.0, 90.5])
    )
    assert found.conflict_days.tolist() == [1, 0]
    assert found.tests.tolist() == [2, 1]
    assert found.last_value.tolist() == [91.0, 90.25]


def test_of_one_day_the_stated_way_that_the_vocabulary_names_first_counts():
    hba1c = trajectory_item("hba1c")
    found = evaluate_trajectories(hba1c, points_from([0] * 3, [5] * 3, [6.6, 6.4, 6.5], [2, 1, 0]))
    assert found.last_value[0] == 6.4
    assert found.conflict_days[0] == 0


def test_values_that_may_not_be_used_are_counted_and_change_nothing():
    points = points_from([0] * 3 + [4], [1, 2, 3, 1], [90.0, np.nan, 91.0, np.nan])
    found = evaluate_trajectories(WAIST, points)
    assert found.group.tolist() == [0, 4]
    assert found.tests.tolist() == [2, 0]
    assert found.not_used.tolist() == [1, 1]
    assert found.not_usable_day.tolist() == [2, 1]
    assert found.is_last_known.tolist() == [True, False]
    assert np.isnan(found.last_value[1])
    assert (found.direction[1], found.counted_days[1], found.segments[1]) == (TOO_FEW, 0, 0)


@pytest.mark.parametrize(
    ("values", "share"),
    [
        ([120, 120], 1.0), ([150, 150], 0.0), ([130, 150], 0.5), ([150, 130, 130], 0.75),
        ([140, 140], 0.0), ([137, 140, 140, 142], 1 / 3), ([139, 139], 1.0),
    ],
)  # fmt: skip
def test_time_in_range_runs_along_straight_lines(values, share):
    item = trajectory_item("systolic_bp")
    day = np.arange(len(values)) * 100
    found = evaluate_trajectories(
        item, points_from([0] * len(values), day, np.array(values, float))
    )
    assert found.share_in_range[0] == pytest.approx(share)


@pytest.mark.parametrize(
    ("item", "value", "share"),
    [
        ("diastolic_bp", 90, 0.0), ("glucose.fasting_venous", 6.1, 0.0),
        ("glucose.fasting_venous", 6.0, 1.0), ("egfr", 60, 1.0), ("hba1c", 7.0, 1.0),
        ("hba1c", 7.1, 0.0),
    ],
)  # fmt: skip
def test_a_value_that_stays_on_a_cut_off_is_in_range_where_the_range_holds_it(item, value, share):
    """Pinned: 140/90 at every visit was "below 140 mmHg for 100 % of the time"."""
    points = points_from([0] * 3, [0, 100, 200], [float(value)] * 3)
    assert evaluate_trajectories(trajectory_item(item), points).share_in_range[0] == share


@pytest.mark.parametrize("values", [(53, 53), (7.0, 53), (53, 7.0), (7.0, 7.0)])
def test_one_target_in_two_units_is_one_in_the_time_in_range(values):
    """Pinned: 53 mmol/mol, which is 7.0 %, was "at 7 % or less for 0 % of the time"."""
    in_percent = [value if value < 20 else value * 0.09148 + 2.152 for value in values]
    points = points_from([0, 0], [0, 100], in_percent)
    assert evaluate_trajectories(trajectory_item("hba1c"), points).share_in_range[0] == 1.0


def test_a_gap_that_is_too_long_counts_for_no_time():
    item = trajectory_item("systolic_bp")
    found = evaluate_trajectories(item, points_from([0, 0], [0, 5000], [120.0, 120.0]))
    assert np.isnan(found.share_in_range[0])


def test_an_outlier_is_said_and_the_last_one_apart():
    value = 80 + 0.1 * np.arange(10.0)
    value[9] = 99
    found = evaluate_trajectories(WAIST, points_from([0] * 10, np.arange(10) * 365, value))
    assert (found.outliers[0], bool(found.is_last_outlier[0])) == (1, True)


def test_every_followed_item_has_its_numbers_with_a_source():
    for item in trajectory_items():
        assert item.repeats > 0
        assert item.unit
        if item.range:
            assert item.range.source
            assert item.range.low < item.range.high
            assert item.gap_days > 0
