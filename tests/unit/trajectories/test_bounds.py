"""Values that are only a bound, refused or suspect: last value known, trend, time in range."""

from dataclasses import fields, replace

import numpy as np
import pytest
from laennec.engine.trajectories import evaluate_trajectories, trajectory_item
from laennec.engine.trajectories.columns import FALLS, TOO_FEW
from laennec.engine.trajectories.points import Points, points_from

LESS, AT_MOST, EXACT, MORE, AT_LEAST = -1, -2, 0, 1, 2
HBA1C, EGFR = trajectory_item("hba1c"), trajectory_item("egfr")
SYSTOLIC = trajectory_item("systolic_bp")


def points(values, signs, *, days=None, way=None, group=None):
    n = len(values)
    day = np.arange(n) * 100 if days is None else days
    made = points_from([0] * n if group is None else group, day, np.array(values, float), way)
    return replace(made, comparator=np.array(signs, dtype=np.int8))


def of(item, values, signs, **other):
    return evaluate_trajectories(item, points(values, signs, **other))


def test_a_bound_is_the_last_value_where_it_is_the_last_test():
    """Pinned: 7.2 % of 2024 stood as the last value beside ">14.0 %" of this month."""
    found = of(HBA1C, [7.2, 7.2, 14.0], [EXACT, EXACT, MORE])
    assert (found.tests[0], found.last_day[0], found.last_value[0]) == (3, 200, 14.0)
    assert (found.last_comparator[0], found.not_used[0]) == (MORE, 1)
    assert found.is_last_known[0]


def test_a_person_of_whom_only_bounds_are_known_has_a_row():
    found = of(HBA1C, [14.0] * 4, [MORE] * 4)
    assert (found.tests[0], found.not_used[0], found.last_comparator[0]) == (4, 4, MORE)
    assert (found.direction[0], found.outliers[0]) == (TOO_FEW, 0)
    assert np.isnan(found.slope[0])


def test_no_trend_is_said_where_the_last_value_is_a_bound():
    """Five values that fall, then ">14.0 %": falling is no word for that."""
    values = [12.0, 11.0, 10.0, 9.0, 8.0, 7.5]
    falls = of(HBA1C, values, [EXACT] * 6)
    assert falls.direction[0] == FALLS
    beyond = of(HBA1C, [*values, 14.0], [EXACT] * 6 + [MORE])
    assert beyond.direction[0] == TOO_FEW
    assert np.isnan([beyond.slope[0], beyond.slope_low[0], beyond.slope_high[0]]).all()
    between = of(HBA1C, [14.0, *values], [MORE] + [EXACT] * 6)
    assert between.slope[0] == falls.slope[0]


def test_of_one_day_an_exact_value_counts_before_a_bound_that_agrees():
    agrees = of(HBA1C, [7.0, 6.0, 9.0], [EXACT, MORE, LESS], days=[5, 5, 5])
    assert (agrees.last_value[0], agrees.last_comparator[0]) == (7.0, EXACT)
    assert (agrees.conflict_days[0], agrees.not_used[0]) == (0, 2)
    assert agrees.is_last_known[0]


@pytest.mark.parametrize("way", [[0, 0, 0], [0, 1, 2], [0, 2, 1]])
@pytest.mark.parametrize(
    ("item", "values", "signs"),
    [
        (HBA1C, [6.8, 14.0], [EXACT, MORE]),
        (HBA1C, [9.5, 5.0], [EXACT, LESS]),
        (HBA1C, [14.0, 5.0], [MORE, LESS]),
        (EGFR, [20.0, 90.0], [EXACT, MORE]),
        (EGFR, [90.0, 15.0], [MORE, LESS]),
    ],
)
def test_a_bound_that_another_result_of_its_day_contradicts_leaves_the_last_value_unknown(
    item, values, signs, way
):
    """Pinned: 6.8 % and "> 14.0 %" of one day were a last value below 7.5 %."""
    found = of(item, [60.0, *values], [EXACT, *signs], days=[0, 5, 5], way=way)
    assert (found.last_day[0], found.last_value[0], found.not_usable_day[0]) == (0, 60.0, 5)
    assert not found.is_last_known[0]
    assert (found.tests[0], found.not_used[0], found.conflict_days[0]) == (1, 2, 1)
    alone = of(item, values, signs, days=[5, 5], way=way[1:])
    assert (alone.tests[0], alone.conflict_days[0]) == (0, 1)
    assert np.isnan(alone.last_value[0])


@pytest.mark.parametrize(
    ("values", "sign", "said"), [([12.0, 14.0], MORE, 14.0), ([6.0, 5.0], LESS, 5.0)]
)
def test_of_the_bounds_of_one_day_the_one_that_says_most_counts(values, sign, said):
    found = of(HBA1C, values, [sign] * 2, days=[5, 5])
    assert (found.last_value[0], found.last_comparator[0]) == (said, sign)


def test_of_one_day_the_way_that_stands_first_counts_be_it_a_bound():
    found = of(HBA1C, [14.0, 14.5], [MORE, EXACT], days=[5, 5], way=[1, 2])
    assert (found.last_value[0], found.last_comparator[0]) == (14.0, MORE)


def test_a_newer_value_that_is_suspect_leaves_the_last_one_unknown():
    found = of(SYSTOLIC, [130.0, np.nan], [EXACT, EXACT])
    assert (found.last_value[0], found.last_day[0], found.not_usable_day[0]) == (130.0, 0, 100)
    assert not found.is_last_known[0]
    again = of(SYSTOLIC, [np.nan, 130.0], [EXACT, EXACT], days=[5, 5])
    assert not again.is_last_known[0], "of one day too: which of the two is true nobody said"


def test_the_order_of_bounds_says_nothing():
    rng = np.random.default_rng(3)
    n = 400
    made = points(
        np.where(rng.random(n) < 0.1, np.nan, rng.integers(4, 15, n)),
        rng.integers(-2, 3, n),
        days=rng.integers(0, 40, n),
        group=rng.integers(0, 30, n),
        way=rng.integers(0, 3, n),
    )
    one = evaluate_trajectories(HBA1C, made)
    assert len(one.group) == 30
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(n)
        other = evaluate_trajectories(HBA1C, made.at(order))
        for field in fields(one):
            np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name))


@pytest.mark.parametrize(
    ("item", "values", "signs", "share"),
    [
        (HBA1C, [7.0, 14.0, 7.0], [EXACT, MORE, EXACT], None),
        (HBA1C, [14.0, 14.0], [MORE, MORE], 0.0),
        (HBA1C, [9.0, 14.0], [EXACT, MORE], 0.0),
        (HBA1C, [7.0, 7.0], [MORE, MORE], 0.0),
        (HBA1C, [7.0, 7.0], [AT_LEAST, MORE], None),
        (HBA1C, [7.0, 7.0], [LESS, AT_MOST], 1.0),
        (HBA1C, [7.1, 7.1], [LESS, LESS], None),
        (EGFR, [90.0, 85.0, 90.0], [MORE, EXACT, MORE], 1.0),
        (EGFR, [60.0, 60.0], [MORE, AT_LEAST], 1.0),
        (EGFR, [60.0, 60.0], [LESS, LESS], 0.0),
        (EGFR, [60.0, 60.0], [AT_MOST, LESS], None),
        (EGFR, [15.0, 90.0], [LESS, MORE], None),
        (SYSTOLIC, [140.0, 140.0], [LESS, LESS], 1.0),
        (SYSTOLIC, [140.0, 140.0], [AT_MOST, LESS], None),
        (SYSTOLIC, [140.0, 250.0], [AT_LEAST, MORE], 0.0),
    ],
)
def test_time_between_bounds_counts_where_they_decide(item, values, signs, share):
    """Pinned: 7.0, ">14.0", 7.0 % was "at 7 % or less for 100 % of the time"."""
    found = of(item, values, signs)
    if share is None:
        assert np.isnan(found.share_in_range[0])
        assert found.counted_days[0] == 0
    else:
        assert found.share_in_range[0] == share
        assert found.counted_days[0] == 100 * (len(values) - 1)


def test_points_keep_which_of_them_are_a_bound():
    made = points([1.0, 2.0], [EXACT, MORE]).at(np.array([1]))
    assert isinstance(made, Points)
    assert made.comparator.tolist() == [MORE]
