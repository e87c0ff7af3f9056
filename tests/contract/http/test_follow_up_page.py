"""The physician's page shows what the years say: follow-up, trajectories, change of the risk."""

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


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_trajectories_change_of_risk_and_exposures_stand_on_the_page(people, lang):
    """Pinned: they stood in the printable draft only, and the physician decides on this page."""
    then = {"weight": "80", "height": "176", "conditions": ()}
    now = {**visit(**{**then, "weight": "95"}), "exposures": ["noise"]}
    now["previous_visits"] = [visit("2021-11-03", **then)]
    sent = send(people.as_("software"), json.dumps(now).encode()).json()
    page = people.as_("martin").get(f"/review/{sent['id']}?lang={lang}").text
    shown = people.as_("software").get(f"/v1/prediagnoses/{sent['id']}?lang={lang}").json()
    lines = [one["text"] for part in ("risk_changes", "trajectories", "exposures")
             for one in shown[part]]  # fmt: skip
    assert len(lines) >= 3
    assert any("\N{RIGHTWARDS ARROW}" in line for line in lines)
    for line in lines:
        assert line.replace("'", "&#39;") in page
