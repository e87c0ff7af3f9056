"""Several readings become one value; the arms are never averaged with each other."""

import numpy as np
import pytest
from laennec.engine.combine import (
    combine_readings,
    combine_slot,
    combined_input,
    higher_arm,
    interarm_difference,
    office_pressure,
)
from laennec.engine.fixedpoint import NANO, format_nano
from laennec.engine.record import ItemState
from visits import visit_batch

LEFT, RIGHT, ANY_ARM = (f"systolic_bp.{a}_arm" for a in ("left", "right", "unspecified"))


def shown(column):
    return [
        format_nano(int(v), int(s)) if state == ItemState.ACCEPTED else ItemState(state).name
        for v, s, state in zip(
            column.nano[:, 0], column.comparator[:, 0], column.state[:, 0], strict=True
        )
    ]


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


def test_the_higher_arm_feeds_each_pressure():
    """An arm is chosen, never averaged; raising one arm can never lower what is compared."""
    batch = visit_batch(
        {LEFT: "150 mm[Hg]", RIGHT: "149 mm[Hg]"},
        {LEFT: "150 mm[Hg]", RIGHT: "151 mm[Hg]"},
        {LEFT: "150 mm[Hg] refused", RIGHT: "120 mm[Hg]"},
        {ANY_ARM: "190 mm[Hg]", LEFT: "120 mm[Hg]"},
        {},
    )
    found = higher_arm(batch, "systolic_bp")
    assert shown(found.column) == ["150", "151", "120", "190", "ABSENT"]
    assert [found.slots[i] if i >= 0 else "" for i in found.slot] == [
        LEFT,
        RIGHT,
        RIGHT,
        ANY_ARM,
        "",
    ]


def test_nobody_measured_gives_an_absent_pressure():
    found = higher_arm(visit_batch({"waist": "90 cm"}), "systolic_bp")
    assert shown(found.column) == ["ABSENT"]


def test_models_get_both_pressures_of_one_arm():
    """Office pressure for models is that of the arm with the higher systolic mean."""
    batch = visit_batch(
        {
            LEFT: "150 mm[Hg]",
            "diastolic_bp.left_arm": "80 mm[Hg]",
            RIGHT: "140 mm[Hg]",
            "diastolic_bp.right_arm": "95 mm[Hg]",
        },
        {"diastolic_bp.right_arm": "95 mm[Hg]"},
        {LEFT: "150 mm[Hg]", "diastolic_bp.right_arm": "95 mm[Hg]"},
        {},
    )
    found = office_pressure(batch)
    assert shown(found.systolic) == ["150", "ABSENT", "150", "ABSENT"]
    assert shown(found.diastolic) == ["80", "95", "ABSENT", "ABSENT"]
    assert found.arm.tolist() == [0, 1, 0, -1]


@pytest.mark.parametrize(
    ("left", "right", "latest", "confirmed"),
    [
        (["150 mm[Hg]"], ["128 mm[Hg]"], "22", "ABSENT"),
        (["150 mm[Hg]", "141 mm[Hg]"], ["128 mm[Hg]", "127 mm[Hg]"], "14", "14"),
        (["128 mm[Hg]", "127 mm[Hg]"], ["150 mm[Hg]", "149 mm[Hg]"], "22", "22"),
        (["130 mm[Hg]", "150 mm[Hg]"], ["128 mm[Hg]", "128 mm[Hg]"], "22", "2"),
        (["150 mm[Hg]", "150 mm[Hg]"], ["128 mm[Hg]"], "22", "ABSENT"),
        (["150 mm[Hg]", "138 mm[Hg]", "132 mm[Hg]"], ["130 mm[Hg]"], "2", "ABSENT"),
        (["130 mm[Hg]"], ["150 mm[Hg]", "132 mm[Hg]"], "2", "ABSENT"),
        (["150 mm[Hg] refused", "150 mm[Hg]"], ["128 mm[Hg]", "128 mm[Hg]"], "22", "ABSENT"),
        (["150 mm[Hg]"], [], "ABSENT", "ABSENT"),
        (["20 kPa"], ["128 mm[Hg]"], "ABSENT", "ABSENT"),
        ([">150 mm[Hg]"], ["128 mm[Hg]"], "ABSENT", "ABSENT"),
    ],
)
def test_the_difference_between_the_arms(left, right, latest, confirmed):
    """Confirmed is the smaller of the first and last pair, and asks for two on each arm."""
    batch = visit_batch({LEFT: left, RIGHT: right})
    assert shown(interarm_difference(batch, "latest")) == [latest]
    assert shown(interarm_difference(batch, "confirmed")) == [confirmed]


def test_every_pair_of_the_arms_keeps_the_doubt_of_its_readings():
    batch = visit_batch(
        {LEFT: ["150 mm[Hg]", "250 mm[Hg] suspect"], RIGHT: ["128 mm[Hg]", "128 mm[Hg]"]}
    )
    pairs = interarm_difference(batch, "pairs")
    assert pairs.nano[0].tolist() == [22 * NANO, 122 * NANO]
    assert pairs.state[0].tolist() == [ItemState.ACCEPTED, ItemState.SUSPECT]


def test_body_mass_index_is_recomputed_and_exact_at_its_cut_off():
    """81 kg at 1.80 m is 25.00 kg/m2; binary floating point alone would make it less."""
    batch = visit_batch(
        {"weight": "81 kg", "height": "180 cm", "bmi": "40 kg/m2"},
        {"weight": "81 kg", "height": "1.80 m"},
        {"bmi": "31.2 kg/m2"},
        {"weight": "81 kg", "bmi": "31.2 kg/m2"},
        {"weight": ">81 kg", "height": "180 cm"},
    )
    found = combined_input(batch, "body_mass_index")
    assert shown(found.column) == ["25", "25", "31.2", "31.2", "ABSENT"]
    assert [found.slots[i] if i >= 0 else "" for i in found.slot] == [
        "body_mass_index",
        "body_mass_index",
        "bmi",
        "bmi",
        "",
    ]


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
