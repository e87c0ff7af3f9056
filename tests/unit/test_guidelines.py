"""The guideline files: what they say, how sets are chosen, and how a broken file is refused."""

import copy
import json
import re
from pathlib import Path

import jsonschema
import pytest
from guideline_rows import all_choices, raw_file, raw_rows
from laennec.engine.errors import DataError
from laennec.engine.guidelines import (
    GuidelineError,
    choose_sets,
    load_guidelines,
    parse_choice,
)
from laennec.engine.guidelines.load import parse_set, topics
from laennec.engine.guidelines.model import ABSENT, NOT_ASSESSABLE
from laennec.engine.guidelines.summary import summary_markdown
from laennec.engine.guidelines.urgent import parse_urgent
from laennec.engine.words.load import load_sentences

NOTE = {"message": "limit.fact.barred", "holds": ["nobody"]}
ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "docs" / "schema" / "guideline-row.schema.json"
GUIDE = ROOT / "docs" / "clinical" / "guidelines.md"
FORBIDDEN = re.compile(r"\bnormal|\bapte\b|\bno disease\b|\bfit for work\b|\bsain", re.IGNORECASE)


def test_defaults_are_french_and_esh_2023():
    sets = load_guidelines().sets
    assert sets["diabetes"] == "fr"
    assert sets["blood_pressure"] == "esh2023"
    assert set(sets) == set(topics())


def test_a_topic_that_is_not_named_keeps_its_default():
    chosen = load_guidelines({"diabetes": "ada"})
    assert chosen.sets == choose_sets() | {"diabetes": "ada"}
    findings = [f.id for f in chosen.findings]
    assert "hba1c_suspicion" not in findings
    assert len(findings) == len(set(findings))


def test_the_two_languages_of_diabetes_differ_where_they_differ():
    """FR starts intermediate at 1.10 g/L, ADA at 1.00; only ADA diagnoses by HbA1c."""
    rows = {r.id: r for choice in all_choices() for r in load_guidelines(choice).rows}
    assert rows["fr.fpg_intermediate"].threshold.printed["g/L"] == "1.10"
    assert rows["ada.fpg_intermediate"].threshold.printed["g/L"] == "1.00"
    french = load_guidelines().findings[0]
    assert all(r.threshold is None or r.threshold.item != "hba1c" for r in french.rows)


def test_a_choice_is_read_from_text():
    text = "diabetes=ada, blood_pressure=esc2024"
    assert parse_choice(text) == {"diabetes": "ada", "blood_pressure": "esc2024"}
    assert parse_choice("") == {}


@pytest.mark.parametrize("text", ["diabetes", "=fr", "diabetes="])
def test_half_a_choice_is_refused(text):
    with pytest.raises(GuidelineError, match="a choice names a topic and a set"):
        parse_choice(text)


@pytest.mark.parametrize("choice", [{"diabetes": "who"}, {"thyroid": "fr"}])
def test_a_set_that_does_not_exist_is_refused_with_those_that_do(choice):
    with pytest.raises(GuidelineError, match=r"there is no such set.*diabetes=ada"):
        load_guidelines(choice)


@pytest.mark.parametrize("row", list(raw_rows()), ids=lambda r: f"{r.file}:{r.id}")
def test_every_row_keeps_to_the_published_schema(row):
    jsonschema.validate(row.raw, json.loads(SCHEMA.read_text("utf-8")))


def test_the_schema_is_closed_and_asks_for_a_source():
    schema = json.loads(SCHEMA.read_text("utf-8"))
    row = next(raw_rows()).raw
    for wrong in (row | {"guess": 1}, {k: v for k, v in row.items() if k != "read_in"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)


def test_every_row_says_where_it_is_from_and_that_nobody_signed():
    for choice in all_choices():
        guidelines = load_guidelines(choice)
        for citation in [r.citation for r in (*guidelines.rows, *guidelines.urgent)]:
            assert citation.guideline
            assert citation.read_in
            assert not citation.is_signed
        total = len(list(guidelines.rows)) + len(guidelines.urgent)
        assert guidelines.rows_unsigned == total


def test_no_blog_stands_as_the_guideline():
    """Decision 14: where a number was read is apart from the guideline that it is cited for."""
    for choice in all_choices():
        guidelines = load_guidelines(choice)
        for citation in [r.citation for r in (*guidelines.rows, *guidelines.urgent)]:
            assert not re.search(r"\.(com|org|fr|ai|in|au|uk)\b", citation.guideline)


def test_a_grade_that_gives_way_says_so():
    grades = {g.code: g for g in load_guidelines().findings[0].grades}
    assert grades["fasting_unknown"].state == NOT_ASSESSABLE
    assert grades["fasting_unknown"].beside_needs == ABSENT


def test_every_message_has_its_sentence_in_both_languages():
    sentences = load_sentences()
    for table in sentences.values():
        assert _message_ids() <= table.keys()


def test_no_sentence_reassures():
    for table in load_sentences().values():
        for message_id in _message_ids():
            assert not FORBIDDEN.search(table[message_id]), message_id


def _message_ids():
    ids = {"urgent.remeasure", "change.fact.repeat", "row.near", "row.tally"}
    ids |= {f"limit.fact.{n}" for n in ("barred", "value_not_used", "mixed_readings")}
    ids |= {"action.remeasure_now_call_physician", "limit.single_reading"}
    for base in ("at_least", "more_than", "at_most", "less_than"):
        ids |= {f"row.{base}", f"row.{base}.not"}
    for choice in all_choices():
        guidelines = load_guidelines(choice)
        for finding in guidelines.findings:
            ids |= _finding_ids(finding)
        for rule in guidelines.urgent:
            ids |= {f"urgent.{rule.id}", f"action.{rule.action}", f"addressee.{rule.addressee}"}
    return ids


def _finding_ids(finding):
    stem = f"finding.{finding.id}"
    ids = {f"finding_name.{finding.id}", f"{stem}.absent", f"{stem}.not_assessable"}
    ids |= {f"{stem}.{g.code}" for g in finding.grades}
    if any(r.borderline_from for r in finding.rows):
        ids.add(f"{stem}.borderline")
    outcomes = [g.outcome for g in finding.grades] + [finding.borderline]
    ids |= {f"action.{o.action}" for o in outcomes if o.action}
    ids |= {f"addressee.{o.addressee}" for o in outcomes if o.addressee}
    ids.add(f"addressee.{finding.next_addressee}")
    ids |= {f"next.{s}" for s in (finding.next_step, *(g.next_step for g in finding.grades)) if s}
    return ids | {n.message for n in finding.notes}


def broken_set(change):
    raw = copy.deepcopy(raw_file("waist_who.toml"))
    change(raw)
    return raw


def _row(raw):
    return raw["finding"][0]["row"][0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda r: r.pop("topic"), r"no 'topic'"),
        (lambda r: _row(r).update(guess="1"), r"\['guess'\]: rows are closed"),
        (lambda r: _row(r).update(grade="unknown"), "rows are closed"),
        (lambda r: _row(r).pop("id"), "rows are closed"),
        (lambda r: _row(r).update(item="girth"), "neither a slot nor a derived value"),
        (lambda r: _row(r).update(op="=="), r"operators are >= > <= <"),
        (lambda r: _row(r).update(values={}), "the item has other units"),
        (lambda r: _row(r).update(values={"mmol/L": "94"}), "the item has other units"),
        (lambda r: _row(r).update(values={"cm": "9,4"}), "can't be read exactly"),
        (lambda r: _row(r).update(values={"cm": ">94"}), "a rule has its own operator"),
        (lambda r: _row(r).update(guideline=""), "every row says where it is from"),
        (lambda r: _row(r).pop("signed_by"), "every row says where it is from"),
        (lambda r: _row(r).pop("borderline_source"), "an uncertainty is stated"),
        (lambda r: _row(r).update(also=["symptom.cough"]), "the vocabulary has no such answer"),
        (lambda r: _row(r).update(also=["method.girth.assay=x"]), "has no such answer"),
        (lambda r: _row(r).update(also=["@unknown"]), "no 'unknown'"),
        (lambda r: _row(r).update(id=r["finding"][0]["row"][1]["id"]), "two rows or grades alike"),
        (lambda r: r["finding"][0].update(needs=["bmi"]), "no row looks at it"),
        (lambda r: _row(r).update(rows=["nobody"]), "compares one item or counts other rows"),
        (lambda r: _row(r).update(item="glucose.*"), "compares one item or counts other rows"),
        (lambda r: r["finding"][0]["note"].append(NOTE), "no comparing row has that id"),
        (lambda r: r["finding"][0]["grade"][0].update(state="healthy"), "states are absent"),
        (lambda r: r["finding"][0]["grade"][0].update(urgency="U9"), "levels are U0 U1 U2 U3"),
    ],
)
def test_a_broken_guideline_file_is_refused_by_name(change, message):
    with pytest.raises(DataError, match=message) as caught:
        parse_set(broken_set(change), "waist_who.toml")
    assert caught.value.path.startswith("waist_who.toml")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda r: r["rule"][0].update(level="U9"), "levels are U0 U1 U2 U3"),
        (lambda r: r["rule"][0].update(all=[]), "it would always fire"),
        (lambda r: r["rule"][0].update(all=[{"any": []}]), "it would always fire"),
        (lambda r: r["rule"][0].update(all=[{"any": [{"use": "x"}]}]), "no group of conditions"),
        (lambda r: r["rule"][0].update(all=[{"any": [{"age": "~", "years": 4}]}]), "operator '~'"),
        (lambda r: r["rule"].append(r["rule"][0]), "two urgent rules with one id"),
        (lambda r: r["rule"][0].pop("group"), "no 'group'"),
    ],
)
def test_a_broken_urgent_file_is_refused_by_name(change, message):
    raw = copy.deepcopy(raw_file("urgency.toml"))
    change(raw)
    with pytest.raises(DataError, match=message):
        parse_urgent(raw, "urgency.toml")


def test_the_guide_says_what_the_files_say():
    """The guide holds the generated list of sets and unsigned rows as it is now."""
    assert summary_markdown() in GUIDE.read_text("utf-8")
