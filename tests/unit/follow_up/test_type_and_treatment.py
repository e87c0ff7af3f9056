"""Another type of diabetes, vaccinations, and a treatment that is declared, absent or unstated."""

import pytest
from follow_up_visits import draft, state, visit
from laennec.engine.vocabulary import load_vocabulary
from laennec.engine.words import Sentences
from laennec.engine.words.as_json import as_json
from laennec.engine.words.follow_up_lines import due_line, head_lines
from laennec.engine.words.text import render_text

OTHERS = ("type_1", "other_type", "gestational_past")


def typed(kind, **given):
    return draft(answers={"questionnaire": {"diabetes_type": kind}}, **given)


def ids(messages):
    return [m.id.removeprefix("follow_up.") for m in messages]


@pytest.mark.parametrize("kind", OTHERS)
def test_it_does_not_speak_for_another_type_than_2(kind):
    found = typed(kind, hba1c="9.4", medications=["insulin_or_secretagogue"]).follow_up
    assert (found.index, found.band, found.reasons, found.due) == (None, "not_assessable", (), ())
    assert not found.is_meant
    assert ids(found.limits) == [f"limit.{kind}"]
    assert "question.hypoglycaemia" in ids(found.questions)
    for lang in ("fr", "en"):
        lines = head_lines(found, Sentences(lang))
        assert len(lines) == 2
        assert "%" not in " ".join(lines)


def test_every_type_that_can_be_answered_is_type_2_or_has_its_own_words():
    codes = {c.code for c in load_vocabulary().questions["questionnaire.diabetes_type"].choices}
    assert codes == {"type_2", *OTHERS}


def test_a_stated_type_2_has_no_limit_of_type_and_an_unstated_one_is_asked():
    stated, unstated = typed("type_2", hba1c="8.0").follow_up, draft(hba1c="8.0").follow_up
    assert stated.index == unstated.index
    assert "limit.type" not in ids(stated.limits)
    assert "question.type" not in ids(stated.questions)
    assert "limit.type" in ids(unstated.limits)
    assert "question.type" in ids(unstated.questions)


def before_and_now(before, now, **given):
    answers = [{"questionnaire": {"diabetes_type": t}} if t else {} for t in (before, now)]
    past = [visit(day="2024-11-03", hba1c="7.4"), visit(day="2025-11-03", answers=answers[0])]
    return draft(previous=past, answers=answers[1], **given)


@pytest.mark.parametrize(
    ("before", "now", "is_said", "is_meant"),
    [
        ("type_1", "type_2", True, True),
        ("type_2", "type_1", True, False),
        ("type_2", "other_type", True, False),
        ("type_2", "gestational_past", True, True),
        ("type_1", "gestational_past", True, False),
        (None, "gestational_past", False, False),
        ("type_1", None, True, False),
        ("type_2", None, False, True),
        ("type_2", "type_2", False, True),
        (None, "type_2", False, True),
    ],
)
def test_a_type_that_an_earlier_visit_states_otherwise_is_said(before, now, is_said, is_meant):
    """A type 1 of last year got an index of control for type 2 and no word of the two."""
    one = before_and_now(before, now, hba1c="8.0")
    found = one.follow_up
    assert ("limit.type_before" in ids(found.limits)) is is_said
    assert (found.is_meant, found.index is not None) == (is_meant, is_meant)
    assert bool(found.due) is (is_meant or before == "type_2")
    if is_said:
        kind = before.replace("_", " ")
        for lang, words in (("fr", f"03/11/2025 : {kind}."), ("en", f"2025-11-03: {kind}.")):
            assert words in " ".join(render_text(one, lang).split())


@pytest.mark.parametrize("now", OTHERS)
def test_a_contradicted_type_takes_no_list_away(now):
    """Pinned: "only during a past pregnancy" against seven visits of type 2 left nothing due."""
    one = before_and_now("type_2", now, hba1c="8.0")
    (said,) = [m for m in one.follow_up.limits if m.id.startswith("follow_up.limit.contradicted")]
    assert said.parameters == {"answer": f"answer:questionnaire.diabetes_type.{now}"}
    text = " ".join(render_text(one, "en").split())
    assert "until it is clarified" in text
    assert "neither an index of control nor a list" not in text
    assert "no known diabetes to follow" not in text


def test_the_text_marks_what_is_due_asked_and_done_as_the_page_does():
    one = draft(previous=[visit(day="2024-11-03", egfr="80")], hba1c="6.5")
    text = render_text(one, "en")
    for mark, words in (("!", "Creatinine and"), ("?", "Retina"), ("✓", "HbA1c: done")):
        assert f"\n{mark} {words}" in text


def test_the_last_of_several_earlier_types_is_the_one_that_is_said():
    types = {"2023-11-03": "type_1", "2025-11-03": "other_type", "2024-11-03": "type_2"}
    past = [visit(day=d, answers={"questionnaire": {"diabetes_type": t}}) for d, t in types.items()]
    (said,) = [m for m in draft(previous=past, hba1c="8.0").follow_up.limits if "before" in m.id]
    assert said.parameters["date"] == "2025-11-03"


def test_the_risk_of_hypoglycaemia_is_that_of_the_declared_treatment():
    declared = draft(hba1c="7.0", medications=["insulin_or_secretagogue"]).follow_up
    none = draft(hba1c="7.0", medications=["glucose_lowering"]).follow_up
    document = {"medications": None}
    unstated = draft(hba1c="7.0", answers=document).follow_up
    assert declared.hypoglycaemia == "declared"
    assert none.hypoglycaemia == "none_declared"
    assert unstated.hypoglycaemia == "not_stated"
    assert "question.treatment" in ids(unstated.questions)
    assert "question.treatment" not in ids(declared.questions)
    assert "question.hypoglycaemia" not in ids(none.questions)


def test_vaccinations_are_done_due_or_asked():
    answers = {
        "questionnaire": {
            "last_influenza_vaccination": "within_1_year",
            "last_covid19_vaccination": "longer_ago",
            "pneumococcal_vaccination": True,
            "dtp_booster_up_to_date": False,
        }
    }
    one = draft(hba1c="7.0", answers=answers)
    found = {i: state(one, i).state for i in ("influenza", "covid19", "pneumococcus", "dtp")}
    assert found == {
        "influenza": "up_to_date", "covid19": "due", "pneumococcus": "up_to_date", "dtp": "due",
    }  # fmt: skip
    assert state(draft(hba1c="7.0"), "pneumococcus").state == "unknown"


def test_shingles_is_spoken_of_from_the_age_of_its_row():
    assert "zoster" not in [d.id for d in draft(hba1c="7.0").follow_up.due]
    assert state(draft(hba1c="7.0", born=1955), "zoster").state == "unknown"


def test_what_has_no_return_is_worded_without_months():
    one = draft(hba1c="7.0").follow_up
    line = due_line(next(d for d in one.due if d.id == "pneumococcus"), Sentences("fr"))
    assert line == "Vaccination contre le pneumocoque : pas connu, à demander."
    assert "0 mois" not in render_text(draft(hba1c="7.0"), "fr")


def test_json_says_type_and_treatment_too():
    data = as_json(typed("type_1", hba1c="9.0"), "en")["follow_up"]
    assert data["is_meant"] is False
    assert data["hypoglycaemia"] == "none_declared"
    assert data["due"] == []
    assert "type 1" in data["text"].lower()
