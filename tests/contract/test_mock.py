"""The mock says what it is, and the live service keeps the contract that the mock shows."""

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
from laennec.serving.mock.app import MARK, create_mock, find
from laennec.serving.mock.contract import check_server, differences
from laennec.serving.mock.golden import exchanges

CLIENTS = ROOT / "examples" / "integrator"
LINES = 20


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
        nowhere = client.get("/v2/none")
        assert (nowhere.status_code, nowhere.headers[MARK][:4]) == (404, "MOCK")
        other = client.post("/v1/prediagnoses", content=visit(visit_id="another"))
        assert "canned answer" in other.headers[MARK]
        assert other.json()["disclaimer"].startswith("MOCK: ")


def test_a_decision_needs_the_version_that_was_read_in_the_mock_too():
    decision = next(e for e in exchanges() if e.name == "a decision")
    path, body = "/v1/prediagnoses/x/decision", b'{"decisions": [{"verdict": "confirm"}]}'
    plain, matched = frozenset({"content-type"}), frozenset({"content-type", "if-match"})
    assert find(("POST", path, plain), body)[0].status == 428
    assert find(("POST", path, matched), body)[0] == decision


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


@pytest.mark.parametrize("name", ["client.py", "client.mjs"])
def test_the_clients_have_twenty_lines_and_run(mock, people, name):
    file = CLIENTS / name
    runner = sys.executable if name.endswith(".py") else shutil.which("node")
    if runner is None:
        pytest.skip("node is not installed")
    code = [
        x for x in file.read_text().splitlines() if x.strip() and not x.startswith(("//", '"""'))
    ]
    assert len(code) <= LINES
    for address, is_mock in ((mock, True), (people.address, False)):
        token = people.tokens["software"]
        done = subprocess.run(
            [runner, str(file), address, token, str(VISITS / "03-urgent.json")],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert ("MOCK" in done.stdout) is is_mock
        assert is_mock or "U0" in done.stdout
    told = subprocess.run(
        [runner, str(file), people.address, "nobody", str(VISITS / "03-urgent.json")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert told.returncode == 1
    assert "not_signed_in: " in told.stderr
