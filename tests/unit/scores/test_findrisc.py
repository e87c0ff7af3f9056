"""FINDRISC at, below and above every printed limit of its items and bands."""

import numpy as np
import pytest
from laennec.engine.scores import NO_POINTS, UNDECIDED, ScoreInputs, State, findrisc, unverified_ids
from score_people import FAMILY, FEMALE, MALE, people


def findrisc_item(item, *changes, **for_all):
    score = findrisc(people(*changes, **for_all))
    column = score.items.index(item)
    assert (score.item_low[:, column] == score.item_high[:, column]).all()
    return score.item_low[:, column].tolist()


@pytest.mark.parametrize(
    ("item", "name", "sex", "expected"),
    [
        (
            "age",
            "age_years",
            MALE,
            {44: 0, 44.99: 0, 45: 2, 54.9: 2, 55: 3, 64: 3, 64.9: 3, 65: 4, 90: 4},
        ),
        ("bmi", "bmi_kg_per_m2", MALE, {24.9: 0, 25.0: 1, 29.9: 1, 30.0: 1, 30.1: 3}),
        ("waist", "waist_cm", MALE, {93.9: 0, 94: 3, 101.9: 3, 102: 3, 102.1: 4}),
        ("waist", "waist_cm", FEMALE, {79.9: 0, 80: 3, 87.9: 3, 88: 3, 88.1: 4}),
        ("physical_activity", "physically_active", MALE, {1: 0, 0: 2}),
        ("fruit_vegetables", "daily_fruit_vegetables", MALE, {1: 0, 0: 1}),
        ("blood_pressure_medication", "bp_treated", FEMALE, {0: 0, 1: 2}),
        ("high_glucose_ever", "ever_high_glucose", FEMALE, {0: 0, 1: 5}),
        (
            "family_history",
            "family_history_diabetes",
            FEMALE,
            {
                FAMILY["none"]: 0,
                FAMILY["second_degree"]: 3,
                FAMILY["first_degree"]: 5,
                FAMILY["parent_and_sibling"]: 5,
            },
        ),
    ],
)
def test_findrisc_items_at_their_limits(item, name, sex, expected):
    given = findrisc_item(item, *({name: value} for value in expected), sex=sex)
    assert given == list(expected.values())


def test_a_body_mass_index_a_rounding_error_below_the_limit_stands_on_it():
    """76.8 kg at 1.60 m is 30.0; in binary it is 29.999999999999996 or 30.000000000000004."""
    assert findrisc_item("bmi", {"bmi_kg_per_m2": np.nextafter(30.0, 31.0)}) == [1]
    assert findrisc_item("bmi", {"bmi_kg_per_m2": np.nextafter(25.0, 24.0)}) == [1]


def test_relative_of_unstated_degree_leaves_an_interval():
    score = findrisc(people(family_history_diabetes=FAMILY["degree_not_stated"]))
    assert (score.points_low[0], score.points_high[0], score.points[0]) == (3, 5, NO_POINTS)
    assert score.state[0] == State.INTERVAL_ONLY
    assert score.band[0] == 0  # 3 to 5 lies in the lowest band


@pytest.mark.parametrize(
    ("extra", "band"),
    [
        ({"ever_high_glucose": 1, "daily_fruit_vegetables": 0}, "low"),  # 6
        ({"ever_high_glucose": 1, "physically_active": 0}, "slightly_elevated"),  # 7
        (
            {"ever_high_glucose": 1, "family_history_diabetes": 2, "daily_fruit_vegetables": 0},
            "slightly_elevated",  # 11
        ),
        ({"ever_high_glucose": 1, "family_history_diabetes": 2, "bp_treated": 1}, "moderate"),
        (
            {
                "ever_high_glucose": 1,
                "family_history_diabetes": 2,
                "bp_treated": 1,
                "physically_active": 0,
            },
            "moderate",  # 14
        ),
        (
            {
                "ever_high_glucose": 1,
                "family_history_diabetes": 2,
                "bp_treated": 1,
                "physically_active": 0,
                "daily_fruit_vegetables": 0,
            },
            "high",  # 15
        ),
        (
            {
                "ever_high_glucose": 1,
                "family_history_diabetes": 2,
                "bp_treated": 1,
                "physically_active": 0,
                "daily_fruit_vegetables": 0,
                "bmi_kg_per_m2": 31.0,
                "age_years": 50.0,
            },
            "high",  # 20
        ),
        (
            {
                "ever_high_glucose": 1,
                "family_history_diabetes": 2,
                "bp_treated": 1,
                "physically_active": 0,
                "daily_fruit_vegetables": 0,
                "bmi_kg_per_m2": 31.0,
                "age_years": 60.0,
            },
            "very_high",  # 21
        ),
    ],
)
def test_findrisc_bands_at_their_limits(extra, band):
    score = findrisc(people(**extra))
    assert score.bands[score.band[0]] == band


def test_findrisc_with_everything_but_age_missing_is_the_whole_range_and_no_band():
    score = findrisc(ScoreInputs.from_columns({"age_years": [65]}))
    assert (score.points_low[0], score.points_high[0]) == (4, 26)
    assert score.state[0] == State.INTERVAL_ONLY and score.band[0] == UNDECIDED
    assert score.item_undetermined[0].sum() == 7
    assert unverified_ids(score.exclusions, int(score.unverified[0])) == (
        "known_diabetes",
        "pregnancy",
    )


def test_a_missing_item_that_cannot_change_the_band_leaves_the_band():
    score = findrisc(
        people({"daily_fruit_vegetables": -1}, {"ever_high_glucose": -1}, bp_treated=1)
    )
    assert score.band.tolist() == [0, UNDECIDED]
    assert score.points_low.tolist() == [2, 2] and score.points_high.tolist() == [3, 7]


def test_waist_of_a_person_of_unknown_sex_spans_both_tables():
    score = findrisc(people({"waist_cm": 65.0}, {"waist_cm": 90.0}, {"waist_cm": 103.0}, sex=-1))
    assert score.points_low.tolist() == [0, 0, 4]
    assert score.points_high.tolist() == [0, 4, 4]
    assert score.state.tolist() == [State.ASSESSABLE, State.INTERVAL_ONLY, State.ASSESSABLE]
