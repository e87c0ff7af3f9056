"""Values that contradict each other: both are named, with where they stood."""

import json
from typing import Any

import pytest
from laennec.engine.guidelines import load_urgent_rules
from laennec.engine.intake import parse
from laennec.engine.plausibility.check import check_plausibility
from laennec.engine.prediagnosis import ItemNotice
from laennec.engine.record import ItemState, VisitBatch
from laennec.engine.urgency import evaluate_urgent
from laennec.engine.words import Sentences
from laennec.engine.words.notices import notice_phrases

VENOUS = {"specimen": "venous_plasma", "fasting_hours": 10}


def measured(code: str, value: str, unit: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "value": value, "unit": unit, **more}


def visit(*measurements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "schema": "laennec.visit/1",
        "visit_id": "v-1",
        "performed_at": "2026-11-03T09:20:00+01:00",
        "person": {"id": "p-1", "birth_date": "1974-03-02", "sex": "female"},
        "measurements": list(measurements),
        **more,
    }


def checked(*measurements: dict[str, Any], **more: Any) -> VisitBatch:
    return check_plausibility(parse(json.dumps(visit(*measurements, **more)).encode()).batch)


def codes(batch: VisitBatch) -> list[str]:
    return [p.code for p in batch.problems]


def states(batch: VisitBatch, slot: str) -> list[int]:
    return batch.quantities[slot].state[0].tolist()


def worded(batch: VisitBatch, lang: str = "fr") -> list[tuple[str, str, str]]:
    sentences = Sentences(lang)
    return [
        notice_phrases(
            ItemNotice(p.item, p.path, p.code, p.severity, dict(p.parameters)), sentences
        )
        for p in batch.problems
    ]


@pytest.mark.parametrize(
    ("code", "unit", "values", "expected"),
    [
        ("weight", "kg", ("77", "95"), ItemState.SUSPECT),
        ("weight", "kg", ("77", "79.0"), ItemState.ACCEPTED),
        ("weight", "kg", ("77", "79.1"), ItemState.SUSPECT),
        ("waist", "cm", ("104", "107"), ItemState.ACCEPTED),
        ("waist", "cm", ("104", "107.1"), ItemState.SUSPECT),
        ("height", "cm", ("164", "174"), ItemState.SUSPECT),
    ],
)
def test_two_measures_of_one_body_differ_no_more_than_measuring_twice(
    code: str, unit: str, values: tuple[str, str], expected: int
) -> None:
    batch = checked(*(measured(code, value, unit) for value in values))
    assert states(batch, code) == [expected, expected]


def test_repeated_measures_that_disagree_name_each_other() -> None:
    """Neither by its place in the visit, which a reader of a page or of FHIR never saw."""
    batch = checked(measured("waist", "104.0", "cm"), measured("waist", "1.26", "m"))
    first, second = batch.problems
    assert (first.code, first.path) == ("readings_disagree", "$.measurements[0]")
    assert first.parameters["other"] == "1.26"
    assert (second.parameters["other"], second.path) == ("104.0", "$.measurements[1]")
    found, why, _ = worded(batch)[0]
    assert found == "tour de taille : 104,0 cm, et 1,26 m"
    assert "plus de 3,0 cm" in why


def test_a_measure_that_a_named_person_confirmed_is_kept() -> None:
    batch = checked(
        measured("weight", "77", "kg"), measured("weight", "95", "kg", confirmed_by="n-7")
    )
    assert states(batch, "weight") == [ItemState.SUSPECT, ItemState.ACCEPTED]


def test_a_stated_index_is_compared_with_its_height_and_weight() -> None:
    body = (measured("height", "172", "cm"), measured("weight", "77", "kg"))
    batch = checked(*body, measured("bmi", "35", "kg/m2"))
    assert codes(batch) == ["bmi_disagrees"]
    assert states(batch, "bmi") == [ItemState.SUSPECT]
    assert "26,03 kg/m² calculé (poids : 77 kg ; taille : 172 cm)" in worded(batch)[0][0]
    assert not codes(checked(*body, measured("bmi", "27.0", "kg/m2")))


@pytest.mark.parametrize(
    ("total", "hdl", "ldl", "expected"),
    [
        ("5.0 mmol/L", None, "6.0 mmol/L", {"ldl_above_total"}),
        ("2.00 g/L", None, "6.0 mmol/L", {"ldl_above_total"}),
        ("3.5 mmol/L", "3.5 mmol/L", None, {"lipids_swapped"}),
        ("5.0 mmol/L", "1.3 mmol/L", "4.0 mmol/L", set()),
        ("5.0 mmol/L", "1.3 mmol/L", "4.1 mmol/L", {"lipids_disagree"}),
        ("2.00 g/L", "0.60 g/L", "1.60 g/L", {"lipids_disagree"}),
        ("2.00 g/L", "0.60 g/L", "1.45 g/L", set()),
        ("5.0 mmol/L", None, "4.9 mmol/L", set()),
    ],
)
def test_lipids_that_can_not_be_true_together(
    total: str, hdl: str | None, ldl: str | None, expected: set[str]
) -> None:
    given = {"total_cholesterol": total, "hdl_cholesterol": hdl, "ldl_cholesterol": ldl}
    batch = checked(*(measured(c, *text.split()) for c, text in given.items() if text))
    assert set(codes(batch)) == expected
    assert all(p.parameters["other_item"].startswith("item:") for p in batch.problems)
    assert "$." not in repr(worded(batch))


def test_swapped_pressures_are_found_however_many_readings_each_has() -> None:
    """The bug it pins: with two systolic readings and one diastolic nothing was compared."""
    batch = checked(
        measured("systolic_bp", "120", "mm[Hg]"),
        measured("systolic_bp", "122", "mm[Hg]"),
        measured("diastolic_bp", "130", "mm[Hg]"),
    )
    assert set(codes(batch)) == {"pressure_swapped"}
    found = worded(batch, "en")[0][0]
    assert "130 mmHg)" in found


def test_a_decimal_comma_is_refused_with_the_text_to_send() -> None:
    batch = checked(measured("glucose", "3,2", "g/L", **VENOUS))
    assert codes(batch) == ["decimal_comma"]
    assert states(batch, "glucose.fasting_venous") == [ItemState.REFUSED]
    assert batch.quantities["glucose.fasting_venous"].nano.tolist() == [[3_200_000_000]]
    found, _, remedy = worded(batch)[0]
    assert "« 3,2 »" in found
    assert remedy == 'Mettre un point à la place de la virgule : "3.2".'


def test_a_decimal_may_begin_with_its_point() -> None:
    batch = checked(measured("waist", ".9", "m"))
    assert states(batch, "waist") == [ItemState.ACCEPTED]
    assert batch.quantities["waist"].nano.tolist() == [[900_000_000]]
    assert codes(checked(measured("waist", ".", "m"))) == ["value_not_decimal"]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [("72", []), ("72.5", ["fasting_implausible"]), (5000, ["fasting_implausible"])],
)
def test_hours_of_fasting_have_a_limit(hours: object, expected: list[str]) -> None:
    given = measured("glucose", "1.40", "g/L", specimen="venous_plasma", fasting_hours=hours)
    batch = checked(given)
    assert codes(batch) == expected
    assert ("glucose.fasting_venous" in batch.quantities) == (not expected)


def test_an_earlier_visit_that_is_refused_says_why() -> None:
    earlier = {**visit(), "visit_id": "v-0", "foo": 1}
    batch = checked(previous_visits=[earlier])
    assert codes(batch)[:1] == ["previous_visit_refused"]
    assert worded(batch)[0][0] == "Une visite antérieure refusée : la clé inconnue « foo »"


@pytest.mark.parametrize(("upper", "lower"), [("115", "190"), ("78", "125"), ("79", "131")])
def test_swapped_pressures_are_refused_where_one_is_unusual_too(upper, lower):
    batch = checked(
        measured("systolic_bp", upper, "mm[Hg]"), measured("diastolic_bp", lower, "mm[Hg]")
    )
    assert codes(batch).count("pressure_swapped") == 2
    for slot in ("systolic_bp.unspecified_arm", "diastolic_bp.unspecified_arm"):
        assert batch.quantities[slot].state.tolist() == [[ItemState.REFUSED]]
    columns = evaluate_urgent(batch, load_urgent_rules())
    assert columns.level.tolist() == [0]
