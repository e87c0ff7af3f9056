"""Several readings become one value."""

import numpy as np
import pytest
from laennec.engine.combine import combine_readings, combine_slot
from visits import shown, visit_batch

LEFT = "systolic_bp.left_arm"


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        (["150 mm[Hg]"], "150"),
        (["150 mm[Hg]", "141 mm[Hg]"], "145.5"),
        (["170 mm[Hg]", "142 mm[Hg]", "140 mm[Hg]"], "141"),
        (["170 mm[Hg]", "142 mm[Hg]", "140 mm[Hg] refused"], "156"),
        (["170 mm[Hg] suspect", "140 mm[Hg]"], "140"),
        (["170 mm[Hg]", "18.6 kPa"], "18.6"),
        (["170 mm[Hg]", ">160 mm[Hg]"], ">160"),
        ([">300 mm[Hg]", "170 mm[Hg]"], "170"),
        (["170 mm[Hg] suspect"], "SUSPECT"),
        (["170 mm[Hg] refused", "150 mm[Hg] suspect"], "REFUSED"),
        ([], "ABSENT"),
    ],
)
def test_pressure_is_the_mean_of_the_last_two_accepted_readings(readings, expected):
    batch = visit_batch({LEFT: readings}, {LEFT: ["100 mm[Hg]"] * 3})
    assert shown(combine_readings(batch.quantity(LEFT)))[0] == expected


def test_a_mean_that_could_not_be_made_is_said():
    batch = visit_batch({LEFT: ["170 mm[Hg]", "18.6 kPa"]}, {LEFT: ["140 mm[Hg]", "142 mm[Hg]"]})
    combined = combine_slot(batch, LEFT)
    assert combined.mixed.tolist() == [True, False]
    assert combined.averaged.tolist() == [False, True]


def test_a_laboratory_value_is_the_last_accepted_one():
    batch = visit_batch(
        {"glucose.fasting_venous": ["1.30 g/L", "1.10 g/L"]},
        {"glucose.fasting_venous": ["1.30 g/L", "1.10 g/L refused"]},
    )
    assert shown(combine_readings(batch.quantity("glucose.fasting_venous"))) == ["1.1", "1.3"]


def test_rows_are_combined_apart():
    """A batch of n gives what n batches of one give."""
    rng = np.random.default_rng(5)
    visits = [
        {LEFT: [f"{v} mm[Hg]" for v in rng.integers(90, 200, rng.integers(1, 4))]}
        for _ in range(40)
    ]
    together = shown(combine_readings(visit_batch(*visits).quantity(LEFT)))
    apart = [shown(combine_readings(visit_batch(v).quantity(LEFT)))[0] for v in visits]
    assert together == apart
