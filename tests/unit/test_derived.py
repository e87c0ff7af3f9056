"""The arms are never averaged with each other; what is derived is exact at its cut-off."""

import pytest
from laennec.engine.derived import combined_input, higher_arm, interarm_difference, office_pressure
from laennec.engine.fixedpoint import NANO
from laennec.engine.record import ItemState
from visits import shown, visit_batch

LEFT, RIGHT, ANY_ARM = (f"systolic_bp.{a}_arm" for a in ("left", "right", "unspecified"))


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
