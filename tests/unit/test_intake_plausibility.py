"""Values of one visit that can't be, or that contradict each other."""

from typing import Any

import pytest
from laennec.engine.plausibility.check import check_plausibility
from laennec.engine.record import ItemState
from one_visit import codes, measured, read, state


@pytest.mark.parametrize(
    ("measurement", "slot", "code", "expected"),
    [
        (measured("height", "1.64", "cm"), "height", "hard_implausible", ItemState.REFUSED),
        (
            measured("glucose", "6.5", "g/L"),
            "glucose.unknown_specimen",
            "unit_suspect",
            ItemState.REFUSED,
        ),
        (
            measured("glucose", "4.6", "g/L"),
            "glucose.unknown_specimen",
            "soft_implausible",
            ItemState.SUSPECT,
        ),
        (measured("hba1c", "7.1", "mmol/mol"), "hba1c", "hard_implausible", ItemState.REFUSED),
        (measured("hba1c", "19", "mmol/mol"), "hba1c", "unit_suspect", ItemState.REFUSED),
        (
            measured("total_cholesterol", "4.6", "g/L"),
            "total_cholesterol",
            "unit_suspect",
            ItemState.REFUSED,
        ),
        (measured("weight", "181", "kg"), "weight", "soft_implausible", ItemState.SUSPECT),
        (measured("weight", "180", "kg"), "weight", "", ItemState.ACCEPTED),
        (measured("weight", "351", "kg"), "weight", "hard_implausible", ItemState.REFUSED),
        (measured("weight", "350", "kg", confirmed_by="n-7"), "weight", "", ItemState.ACCEPTED),
        (
            measured("weight", "351", "kg", confirmed_by="n-7"),
            "weight",
            "hard_implausible",
            ItemState.REFUSED,
        ),
    ],
)
def test_plausibility_of_one_value(
    measurement: dict[str, Any], slot: str, code: str, expected: int
) -> None:
    batch = check_plausibility(read(measurement))
    assert state(batch, slot) == [expected]
    assert codes(batch)[:1] == ([code] if code else [])


def test_a_unit_suspicion_names_the_reading_and_changes_nothing() -> None:
    batch = check_plausibility(read(measured("glucose", "6.5", "g/L")))
    assert batch.problems[0].parameters["reads_as"] == "mmol/L"
    assert batch.quantities["glucose.unknown_specimen"].nano.tolist() == [[6_500_000_000]]


def test_pressures_that_are_swapped_are_both_refused() -> None:
    batch = check_plausibility(
        read(
            measured("systolic_bp", "80", "mm[Hg]", site="left_arm"),
            measured("diastolic_bp", "120", "mm[Hg]", site="left_arm"),
        )
    )
    assert state(batch, "systolic_bp.left_arm") == [ItemState.REFUSED]
    assert state(batch, "diastolic_bp.left_arm") == [ItemState.REFUSED]
    assert codes(batch) == ["pressure_swapped", "pressure_swapped"]


@pytest.mark.parametrize(("diastolic", "expected"), [("126", 2), ("125", 1), ("20.1", 3)])
def test_a_pulse_pressure_outside_its_limits_is_suspect(diastolic: str, expected: int) -> None:
    batch = check_plausibility(
        read(
            measured("systolic_bp", "140", "mm[Hg]"),
            measured("diastolic_bp", diastolic, "mm[Hg]"),
        )
    )
    assert state(batch, "diastolic_bp.unspecified_arm") == [expected]


def test_a_laboratory_value_that_is_too_old_is_suspect() -> None:
    fresh = measured("hba1c", "6.0", "%", at="2025-11-04T08:00:00+01:00")
    old = measured("hba1c", "6.0", "%", at="2025-11-03T08:00:00+01:00")
    assert state(read(fresh), "hba1c") == [ItemState.ACCEPTED]
    assert state(read(old), "hba1c") == [ItemState.SUSPECT]
    later = measured("hba1c", "6.0", "%", at="2026-11-04T08:00:00+01:00")
    assert codes(read(later)) == ["measured_after_visit"]
    same_day = measured("hba1c", "6.0", "%", at="2026-11-04T06:00:00+13:00")
    assert codes(read(same_day)) == [], "the day is that of the visit's zone"


def test_lipids_that_contradict_each_other() -> None:
    swapped = read(
        measured("total_cholesterol", "1.3", "mmol/L", confirmed_by="n-7"),
        measured("hdl_cholesterol", "5.0", "mmol/L", confirmed_by="n-7"),
    )
    assert "lipids_swapped" in codes(check_plausibility(swapped))
    disagree = read(
        measured("total_cholesterol", "5.0", "mmol/L"),
        measured("hdl_cholesterol", "1.3", "mmol/L"),
        measured("ldl_cholesterol", "4.1", "mmol/L"),
    )
    assert "lipids_disagree" in codes(check_plausibility(disagree))
