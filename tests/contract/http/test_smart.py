"""SMART on FHIR: the review page opened out of visit software, on the visit that is open there."""

import pytest
from http_support import decide, send, visit
from smart_ehr import CLIENT, PRACTITIONER
from smart_support import PERSON, launched, refused, send_visit, smart_service


@pytest.fixture
def row():
    """What the row of the visit software in the site file says besides."""
    return {}


@pytest.fixture
def running(tmp_path, row):
    with smart_service(tmp_path, **row) as both:
        yield both


@pytest.fixture
def ehr(running):
    return running[0]


@pytest.fixture
def people(running):
    return running[1]


@pytest.fixture
def sent(people):
    return send_visit(people)


def test_a_launch_opens_the_visit_that_is_open_for_the_physician_who_opens_it(people, ehr, sent):
    browser, back = launched(people, ehr)
    (asked,) = ehr.asked.values()
    assert asked["client_id"] == CLIENT
    assert asked["aud"] == ehr.base
    assert asked["launch"] == "l-1"
    assert asked["code_challenge_method"] == "S256"
    assert {"launch", "openid", "fhirUser", "patient/Patient.rs"} <= set(asked["scope"].split())
    answer = browser.get(back)
    assert answer.status_code == 200, answer.text
    assert f'content="0; url=/review/{sent["id"]}?lang=fr"' in answer.text
    assert "SameSite=strict" in answer.headers["set-cookie"]
    page = browser.get(f"/review/{sent['id']}")
    assert page.status_code == 200
    assert "Dr Martin" in page.text
    history = people.as_("martin").get(f"/v1/prediagnoses/{sent['id']}").json()["history"]
    assert [s["actor_id"] for s in history if s["act"] == "see"] == ["RPPS:10001234567"]
    assert {name for name, _ in ehr.fhir_requests} == {"Patient/p-1", "Encounter/e-1"}


def test_the_session_of_a_launch_ends_with_signing_out(people, ehr, sent):
    browser, back = launched(people, ehr)
    browser.get(back)
    token = browser.cookies["laennec_session"]
    assert browser.get("/review").status_code == 200
    browser.headers["Origin"] = people.address
    browser.post("/review/sign-out")
    browser.cookies.set("laennec_session", token)
    assert browser.get("/review").status_code == 303


def test_a_slash_at_the_end_of_the_address_is_the_same_server(people, ehr, sent):
    browser, back = launched(people, ehr, iss=f"{ehr.base}/")
    assert browser.get(back).status_code == 200


def test_keys_are_discovered_where_the_smart_configuration_leaves_them_out(people, ehr, sent):
    ehr.spoilt_configuration = {"jwks_uri": None}
    browser, back = launched(people, ehr)
    assert browser.get(back).status_code == 200


def test_a_card_that_was_followed_opens_its_own_report_in_its_last_version(people, ehr, sent):
    send(people.as_("software"), visit("02-items-missing", visit_id="visit-02", person=PERSON))
    ehr.context = {"patient": "p-1", "appContext": sent["id"]}
    browser, back = launched(people, ehr)
    assert f"/review/{sent['id']}" in browser.get(back).text
    corrected = visit("02-items-missing", visit_id="visit-01", person=PERSON)
    last = send(people.as_("software"), corrected).json()
    browser, back = launched(people, ehr)
    assert f"/review/{last['id']}" in browser.get(back).text


def test_without_a_visit_the_persons_last_report_that_waits_is_opened(people, ehr, sent):
    ehr.context = {"patient": "p-1"}
    later = visit("02-items-missing", visit_id="visit-02", person=PERSON)
    later = send(people.as_("software"), later).json()
    browser, back = launched(people, ehr)
    assert f"/review/{later['id']}" in browser.get(back).text
    assert decide(people.as_("martin"), later).status_code == 200
    browser, back = launched(people, ehr)
    assert f"/review/{sent['id']}" in browser.get(back).text, "the one that waits comes first"
    assert decide(people.as_("martin"), sent).status_code == 200
    browser, back = launched(people, ehr)
    assert f"/review/{later['id']}" in browser.get(back).text


def test_another_visit_than_the_one_that_is_open_is_not_opened_in_its_place(people, ehr):
    """Pinned: the report of another day was shown as if it were the visit that was open."""
    other = send(
        people.as_("software"), visit("02-items-missing", visit_id="visit-02", person=PERSON)
    ).json()
    browser, back = launched(people, ehr)
    answer = browser.get(back)
    assert "http-equiv" not in answer.text
    assert "La visite ouverte dans votre logiciel n&#39;est pas ici" in answer.text
    assert f'href="/review/{other["id"]}?lang=fr"' in answer.text
    assert browser.get(f"/review/{other['id']}").status_code == 200


def test_a_person_without_a_visit_signs_the_physician_in_and_says_so(people, ehr):
    browser, back = launched(people, ehr)
    answer = browser.get(back)
    assert answer.status_code == 200
    assert "Aucune visite de cette personne" in answer.text
    assert browser.get("/review").status_code == 200


def test_an_encounter_that_may_not_be_read_is_known_by_its_id(people, ehr):
    by_id = send(people.as_("software"), visit(visit_id="e-1")).json()
    ehr.spoilt = {"scope": "launch openid fhirUser patient/Patient.rs"}
    browser, back = launched(people, ehr)
    assert f"/review/{by_id['id']}" in browser.get(back).text
    assert [name for name, _ in ehr.fhir_requests] == ["Patient/p-1"]


class TestKnownByTheirNationalNumber:
    @pytest.fixture
    def row(self):
        return {"users": False, "match_rpps": True}

    def test_a_practitioner_is_who_has_that_number_at_the_site(self, people, ehr, sent):
        browser, back = launched(people, ehr)
        browser.get(back)
        assert "Dr Martin" in browser.get(f"/review/{sent['id']}").text
        assert "Practitioner/dr-1" in {name for name, _ in ehr.fhir_requests}

    @pytest.mark.parametrize(
        "numbers",
        [
            [],
            [{"system": "https://rpps.esante.gouv.fr", "value": "19999999999"}],
            [
                {"system": "https://rpps.esante.gouv.fr", "value": "10001234567"},
                {"system": "urn:oid:1.2.250.1.71.4.2.1", "value": "810007654321"},
            ],
            [{"system": "urn:oid:9.9", "value": "10001234567"}],
        ],
        ids=["none", "of nobody", "two people", "another system"],
    )
    def test_a_number_that_names_nobody_or_two_signs_nobody_in(self, people, ehr, numbers):
        ehr.resources["Practitioner/dr-1"] = {**PRACTITIONER, "identifier": numbers}
        browser, back = launched(people, ehr)
        refused(browser.get(back), 401, "rattaché à aucune personne")


class TestWithAKeyOfItsOwn:
    @pytest.fixture
    def row(self):
        return {"client_secret": None, "client_key": True}

    def test_the_service_proves_itself_by_the_key_that_it_publishes(self, people, ehr, sent):
        ehr.client_keys = people.as_(None).get("/smart/keys").json()
        (key,) = ehr.client_keys["keys"]
        assert "d" not in key
        browser, back = launched(people, ehr)
        assert browser.get(back).status_code == 200
        assert len(ehr.assertions) == 1
        assert oct((people.site / "keys" / "client.key.json").stat().st_mode)[-3:] == "600"


def test_without_a_key_of_its_own_none_is_published(people):
    assert people.as_(None).get("/smart/keys").json() == {"keys": []}


def test_a_wrong_secret_gives_no_token(people, ehr, sent):
    (people.site / "ehr.secret").write_text("another", encoding="utf-8")
    browser, back = launched(people, ehr)
    refused(browser.get(back), 401, "n&#39;a donné aucun jeton")
