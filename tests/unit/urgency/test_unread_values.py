"""A critical value that was written as words still asks for a person (clinical decision 1)."""

import json

import jsonschema
import numpy as np
import pytest
from calm_visit import VISIT
from house import ROOT
from laennec.engine import Models, load_guidelines, parse, screen
from laennec.engine.guidelines import load_urgent_rules
from laennec.engine.intake.table import TableColumn, TablePeople, table_batch
from laennec.engine.intake.unread_values import is_watched
from laennec.engine.urgency import evaluate_urgent
from laennec.engine.urgency.gaps import rules_not_applied
from laennec.engine.vocabulary import load_vocabulary
from laennec.engine.words.as_json import as_json
from laennec.engine.words.text import render_text

SCHEMA = json.loads((ROOT / "docs/schema/prediagnosis.schema.json").read_text("utf-8"))
UNITS = {
    "glucose": "g/L",
    "systolic_bp": "mm[Hg]",
    "diastolic_bp": "mm[Hg]",
    "heart_rate": "/min",
    "ketones": "mmol/L",
    "waist": "cm",
}


def draft_of(item, value, **more):
    measured = {"code": item, "value": value, "unit": UNITS[item], **more}
    return screen(parse(VISIT | {"measurements": [measured]}), Models(), load_guidelines())


WRITTEN = [
    ("glucose", "HI", "U0"),
    ("glucose", "Hi!", "U0"),
    ("glucose", "HIGH", "U0"),
    ("glucose", "élevé", "U0"),
    ("glucose", "LO", "U0"),
    ("glucose", "Low", "U0"),
    ("glucose", "0.49 g/L", "U0"),
    ("glucose", "0,49g", "U0"),
    ("glucose", ["0.4"], "U0"),
    ("ketones", "HI", "U0"),
    ("heart_rate", "25 irr", "U0"),
    ("systolic_bp", "230/118", "U0"),
    ("systolic_bp", "118/125", "U0"),
    ("systolic_bp", "LO", "U0"),
    ("systolic_bp", "190/110", "U1"),
    ("systolic_bp", "19/11", "U1"),
    ("diastolic_bp", "190-112", "U1"),
]


@pytest.mark.parametrize(("item", "value", "level"), WRITTEN)
def test_an_urgent_value_in_words_is_measured_again_now_with_the_physician(item, value, level):
    draft = draft_of(item, value)
    found = [i for i in draft.urgent if i.action == "remeasure_now_call_physician"]
    assert draft.urgency == min(i.level for i in found) == level
    shown = str(value)
    assert {v.value for i in found for v in i.inputs} == {shown}
    assert shown in " ".join(render_text(draft, "fr").split())
    for lang in ("fr", "en"):
        jsonschema.validate(as_json(draft, lang), SCHEMA)
    assert all(f.state != "present" for f in draft.findings)


@pytest.mark.parametrize("value", ["lent", "66 ou 68", "?", True])
def test_a_value_in_words_that_names_no_urgent_number_is_asked_for_today(value):
    draft = draft_of("heart_rate", value)
    assert [(i.rule_id, i.level) for i in draft.urgent] == [("value_unreadable", "U1")]
    page = " ".join(render_text(draft, "en").split())
    assert "enter it in figures" in page
    assert f"not a decimal number ({'true' if value is True else value})" in page


def test_what_was_not_measured_is_not_lost():
    assert draft_of("glucose", None).urgent == ()
    assert draft_of("waist", "HI").urgent == ()


def test_what_is_echoed_is_short_and_holds_no_control_characters():
    draft = draft_of("glucose", "HI\x1b[2J" + "x" * 500)
    (item,) = draft.urgent
    assert len(item.inputs[0].value) <= 41
    assert "\x1b" not in render_text(draft, "fr")


def test_every_item_of_a_pressing_rule_is_watched():
    names = {
        condition.threshold.item.partition(".")[0]
        for rule in load_urgent_rules()
        if rule.level in ("U0", "U1")
        for clause in rule.clauses
        for condition in clause
        if condition.threshold is not None
    }
    names -= {"interarm_difference"}
    # An unreadable weight hides no emergency of the hour: it is asked for where it stands.
    names -= {"body_mass_index"}
    assert names
    assert all(is_watched(name, load_vocabulary()) for name in names)


def test_a_table_says_what_the_same_visits_say():
    """The bug it pins: "1,26" in a cell was U1, and in a visit a refused value only."""
    texts = ["HI", "1.00", "abc", "0.4 ?", "1,26", "6,5"]
    readable = np.array([False, True, False, False, False, False])
    column = TableColumn(
        slot="glucose.capillary",
        unit="g/L",
        nano=np.array([0, 10**9, 0, 0, 0, 0]),
        comparator=np.zeros(6, dtype=np.int8),
        present=readable,
        unreadable=~readable,
        name="capillary",
        unread={row: text for row, text in enumerate(texts) if row != 1},
    )
    people = TablePeople(
        person_id=list("abcdef"),
        visit_id=list("abcdef"),
        age_years=np.full(6, 50, dtype=np.int16),
        sex=np.zeros(6, dtype=np.int8),
    )
    batch = table_batch(people, [column], {})
    levels = evaluate_urgent(batch, load_urgent_rules()).level.tolist()
    assert levels == [0, 4, 1, 0, 4, 0]
    assert [p.code for p in batch.problems if p.row > 3] == ["decimal_comma"] * 2
    alone = [draft_of("glucose", t, specimen="capillary").urgency for t in texts]
    assert alone == ["U0", None, "U1", "U0", "U3", "U0"], "1.26 that is read is U3 too"


@pytest.mark.parametrize("word", ["HI", "LO", "0.49 g/L"])
def test_a_word_that_asks_by_name_is_said_once(word):
    """The bug it pins: two urgent lines for one value, the second less telling than the first."""
    (item,) = draft_of("glucose", word).urgent
    assert (item.message.id, item.level) == ("urgent.remeasure", "U0")


def test_a_value_that_nothing_else_asks_for_keeps_its_line():
    """Beside a glucose HI an unreadable pulse is still asked for."""
    values = [("glucose", "HI"), ("heart_rate", "fast")]
    measured = [{"code": c, "value": v, "unit": UNITS[c]} for c, v in values]
    draft = screen(parse(VISIT | {"measurements": measured}), Models(), load_guidelines())
    assert [i.rule_id for i in draft.urgent] == ["glucose_6_0", "value_unreadable"]


def glucose(**more):
    return {"code": "glucose", "value": "3.5", "unit": "g/L"} | more


WAIST = {"code": "waist", "value": "80", "unit": "cm"}
LOST = [
    {"measurements": glucose()},
    {"measurements": "glucose 3.5 g/L"},
    {"measurements": [[glucose()]]},
    {"measurements": ["glucose 3.5"]},
    {"mesures": [glucose()]},
    {"Measurement": [glucose()]},
    {"glucose": "3.5"},
    {"measurements": [glucose(code="Glucose")]},
    {"measurements": [glucose(code="glycemie")]},
    {"measurements": [glucose(code="2345-7")]},
    {"measurements": [{"codes": "glucose", "value": "3.5", "unit": "g/L"}]},
    {"measurements": [{"code": "glucose", "valeur": "3.5", "unit": "g/L"}]},
    {"measurements": [{"code": "blood_pressure", "value": "190/120", "unit": "mm[Hg]"}]},
    {"measurements": [{"code": "heart_rate", "value": "3", "unit": "/s"}]},
    {"measurements": [{"code": "ketones", "value": "0.5", "unit": "g/L"}]},
    {"measurements": [WAIST] * 2000 + [glucose()]},
]


@pytest.mark.parametrize("sent", LOST, ids=lambda sent: str(sent)[:50])
def test_measurements_that_cant_be_read_are_asked_for_now_and_rules_are_named(sent):
    """The bug it pins: a glucose of 3.5 g/L under another key or code asked for nobody."""
    draft = screen(parse(VISIT | sent), Models(), load_guidelines())
    assert [(i.rule_id, i.level) for i in draft.urgent] == [("value_unreadable", "U1")]
    pressing = {"pressure_180_110", "glucose_6_0", "heart_rate_below_30", "ketones_3"}
    assert pressing & set(draft.rules_not_applied)
    for lang in ("fr", "en"):
        jsonschema.validate(as_json(draft, lang), SCHEMA)


def test_a_pressure_under_an_unknown_code_is_not_answered_by_a_measured_one():
    """The bug it pins: 120/70 hid that 190/120, sent as ``blood_pressure``, was read by no rule."""
    sent = [
        {"code": "systolic_bp", "value": "120", "unit": "mm[Hg]"},
        {"code": "diastolic_bp", "value": "70", "unit": "mm[Hg]"},
        {"code": "blood_pressure", "value": "190/120", "unit": "mm[Hg]"},
    ]
    batch = parse(VISIT | {"measurements": sent}).batch
    named = {rule.id for rule in rules_not_applied(batch, load_urgent_rules(), 0)}
    assert {"pressure_180_110", "pressure_220_120", "systolic_below_70"} <= named


@pytest.mark.parametrize(
    "sent",
    [
        {"measurements": None},
        {"measurements": [WAIST | {"unit": "foot"}]},
        {"measurements": [{"code": "glucose", "value": None, "unit": "drops"}]},
    ],
)
def test_what_holds_no_value_of_an_urgent_rule_asks_for_nobody(sent):
    assert screen(parse(VISIT | sent), Models(), load_guidelines()).urgent == ()


@pytest.mark.parametrize(
    ("value", "level"), [("3.5e0", "U1"), ("35E-1", "U1"), ("0.4e0", "U0"), ("1e99", "U1")]
)
def test_a_number_with_an_exponent_is_one_number(value, level):
    """The bug it pins: 3.5e0 g/L called for a low glucose, of the 0 of its exponent."""
    draft = draft_of("glucose", value)
    assert draft.urgency == level
    assert all(i.rule_id != "glucose_below_0_54" for i in draft.urgent) == (level == "U1")


def under_an_unknown_code(**measured):
    given = {"code": {"system": "http://loinc.org", "code": "2276-4"}, **measured}
    return screen(parse(VISIT | {"measurements": [given]}), Models(), load_guidelines())


@pytest.mark.parametrize("unit", ["ug/L", "U/L", "10*9/L"])
def test_an_unknown_code_in_a_unit_of_no_urgent_item_is_named_and_calls_nobody(unit):
    """The bug it pins: an interface that always sends a ferritin made U1 at every visit."""
    draft = under_an_unknown_code(value="120", unit=unit)
    assert (draft.urgency, draft.urgent) == (None, ())
    assert {f.message.id for f in draft.findings} == {"finding.record_refused"}
    assert "2276-4" in render_text(draft, "en")


@pytest.mark.parametrize("unit", ["mmol/L", "mm[Hg]", "mg/dL", "%", "ug/l", "", None, ["U/L"], 7])
def test_an_unknown_code_in_any_other_unit_still_asks_today(unit):
    draft = under_an_unknown_code(value="120", unit=unit)
    assert [(i.rule_id, i.level) for i in draft.urgent] == [("value_unreadable", "U1")]


@pytest.mark.parametrize("answers", ["medications", "conditions"])
def test_an_unknown_answer_is_asked_where_an_urgent_rule_hangs_on_it_and_else_calls_nobody(answers):
    """The bug it pins: with "insuline" for a code of ours, 0.65 g/L fell from U1 to U2."""
    low = {"code": "glucose", "value": "0.65", "unit": "g/L", "specimen": "capillary"}
    sent = {answers: ["unheard_of"], "measurements": [low]}
    draft = screen(parse(VISIT | sent), Models(), load_guidelines())
    assert draft.urgency == "U1"
    assert [(i.message.id, i.level) for i in draft.urgent] == [
        ("urgent.ask_answer", "U1"),
        ("urgent.glucose_below_0_70", "U2"),
    ]
    assert draft.rules_not_applied == ("glucose_below_0_70_treated",)
    calm = screen(parse(VISIT | {answers: ["unheard_of"]}), Models(), load_guidelines())
    assert (calm.urgency, calm.urgent) == (None, ())
