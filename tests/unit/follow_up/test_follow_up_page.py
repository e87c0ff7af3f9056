"""On paper and pages what is overdue stands out from what is done, and is seen at the top."""

import re

import pytest
from follow_up_visits import draft
from laennec.engine.words import Sentences
from laennec.engine.words.follow_up_lines import MARKS, brief, due_first
from laennec.engine.words.text import render_text
from laennec.serving.report import render_html

ANSWERS = {
    "questionnaire": {"last_eye_examination": "longer_ago", "last_dental_examination": "never"}
}
GIVEN = {"hba1c": "8.4", "hba1c_target": "7.0", "egfr": "85", "answers": ANSWERS}
WORDS = {
    "fr": ("À refaire ou à faire : Fond d'œil, Dentiste", "sur 100, élevé"),
    "en": ("Overdue or to be done: Retina, Dentist", "of 100, high"),
}


def plain(html):
    return " ".join(re.sub("<[^>]+>", " ", html).replace("&#39;", "'").split())


def test_what_is_overdue_comes_first_and_what_is_done_last():
    states = [item.state for item in due_first(draft(**GIVEN).follow_up)]
    assert states == sorted(states, key=list(MARKS).index)
    assert states[:2] == ["due", "due"]
    assert states[-1] == "up_to_date"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_table_at_the_top_names_the_index_and_what_is_overdue(lang):
    """Pinned: neither the high index nor the overdue retina was in it."""
    page = render_html(draft(**GIVEN), lang)
    table = re.search(r'<table class="grid-table brief">.*?</table>', page, re.S)[0]
    for words in WORDS[lang]:
        assert words in plain(table)


def test_a_person_with_nothing_else_to_look_at_still_has_the_row():
    page = render_html(draft(hba1c="6.0", hba1c_target="7.0", answers=ANSWERS), "fr")
    assert '<tr class="followed">' in page


def test_the_mark_is_text_and_not_colour_alone():
    page = render_html(draft(**GIVEN), "fr")
    lines = re.findall(r'<li class="due-(\w+)"><span class="mark"[^>]*>(.)</span>(.*?)</li>', page)
    assert len(lines) == len(draft(**GIVEN).follow_up.due)
    assert all(mark == MARKS[state] for state, mark, _ in lines)
    assert lines[0][0] == "due"
    assert "Fond d" in lines[0][2]
    printed = render_text(draft(**GIVEN), "fr")
    assert "! Fond d'œil : à refaire" in printed
    assert "✓ HbA1c : fait" in printed


@pytest.mark.parametrize("kind", ["type_1", "other_type"])
def test_of_another_type_the_table_says_nothing(kind):
    answers = {"questionnaire": {"diabetes_type": kind}}
    one = draft(**{**GIVEN, "answers": answers})
    assert brief(one.follow_up, Sentences("fr")) == ("", "")
    assert '<tr class="followed">' not in render_html(one, "fr")


def test_without_an_index_and_with_nothing_overdue_the_row_says_so():
    one = draft(egfr="85", hba1c_target="7.0")
    said, overdue = brief(one.follow_up, Sentences("en"))
    assert said.endswith("control not assessable")
    assert overdue == ""
