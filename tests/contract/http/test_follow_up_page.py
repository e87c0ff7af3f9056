"""The physician's page shows the follow-up of a known diabetes; it had no word of it."""

import json

import pytest
from follow_up_visits import visit
from http_support import send


@pytest.fixture
def database_url(tmp_path):
    """The pages stand on the routes, which are tested on both databases."""
    return f"sqlite:///{tmp_path / 'laennec.db'}"


def page_of(people, **given):
    sent = send(people.as_("software"), json.dumps(visit(**given)).encode()).json()
    return people.as_("martin").get(f"/review/{sent['id']}?lang=en").text


def test_the_review_names_what_is_overdue_above_the_findings(people):
    answers = {"questionnaire": {"last_eye_examination": "never"}}
    page = page_of(people, hba1c="8.4", answers=answers)
    top = page.partition('<p class="followed">')[2].partition("</p>")[0]
    assert "index of loss of control" in top
    assert "Overdue or to be done: Retina" in top
    assert page.index('class="followed"') < page.index("Findings to look at")
    assert '<li class="due-due">' in page.partition('id="follow-up"')[2]


def test_of_nobody_without_a_known_diabetes_it_says_anything(people):
    page = page_of(people, conditions=(), hba1c="5.0")
    assert 'class="follow-up"' not in page
    assert 'class="followed"' not in page
