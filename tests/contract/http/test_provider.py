"""Sign-in at a provider of the house, over TLS: led there, and back with a code good once."""

import ssl
from base64 import urlsafe_b64encode
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from http_support import PEOPLE, People, make_site
from laennec.engine.errors import DataError
from laennec.serving.http.problems import NotSignedIn
from laennec.serving.http.sign_in.discovery import Discovery
from laennec.serving.http.sign_in.key_sets import IssuerUnavailable, fetched
from laennec.serving.http.sign_in.provider import Question
from laennec.serving.site import load_site
from oidc_provider import SECRET, Provider


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite:///{tmp_path / 'laennec.db'}"


@pytest.fixture
def provider(tmp_path, monkeypatch):
    """A provider whose certificate this machine trusts."""
    with Provider(tmp_path) as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(running.certificate))
        running.person = PEOPLE["martin"]
        yield running


@pytest.fixture
def row():
    """What the row of the provider says besides."""
    return {}


@pytest.fixture
def people(tmp_path, database_url, provider, row, monkeypatch):
    def site_with_provider(folder):
        site = make_site(folder)
        with (site / "site.toml").open("a", encoding="utf-8") as file:
            file.write(provider.row(**row))
        (site / "client.secret").write_text(SECRET + "\n", encoding="utf-8")
        return site

    monkeypatch.setattr("http_support.make_site", site_with_provider)
    with People(tmp_path, database_url) as running:
        yield running


def led(people, provider):
    """A browser that was led to the provider, and the way back that it was given."""
    browser = people.as_(None, follow_redirects=False)
    page = browser.get("/review/sign-in").text
    assert "Se connecter avec localhost" in page
    away = browser.get("/review/sign-in/provider", params={"issuer": provider.address})
    assert away.status_code == 303
    assert "SameSite=lax" in away.headers["set-cookie"]
    assert "HttpOnly" in away.headers["set-cookie"]
    trusted = ssl.create_default_context(cafile=str(provider.certificate))
    with httpx.Client(verify=trusted) as elsewhere:
        back = elsewhere.get(away.headers["location"]).headers["location"]
    return browser, back


def test_a_browser_is_led_to_the_provider_and_comes_back_signed_in(people, provider):
    browser, back = led(people, provider)
    (asked,) = provider.asked.values()
    assert asked["response_type"] == "code"
    assert asked["client_id"] == "laennec"
    assert asked["scope"] == "openid"
    assert len(asked["code_challenge"]) == 43
    answer = browser.get(back)
    assert answer.status_code == 200
    assert 'http-equiv="refresh" content="0; url=/review?lang=fr"' in answer.text
    assert browser.get("/review").status_code == 200
    assert "Dr Martin" in browser.get("/review").text
    browser.headers["Origin"] = people.address
    browser.post("/review/sign-out")
    assert browser.get("/review").status_code == 303


def test_a_nurse_comes_back_to_the_page_of_the_visit(people, provider):
    provider.person = PEOPLE["nurse"]
    browser, back = led(people, provider)
    assert "url=/visit?lang=fr" in browser.get(back).text


def test_a_code_and_an_answer_are_good_once(people, provider):
    browser, back = led(people, provider)
    assert browser.get(back).status_code == 200
    again = browser.get(back)
    assert again.status_code == 401, "the question was forgotten with the answer"
    assert "n&#39;a pas abouti" in again.text
    assert provider.answers == [200]


def test_an_answer_that_another_browser_was_given_signs_nobody_in(people, provider):
    """Who makes somebody follow a link of their own does not sign them in as themselves."""
    _, back_of_thief = led(people, provider)
    browser, _ = led(people, provider)
    assert browser.get(back_of_thief).status_code == 401
    assert people.as_(None, follow_redirects=False).get(back_of_thief).status_code == 401
    assert provider.answers == [], "its code was not even exchanged"


@pytest.mark.parametrize(
    "spoilt",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another"},
        {"iss": "https://elsewhere.example"},
        {"sub": "RPPS:99999999999"},
        {"exp": 1},
        {"pad": "x" * 5000},
    ],
    ids=lambda spoilt: next(iter(spoilt)),
)
def test_a_token_that_is_not_exactly_right_signs_nobody_in(people, provider, spoilt):
    provider.spoilt = spoilt
    browser, back = led(people, provider)
    assert browser.get(back).status_code == 401
    assert browser.get("/review").status_code == 303


@pytest.mark.parametrize("change", ["iss=https%3A%2F%2Felsewhere.example", "error=access_denied"])
def test_an_answer_of_somebody_else_or_a_refusal_signs_nobody_in(people, provider, change):
    browser, back = led(people, provider)
    said = {k: v[0] for k, v in parse_qs(urlsplit(back).query).items()}
    key, _, value = change.partition("=")
    said = {"state": said["state"], **({} if key == "error" else said), key: value}
    assert browser.get("/review/sign-in/callback", params=said).status_code == 401
    assert provider.answers == []


def test_without_the_secret_the_provider_gives_nothing(people, provider):
    browser, back = led(people, provider)
    (people.site / "client.secret").write_text("another", encoding="utf-8")
    assert browser.get(back).status_code == 401
    assert provider.answers == [400]
    browser, back = led(people, provider)
    (people.site / "client.secret").unlink()
    assert browser.get(back).status_code == 500


def test_a_provider_that_the_site_does_not_name_leads_nowhere(people):
    browser = people.as_(None, follow_redirects=False)
    answer = browser.get("/review/sign-in/provider", params={"issuer": "https://evil.example"})
    assert answer.headers["location"] == "/review/sign-in"


def test_a_key_set_is_fetched_over_tls_that_is_checked_and_without_following(
    provider, tmp_path, monkeypatch
):
    assert b'"kid": "one"' in fetched(f"{provider.address}/keys")
    with pytest.raises(OSError, match="302"):
        fetched(f"{provider.address}/elsewhere")
    other = tmp_path / "other"
    other.mkdir()
    with Provider(other) as stranger, pytest.raises(OSError, match="certificate verify failed"):
        fetched(f"{stranger.address}/keys")
    monkeypatch.setattr("laennec.serving.http.sign_in.key_sets._MOST_BYTES", 10)
    with pytest.raises(OSError, match="too long"):
        fetched(f"{provider.address}/keys")


@pytest.mark.parametrize("wrong", ["token_url", "authorization_url"])
def test_a_site_names_both_addresses_of_a_provider_over_tls(tmp_path, provider, wrong):
    site = make_site(tmp_path / "site")
    text = provider.row()
    file = site / "site.toml"
    before = file.read_text(encoding="utf-8")
    file.write_text(before + text.replace(f'{wrong} = "https', f'{wrong} = "http'), "utf-8")
    with pytest.raises(DataError, match=wrong):
        load_site(site)
    kept = "".join(line for line in text.splitlines(keepends=True) if not line.startswith(wrong))
    file.write_text(before + kept, "utf-8")
    with pytest.raises(DataError, match="both or neither"):
        load_site(site)


@pytest.mark.parametrize("said", ["", "x", urlsafe_b64encode(b"[" * 3000).decode(), "W10="])
def test_a_cookie_that_is_none_of_ours_asked_nothing(said):
    with pytest.raises(NotSignedIn, match="did not begin"):
        Question.of_cookie(said)


class TestDiscovered:
    """A provider of which the site writes nothing but its name: it announces its addresses."""

    @pytest.fixture
    def row(self):
        written = ("jwks_url", "authorization_url", "token_url")
        return {**dict.fromkeys(written), "discover": True}

    def test_it_signs_in_like_one_whose_addresses_are_written(self, people, provider):
        browser, back = led(people, provider)
        assert browser.get(back).status_code == 200
        assert "Dr Martin" in browser.get("/review").text

    @pytest.mark.parametrize(
        "announced",
        [
            {"issuer": "https://elsewhere.example"},
            {"token_endpoint": "http://localhost/token"},
            {"jwks_uri": None},
            {"code_challenge_methods_supported": ["plain"]},
        ],
        ids=lambda said: next(iter(said)),
    )
    def test_what_can_not_be_used_leads_nowhere_and_says_so(self, people, provider, announced):
        provider.discovered = announced
        browser = people.as_(None, follow_redirects=False)
        away = browser.get("/review/sign-in/provider", params={"issuer": provider.address})
        assert away.status_code == 503
        assert "issuer_unavailable" in away.text


def test_a_discovery_that_is_none_is_refused_in_words(monkeypatch):
    for said in (b"[", b"[1]", b"[" * 100_000):
        monkeypatch.setattr(
            "laennec.serving.http.sign_in.discovery.fetched", lambda _url, s=said: s
        )
        with pytest.raises(IssuerUnavailable, match="no JSON"):
            Discovery().openid("https://id.example.org")


def test_an_issuer_that_does_not_answer_is_refused_in_words(monkeypatch):
    def nobody(_url):
        raise OSError

    monkeypatch.setattr("laennec.serving.http.sign_in.discovery.fetched", nobody)
    with pytest.raises(IssuerUnavailable, match="discovery can't be read"):
        Discovery().openid("https://id.example.org")
