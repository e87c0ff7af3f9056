"""The gate: one visit in, every problem of it at once."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from laennec.engine import Models, load_guidelines, screen
from laennec.engine.errors import RecordError
from laennec.engine.intake import parse
from laennec.engine.intake.schema import visit_schema
from laennec.engine.plausibility.check import check_plausibility
from laennec.engine.prediagnosis import ItemNotice
from laennec.engine.record import ItemState
from laennec.engine.words.notices import notice_phrases
from laennec.engine.words.sentences import Sentences
from laennec.engine.words.text import render_text
from one_visit import VISIT, codes, measured, read, state, visit

ROOT = Path(__file__).parents[2]


def test_a_complete_visit_has_no_problem() -> None:
    batch = read(measured("waist", "94.0", "cm"), symptoms=[], conditions=[], medications=[])
    assert batch.problems == ()
    assert batch.age_years.tolist() == [52]
    assert batch.quantities["waist"].nano.tolist() == [[94_000_000_000]]
    assert batch.reported["waist"] == (("94.0",),)


def test_every_problem_comes_back_at_once() -> None:
    batch = read(
        measured("waist", "94.0", None),
        measured("waist", "94.0", "inch"),
        measured("glucose", 1.26, "g/L"),
        measured("hba1c", "six", "%"),
        measured("egg", "1", "g"),
        questionnaire={"smoker": "sometimes", "unknown_question": True},
        symptoms=["chest pain"],
        extra=1,
    )
    assert set(codes(batch)) == {
        "unit_missing",
        "unit_unknown",
        "value_not_text",
        "value_not_decimal",
        "code_unknown",
        "answer_unknown",
        "unknown_key",
        "unknown_entry",
    }
    assert batch.refused.tolist() == [True]
    assert {p.path for p in batch.problems} >= {
        "$.extra",
        "$.symptoms[0]",
        "$.measurements[3].value",
    }


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        ("14", "cm[Hg]", [("unit_proposed", {"value": "14", "proposed": "140"})]),
        ("14.5", "cmHg", [("unit_proposed", {"value": "14.5", "proposed": "145"})]),
        (">25", "cm Hg", [("unit_proposed", {"value": ">25", "proposed": ">250"})]),
        ("", "cm[Hg]", [("value_missing", {}), ("unit_proposed_no_value", {"factor": "10"})]),
        (None, "cm[Hg]", [("value_missing", {}), ("unit_proposed_no_value", {"factor": "10"})]),
        ("14/9", "cm[Hg]", [("value_not_decimal", {}), ("unit_proposed_no_value", {})]),
        ("", "mm[Hg]", [("value_missing", {})]),
        ("  ", "mm[Hg]", [("value_missing", {})]),
        ("14", "inHg", [("unit_unknown", {"accepted": "mm[Hg], kPa"})]),
        ("142", "mmHg", [("unit_spelled", {"found": "mmHg", "meant": "mm[Hg]"})]),
        ("19.0", "KPA", [("unit_spelled", {"meant": "kPa"})]),
        (True, "mm[Hg]", [("value_not_decimal", {"found": "true"})]),
        (["142"], "mm[Hg]", [("value_not_decimal", {"found": "['142']"})]),
        ("14", 5, [("unit_unknown", {})]),
    ],
)
def test_a_spoken_unit_is_proposed_and_never_converted(
    value: Any, unit: Any, expected: list[tuple[str, dict[str, str]]]
) -> None:
    """The bug it pins: an entry without a value was dropped without a word."""
    batch = read({"code": "systolic_bp", "value": value, "unit": unit, "site": "left_arm"})
    assert codes(batch, "refused_item") == [code for code, _ in expected]
    for problem, (_, parameters) in zip(batch.problems, expected, strict=True):
        assert parameters.items() <= problem.parameters.items()
    assert not any(c.accepted.any() for c in batch.quantities.values())


def test_a_spoken_pressure_still_reaches_the_urgent_rules_with_its_unit() -> None:
    pressure = {"value": "20", "unit": "cm[Hg]", "site": "left_arm"}
    draft = screen(parse(visit({"code": "systolic_bp", **pressure})), Models(), load_guidelines())
    (item,) = draft.urgent
    assert (item.level, item.inputs[0].value) == ("U1", "20 cm[Hg]")
    assert "20 cm[Hg], without an accepted unit" in " ".join(render_text(draft, "en").split())


def test_the_unit_to_write_is_shown_as_it_is_to_be_written() -> None:
    """The bug it pins: of the unit "mmHg" it was said that mmHg and kPa are allowed."""
    batch = read(measured("systolic_bp", "142", "inHg", site="left_arm"))
    (problem,) = batch.problems
    notice = ItemNotice(
        problem.item, problem.path, problem.code, "refused_item", problem.parameters
    )
    assert notice_phrases(notice, Sentences("fr"))[2] == "Unités permises : mm[Hg], kPa."


def test_measurements_of_another_shape_leave_no_urgent_rule_applied() -> None:
    """The bug it pins: "the urgent rules were applied all the same" where none had a value."""
    for shape in ({"waist": "84 cm"}, ["84 cm"]):
        record = parse(VISIT | {"measurements": shape, "symptoms": []})
        assert "high_pressure" in {
            rule.group
            for rule in load_guidelines().urgent
            if rule.id in screen(record, Models(), load_guidelines()).rules_not_applied
        }


def test_a_number_is_proposed_only_in_a_unit_in_which_it_is_possible() -> None:
    """The bug it pins: 95 g/L of glucose "would make sense in mmol/L", where it is none."""
    plausible = {"glucose": "mg/dL", "total_cholesterol": "mg/dL", "ldl_cholesterol": "mg/dL"}
    for item, unit in plausible.items():
        batch = check_plausibility(read(measured(item, "95", "g/L")))
        found = [p.parameters["reads_as"] for p in batch.problems if p.code == "unit_suspect"]
        assert found == [unit]


def test_an_entry_without_a_value_is_no_lost_value() -> None:
    """Nothing was measured, so no urgent rule was kept from a value that was there."""
    empty = {"code": "systolic_bp", "value": "", "unit": "cm[Hg]", "site": "left_arm"}
    draft = screen(parse(visit(empty)), Models(), load_guidelines())
    assert draft.urgent == ()
    assert draft.rules_not_applied == ()


def test_a_visit_without_a_schema_is_told_so() -> None:
    bare = {k: v for k, v in visit().items() if k != "schema"}
    assert codes(parse(bare).batch) == ["schema_missing"]
    earlier = parse(visit(previous_visits=[bare]))
    said = render_text(screen(earlier, Models(), load_guidelines()), "en")
    assert "None" not in said
    assert "An earlier visit that was refused: no schema is stated" in said


def test_unknown_keys_are_refused_by_name() -> None:
    batch = read(measured("waist", "94", "cm", wasit_site="umbilicus"))
    assert [(p.code, p.parameters["key"]) for p in batch.problems] == [
        ("unknown_key", "wasit_site")
    ]
    assert batch.refused.tolist() == [True]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b"\xff\xfe", "not UTF-8"),
        (" \n", "an empty file"),
        ("{", "not JSON at line 1"),
        ("[1]", "not an object"),
        ('{"a": 1, "a": 2}', "the key 'a' twice"),
        ('{"b": "NaN",\n\n"a": NaN}', "not JSON at line 3"),
        ('{"a":\n-Infinity}', "not JSON at line 2"),
        ("\n" + "[" * 100_000, "nested too deeply, deepest at line 2"),
        ('{"a": "]",\n"b":' + "[" * 100_000 + "]" * 100_000 + "}", "deepest at line 2"),
        (" " * 5_000_001, "5000001 bytes"),
    ],
)
def test_what_is_no_visit_is_refused_with_what_was_found(
    document: str | bytes, message: str
) -> None:
    with pytest.raises(RecordError, match=message):
        parse(document)


def test_a_json_number_is_refused_but_its_value_is_kept_for_the_urgent_rules() -> None:
    document = json.dumps(visit()).replace(
        '"measurements": []',
        '"measurements": [{"code": "glucose", "value": 6.50, "unit": "g/L"}]',
    )
    batch = parse(document).batch
    assert codes(batch) == ["value_not_text"]
    assert batch.quantities["glucose.unknown_specimen"].nano.tolist() == [[6_500_000_000]]
    assert state(batch, "glucose.unknown_specimen") == [ItemState.REFUSED]


@pytest.mark.parametrize(
    ("more", "slot"),
    [
        ({"specimen": "venous_plasma", "fasting_hours": 8}, "fasting_venous"),
        ({"specimen": "venous_plasma", "fasting_hours": "7.9"}, "random_venous"),
        ({"specimen": "venous_plasma"}, "unknown_fasting_venous"),
        ({"specimen": "venous_serum", "fasting_hours": 12}, "fasting_venous"),
        ({"specimen": "venous_blood", "fasting_hours": 12}, "unknown_specimen"),
        ({"specimen": "capillary", "fasting_hours": 12}, "capillary"),
        ({"fasting_hours": 12}, "unknown_specimen"),
        ({"specimen": "venous_plasma", "challenge": "2h_75g"}, "two_hour_75g"),
    ],
)
def test_a_glucose_is_fasting_only_when_that_was_said(more: dict[str, Any], slot: str) -> None:
    batch = read(measured("glucose", "1.00", "g/L", **more))
    assert list(batch.quantities) == [f"glucose.{slot}"]


def test_a_loinc_code_says_what_it_says_and_its_unit_must_agree() -> None:
    fasting = {"system": "http://loinc.org", "code": "1558-6"}
    batch = read({"code": fasting, "value": "1.10", "unit": "g/L"})
    assert list(batch.quantities) == ["glucose.fasting_venous"]
    batch = read({"code": fasting, "value": "6.1", "unit": "mmol/L"})
    assert codes(batch) == ["unit_against_code"]
    hba1c = {"system": "http://loinc.org", "code": "59261-8"}
    assert codes(read({"code": hba1c, "value": "6.1", "unit": "%"})) == ["unit_against_code"]
    assert codes(read({"code": {**fasting, "code": "0-0"}, "value": "1", "unit": "g/L"})) == [
        "code_unknown"
    ]


def test_a_list_that_was_asked_answers_no_and_one_that_was_not_stays_unknown() -> None:
    batch = read(symptoms=["dyspnoea"])
    assert batch.answer("symptom.dyspnoea").tolist() == [1]
    assert batch.answer("symptom.syncope").tolist() == [0]
    assert batch.answer("condition.diabetes").tolist() == [-1]


def test_a_question_answered_null_stays_unknown() -> None:
    batch = read(questionnaire={"physically_active": None, "smoker": "never"})
    assert batch.problems == ()
    assert batch.answer("questionnaire.physically_active").tolist() == [-1]
    assert batch.answer("questionnaire.smoker").tolist() == [0]


def test_readings_keep_their_order_in_time() -> None:
    batch = read(
        measured("heart_rate", "80", "/min", at="2026-11-03T09:10:00+01:00"),
        measured("heart_rate", "70", "/min", at="2026-11-03T09:05:00+01:00"),
    )
    assert batch.reported["heart_rate"] == (("70", "80"),)
    assert batch.paths["heart_rate"] == ("$.measurements[1]", "$.measurements[0]")


def test_the_published_schema_is_the_one_in_force_and_takes_the_examples() -> None:
    published = json.loads((ROOT / "docs/schema/visit.schema.json").read_text())
    assert published == visit_schema()
    examples = sorted((ROOT / "examples/visits").glob("*.json"))
    assert len(examples) >= 3
    for path in examples:
        jsonschema.validate(json.loads(path.read_text()), published)
        assert not parse(path.read_bytes()).is_refused


def test_hostile_text_is_cut_and_cleaned_before_it_is_shown() -> None:
    batch = read(**{"k" * 500 + "\x1b[31m": 1})
    assert len(batch.problems[0].parameters["key"]) <= 41
    assert "\x1b" not in read(symptoms=["\x1b[31mred"]).problems[0].parameters["found"]
