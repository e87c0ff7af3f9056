"""How far a rule's condition is met stands beside it: a rule is no fact of the person."""

from dataclasses import replace

import pytest
from laennec.engine.prediagnosis import InputValue, Message, Reason
from laennec.engine.words import Sentences
from laennec.engine.words.reason_phrases import reason_phrase

RULE = Reason(
    rule_id="waist",
    message=Message("reason.tsk_rule", {"premise": "premise:waist_cm is high"}),
    contribution=-0.2,
    inputs=(InputValue("waist_cm", "84.0", "cm"),),
    source="s",
    membership=0.07,
)


@pytest.mark.parametrize(
    ("lang", "said"),
    [("fr", "84,0 cm ; condition remplie à 7 %)"), ("en", "condition met to 7 %)")],
)
def test_a_condition_that_is_hardly_met_is_said_to_be(lang, said):
    assert said in reason_phrase(RULE, Sentences(lang))


@pytest.mark.parametrize("membership", [1.0, 0.9999, None])
def test_a_condition_that_is_met_needs_no_degree(membership):
    assert "%" not in reason_phrase(replace(RULE, membership=membership), Sentences("fr"))


def test_a_condition_that_is_not_met_at_all_is_said_to_be():
    assert "condition non remplie" in reason_phrase(replace(RULE, membership=0.0), Sentences("fr"))


def test_a_guideline_row_has_no_degree():
    row = replace(RULE, contribution=None, membership=0.4)
    assert "%" not in reason_phrase(row, Sentences("fr"))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("no", "activité physique d'au moins 30 minutes par jour : non"),
        ("yes", "activité physique d'au moins 30 minutes par jour : non (oui)"),
    ],
)
def test_an_answer_that_the_rule_names_is_not_said_twice(value, expected):
    """The bug it pins: "activité physique : non (non)"."""
    answer = InputValue("questionnaire.physically_active", value, "")
    rule = replace(
        RULE,
        message=Message("reason.tsk_rule", {"premise": "premise:physically_active is no"}),
        inputs=(answer,),
        membership=1.0,
    )
    assert reason_phrase(rule, Sentences("fr")) == expected
