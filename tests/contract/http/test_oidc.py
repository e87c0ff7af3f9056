"""Sign-in with signed tokens: what is not exactly right opens nothing, and nothing twice."""

import base64
import hmac
import json
import time

import pytest
from http_support import PEOPLE, People, make_site, problem, send, visit
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey
from laennec.engine.errors import DataError, NotPermitted
from laennec.serving.clock import utc_now
from laennec.serving.http.settings import HttpSettings
from laennec.serving.http.sign_in import key_sets as key_sets_module
from laennec.serving.http.sign_in.dev_issuer import development_token
from laennec.serving.http.sign_in.issuers import Issuers
from laennec.serving.http.sign_in.key_sets import IssuerUnavailable, fetched, key_set
from laennec.serving.site import DEVELOPMENT, SiteSettings, load_site

ISSUER, SOFTWARE = "https://id.example.org", "https://visits.example.org"
KEY = ECKey.generate_key("P-256", {"kid": "one"}, private=True)
OTHER = ECKey.generate_key("P-256", {"kid": "one"}, private=True)
ROWS = f"""
[[issuer]]
issuer = "{ISSUER}"
audience = "laennec"
jwks = "jwks.json"

[[issuer]]
issuer = "{SOFTWARE}"
audience = "laennec"
jwks = "jwks.json"
algorithms = ["ES256", "RS256"]
once = true

[[issuer]]
issuer = "{DEVELOPMENT}"
audience = "laennec"
jwks = "development.json"
"""


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite:///{tmp_path / 'laennec.db'}"


@pytest.fixture
def people(tmp_path, database_url, monkeypatch):
    """The service of a site that trusts three issuers."""

    def site_with_issuers(folder):
        site = make_site(folder)
        with (site / "site.toml").open("a", encoding="utf-8") as file:
            file.write(ROWS)
        publish(site, KEY)
        return site

    monkeypatch.setattr("http_support.make_site", site_with_issuers)
    with People(tmp_path, database_url) as running:
        yield running


def publish(site, *keys):
    said = KeySet(list(keys)).as_dict(private=False)
    (site / "jwks.json").write_text(json.dumps(said), encoding="utf-8")


def claims(**changes):
    now = int(time.time())
    said = {
        "iss": ISSUER,
        "aud": "laennec",
        "sub": PEOPLE["martin"],
        "iat": now,
        "exp": now + 600,
        "jti": f"number-{time.monotonic_ns()}",
    }
    return {k: v for k, v in {**said, **changes}.items() if v is not None}


def signed(key=KEY, alg="ES256", kid="one", **changes):
    header = {"alg": alg, **({"kid": kid} if kid else {})}
    return jwt.encode(header, claims(**changes), key, [alg])


def as_bearer(people, token):
    client = people.as_(None, follow_redirects=False)
    client.headers["Authorization"] = f"Bearer {token}"
    return client


def test_a_signed_token_opens_what_the_site_file_gives_its_person(people):
    martin = as_bearer(people, signed())
    assert [martin.get("/v1/worklist").status_code for _ in range(3)] == [200] * 3
    nurse = as_bearer(people, signed(sub=PEOPLE["nurse"], role="physician"))
    sent = send(nurse).json()
    assert "findings" not in sent
    assert nurse.get("/v1/agreement").status_code == 403, "a role in a token is not asked"


NOW = time.time
WRONG = {
    "another audience": {"aud": "another"},
    "no audience": {"aud": None},
    "another issuer": {"iss": "https://elsewhere.example"},
    "no issuer": {"iss": None},
    "ended": {"iat": 1, "exp": 600},
    "no end": {"exp": None},
    "an end in words": {"exp": "tomorrow"},
    "true for an end": {"exp": True},
    "no beginning": {"iat": None},
    "begins later": {"iat": int(NOW()) + 9000, "exp": int(NOW()) + 9600},
    "not yet": {"nbf": int(NOW()) + 9000},
    "lives too long": {"exp": int(NOW()) + 86400},
    "no number": {"jti": None},
    "a number that is none": {"jti": 7},
    "nobody of the site": {"sub": "RPPS:99999999999"},
    "no person": {"sub": None},
    "a person that is no text": {"sub": {"id": "RPPS:10001234567"}},
}


@pytest.mark.parametrize("what", WRONG)
def test_a_claim_that_is_not_right_opens_nothing(people, what):
    problem(as_bearer(people, signed(**WRONG[what])).get("/v1/worklist"), 401, "not_signed_in")


def encoded(part):
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def forged_with_the_public_key():
    """The oldest trick: the public key taken for a shared secret."""
    start = f"{encoded({'alg': 'HS256', 'kid': 'one'})}.{encoded(claims())}"
    secret = KEY.as_pem(private=False)
    mac = hmac.digest(secret, start.encode(), "sha256")
    return f"{start}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


FORGED = {
    "signed by another key of the same name": lambda: signed(key=OTHER),
    "an unknown key": lambda: signed(key=OTHER, kid="two"),
    "no signature": lambda: f"{encoded({'alg': 'none'})}.{encoded(claims())}.",
    "the public key as a secret": forged_with_the_public_key,
    "an algorithm that this issuer does not use": lambda: signed(
        key=RSAKey.generate_key(2048, {"kid": "one"}), alg="RS256"
    ),
    "claims that were changed": lambda: ".".join(
        [(parts := signed().split("."))[0], encoded(claims(sub=PEOPLE["bernard"])), parts[2]]
    ),
    "claims that are a list": lambda: f"{encoded({'alg': 'ES256'})}.{encoded([1])}.AAAA",
    "no token": lambda: "..",
    "not in base64": lambda: "!.!.!",
    "not in ASCII": lambda: "é.é.é",
    "too long": lambda: signed(more="x" * 9000),
    "a key of its own in the header": lambda: jwt.encode(
        {"alg": "ES256", "jwk": OTHER.as_dict(private=False)}, claims(), OTHER, ["ES256"]
    ),
}


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_token_opens_nothing(people, what):
    header = f"Bearer {FORGED[what]()}".encode("latin-1")
    answer = people.as_(None).get("/v1/worklist", headers=[(b"authorization", header)])
    problem(answer, 401, "not_signed_in")


def test_a_token_that_is_good_once_is_refused_the_second_time(people):
    token = signed(iss=SOFTWARE, sub=PEOPLE["software"])
    client = as_bearer(people, token)
    assert send(client).status_code == 201
    problem(send(client), 401, "token_replayed")
    again = as_bearer(people, signed(iss=SOFTWARE, sub=PEOPLE["software"]))
    assert send(again, visit(visit_id="next")).status_code == 201


def test_one_token_signs_in_once_and_signing_out_ends_it_everywhere(people):
    token = signed()
    browser = people.as_(None, follow_redirects=False)
    assert browser.post("/review/sign-in", data={"token": token}).status_code == 303
    assert browser.get("/review").status_code == 200
    thief = people.as_(None, follow_redirects=False)
    assert thief.post("/review/sign-in", data={"token": token}).status_code == 401
    browser.headers["Origin"] = people.address
    browser.post("/review/sign-out")
    problem(as_bearer(people, token).get("/v1/worklist"), 401, "not_signed_in")
    assert thief.post("/review/sign-in", data={"token": token}).status_code == 401
    thief.cookies.set("laennec_session", "a.b.c")
    assert thief.post("/review/sign-out").status_code == 303


def test_used_tokens_are_forgotten_when_they_have_ended(people):
    client = as_bearer(people, signed(iss=SOFTWARE, sub=PEOPLE["software"]))
    send(client)
    with people.store.write() as connection:
        connection.exec_driver_sql("UPDATE used_tokens SET ends_at = 1")
    send(as_bearer(people, signed(iss=SOFTWARE, sub=PEOPLE["software"])), visit(visit_id="b"))
    with people.store.read() as connection:
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM used_tokens").scalar() == 1


def test_a_key_that_was_changed_is_read_again_and_the_old_one_ends(people, monkeypatch):
    assert as_bearer(people, signed()).get("/v1/worklist").status_code == 200
    new = ECKey.generate_key("P-256", {"kid": "two"}, private=True)
    publish(people.site, new)
    monkeypatch.setattr(key_sets_module, "_AGAIN_S", -1.0)
    assert as_bearer(people, signed(key=new, kid="two")).get("/v1/worklist").status_code == 200
    problem(as_bearer(people, signed()).get("/v1/worklist"), 401, "not_signed_in")


def test_without_keys_nobody_is_taken_for_anybody(people):
    (people.site / "jwks.json").unlink()
    problem(as_bearer(people, signed()).get("/v1/worklist"), 503, "issuer_unavailable")
    (people.site / "jwks.json").write_text("{}")
    site = load_site(people.site)
    with pytest.raises(IssuerUnavailable, match="keys can't be read"):
        Issuers(site, people.site, people.store).person(signed(), utc_now)


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize("kind", ["secret", "short"])
def test_a_key_set_with_a_key_that_can_be_forged_is_refused(kind):
    key = OctKey.generate_key(256) if kind == "secret" else RSAKey.generate_key(1024)
    with pytest.raises(DataError, match="in a key set"):
        key_set({"keys": [key.as_dict(private=kind == "secret")]})


@pytest.mark.parametrize(
    ("key", "alg"),
    [
        (RSAKey.generate_key(2048), "PS256"),
        (RSAKey.generate_key(2048), "RS256"),
        (ECKey.generate_key("P-384"), "ES384"),
        (OKPKey.generate_key("Ed25519"), "Ed25519"),
    ],
    ids=["PS256", "RS256", "ES384", "Ed25519"],
)
def test_every_algorithm_that_a_site_may_name_is_checked(people, key, alg):
    text = (people.site / "site.toml").read_text(encoding="utf-8")
    row = f'audience = "laennec"\njwks = "jwks.json"\nalgorithms = ["{alg}"]\n'
    changed = text.replace('audience = "laennec"\njwks = "jwks.json"\n', row, 1)
    (people.site / "site.toml").write_text(changed, encoding="utf-8")
    publish(people.site, key)
    trusted = Issuers(load_site(people.site), people.site, people.store)
    assert trusted.person(signed(key=key, alg=alg, kid=None), utc_now).id == PEOPLE["martin"]


@pytest.mark.parametrize(
    "wrong",
    [
        'algorithms = ["HS256"]',
        'algorithms = ["none"]',
        "algorithms = []",
        'jwks_url = "https://id.example.org/keys"',
        "secret = 1",
    ],
)
def test_a_site_can_not_trust_a_shared_secret(tmp_path, wrong):
    site = make_site(tmp_path)
    with (site / "site.toml").open("a", encoding="utf-8") as file:
        file.write(f'[[issuer]]\nissuer = "x"\naudience = "y"\njwks = "z"\n{wrong}\n')
    with pytest.raises(DataError, match="the site file can't be used"):
        load_site(site)


def test_two_issuers_of_one_name_are_refused(tmp_path):
    site = make_site(tmp_path)
    with (site / "site.toml").open("a", encoding="utf-8") as file:
        file.write('[[issuer]]\nissuer = "x"\naudience = "y"\njwks = "z"\n' * 2)
    with pytest.raises(DataError, match="two issuers"):
        load_site(site)


def test_a_key_set_is_fetched_over_tls_only():
    for url in ("http://id.example.org/keys", "file:///etc/passwd", "ftp://x/y"):
        with pytest.raises(OSError, match="not TLS"):
            fetched(url)


def test_the_development_issuer_signs_for_this_machine_only(people, tmp_path):
    token = development_token(PEOPLE["martin"], people.site, minutes=5, clock=utc_now)
    again = development_token(PEOPLE["nurse"], people.site, minutes=5, clock=utc_now)
    assert as_bearer(people, token).get("/v1/worklist").status_code == 200
    assert as_bearer(people, again).get("/v1/agreement").status_code == 403
    assert (people.site / "keys" / "development_issuer.key.json").stat().st_mode & 0o077 == 0
    from laennec.serving.http.service import opened_service

    public = HttpSettings(host="0.0.0.0", behind_tls=True, public_names=("x",))  # noqa: S104 - not listened at
    settings = SiteSettings(site=people.site, database=f"sqlite:///{tmp_path / 'b.db'}")
    with (
        pytest.raises(DataError, match="the development issuer"),
        opened_service(public, settings, models=people.app.state.service.engine.models),
    ):
        pass
    with pytest.raises(NotPermitted, match="does not trust"):
        development_token(PEOPLE["martin"], make_site(tmp_path / "x"), minutes=5, clock=utc_now)
