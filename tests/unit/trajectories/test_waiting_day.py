"""A value of a day on which another one waits or was refused is no last value."""

import numpy as np
import pytest
from laennec.engine.trajectories import evaluate_trajectories, trajectory_item, trajectory_items
from laennec.engine.trajectories.points import points_from

AT_ONCE = {"weight", "waist", "systolic_bp", "diastolic_bp", "heart_rate"}
FOLLOWED = [item for item in trajectory_items() if item.source]
LABORATORY = [item for item in FOLLOWED if item.name not in AT_ONCE]


@pytest.mark.parametrize("way", [[0, 0, 0], [0, 1, 2], [0, 2, 1]])
@pytest.mark.parametrize("item", FOLLOWED, ids=lambda item: item.name)
def test_beside_a_value_that_waits_the_last_value_is_not_known(item, way):
    """Pinned: of 6.8 % and 18.5 % of one day the last HbA1c was below 7.5 %."""
    for values in ([9.0, 6.8, np.nan], [9.0, np.nan, 6.8]):
        found = evaluate_trajectories(item, points_from([0] * 3, [0, 5, 5], values, way))
        assert (found.last_day[0], found.last_value[0], found.not_usable_day[0]) == (0, 9.0, 5)
        assert not found.is_last_known[0]
        assert (found.tests[0], found.not_used[0]) == (1, 2)


@pytest.mark.parametrize("item", LABORATORY, ids=lambda item: item.name)
def test_results_of_one_day_that_contradict_each_other_have_no_median(item):
    """Pinned: of 5.0 % and 9.0 % the last HbA1c was 7.0 %, which nobody measured."""
    for values in ([6.0, 5.0, 9.0], [6.0, 9.0, 5.0]):
        found = evaluate_trajectories(item, points_from([0] * 3, [0, 5, 5], values))
        assert (found.last_day[0], found.last_value[0], found.not_usable_day[0]) == (0, 6.0, 5)
        assert not found.is_last_known[0]
        assert (found.conflict_days[0], found.not_used[0]) == (1, 2)


@pytest.mark.parametrize("item", LABORATORY, ids=lambda item: item.name)
def test_results_of_one_day_that_differ_as_a_repetition_does_are_one(item):
    near = [10.0, 10.0 * (1 - item.repeats * 0.9)]
    found = evaluate_trajectories(item, points_from([0, 0], [5, 5], near))
    assert found.is_last_known[0]
    assert found.last_value[0] == pytest.approx(np.median(near))


@pytest.mark.parametrize("name", sorted(AT_ONCE))
def test_of_what_moves_within_one_visit_the_median_counts(name):
    item = trajectory_item(name)
    found = evaluate_trajectories(item, points_from([0, 0], [5, 5], [150.0, 120.0]))
    assert (found.last_value[0], found.is_last_known[0]) == (135.0, True)


def test_the_day_of_one_person_says_nothing_of_another_or_of_another_day():
    item = trajectory_item("hba1c")
    who, day = [0, 0, 1, 2, 2], [5, 6, 5, 4, 5]
    found = evaluate_trajectories(item, points_from(who, day, [np.nan, 6.8, 6.9, np.nan, 7.0]))
    assert found.last_value.tolist() == [6.8, 6.9, 7.0]
    assert found.is_last_known.all()
