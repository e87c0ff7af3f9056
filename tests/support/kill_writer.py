"""Kill -9 writers of a store at random instants, and count what was lost. Run as a program.

    python kill_writer.py FOLDER KILLS SEED

One process imports everything once, then forks a writer per round. The writer saves drafts and
decides them finding by finding, and says on a pipe what it was told is kept; after a random moment
it is killed. Then the store is opened again, everything acknowledged must be there, the chain must
verify, and the acts that were cut off are sent again with their own keys.
"""

import json
import os
import random
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from laennec.serving.audit.verify import verify
from laennec.serving.decisions.confirm import decide
from laennec.serving.drafts.drafts import load_draft, save_draft
from laennec.serving.store.store import open_store
from sqlalchemy import text
from store_support import MARTIN, HandClock, ask, confirm, make_draft

KILLS_PER_STORE = 40
LONGEST_LIFE_S = 0.03


def decide_one(store, draft_id, draft, finding_id):
    request = ask(draft_id, draft, confirm(finding_id), key=f"{draft_id}-{finding_id}")
    return decide(store, request, physician=MARTIN, clock=HandClock())


def write_until_killed(url, start, pipe):
    store = open_store(url)
    number = start
    while True:
        draft = make_draft(f"visit-{number}")
        draft_id = save_draft(store, draft, rendered_language="fr", clock=HandClock())
        os.write(pipe, f"{number} {draft_id} saved\n".encode())
        for finding_id in ("raised_pressure", "diabetes", "cvd"):
            decide_one(store, draft_id, draft, finding_id)
            os.write(pipe, f"{number} {draft_id} {finding_id}\n".encode())
        number += 1


def run_and_kill(url, start, life):
    """Return what a writer acknowledged before it was killed.

    `life` is (after the first acknowledgement?, seconds): most writers are killed among their acts,
    some while they open the store.
    """
    is_after_first, life_s = life
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        write_until_killed(url, start, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        said = stream.readline() if is_after_first else b""
        time.sleep(life_s)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        lines = (said + stream.read()).decode().splitlines()
    return [tuple(line.split()) for line in lines]


def check(url, acknowledged, counts):
    """Count the acknowledged acts that are not there, and whatever does not verify."""
    store = open_store(url)
    report = verify(store)
    counts["broken"] += len(report.problems)
    with store.read() as connection:
        kept = set(connection.execute(text("SELECT draft_id FROM drafts")).scalars())
        rows = connection.execute(text("SELECT draft_id, finding_id FROM decisions")).all()
        decided = Counter((row.draft_id, row.finding_id) for row in rows)
        payloads = connection.execute(text("SELECT payload FROM audit_events")).scalars()
        events = Counter(
            event["draft_id"]
            for event in map(json.loads, payloads)
            if event["act"] in {"decide_part", "confirm"}
        )
    for _, draft_id, what in acknowledged:
        is_there = draft_id in kept if what == "saved" else decided[draft_id, what] == 1
        counts["lost"] += not is_there
    per_draft = Counter(draft_id for draft_id, _ in decided)
    counts["doubled"] += sum(events[d] != n for d, n in per_draft.items())
    counts["acknowledged"] += len(acknowledged)
    send_again(store, kept, counts)
    store.close()
    return len(kept)


def send_again(store, kept, counts):
    """Send every act of the unfinished reports again; each must end up done once."""
    for draft_id in kept:
        report = load_draft(store, draft_id)
        if report.state == "confirmed":
            continue
        for finding_id in report.finding_ids():
            decide_one(store, draft_id, report.document, finding_id)
        counts["unfinished"] += 1
        counts["lost"] += load_draft(store, draft_id).state != "confirmed"


def main(folder, kills, seed):
    luck = random.Random(seed)  # noqa: S311 - chooses moments, keeps no secret
    counts = Counter(kills=0, acknowledged=0, lost=0, doubled=0, broken=0, unfinished=0)
    url, start = "", 0
    for number in range(kills):
        if number % KILLS_PER_STORE == 0:
            url, start = f"sqlite:///{Path(folder) / f'{number}.db'}", 0
        life = (luck.random() < 0.8, luck.uniform(0, LONGEST_LIFE_S))
        acknowledged = run_and_kill(url, start, life)
        start = check(url, acknowledged, counts) + 1
        counts["kills"] += 1
    sys.stdout.write(json.dumps(counts) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
