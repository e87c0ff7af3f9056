"""A SMART launch in a real browser, which decides itself which cookies are sent where."""

import pytest
from smart_support import send_visit, smart_service


@pytest.fixture
def both(tmp_path):
    with smart_service(tmp_path) as running:
        yield running


def test_one_address_leads_over_the_visit_software_to_the_open_report(chromium, both):
    ehr, people = both
    sent = send_visit(people)
    page = chromium.new_page(base_url=people.address, ignore_https_errors=True)
    page.goto(f"/smart/launch?iss={ehr.base}&launch=l-1")
    page.wait_for_url(f"**/review/{sent['id']}?lang=fr")
    assert "Dr Martin" in page.inner_text(".bar")
    assert page.is_visible("[data-finding]") or page.is_visible("article")
    page.reload()
    assert "Dr Martin" in page.inner_text(".bar"), "the session holds"


def test_a_launch_that_is_refused_says_why_and_shows_nothing(chromium, both):
    ehr, people = both
    send_visit(people)
    ehr.context = {"patient": "p-1", "encounter": "e-9"}
    page = chromium.new_page(base_url=people.address, ignore_https_errors=True)
    page.goto(f"/smart/launch?iss={ehr.base}&launch=l-1")
    assert "n'a pas été ouverte" in page.inner_text("h1")
    assert "person-01" not in page.inner_text("body")
    page.goto("/review")
    assert "sign-in" in page.url
