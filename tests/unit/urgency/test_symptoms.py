"""Declared symptoms: all printed, urgent where a rule says so, never silently lost (H1)."""

import json

import jsonschema
import pytest
from house import ROOT
from laennec.engine import Models, load_guidelines, parse, screen
from laennec.engine.guidelines import load_urgent_rules
from laennec.engine.vocabulary import load_vocabulary
from laennec.engine.words import Sentences
from laennec.engine.words.as_json import as_json
from laennec.engine.words.symptoms import symptom_lines
from laennec.engine.words.text import render_text
from laennec.serving.report.html import render_html

SYMPTOMS = [n for n in load_vocabulary().questions if n.startswith("symptom.")]
SCHEMA = json.loads((ROOT / "docs/schema/prediagnosis.schema.json").read_text("utf-8"))
VISIT = {
    "schema": "laennec.visit/1",
    "visit_id": "v1",
    "performed_at": "2026-11-03T09:20:00+01:00",
    "person": {"id": "p1", "birth_date": "1974-03-02", "sex": "female"},
}


def draft_of(**more):
    return screen(parse(VISIT | more), Models(), load_guidelines())


def flat(text):
    """Return a page as one line, so that a wrapped sentence is found."""
    return " ".join(text.split())


@pytest.mark.parametrize("name", SYMPTOMS)
def test_every_declared_symptom_is_printed_in_both_languages_and_every_form(name):
    draft = draft_of(symptoms=[name.removeprefix("symptom.")])
    for lang in ("fr", "en"):
        label = Sentences(lang).name(name)
        assert label in flat(render_text(draft, lang))
        page = render_html(draft, lang).replace("&#39;", "'")
        assert label in page
        document = as_json(draft, lang)
        jsonschema.validate(document, SCHEMA)
        assert [s["text"] for s in document["symptoms"]["declared"]] == [label]
        assert label in document["symptoms"]["text"]
    (declared,) = draft.symptoms.declared
    printed = {i.rule_id for i in draft.urgent if name in {v.name for v in i.inputs}}
    assert set(declared.rule_ids) == printed
    assert draft.symptoms.asked == "asked"


def test_asked_and_none_is_not_the_same_as_not_asked():
    words = {}
    for how, more in (("asked", {"symptoms": []}), ("not_asked", {})):
        draft = draft_of(**more)
        assert draft.symptoms.asked == how
        assert draft.rules_not_applied == ()
        words[how] = symptom_lines(draft.symptoms, Sentences("fr"))
    assert words["asked"] == ["Symptômes demandés : aucun de ceux de la liste n'est déclaré."]
    (said,) = words["not_asked"]
    assert said.startswith("Symptômes non demandés : les règles urgentes")


def test_a_symptom_points_to_the_urgent_item_that_it_made():
    draft = draft_of(symptoms=["dyspnoea", "palpitations"])
    (line,) = symptom_lines(draft.symptoms, Sentences("fr"))
    assert line == "Déclarés : essoufflement (voir plus haut) ; palpitations (voir plus haut)."


@pytest.mark.parametrize(
    "more",
    [
        {"symptoms": ["chest_pian"]},
        {"symptoms": [None]},
        {"symptoms": "chest_pain"},
        {"symptoms": {"chest_pain": True}},
        {"symptomes": ["chest_pain"]},
        {"Symptômes": ["chest_pain"]},
        {"questionnaire": {"chest_pain": True}},
        {"conditions": ["Chest pain"]},
    ],
    ids=str,
)
def test_a_symptom_that_cant_be_read_is_asked_again_now(more):
    draft = draft_of(**more)
    assert draft.urgency == "U0"
    (item,) = draft.urgent
    assert (item.rule_id, item.action) == ("symptoms_unreadable", "ask_symptoms_now")
    assert item.addressee == "nurse"
    assert draft.symptoms.asked == "unreadable"
    assert {"declared_chest_pain", "declared_syncope"} <= set(draft.rules_not_applied)
    text = flat(render_text(draft, "fr"))
    assert "Les règles urgentes ont quand même été appliquées" not in text
    assert "Une partie seulement des règles urgentes a pu être appliquée." in text
    assert "n'ont pas pu être appliquées, faute d'avoir pu lire" in text
    assert "redemander maintenant à la personne" in text


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"remarks": "feels faint"}, ["symptoms_perhaps_lost"]),
        ({"symptoms": None}, ["symptoms_perhaps_lost"]),
        ({"symptoms": [], "remarks": "nothing"}, []),
        ({"measurements": [{"code": "waist", "value": "94", "unit": "cm", "remark": "x"}]}, []),
        ({"person": {"id": "p1", "name": "x"}}, []),
    ],
    ids=str,
)
def test_an_unknown_key_may_have_held_the_symptoms_only_where_none_came(more, expected):
    draft = draft_of(**more)
    assert [item.rule_id for item in draft.urgent] == expected


def test_what_was_read_beside_an_unreadable_symptom_still_speaks():
    draft = draft_of(symptoms=["syncopé", "chest_pain"])
    assert {i.rule_id for i in draft.urgent} == {"symptoms_unreadable", "declared_chest_pain"}
    assert "declared_chest_pain" not in draft.rules_not_applied
    assert "declared_syncope" in draft.rules_not_applied


def test_an_unreadable_symptom_leaves_the_others_unknown_not_absent():
    batch = parse(VISIT | {"symptoms": ["x", "dyspnoea"]}).batch
    assert batch.answer("symptom.dyspnoea").tolist() == [1]
    assert batch.answer("symptom.syncope").tolist() == [-1]


def test_rules_that_read_a_lost_value_are_named_and_no_others():
    """A pressure that is no number: its rules are named; a glucose that was read is not."""
    given = [
        {"code": "systolic_bp", "value": "douze", "unit": "mm[Hg]"},
        {"code": "glucose", "value": "0.95", "unit": "g/L", "specimen": "capillary"},
    ]
    draft = draft_of(measurements=given, symptoms=[], conditions=[])
    groups = {r.group for r in load_urgent_rules() if r.id in draft.rules_not_applied}
    assert groups == {"high_pressure", "low_pressure", "interarm"}
    assert "pressure_180_110_with_signs" not in draft.rules_not_applied
    text = flat(render_text(draft, "en"))
    assert "could not be read: very high blood pressure; low blood pressure" in text


def test_a_measurement_under_an_unknown_code_may_be_any_even_one_that_was_measured():
    """It may be a second reading, and the first one says nothing of it."""
    given = [
        {"code": "glycemie", "value": "6.1", "unit": "g/L"},
        {"code": "heart_rate", "value": "60", "unit": "/min"},
    ]
    draft = draft_of(measurements=given, symptoms=[])
    assert "glucose_6_0" in draft.rules_not_applied
    assert "heart_rate_below_40" in draft.rules_not_applied


def test_a_condition_that_cant_be_read_leaves_its_rules_open():
    given = [{"code": "systolic_bp", "value": "150", "unit": "mm[Hg]"}]
    draft = draft_of(measurements=given, symptoms=[], conditions=["pregnent"])
    assert "pregnancy_140_90" in draft.rules_not_applied
    assert "declared_chest_pain" not in draft.rules_not_applied


@pytest.mark.parametrize("symptoms", [{}, {"symptoms": ["chest_pain", "oppression"]}])
def test_a_refused_record_whose_symptoms_were_not_all_asked_does_not_say_so(symptoms):
    """Pinned: one report said that the rules were applied, and that some could not be."""
    draft = draft_of(visit_id="", **symptoms)
    assert draft.symptoms.asked != "asked"
    for lang, words in (("fr", "quand même été appliquées"), ("en", "applied all the same")):
        assert words not in flat(render_text(draft, lang))


def test_a_refused_record_whose_rules_were_all_applied_says_so():
    draft = draft_of(symptoms=[], visit_id="")
    assert draft.rules_not_applied == ()
    assert "Les règles urgentes ont quand même été appliquées." in flat(render_text(draft, "fr"))


def test_every_group_of_rules_has_a_name_in_both_languages():
    for lang in ("fr", "en"):
        sentences = Sentences(lang)
        for rule in load_urgent_rules():
            assert sentences.has(f"urgent_group.{rule.group}"), rule.id
            assert sentences.is_whole(f"action.{rule.action}"), rule.id


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_large_difference_between_the_arms_stands_among_the_findings_with_its_urgency(lang):
    given = [
        {"code": "systolic_bp", "value": "176", "unit": "mm[Hg]", "site": "left_arm"},
        {"code": "systolic_bp", "value": "120", "unit": "mm[Hg]", "site": "right_arm"},
    ]
    draft = draft_of(measurements=given, symptoms=[])
    (item,) = draft.urgent
    assert (item.rule_id, item.level) == ("interarm_above_40", "U1")
    (finding,) = (f for f in draft.findings if f.id == "interarm_difference")
    assert (finding.urgency, finding.proposed_action) == ("U1", item.action)
    text = render_text(draft, lang)
    heading = Sentences(lang).text("ui.not_assessable").upper()
    assert "56 mmHg" in text
    assert "56 mmHg" not in text[text.index(f"\n{heading}\n") :]
