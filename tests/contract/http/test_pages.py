"""The pages: who may see what, in which words, and every act through the API."""

import html
import json
import re
from datetime import UTC, datetime

import pytest
from http_support import People, ask_cardiologist, decide, problem, send, signed_in, visit
from laennec.serving.http.caller import COOKIE
from laennec.serving.http.settings import HttpSettings
from laennec.serving.pages.render import ASSETS, PageWords, asset
from store_support import HandClock

OUTSIDE = re.compile(r"(?:src|href|action)=[\"'](?:https?:)?//|url\(|@import|\son\w+=\"|\sstyle=\"")


@pytest.fixture
def database_url(tmp_path):
    """The pages stand on the routes, which are tested on both databases."""
    return f"sqlite:///{tmp_path / 'laennec.db'}"


@pytest.fixture
def sent(people):
    return send(people.as_("software")).json()


def test_without_a_session_every_page_leads_to_the_sign_in(people, sent):
    browser = people.as_(None, follow_redirects=False)
    for url in ("/review", "/review/agreement", f"/review/{sent['id']}"):
        answer = browser.get(url)
        assert (answer.status_code, answer.headers["location"]) == (303, "/review/sign-in")
    assert "Jeton personnel" in browser.get("/review/sign-in").text


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("fr", ("Évaluation", "marquage CE", "pas au diagnostic", "médecin doit confirmer")),
        ("en", ("Evaluation", "Not CE marked", "Not for diagnosis", "physician must confirm")),
    ],
)
def test_every_page_says_what_it_is_not_and_who_confirms(people, sent, lang, said):
    browser = signed_in(people)
    for url in ("/review/sign-in", "/review", "/review/agreement", f"/review/{sent['id']}"):
        foot = browser.get(f"{url}?lang={lang}").text.partition('<footer class="foot">')[2]
        assert [part for part in said if part not in foot] == [], url


def test_a_token_that_is_not_good_does_not_sign_in(people):
    answer = people.as_(None).post("/review/sign-in?lang=en", data={"token": "guess"})
    assert answer.status_code == 401
    assert "not, or no longer, valid" in answer.text
    assert "set-cookie" not in answer.headers


def test_no_script_can_read_the_session_and_signing_out_ends_it(people):
    answer = people.as_(None).post("/review/sign-in", data={"token": people.tokens["martin"]})
    cookie = (answer.history or [answer])[0].headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    browser = signed_in(people)
    browser.post("/review/sign-out")
    assert browser.get("/review").status_code == 303


def test_a_session_acts_from_the_pages_of_the_service_only(people, sent):
    """Another site's page must not decide with a physician's open session."""
    browser = signed_in(people)
    for origin in ("https://elsewhere.example", "null", ""):
        browser.headers["Origin"] = origin
        problem(decide(browser, sent), 403, "sent_from_elsewhere")
    browser.headers["Origin"] = people.address
    assert decide(browser, sent).json()["state"] == "confirmed"


def test_the_worklist_shows_the_most_urgent_first_in_both_languages(people, sent):
    send(people.as_("software"), visit("03-urgent"))
    browser = signed_in(people)
    french, english = browser.get("/review").text, browser.get("/review?lang=en").text
    assert french.index("example-03") < french.index("example-01")
    assert 'lang="fr"' in french
    assert "To review" in english


def test_a_report_shows_its_reasons_and_asks_for_a_decision_on_each_finding(people, sent):
    text = signed_in(people).get(f"/review/{sent['id']}").text
    assert f'data-hash="{sent["content_hash"]}"' in text
    for finding in sent["findings"]:
        assert f'data-finding="{finding["id"]}" data-decided="no"' in text
    for code in ("already-known", "artefact-or-lead-error", "other"):
        assert f'value="{code}"' in text
    assert "Pour" in text
    assert "Brouillon : non confirmé par un médecin" in text


def test_a_report_that_was_decided_is_not_headed_as_one_that_waits(people, sent):
    assert decide(people.as_("martin"), sent).json()["state"] == "confirmed"
    text = signed_in(people).get(f"/review/{sent['id']}").text
    assert "Brouillon : non confirmé par un médecin" not in text
    assert "Brouillon dont un médecin a confirmé les conclusions" in text


def test_opening_a_report_counts_as_seen_once(people, sent):
    browser = signed_in(people)
    for _ in range(3):
        browser.get(f"/review/{sent['id']}")
    said = people.as_("martin").get(f"/v1/prediagnoses/{sent['id']}").json()
    assert [step["act"] for step in said["history"]] == ["save", "see"]


def test_a_decided_finding_says_who_decided_what_and_why(people, sent):
    martin = people.as_("martin")
    decide(
        martin,
        sent,
        {
            "finding": "waist",
            "verdict": "amend",
            "to": "absent",
            "reason": "other",
            "text": "<b>mesuré à nouveau</b>",
        },
    )
    text = signed_in(people).get(f"/review/{sent['id']}").text
    taken = re.search(
        r'data-finding="waist" data-decided="yes">\s*<p class="taken">(.*?)</p>', text
    )
    assert "Amendé" in taken[1]
    assert "Dr Martin" in taken[1]
    assert "&lt;b&gt;mesuré à nouveau" in taken[1]
    decide(martin, sent)
    closed = signed_in(people).get(f"/review/{sent['id']}").text
    assert 'data-verdict="confirm"' not in closed
    assert "n&#39;attend plus de décision" in closed or "n'attend plus de décision" in closed


@pytest.mark.parametrize(
    ("name", "status"),
    [("nurse", 403), ("statistician", 403), ("administrator", 403), ("cardiologist", 200)],
)
def test_findings_are_for_physicians_and_specialists(people, sent, name, status):
    """Hazards H14 and H21."""
    ask_cardiologist(people, sent)
    answer = signed_in(people, name).get(f"/review/{sent['id']}")
    assert answer.status_code == status
    assert ('data-verdict="confirm"' in answer.text) is False
    assert ("Donner cet avis" in answer.text) is (name == "cardiologist")


def test_a_report_that_is_not_there_is_a_page_in_words(people):
    answer = signed_in(people).get("/review/none")
    assert answer.status_code == 404
    assert "Ce rapport n" in answer.text


def test_the_alarm_is_due_until_a_physician_takes_charge(tmp_path, database_url):
    clock = HandClock(datetime.now(UTC))
    with People(tmp_path, database_url, clock=clock) as people:
        said = send(people.as_("software"), visit("03-urgent")).json()
        martin = people.as_("martin")
        assert martin.get("/review/alarms").json() == {"due": 0}
        clock.move(121)
        assert martin.get("/review/alarms").json() == {"due": 1}
        assert "realert" in martin.get("/review").text
        assert martin.get(f"/review/{said['id']}").status_code == 200
        assert martin.get("/review/alarms").json() == {"due": 1}, "looking silenced it"
        martin.post(f"/v1/prediagnoses/{said['id']}/acknowledgement")
        assert martin.get("/review/alarms").json() == {"due": 0}


def test_the_worklist_says_what_is_urgent_in_its_own_language(people):
    """The bug it pins: "A symptom was sent ..." on the French list of a visit sent in English."""
    headers = {"Content-Type": "application/json"}
    url = "/v1/prediagnoses?lang=en"
    people.as_("software").post(url, content=visit("03-urgent"), headers=headers)
    martin = signed_in(people)
    said = {}
    for lang in ("fr", "en"):
        text = html.unescape(martin.get(f"/review?lang={lang}").text)
        said[lang] = re.search(r'class="motive"[^>]*>(.*?)</td>', text)[1]
    assert "Douleur" in said["fr"]
    assert said["en"]
    assert said["en"] != said["fr"]


def test_the_alarm_of_a_corrected_visit_is_taken_in_charge_on_its_page(people):
    """Its correction has no urgent item, so the page had no button to answer the alarm with."""
    calm = json.loads(visit())
    alarm = visit(**{**calm, "symptoms": ["chest_pain"]})
    send(people.as_("software"), alarm)
    sent = send(people.as_("software"), visit()).json()
    assert not [u for u in sent["urgent"] if u["level"] in ("U0", "U1")]
    martin = signed_in(people)
    text = martin.get(f"/review/{sent['id']}").text
    assert "L'urgence U0 est celle d'une version antérieure" in html.unescape(text)
    assert "Douleur thoracique déclarée." in text
    assert "data-acknowledge" in text
    people.as_("martin").post(f"/v1/prediagnoses/{sent['id']}/acknowledgement")
    assert "data-acknowledge" not in martin.get(f"/review/{sent['id']}").text


def test_an_impression_comes_before_the_findings_where_the_site_asks_for_it(tmp_path, database_url):
    """Hazard H6: who reads the software's answer first may only agree with it."""
    with People(tmp_path, database_url, impression_first=True) as people:
        sent = send(people.as_("software"), visit("03-urgent")).json()
        martin, url = people.as_("martin"), f"/review/{sent['id']}"
        before = martin.get(url).text
        assert "Votre première impression" in before
        assert "Douleur thoracique" in before, "what is urgent does not wait for it"
        for finding in sent["findings"]:
            assert f'data-finding="{finding["id"]}"' not in before
        api = martin.get(f"/v1/prediagnoses/{sent['id']}").json()
        assert "findings" not in api
        assert api["impression_needed"] is True
        problem(decide(martin, sent), 409, "impression_first")
        problem(martin.get(f"/v1/prediagnoses/{sent['id']}/report.html"), 409, "impression_first")
        body = {"words": "Syndrome coronarien possible"}
        martin.post(f"/v1/prediagnoses/{sent['id']}/impression", json=body)
        after = martin.get(url).text
        assert "Syndrome coronarien possible" in after
        assert 'data-verdict="confirm"' in after
        assert decide(martin, sent).status_code == 200


def test_agreement_is_a_page(people, sent):
    decide(people.as_("martin"), sent)
    text = signed_in(people).get("/review/agreement").text
    assert "non défini" in text
    assert "&lt; 5" in signed_in(people, "statistician").get("/review/agreement").text


def test_the_pages_load_nothing_from_elsewhere_and_run_no_script_of_a_visit(people):
    hostile = '"><script>alert(1)</script>'
    sent = send(people.as_("software"), visit(visit_id=hostile)).json()
    browser = signed_in(people)
    for url in ("/review", f"/review/{sent['id']}", "/review/agreement", "/review/sign-in"):
        answer = browser.get(url)
        assert "<script>alert" not in answer.text
        assert not OUTSIDE.search(answer.text.replace(people.address, "")), url
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy


def test_the_files_of_the_pages_are_theirs_and_no_others(people):
    client = people.as_(None)
    for name, kind in ASSETS.items():
        answer = client.get(f"/review/static/{name}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert client.get("/review/static/render.py").status_code == 404
    assert client.get("/review/static/..%2frender.py").status_code == 404
    with pytest.raises(FileNotFoundError, match=r"none\.css"):
        asset("none.css")


def test_every_sentence_of_the_pages_exists_in_both_languages():
    assert PageWords("fr").text("review.save") == "Enregistrer"
    assert PageWords("en").text("review.save") == "Save"
    assert not HttpSettings().impression_first
