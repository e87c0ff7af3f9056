"""The service for the tests: a site with its people and tokens, and a client for each of them."""

import json
import shutil
import socket
import time
from functools import cache
from pathlib import Path
from threading import Thread

import httpx
import uvicorn
from laennec.engine import load_models
from laennec.serving.clock import utc_now
from laennec.serving.http.app import create_app
from laennec.serving.http.settings import HttpSettings
from laennec.serving.http.sign_in.tokens import new_token
from laennec.serving.site import SITE_FILE, SiteSettings, load_site

ROOT = Path(__file__).parents[2]
VISITS = ROOT / "examples" / "visits"
START_S = 60
PEOPLE = {
    "martin": "RPPS:10001234567",
    "bernard": "RPPS:10007654321",
    "nurse": "SITE:nurse-1",
    "cardiologist": "RPPS:10000000003",
    "ophthalmologist": "RPPS:10000000004",
    "statistician": "SITE:stat-1",
    "administrator": "SITE:admin-1",
    "software": "SITE:visits-1",
}
MORE_PEOPLE = """
[[people]]
id = "RPPS:10000000003"
name = "Dr Leroy"
role = "specialist"
specialty = "cardiologist"

[[people]]
id = "RPPS:10000000004"
name = "Dr Moreau"
role = "specialist"
specialty = "ophthalmologist"

[[people]]
id = "SITE:stat-1"
name = "Mme Roux"
role = "statistician"

[[people]]
id = "SITE:admin-1"
name = "M. Noir"
role = "administrator"
"""


@cache
def models():
    """The shipped models, loaded once for all tests."""
    return load_models()


def make_site(folder):
    """A copy of the example site with one person of each role."""
    site = Path(folder) / "site"
    shutil.copytree(ROOT / "examples" / "site", site)
    with (site / SITE_FILE).open("a", encoding="utf-8") as file:
        file.write(MORE_PEOPLE)
    return site


def make_tokens(site):
    """A token for each person."""
    people = load_site(site)
    return {
        name: new_token(people, site, person, days=1, clock=utc_now)
        for name, person in PEOPLE.items()
    }


class People:
    """The service on a port of this machine, and a client signed in as each person."""

    def __init__(self, folder, database, clock=utc_now, **settings):
        self.site = make_site(folder)
        self.tokens = make_tokens(self.site)
        self.app = create_app(
            HttpSettings(**settings),
            SiteSettings(site=self.site, database=database),
            clock=clock,
            models=models(),
        )
        self._listening = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(self.app, log_level="error", access_log=False, lifespan="on")
        self._server = uvicorn.Server(config)
        self._thread = Thread(target=self._server.run, args=([self._listening],))
        self._clients = []

    def __enter__(self):
        self._thread.start()
        until = time.monotonic() + START_S
        while not self._server.started:
            assert self._thread.is_alive(), "the service did not start"
            assert time.monotonic() < until, "the service did not start in time"
            time.sleep(0.01)
        return self

    def __exit__(self, *error):
        for client in self._clients:
            client.close()
        self._server.should_exit = True
        self._thread.join()
        self._listening.close()

    @property
    def store(self):
        return self.app.state.service.store

    @property
    def address(self):
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def as_(self, name, **options):
        """A client signed in with a person's token; nobody's for None."""
        headers = {"Authorization": f"Bearer {self.tokens[name]}"} if name else {}
        client = httpx.Client(base_url=self.address, headers=headers, timeout=60, **options)
        self._clients.append(client)
        return client


def visit(name="01-raised-risk", **changes):
    """An example visit as JSON bytes."""
    document = json.loads((VISITS / f"{name}.json").read_text(encoding="utf-8"))
    return json.dumps({**document, **changes}).encode()


def send(client, body=None, key=None, **options):
    headers = {"Content-Type": "application/json", **({"Idempotency-Key": key} if key else {})}
    return client.post(
        "/v1/prediagnoses", content=visit() if body is None else body, headers=headers, **options
    )


def decide(client, sent, *decisions, key=None, match=None):
    """Send a decision on what was sent; confirm everything where none is given."""
    tag = f'"{sent["content_hash"]}"' if match is None else match
    headers = {"If-Match": tag, **({"Idempotency-Key": key} if key else {})}
    body = {"decisions": list(decisions) or [{"verdict": "confirm"}]}
    url = f"/v1/prediagnoses/{sent['id']}/decision"
    return client.post(url, json=body, headers=headers)


def ask_cardiologist(people, sent):
    """Ask the cardiologist about what was sent, with the person's agreement."""
    answers = {"person_id": sent["person_id"], "answers": {"specialist_advice": True}}
    assert people.as_("nurse").post("/v1/consents", json=answers).status_code == 200
    asked = {"specialty": "cardiologist", "words": "avis ?"}
    url = f"/v1/prediagnoses/{sent['id']}/question"
    assert people.as_("martin").post(url, json=asked).status_code == 200


def signed_in(people, name="martin"):
    """A browser: the token is a cookie, and acts come from the service's own page."""
    browser = people.as_(None, follow_redirects=False)
    answer = browser.post("/review/sign-in", data={"token": people.tokens[name]})
    assert answer.status_code == 303
    browser.headers["Origin"] = people.address
    return browser


def problem(answer, status, code):
    """The problem document of an answer, whose form is checked."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == status
    assert document["code"] == code
    assert document["type"] == f"urn:laennec:problem:{code}"
    assert all(document[part] for part in ("title", "detail", "instance", "found", "why", "remedy"))
    return document
