"""What the terminal says: urgent first, reasons, what is missing, and never an all-clear."""

from dataclasses import replace

import pytest
from finding_examples import waist_absent
from hypothesis import given, settings
from laennec.engine.errors import DataError
from laennec.engine.prediagnosis import HOUSE, InputValue, Message, Reason
from laennec.engine.words import LANGUAGES, Sentences, phrases
from laennec.engine.words.common_phrases import interval_phrase
from laennec.engine.words.paper import WIDTH
from laennec.engine.words.silent_lines import absent_line
from laennec.engine.words.source_phrases import cited
from laennec.engine.words.text import render_text
from prediagnosis_examples import (
    EXAMPLES,
    high_risk_example,
    not_assessable_example,
    sealed,
    urgent_example,
)
from prediagnosis_strategies import prediagnoses


def flat(text: str) -> str:
    return " ".join(text.split())


@given(prediagnoses())
@settings(max_examples=60, deadline=None)
def test_every_draft_is_rendered_in_80_printable_columns(draft):
    for lang in LANGUAGES:
        text = render_text(draft, lang)
        assert max(len(line) for line in text.splitlines()) <= WIDTH
        assert all(c.isprintable() or c == "\n" for c in text)
        assert flat(Sentences(lang).text("disclaimer")) in flat(text)


def test_urgent_items_stand_before_every_finding_the_most_urgent_first():
    text = render_text(urgent_example(), "fr")
    assert text.index("URGENT") < text.index("U0 MAINTENANT") < text.index("U1 AUJOURD'HUI")
    assert text.index("U1 AUJOURD'HUI") < text.index("CONSTATS À EXAMINER")
    assert "appeler le médecin maintenant" in text
    assert "pression systolique (bras gauche) 196 mmHg, douleur thoracique : oui" in flat(text)


def test_what_is_urgent_later_is_not_in_the_alarm_box():
    item = replace(urgent_example().urgent[0], level="U2")
    text = render_text(sealed(urgent=(item,), urgency="U2"), "en")
    assert "TO PLAN" in text
    assert "URGENT" not in text
    today = render_text(sealed(urgent=(replace(item, level="U1"),), urgency="U1"), "en")
    assert "URGENT: TO DO TODAY" in today


def test_a_finding_prints_because_against_missing_change_action_limits_and_origin():
    text = flat(render_text(high_risk_example(), "en"))
    for part in (
        "Higher chance of undiagnosed type 2 diabetes: venous fasting glucose advised. [high]",
        "Chance: 95 in 1000 (depending on what is missing: between 87 and 101 in 1000)",
        "+1.41 waist-to-height ratio: high (0.634; condition met to 80 %)",
        "\u22120.52 age: not older (52 years; condition met to 80 %)",
        "estimated from the other answers",
        "not recorded; depending on the answer, between 87 and 101 in 1000",
        "waist circumference from 104 to 98 cm → 69 in 1000, intermediate chance",
        "Proposed: venous fasting glucose at a laboratory (treating physician)",
        "The model was made with the waist measured at the iliac crest",
        "Model: diabetes_type_2/undiagnosed_no_lab 0.1.0, key development",
        "[esh2023: esh2023.sbp_140; not signed]",
    ):
        assert part in text, part


def test_an_index_is_never_worded_as_a_probability():
    text = flat(render_text(high_risk_example(), "fr"))
    block = text[text.index("Modèle à règles écrites à la main") :]
    assert "indice 58,4 (ce n'est pas une probabilité)" in block
    assert "62 % de la conclusion" in block


def test_scores_stand_apart_with_their_points():
    text = flat(render_text(high_risk_example(), "fr"))
    scores = text[text.index("SCORES PUBLIÉS") :]
    assert "entre 14 et 16 points" in text
    assert "fruits et légumes 1 point" in text
    assert "42 sur 1000, région à bas risque" in scores


def test_absent_criteria_take_one_line_and_do_not_reassure():
    text = render_text(high_risk_example(), "fr")
    lines = text[text.index("CRITÈRES RECHERCHÉS") :].splitlines()
    assert lines[2].startswith("- Tour de taille")
    assert lines[3] == "Un critère non atteint aujourd'hui n'écarte pas une maladie."


def test_what_is_not_assessable_names_its_next_step_and_its_score():
    text = flat(render_text(not_assessable_example(), "fr"))
    assert "aucune mesure utilisable" in text and "Il faut d'abord :" in text
    assert "> prochaine étape : mesurer le tour de taille et la taille" in text
    assert "DESIR : le score ne s'applique pas : âge hors de la population" in text


def test_nothing_to_see_is_said_no_further_than_what_was_assessed():
    all_assessed = flat(render_text(sealed(findings=(waist_absent(),)), "en"))
    assert "None of the criteria assessed is met; this does not rule a disease out." in all_assessed
    silent = not_assessable_example().findings
    partly = flat(render_text(sealed(findings=(waist_absent(), *silent)), "en"))
    assert "not everything could be assessed" in partly


def test_refused_and_suspect_values_say_what_was_found_why_and_what_to_do():
    text = flat(render_text(urgent_example(), "fr"))
    assert "glycémie : 6,5 g/L. Ce nombre se comprendrait en mmol/L" in text
    assert "> Vérifier l'unité sur le compte rendu et renvoyer la valeur." in text
    assert "tour de taille : 151,5 cm. Inhabituel (attendu : 55 à 150 cm)" in text
    assert "Modèle diabetes_type_2/dysglycaemia_no_lab refusé" in text


def test_a_refused_record_says_so_above_the_findings():
    notice = replace(not_assessable_example().refused_items[0], severity="refused_record")
    text = flat(render_text(sealed(refused_items=(notice,)), "fr"))
    assert "! Dossier refusé" in text


def test_a_long_explanation_says_what_the_rest_adds_and_names_the_rest_of_what_is_missing():
    finding = high_risk_example().findings[3]
    long = replace(finding, reasons_for=finding.reasons_for * 2, missing=finding.missing * 6)
    text = flat(render_text(sealed(findings=(long,)), "en"))
    assert "and 3 more, together +0.52" in text
    assert "and also: physical activity of at least 30 minutes a day; " in text
    assert "see the page" not in text


def test_a_message_that_no_file_has_is_refused_not_left_out():
    broken = replace(waist_absent(), message=Message("finding.waist.nothing"))
    with pytest.raises(DataError, match=r"finding\.waist\.nothing"):
        render_text(sealed(findings=(broken,)), "fr")


@pytest.mark.parametrize("example", EXAMPLES)
def test_both_languages_say_the_same_numbers_of_people(example):
    french, english = (render_text(example(), lang) for lang in LANGUAGES)
    assert french != english
    assert example().content_hash[:40] in french
    assert example().content_hash[:40] in english


def test_an_action_code_that_names_a_sentence_with_gaps_is_printed_as_it_is():
    """The bug it pins: a report that could not be printed because of a stray action code."""
    finding = replace(waist_absent(), state="present", proposed_action="urgent.remeasure")
    assert "Proposé : urgent.remeasure" in flat(render_text(sealed(findings=(finding,)), "fr"))


def test_a_published_score_keeps_the_name_of_its_own_category():
    """The bug it pins: SCORE2 "high for the age" stood under the house's word "intermediate"."""
    found = next(f for f in high_risk_example().findings if f.id == "score2")
    high = replace(
        found,
        message=Message("finding.score2.high"),
        band="intermediate",
        grade="high",
        urgency="U2",
    )
    text = flat(render_text(sealed(findings=(high,)), "en"))
    assert "reviewed with the physician. [high]" in text
    assert "intermediate" not in text


def test_a_risk_prints_start_rules_and_total_and_no_reason_of_zero_weight():
    finding = high_risk_example().findings[3]
    nothing = replace(finding.reasons_against[0], contribution=0.004)
    text = flat(render_text(sealed(findings=(replace(finding, reasons_against=(nothing,)),)), "fr"))
    assert "Somme : départ −4,21 (personne de référence), règles +2,55, total −1,66" in text
    assert "+0,00" not in text
    assert "Contre" not in text
    assert "voir la page" not in text


@pytest.mark.parametrize(
    ("interval", "words"),
    [
        ((79.9, 79.9), "indice 79,9 (ce n'est pas une probabilité)"),
        ((74.0, 79.9), "indice entre 74 et 79,9 (ce n'est pas une probabilité)"),
    ],
)
def test_both_ends_alike_are_one_value(interval, words):
    index = replace(high_risk_example().findings[3], details={"score": 79.9})
    assert interval_phrase(index, interval, Sentences("fr")) == words


def test_a_risk_whose_ends_are_alike_is_one_number_of_people():
    assert Sentences("fr").interval((0.1401, 0.1402), 0.14) == "14 sur 100"


def test_one_point_is_singular():
    one = replace(high_risk_example().findings[3], details={"points": 1}, risk=None)
    assert phrases.figure_phrase(one, Sentences("fr")) == "1 point"
    assert phrases.figure_phrase(one, Sentences("en")) == "1 point"


def test_where_a_number_was_read_is_not_in_the_line_of_text():
    text = flat(render_text(urgent_example(), "fr"))
    for item in urgent_example().urgent:
        assert cited(item.source, Sentences("fr")) in text
        assert "[" not in cited(item.source, Sentences("fr"))


def test_a_rule_without_a_guideline_says_so_in_the_language_of_the_reader():
    items = (replace(urgent_example().urgent[0], source=f"{HOUSE} [clinical reference 1.9 (ENG)]"),)
    assert HOUSE not in flat(render_text(sealed(urgent=items), "fr"))
    assert "Source : choix du logiciel, sans recommandation" in flat(
        render_text(sealed(urgent=items), "fr")
    )
    assert f"Source: {HOUSE}" in flat(render_text(sealed(urgent=items), "en"))


def test_a_refused_record_is_said_once():
    refused = Message("finding.record_refused")
    silent = [
        replace(waist_absent(), id=name, state="not_assessable", message=refused, guideline=None)
        for name in ("waist", "bmi", "ldl")
    ]
    bare = [
        replace(f, reasons_for=(), reasons_against=(), limits=(), missing=(), proposed_action="")
        for f in silent
    ]
    text = flat(render_text(sealed(findings=tuple(bare)), "fr"))
    assert text.count("Rien n'est conclu") == 1
    assert "Tour de taille, indice de masse corporelle, cholestérol LDL élevé" in text


def test_a_criterion_that_is_not_met_shows_the_value_in_the_unit_it_was_reported_in():
    against = Reason(
        rule_id="lipids.total_high",
        message=Message("row.at_least.not"),
        contribution=None,
        inputs=(InputValue("total_cholesterol", "2.35", "g/L"),),
        source="BMJ",
    )
    finding = replace(waist_absent(), id="total_cholesterol", reasons_against=(against,))
    said = absent_line(finding, Sentences("fr"))
    assert said.endswith("[cholestérol total 2,35 g/L]")
