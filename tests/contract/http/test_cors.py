"""Pages of other origins: closed, except for the listed front ends, and never with the session."""

import pytest
from http_support import People, send, signed_in, visit
from laennec.engine.errors import DataError
from laennec.serving.http.settings import read_http_settings

LISTED = "https://visits.example.org"
OTHER = "https://evil.example"
ASKS = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
ALLOW = "access-control-allow-origin"


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cors")
    with People(folder, f"sqlite:///{folder / 'a.db'}", cors_origins=(LISTED,)) as running:
        yield running


def test_a_listed_front_end_may_ask_and_read(people):
    asked = people.as_(None).options("/v1/prediagnoses", headers={"Origin": LISTED, **ASKS})
    assert asked.status_code == 204
    assert asked.headers[ALLOW] == LISTED
    assert "POST" in asked.headers["access-control-allow-methods"]
    assert "authorization" in asked.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in asked.headers
    client = people.as_("software")
    client.headers["Origin"] = LISTED
    sent = send(client, visit())
    assert sent.status_code == 201
    assert sent.headers[ALLOW] == LISTED
    assert sent.headers["vary"] == "Origin"
    assert "etag" in sent.headers["access-control-expose-headers"]


def test_a_refusal_can_be_read_by_a_listed_front_end_too(people):
    answer = people.as_(None).get("/v1/worklist", headers={"Origin": LISTED})
    assert answer.status_code == 401
    assert answer.headers[ALLOW] == LISTED


@pytest.mark.parametrize("origin", [OTHER, "null", f"{LISTED}.evil.example", LISTED.upper(), ""])
def test_any_other_origin_is_told_nothing(people, origin):
    asked = people.as_(None).options("/v1/prediagnoses", headers={"Origin": origin, **ASKS})
    assert asked.status_code == 405
    assert ALLOW not in asked.headers
    read = people.as_("martin").get("/v1/worklist", headers={"Origin": origin})
    assert ALLOW not in read.headers


def test_the_pages_are_opened_to_nobody(people):
    browser = signed_in(people)
    for path in ("/review", "/visit", "/smart/launch", "/health"):
        answer = browser.get(path, headers={"Origin": LISTED})
        assert ALLOW not in answer.headers, path
    asked = browser.options("/review", headers={"Origin": LISTED, **ASKS})
    assert ALLOW not in asked.headers


def test_an_act_with_the_session_from_a_listed_origin_is_refused_as_any_other(people):
    browser = signed_in(people)
    answer = browser.post("/v1/prediagnoses", json={}, headers={"Origin": LISTED})
    assert answer.status_code == 403
    assert answer.json()["code"] == "sent_from_elsewhere"


def test_without_the_setting_nothing_is_said(tmp_path):
    with People(tmp_path, f"sqlite:///{tmp_path / 'a.db'}") as closed:
        answer = closed.as_("martin").get("/v1/worklist", headers={"Origin": LISTED})
        assert ALLOW not in answer.headers
        assert "vary" not in answer.headers


@pytest.mark.parametrize(
    "origin", ["*", "https://*.example.org", f"{LISTED}/", f"{LISTED}/app", "http://visits.example"]
)
def test_an_origin_that_is_none_is_refused_as_a_setting(monkeypatch, origin):
    monkeypatch.setenv("LAENNEC_HTTP_CORS_ORIGINS", f'["{origin}"]')
    with pytest.raises(DataError, match="an origin is written in full"):
        read_http_settings()


def test_this_machine_may_be_listed_without_tls(monkeypatch):
    monkeypatch.setenv("LAENNEC_HTTP_CORS_ORIGINS", '["http://localhost:5173"]')
    assert read_http_settings().cors_origins == ("http://localhost:5173",)
