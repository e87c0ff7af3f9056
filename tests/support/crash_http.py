"""Kill the service with -9 at random instants under concurrent load, and count what was lost.

    python crash_http.py FOLDER KILLS SEED [sqlite|postgresql|postgresql-crash] [--workers N]

One program imports everything once and forks a service per round (over HTTP, on a real socket, with
as many processes as asked). Clients send visits, corrections and decisions at the same time, each
act under a key of its own, and note every 2xx. After a random moment every process of the service
is killed; with postgresql-crash it is the database server that crashes. Then the store is opened
again: whatever was acknowledged must be there, once and whole, the chain must verify against a
signed checkpoint, and every act that was cut off is sent again and must end up done once.
No model is loaded: their sessions do not live through a fork, and nothing here asks for a risk.
"""

import json
import os
import random
import signal
import socket
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import httpx
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_support import PEOPLE, make_site, make_tokens, visit
from laennec.engine import Models
from laennec.serving.audit.checkpoints import key_id, read_checkpoints
from laennec.serving.audit.verify import verify, write_checkpoint
from laennec.serving.clock import utc_now
from laennec.serving.http.app import create_app
from laennec.serving.http.settings import HttpSettings
from laennec.serving.site import SiteSettings
from laennec.serving.store.store import open_store
from laennec.serving.store.tables import audit_events, decisions, drafts
from postgres_server import running_server
from sqlalchemy import select

CLIENTS = 6
KILLS_PER_STORE = 50
LONGEST_LIFE_S = 1.0
START_S = 60
KEY = Ed25519PrivateKey.generate()
TRUSTED = {key_id(KEY.public_key()): KEY.public_key()}


def serve(listening, site, database):
    """Run one process of the service on a socket that its siblings share."""
    app = create_app(HttpSettings(), SiteSettings(site=site, database=database), models=Models())
    config = uvicorn.Config(app, log_level="critical", access_log=False)
    uvicorn.Server(config).run(sockets=[listening])


def fork(work, *args):
    pid = os.fork()
    if pid == 0:
        try:
            work(*args)
        finally:
            os._exit(0)
    return pid


class Load:
    """Clients that send acts until the service is gone, and keep what they were told."""

    def __init__(self, address, tokens, luck, round_number):
        self.acknowledged, self.sent = [], []
        self._address, self._tokens, self._round = address, tokens, round_number
        self._seeds = [luck.random() for _ in range(CLIENTS)]
        self.first = threading.Event()
        self._is_early = luck.random() < 0.2

    def run(self):
        self.threads = [threading.Thread(target=self._client, args=(n,)) for n in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def _client(self, number):
        luck = random.Random(self._seeds[number])  # noqa: S311 - chooses acts, keeps no secret
        with httpx.Client(base_url=self._address, timeout=60) as client:
            try:
                for serial in range(10_000):
                    self._one_visit(client, luck, f"{self._round}-{number}-{serial}")
            except httpx.TransportError:
                return

    def _one_visit(self, client, luck, name):
        said = self._act(client, name, {"visit": name, "changed": False})
        if said is None:
            return
        if luck.random() < 0.2:
            said = self._act(client, f"{name}-corrected", {"visit": name, "changed": True}) or said
        ids = [finding["id"] for finding in said["findings"]]
        first = {"draft": said["id"], "hash": said["content_hash"], "findings": ids[:2]}
        self._act(client, f"{name}-first", first)
        self._act(client, f"{name}-rest", {**first, "findings": ids[2:]})

    def _act(self, client, key, act):
        self.sent.append((key, act))
        answer = send(client, self._tokens, key, act)
        if answer.status_code >= 300:
            return None
        said = answer.json()
        self.acknowledged.append((key, act, answer.status_code, said))
        if "draft" in act or self._is_early:
            self.first.set()
        return said


def send(client, tokens, key, act):
    """Send an act; a visit by the visit software, a decision by a physician."""
    if "visit" in act:
        changes = {"medications": []} if act["changed"] else {}
        body = visit(visit_id=act["visit"], **changes)
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        headers["Authorization"] = f"Bearer {tokens['software']}"
        return client.post("/v1/prediagnoses", content=body, headers=headers)
    said = [{"finding": i, "verdict": "confirm"} for i in act["findings"]]
    headers = {"If-Match": f'"{act["hash"]}"', "Idempotency-Key": key}
    headers["Authorization"] = f"Bearer {tokens['martin']}"
    url = f"/v1/prediagnoses/{act['draft']}/decision"
    return client.post(url, json={"decisions": said}, headers=headers)


def wait_until_up(address):
    until = time.monotonic() + START_S
    while True:
        try:
            if httpx.get(f"{address}/health", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        assert time.monotonic() < until, "the service did not start"
        time.sleep(0.01)


def one_round(place, luck, number, crash):
    """Serve, load, kill; return the load."""
    site, tokens, database, workers = place
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listening:
        pids = [fork(serve, listening, site, database) for _ in range(workers)]
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        wait_until_up(address)
        load = Load(address, tokens, luck, number)
        load.run()
        load.first.wait(START_S)
        time.sleep(luck.uniform(0, LONGEST_LIFE_S))
        crash()
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        for pid in pids:
            os.waitpid(pid, 0)
    for thread in load.threads:
        thread.join()
    return load


def check(place, load, counts, folder):
    """Count the acknowledged acts that are not there, doubled or half there; then send again."""
    _, _, database, _ = place
    store = open_store(database)
    checkpoints = read_checkpoints(folder, TRUSTED) if folder.is_dir() else None
    report = verify(store, checkpoints) if checkpoints else verify(store)
    counts["chain_problems"] += len(report.problems)
    with store.read() as connection:
        kept = set(connection.execute(select(drafts.c.draft_id)).scalars())
        hashes = {row.sequence: row.event_hash for row in connection.execute(select(audit_events))}
        rows = connection.execute(select(decisions.c.draft_id, decisions.c.finding_id)).all()
    decided = Counter((row.draft_id, row.finding_id) for row in rows)
    for _, act, _, said in load.acknowledged:
        counts["acknowledged"] += 1
        if "visit" in act:
            counts["lost"] += said["id"] not in kept
        else:
            counts["decisions"] += 1
            is_there = hashes.get(said["audit_sequence"]) == said["event_hash"]
            times = [decided[act["draft"], i] for i in act["findings"]]
            counts["lost"] += not is_there or 0 in times
            counts["half_written"] += len(set(times)) > 1
            counts["doubled"] += max(times) > 1
    write_checkpoint(store, KEY, folder, clock=utc_now)
    store.close()


def send_again(place, load, counts):
    """Send every act of the round again under its key; each ends up done once, with its answer."""
    site, tokens, database, _ = place
    with socket.create_server(("127.0.0.1", 0)) as listening:
        pid = fork(serve, listening, site, database)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        wait_until_up(address)
        told = {key: said for key, _, _, said in load.acknowledged}
        with httpx.Client(base_url=address, timeout=60) as client:
            for key, act in load.sent:
                answer = send(client, tokens, key, act)
                counts["cut_off"] += key not in told
                is_same = key not in told or _essence(answer.json()) == _essence(told[key])
                counts["another_answer"] += not (is_same and answer.status_code in (200, 201, 409))
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)


def _essence(said):
    return {k: said.get(k) for k in ("id", "content_hash", "audit_sequence", "event_hash")}


def places(folder, number, kind, server):
    """The address of a new store of a kind."""
    if kind == "sqlite":
        return f"sqlite:///{folder / f'{number}.db'}"
    return server.new_database()


def run(folder, kills, seed, kind="sqlite", workers=1):
    """Return the counts of a whole run."""
    if kind == "sqlite":
        return _run(folder, kills, seed, kind, workers, None)
    with running_server() as server:
        return _run(folder, kills, seed, kind, workers, server)


def _run(folder, kills, seed, kind, workers, server):  # noqa: PLR0917 - a program of its own
    luck = random.Random(seed)  # noqa: S311 - chooses moments, keeps no secret
    counts = Counter(
        dict.fromkeys(("kills", "acknowledged", "decisions", "lost", "doubled", "half_written"), 0),
        chain_problems=0,
        cut_off=0,
        another_answer=0,
    )
    site = make_site(folder)
    tokens = make_tokens(site)
    assert set(tokens) == set(PEOPLE)
    for number in range(kills):
        if number % KILLS_PER_STORE == 0:
            database = places(folder, number, kind, server)
            signed = folder / f"checkpoints-{number}"
        place = (site, tokens, database, workers)
        crash = server.stop if kind == "postgresql-crash" else lambda: None
        load = one_round(place, luck, number, crash)
        if kind == "postgresql-crash":
            server.start()
        check(place, load, counts, signed)
        if number % 5 == 0:
            send_again(place, load, counts)
        counts["kills"] += 1
    return dict(counts)


def main(args):
    workers = int(args[args.index("--workers") + 1]) if "--workers" in args else 1
    folder, kills, seed, *rest = args
    kind = rest[0] if rest and not rest[0].startswith("-") else "sqlite"
    counts = run(Path(folder), int(kills), int(seed), kind, workers)
    sys.stdout.write(json.dumps(counts) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
