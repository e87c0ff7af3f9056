"""Slopes and their intervals, against scipy and against Kendall's exact distribution."""

from itertools import permutations

import numpy as np
import pytest
from laennec.engine.trajectories.settings import method
from laennec.engine.trajectories.theil_sen import confident_rank, is_far, theil_sen
from scipy import stats


def runs(sizes):
    count = np.array(sizes, dtype=np.int64)
    return np.cumsum(np.r_[0, count[:-1]]), count


@pytest.mark.parametrize("size", [2, 3, 5, 8, 20, 41])
def test_the_slope_is_that_of_scipy(size):
    rng = np.random.default_rng(size)
    time = np.sort(rng.uniform(0, 40, size))
    value = 5 + 0.1 * time + rng.normal(0, 1, size)
    start, count = runs([size])
    ours = theil_sen(time, value, start, count)
    theirs = stats.theilslopes(value, time, method="joint")
    assert ours.slope[0] == pytest.approx(theirs.slope)
    assert ours.intercept[0] == pytest.approx(theirs.intercept)


def test_above_the_exact_sizes_the_interval_is_that_of_scipy():
    size = method().exact_up_to + 30
    rng = np.random.default_rng(1)
    time = np.sort(rng.uniform(0, 40, size))
    value = 0.05 * time + rng.normal(0, 1, size)
    start, count = runs([size])
    ours = theil_sen(time, value, start, count)
    theirs = stats.theilslopes(value, time)
    assert (ours.low[0], ours.high[0]) == pytest.approx((theirs.low_slope, theirs.high_slope))


@pytest.mark.parametrize("size", [4, 5, 6, 7, 8])
def test_the_rank_is_the_largest_that_kendalls_distribution_allows(size):
    """Counted over every order of so many values, the slow obvious way."""
    inversions = [
        sum(one[i] > one[j] for i in range(size) for j in range(i + 1, size))
        for one in permutations(range(size))
    ]
    tail = [np.mean(np.array(inversions) <= m) for m in range(size * size)]
    assert confident_rank(size) == sum(t <= (1 - method().level) / 2 for t in tail)


def test_four_tests_have_a_slope_and_no_interval():
    start, count = runs([4])
    found = theil_sen(np.arange(4.0), np.array([1.0, 2, 3, 4]), start, count)
    assert found.slope[0] == 1
    assert np.isnan(found.low[0])


def test_many_runs_at_once_say_what_each_says_alone():
    rng = np.random.default_rng(2)
    sizes = rng.integers(1, 25, 300)
    start, count = runs(sizes)
    time = np.concatenate([np.sort(rng.uniform(0, 40, n)) for n in sizes])
    value = rng.normal(0, 1, len(time))
    together = theil_sen(time, value, start, count)
    for i in range(len(sizes)):
        at = slice(start[i], start[i] + count[i])
        alone = theil_sen(time[at], value[at], *runs([sizes[i]]))
        for name in ("slope", "low", "high"):
            np.testing.assert_equal(getattr(together, name)[i], getattr(alone, name)[0])


def test_portions_change_nothing(monkeypatch):
    rng = np.random.default_rng(3)
    start, count = runs([6] * 50)
    time, value = np.tile(np.arange(6.0), 50), rng.normal(0, 1, 300)
    whole = theil_sen(time, value, start, count)
    small = type(method())(**{**{n: getattr(method(), n) for n in method().__slots__},
                              "pairs_at_once": 20})  # fmt: skip
    monkeypatch.setattr("laennec.engine.trajectories.theil_sen.method", lambda: small)
    np.testing.assert_array_equal(theil_sen(time, value, start, count).slope, whole.slope)


def test_a_value_far_from_the_line_is_found_and_does_not_move_it():
    time = np.arange(12.0)
    value = 80 + 0.5 * time
    value[4] += 20
    start, count = runs([12])
    found = theil_sen(time, value, start, count)
    assert found.slope[0] == pytest.approx(0.5)
    far = is_far(found.residual, np.array([0.8]), start, count)
    assert np.flatnonzero(far).tolist() == [4]


def test_nothing_is_called_far_of_few_tests_or_within_what_the_item_repeats():
    start, count = runs([3, 6])
    value = np.array([80.0, 100, 80, 80, 80, 80, 80, 80, 80.9])
    time = np.array([0.0, 1, 2, 0, 1, 2, 3, 4, 5])
    found = theil_sen(time, value, start, count)
    assert not is_far(found.residual, np.array([0.8, 0.8]), start, count).any()
