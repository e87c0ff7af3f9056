"""The settings, tokens and counts of the service, and the machine that has no site."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
import uvicorn
from http_support import People, decide, make_site, problem, send, visit
from laennec.engine import Models, load_models
from laennec.engine.errors import DataError, NotPermitted
from laennec.serving.clock import utc_now
from laennec.serving.http.metrics import Metrics
from laennec.serving.http.problems import NotSignedIn
from laennec.serving.http.processes import Processes, ProcessesLost
from laennec.serving.http.service import database_of
from laennec.serving.http.settings import HttpSettings, read_http_settings
from laennec.serving.http.sign_in.tokens import Tokens, new_token
from laennec.serving.site import SiteSettings, load_site
from store_support import HandClock


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite:///{tmp_path / 'laennec.db'}"


def test_it_listens_on_this_machine_only_unless_a_proxy_speaks_tls(monkeypatch):
    assert HttpSettings().is_loopback
    with pytest.raises(DataError, match="needs a proxy that speaks TLS"):
        read_http_settings(host="0.0.0.0")  # noqa: S104 - that it is refused is the test
    monkeypatch.setenv("LAENNEC_HTTP_BEHIND_TLS", "true")
    monkeypatch.setenv("LAENNEC_HTTP_PUBLIC_NAMES", '["laennec.example"]')
    assert not read_http_settings(host="0.0.0.0").is_loopback  # noqa: S104 - as above


def test_a_setting_that_is_not_known_is_an_error(monkeypatch):
    monkeypatch.setenv("LAENNEC_HTTP_PROT", "8000")
    with pytest.raises(DataError, match="LAENNEC_HTTP_PROT is not known"):
        read_http_settings()


def test_a_token_is_kept_as_its_hash_and_ends(tmp_path):
    site_folder = make_site(tmp_path)
    site, clock = load_site(site_folder), HandClock()
    token = new_token(site, site_folder, "RPPS:10001234567", days=1, clock=clock)
    file = site_folder / "tokens.toml"
    assert token not in file.read_text(encoding="utf-8")
    assert file.stat().st_mode & 0o077 == 0
    tokens = Tokens(file, site)
    assert tokens.person(token, clock).name == "Dr Martin"
    clock.move(24 * 3600)
    with pytest.raises(NotSignedIn, match="not, or no longer, one of this site"):
        tokens.person(token, clock)
    with pytest.raises(NotPermitted, match="not in the site file"):
        new_token(site, site_folder, "RPPS:1", days=1, clock=clock)


def test_a_site_without_tokens_lets_nobody_in(tmp_path):
    folder = make_site(tmp_path)
    with pytest.raises(NotSignedIn):
        Tokens(folder / "tokens.toml", load_site(folder)).person("x", utc_now)


def test_a_machine_without_a_site_screens_and_nobody_can_decide(tmp_path, database_url):
    class NoSite(People):
        def __init__(self):
            super().__init__(tmp_path, database_url)
            self.tokens = dict.fromkeys(self.tokens, "")

    with NoSite() as people:
        service = people.app.state.service
        people.app.state.service = type(service)(
            **{name: getattr(service, name) for name in service.__slots__} | {"tokens": None}
        )
        local = people.as_(None)
        sent = send(local, visit()).json()
        assert sent["findings"]
        problem(decide(local, sent), 403, "wrong_role")
        assert "n'a pas de site" in local.get("/review/sign-in").text.replace("&#39;", "'")
    with pytest.raises(NotPermitted, match="no site file"):
        database_of(None, SiteSettings())


def test_a_model_that_was_refused_leaves_the_service_degraded_not_silent(tmp_path, database_url):
    """Hazard H11: what is refused is named, its findings are not assessable, the rest runs."""
    loaded = load_models()
    missing = Models(loaded.loaded[:1], (), ())
    assert missing.loaded
    broken = load_models([tmp_path / "none" / "bundles" / "gone"])
    assert broken.refused
    with People(tmp_path, database_url) as people:
        service = people.app.state.service
        engine = type(service.engine)(
            Models(loaded.loaded[:1], broken.refused, ()), service.engine.guidelines
        )
        people.app.state.service = type(service)(
            **{name: getattr(service, name) for name in service.__slots__} | {"engine": engine}
        )
        ready = people.as_(None).get("/ready")
        assert (ready.status_code, ready.json()["status"]) == (503, "degraded")
        assert "refused" in {model["state"] for model in ready.json()["models"]}
        sent = send(people.as_("software"), visit("03-urgent")).json()
        assert sent["urgency"] == "U0"
        assert "laennec_models_refused 1" in people.as_(None).get("/metrics").text


def test_the_counts_of_several_processes_are_added_up(tmp_path):
    one, other = Metrics(tmp_path), Metrics(tmp_path)
    one.observe("/v1/worklist", "GET", 200, 0.02)
    one.write()
    (tmp_path / f"{os.getpid()}.json").rename(tmp_path / "1.json")
    other.observe("/v1/worklist", "GET", 200, 3.0)
    other.count("laennec_problems_total", code='a"b\\c\nd')
    text = other.text({"laennec_store_ready": 1.0})
    assert 'laennec_requests_total{method="GET",route="/v1/worklist",status="200"} 2' in text
    assert 'laennec_request_seconds_bucket{le="0.025",route="/v1/worklist"} 1' in text
    assert 'laennec_request_seconds_bucket{le="+Inf",route="/v1/worklist"} 2' in text
    assert 'code="a\\"b\\\\c\\nd"' in text
    assert text.endswith("laennec_store_ready 1\n")


def test_the_command_serves_with_two_processes_replaces_one_and_stops_gracefully(tmp_path):
    site = make_site(tmp_path)
    port = 18_000 + os.getpid() % 10_000
    environment = {**os.environ, "LAENNEC_SITE": str(site), "PYTHONWARNINGS": "ignore"}
    command = "from laennec.cli import main; main()"
    laennec = [sys.executable, "-P", "-c", command]
    done = subprocess.run(
        [*laennec, "token", "SITE:visits-1"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    token = done.stdout.strip()
    server = subprocess.Popen(
        [*laennec, "serve", "--port", str(port), "--workers", "2"], env=environment
    )
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60) as client:
        until = time.monotonic() + 90
        while True:
            try:
                client.get("/health")
                break
            except httpx.TransportError:
                assert time.monotonic() < until
                time.sleep(0.2)
        assert "server" not in client.get("/health").headers
        sent = [send(client, visit(visit_id=f"v{n}")) for n in range(6)]
        assert {answer.status_code for answer in sent} == {201}
        first = processes_of(server.pid)
        assert len(first) == 2
        os.kill(first[0], signal.SIGKILL)
        while len(processes_of(server.pid)) < 2 or first[0] in processes_of(server.pid):
            assert time.monotonic() < until
            time.sleep(0.1)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60) as client:
        assert send(client, visit(visit_id="v6")).status_code == 201
    server.send_signal(signal.SIGTERM)
    assert server.wait(60) in (0, -signal.SIGTERM)


def processes_of(pid):
    """The processes of a service that were not ended."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    state = {
        int(c): Path(f"/proc/{c}/stat").read_text().rpartition(")")[2].split() for c in children
    }
    return sorted(child for child, words in state.items() if words[0] != "Z")


def test_processes_that_end_one_after_the_other_stop_the_service(monkeypatch):
    class Broken:
        def __init__(self, config):
            pass

        def run(self, sockets):
            raise RuntimeError

    monkeypatch.setattr("laennec.serving.http.processes.uvicorn.Server", Broken)
    config = uvicorn.Config("none", port=0, log_level="critical")
    with pytest.raises(ProcessesLost, match="5 processes of the service ended by themselves"):
        Processes(config, 2).run()


def test_the_command_says_in_words_what_can_not_be_opened(tmp_path):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("LAENNEC_")}
    done = subprocess.run(
        [sys.executable, "-P", "-c", "from laennec.cli import main; main()", "serve"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "not_permitted: this machine has no site file" in done.stderr
    assert "Traceback" not in done.stderr
    assert json.dumps(done.stdout) == '""'
