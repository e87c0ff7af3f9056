"""The mock says what it is, and the live service keeps the contract that the mock shows."""

import json
import shutil
import subprocess
import sys
from threading import Thread
from time import monotonic, sleep

import httpx
import pytest
import uvicorn
from http_support import ROOT, VISITS, visit
from laennec.engine.errors import DataError
from laennec.serving.mock.app import MARK, Asked, create_mock, find
from laennec.serving.mock.contract import check_server, differences
from laennec.serving.mock.golden import exchanges
from laennec.serving.store import tables
from sqlalchemy import create_engine, select

CLIENTS = ROOT / "examples" / "integrator"
LINES = 24


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite:///{tmp_path / 'laennec.db'}"


@pytest.fixture(scope="module")
def mock():
    server = uvicorn.Server(uvicorn.Config(create_mock(), port=0, log_level="error"))
    thread = Thread(target=server.run)
    thread.start()
    until = monotonic() + 30
    while not server.started and monotonic() < until:
        sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


def test_the_live_service_keeps_the_contract(people):
    tokens = {"software": people.tokens["software"], "physician": people.tokens["martin"]}
    found = check_server(people.address, tokens)
    assert [one for one in found if one.differences] == []
    assert len(found) == len(exchanges())


def test_the_mock_keeps_it_too_and_marks_every_answer(mock):
    found = check_server(mock, {"software": "any", "physician": "any"})
    assert [one for one in found if one.differences] == []
    with httpx.Client(base_url=mock) as client:
        for one in exchanges():
            answer = client.request(one.method, one.path.replace("{draft}", "x"), json=one.body)
            assert answer.headers[MARK].startswith("MOCK")
            if answer.headers["content-type"] == "application/json" and answer.content[:1] == b"{":
                assert "MOCK" in answer.text, one.path
        assert client.get("/health").json()["mock"].startswith("MOCK")
        assert client.get("/v1/worklist").json()["mock"].startswith("MOCK")
        nowhere = client.get("/v2/none")
        assert (nowhere.status_code, nowhere.headers[MARK][:4]) == (404, "MOCK")
        other = client.post("/v1/prediagnoses", content=visit(visit_id="another"))
        assert "canned answer" in other.headers[MARK]
        assert other.json()["disclaimer"].startswith("MOCK: ")


def test_a_decision_needs_the_version_that_was_read_in_the_mock_too():
    decision = exchange("a decision")
    path, body = "/v1/prediagnoses/x/decision", b'{"decisions": [{"verdict": "confirm"}]}'
    plain = {"content-type": "application/json"}
    assert find(Asked("POST", path, plain, body))[0].status == 428
    assert find(Asked("POST", path, {**plain, "if-match": '"x"'}, body))[0] == decision


@pytest.mark.parametrize(
    "route", ["/v1/prediagnoses", "/fhir/$prediagnose", "/cds-services/visit-measured"]
)
@pytest.mark.parametrize("body", ["nojson", "", "{"])
def test_a_body_that_is_not_json_is_refused_as_the_service_does(mock, people, route, body):
    """It was taken with 201: nobody could try how their software tells a refusal."""
    sent = {"Content-Type": "application/json"}
    live = people.as_("software").post(route, content=body, headers=sent)
    with httpx.Client(base_url=mock) as client:
        answer = client.post(route, content=body, headers=sent)
    assert answer.status_code == live.status_code
    assert 400 <= answer.status_code < 500
    assert set(answer.json()) == set(live.json())


def test_a_form_with_an_ecg_is_no_broken_json(mock):
    with httpx.Client(base_url=mock) as client:
        assert client.post("/v1/prediagnoses", files={"ecg": b"x"}).status_code == 201


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_mock_speaks_the_language_that_is_asked_for(mock, lang):
    missing = exchange("FHIR: a visit").body
    with httpx.Client(base_url=mock) as client:
        for body in (missing, {"resourceType": "Bundle"}):
            said = client.post("/fhir/$prediagnose", params={"lang": lang}, json=body).json()
            assert said["language"] == lang
        for name in ("01-raised-risk", "02-items-missing"):
            said = client.post("/v1/prediagnoses", params={"lang": lang}, content=visit(name))
            assert said.json()["language"] == lang
        assert client.get("/v1/prediagnoses/x", params={"lang": lang}).json()["language"] == lang


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_refusal_of_the_mock_is_in_the_words_of_the_service(mock, people, lang):
    """Pinned: the mock refused in French whatever was asked for."""
    two_people = exchange("FHIR: two people").body
    sent = {"params": {"lang": lang}, "headers": {"Content-Type": "application/fhir+json"}}
    for body in (json.dumps(two_people), "{"):
        live = people.as_("software").post("/fhir/$prediagnose", content=body, **sent)
        with httpx.Client(base_url=mock) as client:
            said = client.post("/fhir/$prediagnose", content=body, **sent)
        assert said.status_code == live.status_code == 422
        assert texts(said.json()) == texts(live.json())


def texts(refusal):
    return [one["diagnostics"].removeprefix("MOCK: ") for one in refusal["issue"]]


def exchange(name):
    """One golden exchange by its name."""
    return next(e for e in exchanges() if e.name == name)


def test_what_breaks_the_contract_is_named():
    golden = {"a": 1, "b": {"c": "x"}, "d": [{"e": True}], "f": None}
    assert list(differences(golden, golden, "$")) == []
    assert list(differences(golden, {**golden, "a": 1.5, "g": 1}, "$")) == []
    broken = {"a": "1", "b": {}, "d": [{"e": 1}], "f": 2}
    assert len(list(differences(golden, broken, "$"))) == 3


def test_without_a_token_or_a_server_it_is_said(mock):
    found = check_server(mock, {})
    said = [words for one in found for words in one.differences]
    assert any("no token of the role software" in words for words in said)
    for address in ("file:///etc/passwd", "http://127.0.0.1:1"):
        with pytest.raises(DataError, match="contract can't be checked"):
            check_server(address, {})


@pytest.fixture(params=["client.py", "client.mjs"])
def client(request):
    """Run an example client with an address, a token and the file of a visit."""
    file = CLIENTS / request.param
    runner = sys.executable if file.suffix == ".py" else shutil.which("node")
    if runner is None:
        pytest.skip("node is not installed")
    lines = [x for x in file.read_text().splitlines() if x and not x.startswith(("//", '"""'))]
    assert len(lines) <= LINES

    def run(*said):
        command = [runner, str(file), *map(str, said)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    return run


def test_a_client_reads_the_mock_and_the_service_what_is_urgent_first(mock, people, client):
    urgent = VISITS / "03-urgent.json"
    for address, is_mock in ((mock, True), (people.address, False)):
        done = client(address, people.tokens["software"], urgent)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("URGENT U0")
        assert ("MOCK" in done.stdout) is is_mock
    told = client(people.address, "nobody", urgent)
    assert told.returncode == 1
    assert "not_signed_in: a token that is not, or no longer, one of this site: it" in told.stderr


def test_a_client_shows_why_a_record_is_refused_and_what_to_do(people, client, tmp_path):
    """A refused record was printed as 21 findings without the point that is to be mended."""
    sent = json.loads((VISITS / "03-urgent.json").read_bytes())
    sent["measurements"].append({"code": "zzz", "value": "1", "unit": "mmol/L"})
    refused = tmp_path / "refused.json"
    refused.write_text(json.dumps(sent))
    lines = client(people.address, people.tokens["software"], refused).stdout.splitlines()
    starts = [line.split()[0] for line in lines]
    assert [starts[0], starts[starts.index("REFUSED") - 1]] == ["URGENT", "URGENT"]
    told = next(line for line in lines if "zzz" in line)
    assert "on ne sait pas ce qui a été mesuré. Utiliser un code" in told


def test_a_client_sends_a_key_of_its_own(people, client, database_url):
    """A visit that is sent again after a broken line has one effect; no key is kept without one."""
    for sent in (1, 2):
        client(people.address, people.tokens["software"], VISITS / "03-urgent.json")
        with create_engine(database_url).connect() as store:
            keys = store.execute(select(tables.requests.c.idempotency_key)).scalars().all()
        assert len(set(keys)) == sent
