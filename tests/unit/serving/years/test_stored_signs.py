"""A search over a store finds what an earlier visit said, as one over a table does."""

import pytest
from years_support import found_in_store, stored

LAST = "2026-02-10"
FAR = {"specimen": "venous_plasma", "fasting_hours": 10}


def visit(person, day, *measurements, **more):
    return {
        "schema": "laennec.visit/1",
        "visit_id": f"{person}-{day}",
        "performed_at": f"{day}T09:00:00+01:00",
        "person": {"id": person, "birth_date": "1970-01-01", "sex": "female"},
        "measurements": list(measurements),
        **more,
    }


def glucose(value, hours=10):
    more = FAR | {"fasting_hours": hours}
    return {"code": "glucose", "value": value, "unit": "g/L", **more}


def hba1c(value):
    return {"code": "hba1c", "value": value, "unit": "%"}


PREGNANT = {"conditions": ["pregnancy"]}
SAID = {
    "high": visit("high", "2024-02-10", glucose("1.40")),
    "random": visit("random", "2024-02-10", glucose("2.10", 2)),
    "hba1c": visit("hba1c", "2024-02-10", hba1c("9.0")),
    "waits": visit("waits", "2024-02-10", glucose("5.0")),
    "pregnant": visit("pregnant", "2024-02-10", glucose("1.40"), **PREGNANT),
    "known": visit("known", "2024-02-10", conditions=["diabetes"]),
    "treated": visit("treated", "2024-02-10", medications=["glucose_lowering"]),
    "calm": visit("calm", "2024-02-10", glucose("0.92")),
    "settled": visit("settled", "2024-02-10", glucose("1.40")),
    "against": visit("against", "2024-02-10", hba1c("9.0")),
}
NOW = {
    "settled": visit("settled", LAST, glucose("0.90")),
    "against": visit("against", LAST, glucose("0.90")),
}
ALONG = visit("along", LAST) | {"previous_visits": [visit("along", "2024-02-10", glucose("1.40"))]}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Return the address of a store in which each person came twice."""
    last = [NOW.get(name, visit(name, LAST)) for name in SAID]
    return stored(tmp_path_factory.mktemp("store"), [*SAID.values(), *last, ALONG])


@pytest.mark.parametrize(
    ("sign", "expected"),
    [
        ("measured_high", ["along", "hba1c", "high", "random", "settled"]),
        ("value_waits", ["waits"]),
        ("measured_in_pregnancy", ["pregnant"]),
        ("diabetes_known_or_treated", ["known", "treated"]),
        ("tests_contradict", ["against"]),
    ],
)
def test_what_an_earlier_stored_visit_said_is_found(store, tmp_path, sign, expected):
    """Pinned: the condition was refused over a store, and nobody was found."""
    found, _ = found_in_store(store, f"earlier_sign = {sign}", tmp_path)
    assert sorted(found) == expected


def test_who_said_nothing_is_not_found(store, tmp_path):
    found, _ = found_in_store(store, "earlier_sign is unknown", tmp_path)
    assert found == ["calm"]
