"""The visits to come of a site: listed for who fills in the page, and a guard for what comes."""

import json
import re

import http_support
import pytest
from http_support import problem, send, signed_in, visit
from laennec.serving.people import Role
from laennec.serving.roster.planned import PlannedVisits
from laennec.serving.roster.read import read_roster, write_visits

ROWS = """visit_id;performed_at;person_id;birth_date;sex;employer
visit-0001;2026-11-03T09:20:00+01:00;person-01;1974-03-02;F;ACME
visit-0900;2026-11-03T08:00:00+01:00;person-90;1980-01-01;M;ACME
visit-0901;2026-11-04T08:00:00+01:00;person-91;1981-01-01;M;ACME
"""


@pytest.fixture
def made(tmp_path):
    return http_support.People(tmp_path, f"sqlite:///{tmp_path / 's.db'}")


def imported(site, name="monday", text=ROWS):
    source = site / f"{name}.csv"
    source.write_text(text, encoding="utf-8")
    (site / "roster").mkdir(exist_ok=True)
    write_visits(read_roster([source]), site / "roster" / name)


def of_day(client, day="2026-11-03"):
    return client.get("/v1/roster", params={"day": day})


def example():
    said = json.loads(visit())
    return said["visit_id"], said["person"]


def test_the_nurse_sees_who_is_expected_that_day_and_who_was_sent(made):
    visit_id, person = example()
    imported(
        made.site, text=ROWS.replace("visit-0001", visit_id).replace("person-01", person["id"])
    )
    with made as people:
        nurse = people.as_("nurse")
        before = of_day(nurse).json()
        assert [v["visit_id"] for v in before["visits"]] == ["visit-0900", visit_id]
        assert before["visits"][1]["person"] == person
        assert {v["is_sent"] for v in before["visits"]} == {False}
        assert send(nurse).status_code == 201
        after = of_day(nurse).json()["visits"]
        assert {v["visit_id"]: v["is_sent"] for v in after} == {"visit-0900": False, visit_id: True}
        assert "ACME" not in json.dumps(after)
        assert of_day(nurse, "2026-11-05").json()["visits"] == []


def test_nobody_else_reads_it(made):
    imported(made.site)
    with made as people:
        allowed = {Role.PHYSICIAN, Role.NURSE}
        for name in ("statistician", "administrator", "software", "cardiologist"):
            problem(of_day(people.as_(name)), 403, "wrong_role")
        assert of_day(people.as_(None)).status_code == 401
        assert of_day(people.as_("martin")).status_code == 200
        assert allowed


@pytest.mark.parametrize(
    ("changed", "elements"),
    [
        ({"id": "person-77"}, "numéro de la personne"),
        ({"birth_date": "1974-03-20"}, "date de naissance"),
        ({"sex": "male"}, "sexe"),
    ],
)
def test_a_visit_of_another_person_than_was_planned_is_refused_and_its_alarm_still_speaks(
    made, changed, elements
):
    visit_id, person = example()
    imported(
        made.site, text=ROWS.replace("visit-0001", visit_id).replace("person-01", person["id"])
    )
    urgent = json.loads(visit("03-urgent"))
    body = visit(person={**person, **changed}, symptoms=urgent.get("symptoms", []),
                 measurements=urgent["measurements"])  # fmt: skip
    with made as people:
        sent = send(people.as_("nurse"), body).json()
        (refused,) = [i for i in sent["refused_items"] if i["code"] == "planned_for_another"]
        assert elements in refused["found"]
        assert refused["severity"] == "refused_record"
        assert sent["urgency"] in ("U0", "U1")
        full = people.as_("martin").get(f"/v1/prediagnoses/{sent['id']}").json()
        assert {f["state"] or f["band"] for f in full["findings"]} == {"not_assessable"}


def test_a_known_person_with_another_birth_date_is_seen_under_any_visit(made):
    _, person = example()
    imported(made.site, text=ROWS.replace("person-01", person["id"]))
    with made as people:
        wrong = visit(visit_id="visit-unplanned", person={**person, "birth_date": "1974-03-20"})
        sent = send(people.as_("nurse"), wrong).json()
        assert "planned_for_another" in {i["code"] for i in sent["refused_items"]}
        right = send(people.as_("nurse"), visit(visit_id="visit-unplanned-2")).json()
        assert "planned_for_another" not in {i["code"] for i in right["refused_items"]}


def test_a_later_import_holds_and_a_broken_one_is_named_and_stops_nobody(made):
    visit_id, person = example()
    imported(made.site, text=ROWS.replace("visit-0001", visit_id))
    with made as people:
        nurse = people.as_("nurse")
        imported(
            made.site,
            "mended",
            ROWS.replace("visit-0001", visit_id).replace("person-01", person["id"]),
        )
        assert [v["person"] for v in of_day(nurse).json()["visits"]][1] == person
        (made.site / "roster" / "broken").mkdir()
        (made.site / "roster" / "broken" / "roster.json").write_text("{", encoding="utf-8")
        assert of_day(nurse).json()["unreadable"] == ["broken"]
        assert send(nurse).json()["refused_items"] == []


def test_a_site_without_a_roster_expects_nobody(tmp_path):
    assert PlannedVisits(tmp_path / "none").unreadable() == []
    with http_support.People(tmp_path, f"sqlite:///{tmp_path / 's.db'}") as people:
        assert of_day(people.as_("nurse")).json()["visits"] == []
        problem(people.as_("nurse").get("/v1/roster"), 422, "request_unreadable")


def test_the_page_of_the_nurse_has_a_place_for_the_list(made):
    with made as people:
        text = signed_in(people, "nurse").get("/visit").text
        assert "Visites prévues aujourd" in text
        assert re.search(r'<section class="panel" id="roster" hidden', text)
        assert people.as_("nurse").get("/review/static/visit_roster.js").status_code == 200


def test_a_visit_of_which_only_another_persons_data_came_is_not_told_as_sent(made):
    visit_id, person = example()
    imported(
        made.site, text=ROWS.replace("visit-0001", visit_id).replace("person-01", person["id"])
    )
    with made as people:
        nurse = people.as_("nurse")
        assert send(nurse, visit(person={**person, "id": "person-77"})).status_code == 201
        said = {v["visit_id"]: v["is_sent"] for v in of_day(nurse).json()["visits"]}
        assert said[visit_id] is False


def test_a_visit_of_the_right_number_that_was_refused_is_not_told_as_sent(made):
    visit_id, person = example()
    imported(
        made.site, text=ROWS.replace("visit-0001", visit_id).replace("person-01", person["id"])
    )
    with made as people:
        nurse = people.as_("nurse")
        wrong = {**person, "birth_date": "1974-03-20"}
        for sent, is_sent in ((wrong, False), (person, True), (wrong, False), (person, True)):
            assert send(nurse, visit(person=sent)).status_code == 201
            said = {v["visit_id"]: v["is_sent"] for v in of_day(nurse).json()["visits"]}
            assert said[visit_id] is is_sent


@pytest.mark.parametrize("blank", [" ", "\u00a0", "\u202f", "\u3000"])
def test_a_blank_around_the_number_of_a_visit_does_not_pass_the_guard(made, blank):
    visit_id, person = example()
    imported(
        made.site, text=ROWS.replace("visit-0001", visit_id).replace("person-01", person["id"])
    )
    with made as people:
        nurse, other = people.as_("nurse"), {**person, "id": "person-77"}
        for number in (f"{blank}{visit_id}", f"{visit_id}{blank}"):
            sent = send(nurse, visit(visit_id=number, person=other)).json()
            assert "planned_for_another" in {i["code"] for i in sent["refused_items"]}
            assert sent["visit_id"] == visit_id


@pytest.mark.parametrize("is_wrong_first", [True, False])
def test_who_was_planned_is_screened_whatever_came_under_the_number_before(made, is_wrong_first):
    """Hazard H2: the alarm of both is told, and the nurse sees the planned visit as sent."""
    visit_id, person = example()
    rows = ROWS.replace("visit-0001", visit_id).replace("person-01", person["id"])
    imported(made.site, text=rows)
    urgent = json.loads(visit("03-urgent"))
    wrong = visit(person={**person, "id": "person-77"}, symptoms=urgent.get("symptoms", []),
                  measurements=urgent["measurements"])  # fmt: skip
    with made as people:
        for body in (wrong, visit()) if is_wrong_first else (visit(), wrong):
            assert send(people.as_("nurse"), body).status_code == 201
        waiting = people.as_("martin").get("/v1/worklist").json()
        found = {one["person_id"]: one["urgency"] for one in waiting["reports"]}
        assert set(found) == {person["id"], "person-77"}
        assert found["person-77"] == "U0"
        said = {v["visit_id"]: v["is_sent"] for v in of_day(people.as_("nurse")).json()["visits"]}
        assert said[visit_id] is True
