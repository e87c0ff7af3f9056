"""The page of a refused record: nothing to confirm, and a way to take it back."""

import json

import pytest
from http_support import decide, problem, send, signed_in, visit


@pytest.fixture
def database_url(tmp_path):
    """The page stands on the routes, which are tested on both databases."""
    return f"sqlite:///{tmp_path / 'laennec.db'}"


@pytest.fixture
def refused(people):
    """An urgent visit with a measurement of which nobody knows what it is."""
    document = json.loads(visit("03-urgent"))
    document["measurements"].append({"code": "quatsch", "value": "1", "unit": "g/L"})
    return send(people.as_("software"), json.dumps(document)).json()


@pytest.mark.parametrize(("lang", "words"), [("fr", "rien à confirmer"), ("en", "nothing to con")])
def test_a_refused_record_offers_no_confirmation(people, refused, lang, words):
    """Pinned: the page offered "Confirmer les 21 conclusions restantes", which is refused."""
    browser = signed_in(people)
    page = browser.get(f"/review/{refused['id']}?lang={lang}").text
    assert words in page
    assert "data-verdict" not in page
    assert "data-all>" not in page
    assert 'data-send="withdrawal"' in page
    assert ("Sans particularité ou non", "Nothing found, or not")[lang == "en"] not in page
    assert 'data-send="question"' not in page, "nothing here waits for a decision"
    browser.headers["Origin"] = people.address
    problem(decide(browser, refused), 422, "nothing_concluded")


def test_a_refused_record_is_withdrawn_on_its_page_and_leaves_the_worklist(people, refused):
    browser = signed_in(people)
    assert "example-03" in browser.get("/review").text
    browser.headers["Origin"] = people.address
    url = f"/v1/prediagnoses/{refused['id']}/withdrawal"
    assert browser.post(url, json={"reason": "wrong-patient"}).json()["state"] == "withdrawn"
    assert "example-03" not in browser.get("/review").text
    page = browser.get(f"/review/{refused['id']}").text
    assert 'data-send="withdrawal"' not in page


def test_a_record_that_is_not_refused_is_decided_and_not_withdrawn_there(people):
    sent = send(people.as_("software")).json()
    page = signed_in(people).get(f"/review/{sent['id']}").text
    assert "data-verdict" in page
    assert 'data-send="withdrawal"' not in page
