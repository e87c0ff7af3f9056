"""The nurse chooses a planned visit: its identity fills the form, is held, and goes out so."""

from datetime import datetime

from browser_support import tab
from laennec.serving.roster.read import Roster, write_visits
from laennec.serving.roster.rows import RosterRow


def planned(people, *names):
    """Write visits of today into the site, as an import does."""
    now = datetime.now().astimezone().replace(microsecond=0)
    rows = [
        RosterRow("t", f"planned-{n}", now.isoformat(), n, "1974-03-02", "female") for n in names
    ]
    folder = people.site / "roster"
    folder.mkdir(exist_ok=True)
    write_visits(Roster(tuple(rows), ()), folder / "-".join(names))


def test_the_identity_of_a_planned_visit_is_taken_over_held_and_sent(chromium, people):
    planned(people, "roster-1", "roster-2")
    page = tab(chromium, people, "nurse")
    page.wait_for_selector("#roster table")
    assert page.locator("#roster tbody tr").count() >= 2
    page.click('[aria-label="Choisir roster-2"]')
    assert page.input_value("[name=person_id]") == "roster-2"
    assert page.input_value("[name=birth_date]") == "1974-03-02"
    assert page.is_checked("[name=sex][value=female]")
    assert page.get_attribute("[name=person_id]", "readonly") is not None
    assert page.is_disabled("[name=sex][value=male]")
    assert "ne se corrige pas ici" in page.inner_text("#roster-chosen")
    page.fill("#m-height", "164")
    page.locator("select[data-unit=height]").select_option("cm")
    page.click("#send")
    page.wait_for_selector("#result .sent")
    page.wait_for_selector("#roster tbody tr:has-text('roster-2'):has-text('déjà transmise')")
    assert page.is_hidden("#roster-again")
    page.click('[aria-label="Choisir roster-2"]')
    assert "la remplace en entier" in page.inner_text("#roster-again"), (
        "else a weight replaces a U0"
    )
    page.click('[aria-label="Choisir roster-1"]')
    assert page.is_hidden("#roster-again")
    (report,) = [
        r
        for r in people.as_("martin").get("/v1/worklist").json()["reports"]
        if r["person_id"] == "roster-2"
    ]
    draft = people.as_("martin").get(f"/v1/prediagnoses/{report['id']}").json()
    assert draft["visit_id"] == "planned-roster-2"
    assert draft["refused_items"] == []
    assert page.complaints == []


def test_another_person_than_chosen_starts_empty_again(chromium, people):
    planned(people, "roster-3")
    page = tab(chromium, people, "nurse")
    page.click('[aria-label="Choisir roster-3"]')
    page.click("#roster-other")
    assert page.input_value("[name=person_id]") == ""
    assert page.get_attribute("[name=person_id]", "readonly") is None
    assert page.input_value("[name=visit_id]").startswith("visit-")
    assert not page.is_checked("[name=sex][value=female]")
    assert page.is_enabled("[name=sex][value=male]")


def test_without_a_list_the_page_is_as_before(chromium, people):
    page = tab(chromium, people, "nurse")
    page.route(
        "**/v1/roster*",
        lambda route: route.fulfill(json={"day": "2026-11-03", "visits": [], "unreadable": []}),
    )
    page.reload()
    page.wait_for_selector("#visit")
    assert page.is_hidden("#roster")
