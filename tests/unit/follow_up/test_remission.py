"""A remission that was declared ends no follow-up, and what speaks against it is said."""

import pytest
from follow_up_visits import draft
from laennec.engine.follow_up.settings import remission_below_percent
from laennec.engine.words.text import render_text

DECLARED = {"questionnaire": {"diabetes_remission": True, "diabetes_type": "type_2"}}
FOLLOWED = {"hba1c", "kidney", "eye", "foot", "urine_albumin"}


def said(one):
    return {m.id.rpartition(".")[2] for m in one.follow_up.limits if "remission" in m.id}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"hba1c": "6.4"}, {"remission"}),
        ({}, {"remission"}),
        ({"hba1c": "6.5"}, {"remission", "remission_hba1c"}),
        ({"hba1c": "7.9"}, {"remission", "remission_hba1c"}),
        ({"hba1c": ">14.0"}, {"remission", "remission_hba1c"}),
        ({"hba1c": "6.0", "medications": ["glucose_lowering"]}, {"remission", "remission_treated"}),
        (
            {"hba1c": "6.0", "medications": ["insulin_or_secretagogue"]},
            {"remission", "remission_treated"},
        ),
    ],
)
def test_a_remission_keeps_the_follow_up_and_names_what_speaks_against_it(given, expected):
    one = draft(answers=DECLARED, **given)
    assert said(one) == expected
    plain = draft(answers={"questionnaire": {"diabetes_type": "type_2"}}, **given)
    assert one.follow_up.due == plain.follow_up.due
    assert {item.id for item in one.follow_up.due} >= FOLLOWED
    assert one.follow_up.index == plain.follow_up.index


def test_every_examination_of_a_remission_is_due_within_a_year():
    due = {i.id: i.months for i in draft(answers=DECLARED, hba1c="6.0").follow_up.due}
    assert all(0 < due[name] <= 12 for name in FOLLOWED)


@pytest.mark.parametrize("answer", [False, None])
def test_without_a_declared_remission_nothing_is_said_of_one(answer):
    given = {} if answer is None else {"questionnaire": {"diabetes_remission": answer}}
    assert said(draft(answers=given, hba1c="6.0")) == set()


def test_a_remission_of_a_diabetes_that_is_not_declared_is_asked_about():
    """In remission, a person may leave diabetes out of the list, and would be screened for it."""
    one = draft(conditions=(), answers=DECLARED, hba1c="6.0", height="175", weight="85")
    assert [n.code for n in one.suspect_items] == ["diabetes_described"]
    risk = next(f for f in one.findings if f.id == "t2d_undiagnosed")
    assert (risk.band, risk.risk) == ("not_assessable", None)
    alone = draft(conditions=(), answers={"questionnaire": {"diabetes_remission": True}})
    assert [n.code for n in alone.suspect_items] == ["diabetes_described"]


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("fr", ("le diabète reste connu et suivi", "6,5 %", "ne confirme pas la rémission")),
        ("en", ("the diabetes stays known and followed", "6.5 %", "does not bear the remission")),
    ],
)
def test_the_report_says_it_in_the_language_of_its_reader(lang, words):
    text = " ".join(render_text(draft(answers=DECLARED, hba1c="7.0"), lang).split())
    assert all(word in text for word in words)
    assert "guéri" not in text
    assert "cured" not in text


def test_the_cut_off_is_that_of_the_consensus():
    """Riddle 2021, doi:10.2337/dci21-0034: HbA1c below 6.5 %."""
    assert remission_below_percent() == 6.5
