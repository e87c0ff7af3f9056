"""A SMART launch that is wrong in one step opens nothing, signs nobody in, and says which step."""

import logging
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import ECKey
from laennec.serving.smart.refusals import LaunchRefused, Step, launch_words
from smart_ehr import CLIENT, ENCOUNTER, PATIENT
from smart_support import launched, refused, send_visit, smart_service


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with smart_service(tmp_path_factory.mktemp("smart")) as (ehr, people):
        yield ehr, people, send_visit(people)


@pytest.fixture
def ehr(running, monkeypatch):
    """The visit software, saying again what it should; what it announces is read anew."""
    monkeypatch.setattr("laennec.serving.http.sign_in.discovery._KEEP_S", -1)
    running[0].begin_again()
    return running[0]


@pytest.fixture
def people(running):
    return running[1]


@pytest.fixture
def sent(running):
    return running[2]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"launch": ""}, "n&#39;a pas de jeton d&#39;ouverture"),
        ({"iss": ""}, "ne dit pas de quel logiciel elle vient"),
        ({"iss": "https://evil.example/fhir"}, "un serveur que ce site ne nomme pas"),
        ({"iss": "http://localhost/fhir"}, "un serveur que ce site ne nomme pas"),
    ],
    ids=["no launch", "no iss", "unknown iss", "iss without TLS"],
)
def test_a_launch_that_nobody_of_the_site_begins_leads_nowhere(people, ehr, said, words):
    query = {"iss": ehr.base, "launch": "l-1", **said}
    answer = people.as_(None, follow_redirects=False).get("/smart/launch", params=query)
    refused(answer, 401 if "iss" in said and said["iss"] else 422, words)
    assert ehr.asked == {}


@pytest.mark.parametrize(
    "spoilt",
    [
        {"authorization_endpoint": None},
        {"token_endpoint": "http://localhost/token"},
        {"jwks_uri": "http://localhost/keys"},
        {"code_challenge_methods_supported": ["plain"]},
        {"code_challenge_methods_supported": None},
    ],
    ids=["no authorization", "token without TLS", "keys without TLS", "plain PKCE", "no PKCE"],
)
def test_a_server_that_does_not_announce_what_is_needed_is_not_used(people, ehr, spoilt):
    ehr.spoilt_configuration = spoilt
    answer = people.as_(None, follow_redirects=False).get(
        "/smart/launch", params={"iss": ehr.base, "launch": "l-1"}
    )
    refused(answer, 503, "n&#39;annonce pas ce qu&#39;il faut")


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        ({"aud": "another"}, "destiné à une autre application"),
        ({"aud": [CLIENT, "another"]}, "destiné à une autre application"),
        ({"iss": "https://elsewhere.example"}, "un autre émetteur"),
        ({"nonce": "another"}, "répond à une autre ouverture"),
        ({"nonce": None}, "répond à une autre ouverture"),
        ({"exp": 1}, "est expiré"),
        ({"exp": "soon"}, "est expiré"),
        ({"iat": 9_000_000_000}, "est expiré"),
        ({"fhirUser": None}, "ne nomme pas de professionnel"),
        ({"fhirUser": "Patient/p-1"}, "ne nomme pas de professionnel"),
        ({"fhirUser": "Practitioner/dr-9"}, "rattaché à aucune personne de ce site"),
        ({"fhirUser": "https://evil.example/Practitioner/dr-1"}, "rattaché à aucune personne"),
        ({"pad": "x" * 20_000}, "pas signé par une clé du logiciel"),
    ],
    ids=lambda said: f"{said}"[:40],
)
def test_an_identity_token_that_is_not_exactly_right_signs_nobody_in(people, ehr, spoilt, words):
    ehr.spoilt_token = spoilt
    browser, back = launched(people, ehr)
    refused(browser.get(back), 401, words)
    assert browser.get("/review").status_code == 303
    assert ehr.fhir_requests == [], "no record is read for somebody who is not known"


def test_an_identity_token_that_another_key_signed_signs_nobody_in(people, ehr, monkeypatch):
    browser, back = launched(people, ehr)
    published = ehr.keys()
    monkeypatch.setattr(ehr, "key", ECKey.generate_key("P-256", {"kid": "one"}, private=True))
    monkeypatch.setattr(ehr, "keys", lambda: published)
    refused(browser.get(back), 401, "pas signé par une clé du logiciel")


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        ({"id_token": None}, "n&#39;a pas dit qui ouvre"),
        ({"id_token": "a.b"}, "pas signé par une clé"),
        ({"patient": None}, "n&#39;a pas dit quel dossier est ouvert"),
        ({"patient": "../Patient/p-1"}, "n&#39;a pas dit quel dossier est ouvert"),
        ({"patient": "p-9"}, "n&#39;a pas pu être lu"),
        ({"encounter": "e-9"}, "La venue ouverte n&#39;a pas pu être lue"),
        ({"encounter": "a/b"}, "La venue ouverte n&#39;a pas pu être lue"),
        ({"access_token": None}, "n&#39;a donné aucun jeton"),
        ({"token_type": "mac"}, "n&#39;a donné aucun jeton"),
    ],
    ids=lambda said: f"{said}"[:40],
)
def test_an_answer_without_what_is_needed_opens_nothing(people, ehr, spoilt, words):
    ehr.spoilt = spoilt
    browser, back = launched(people, ehr)
    refused(browser.get(back), 401, words)
    assert browser.get("/review").status_code == 303


def test_an_answer_is_good_once(people, ehr):
    browser, back = launched(people, ehr)
    kept = browser.cookies["laennec_launch"]
    assert browser.get(back).status_code == 200
    refused(browser.get(back), 401, "a déjà servi une fois")
    browser.cookies.set("laennec_launch", kept, path="/smart")
    refused(browser.get(back), 401, "a déjà servi une fois")
    other = people.as_(None, follow_redirects=False)
    refused(other.get(back), 401, "a déjà servi une fois")


def test_an_answer_that_another_browser_was_given_opens_nothing(people, ehr):
    _, back_of_thief = launched(people, ehr)
    browser, back = launched(people, ehr)
    refused(browser.get(back_of_thief), 401, "aucune ouverture commencée dans ce navigateur")
    refused(people.as_(None).get(back), 401, "aucune ouverture commencée dans ce navigateur")
    assert ehr.fhir_requests == []


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        ({"iss": "https://elsewhere.example"}, "vient d&#39;un autre serveur"),
        ({"code": None, "error": "access_denied"}, "n&#39;a pas autorisé l&#39;ouverture"),
        ({"code": "made-up"}, "n&#39;a donné aucun jeton"),
        ({"state": "another"}, "aucune ouverture commencée dans ce navigateur"),
        ({"state": None}, "aucune ouverture commencée dans ce navigateur"),
    ],
    ids=["other server", "denied", "made-up code", "other state", "no state"],
)
def test_an_answer_of_somebody_else_or_a_refusal_opens_nothing(people, ehr, spoilt, words):
    ehr.spoilt_answer = spoilt
    browser, back = launched(people, ehr)
    refused(browser.get(back), 401, words)


def test_a_visit_of_another_person_than_the_open_record_is_never_opened(people, ehr, sent):
    """Hazard H2: the record that is open and the visit that would open are of two people."""
    other = {**PATIENT, "identifier": [{**PATIENT["identifier"][0], "value": "person-02"}]}
    ehr.resources["Patient/p-1"] = other
    browser, back = launched(people, ehr)
    refused(browser.get(back), 409, "n&#39;est pas celle de la visite")
    assert browser.get("/review").status_code == 303
    ehr.context = {"patient": "p-1", "appContext": sent["id"]}
    browser, back = launched(people, ehr)
    refused(browser.get(back), 409, "n&#39;est pas celle de la visite")


@pytest.mark.parametrize(
    ("name", "resource", "words"),
    [
        ("Patient/p-1", {**PATIENT, "active": False}, "plus en usage"),
        ("Patient/p-1", {**PATIENT, "link": [{"type": "replaced-by"}]}, "plus en usage"),
        ("Patient/p-1", {**PATIENT, "id": "p-2"}, "pas celui qui a été annoncé"),
        ("Patient/p-1", b"no JSON", "pas pu être lu"),
        ("Patient/p-1", [1], "pas pu être lu"),
        (
            "Encounter/e-1",
            {**ENCOUNTER, "subject": {"reference": "Patient/p-2"}},
            "d&#39;une autre personne que le dossier",
        ),
        ("Encounter/e-1", {**ENCOUNTER, "subject": {}}, "d&#39;une autre personne que le dossier"),
    ],
    ids=["not active", "linked", "another", "no JSON", "list", "other subject", "no subject"],
)
def test_a_record_that_is_not_what_was_announced_opens_nothing(people, ehr, name, resource, words):
    ehr.resources[name] = resource
    browser, back = launched(people, ehr)
    refused(browser.get(back), 401, words)


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("SITE:nurse-1", "un rôle qui lit les constats"),
        ("SITE:visits-1", "un rôle qui lit les constats"),
        ("RPPS:10000000003", "Aucune visite de cette personne"),
    ],
    ids=["nurse", "software", "specialist who was not asked"],
)
def test_only_who_may_read_findings_opens_them(people, ehr, monkeypatch, who, words):
    (row,) = people.app.state.service.site.smart
    monkeypatch.setitem(row.users, "Practitioner/dr-1", who)
    browser, back = launched(people, ehr)
    answer = browser.get(back)
    assert answer.status_code == (403 if "rôle" in words else 200)
    assert words in answer.text


def test_visit_software_that_does_not_answer_is_said(people, ehr, monkeypatch):
    def nobody(*_asked, **_more):
        raise OSError

    monkeypatch.setattr("laennec.serving.http.sign_in.discovery.fetched", nobody)
    answer = people.as_(None).get("/smart/launch", params={"iss": ehr.base, "launch": "l"})
    refused(answer, 503, "ne répond pas")


def test_every_step_has_its_words_in_both_languages_and_as_an_error():
    for step in Step:
        assert launch_words("fr", f"{step}.found") != launch_words("en", f"{step}.found")
        error = LaunchRefused(step)
        assert launch_words("en", f"{step}.found").rstrip(".") in str(error)
        assert error.status in {401, 403, 409, 422, 503}


def test_in_english(people, ehr):
    browser, back = launched(people, ehr, lang="en")
    ehr.spoilt_token = {"aud": "another"}
    answer = browser.get(back)
    assert "The review page was not opened." in answer.text
    assert "meant for another application" in answer.text


def test_no_token_and_nothing_of_the_person_is_logged_or_counted(people, ehr, caplog):
    caplog.set_level(logging.DEBUG)
    browser, back = launched(people, ehr)
    answer = browser.get(back)
    secret = [parse_qs(urlsplit(back).query)[name][0] for name in ("code", "state")]
    secret += [*ehr.access, "person-01", "l-1", "p-1", browser.cookies["laennec_session"]]
    metrics = people.as_("martin").get("/metrics").text
    ours = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("laennec"))
    assert "/smart/callback" in ours
    for word in secret:
        assert word not in ours
        assert word not in metrics
        assert word not in answer.text


def test_no_identity_token_of_the_visit_software_opens_anything_here(people, ehr):
    """It proves once who opens; whoever reads it later must not be taken for the physician."""
    _, back = launched(people, ehr)
    code = parse_qs(urlsplit(back).query)["code"][0]
    claims = {"iss": ehr.base, "aud": CLIENT, "sub": "RPPS:10001234567", "iat": 1, "exp": 9e9}
    bearer = people.as_(None)
    for token in (ehr.signed({**claims, "jti": "1"}), code):
        bearer.headers["Authorization"] = f"Bearer {token}"
        assert bearer.get("/v1/worklist").status_code == 401
