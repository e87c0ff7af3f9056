"""Decide over HTTP while writes and syncs of the store fail; under LD_PRELOAD of the shim.

    python fault_http.py FOLDER

One service lives through all of it. Prints one JSON line per fault: what failed, the status of the
act, of a read meanwhile, of the act sent again after it, and what the audit trail says.

A commit is durable when its frames of the write-ahead log are synced. Copying them to the main
file (a checkpoint) comes after it and may fail without a loss: SQLite tries again later. They are
made frequent here, so that faults fall into them too. Whether an acknowledged act is held is seen
by opening a copy of the files as they were at that moment, as after a crash.
"""

import ctypes
import json
import shutil
import sys
import tempfile
from pathlib import Path

from http_support import People, decide, send, visit
from laennec.serving.audit.verify import verify
from laennec.serving.drafts.drafts import load_draft
from laennec.serving.store.store import open_store
from sqlalchemy import event
from sqlalchemy.engine import Engine

KINDS = {"write EIO": 1, "write ENOSPC": 2, "short write": 3, "sync EIO": 4}
DISK_FULL = 5
MOST_CALLS = 90
PAGES_BETWEEN_CHECKPOINTS = 5
DATABASE = "laennec.db"
TRIES_ON_A_FULL_DISK = 10
SHIM = ctypes.CDLL(None)
SHIM.fault_file.restype = ctypes.c_char_p


@event.listens_for(Engine, "connect")
def check_often(connection, _record):
    connection.execute(f"PRAGMA wal_autocheckpoint = {PAGES_BETWEEN_CHECKPOINTS}")


def held(folder, draft_id):
    """Whether a store made of the files as they are now holds the decision, intact."""
    with tempfile.TemporaryDirectory() as copy:
        for path in folder.glob(f"{DATABASE}*"):
            if not path.name.endswith("-shm"):  # a machine that starts again has none
                shutil.copy(path, copy)
        store = open_store(f"sqlite:///{Path(copy) / DATABASE}")
        try:
            is_confirmed = str(load_draft(store, draft_id).state) == "confirmed"
            return is_confirmed and not verify(store).problems
        finally:
            store.close()


def one_fault(people, folder, kind, at):
    software, martin = people.as_("software"), people.as_("martin")
    sent = send(software, visit(visit_id=f"{kind}-{at}")).json()
    SHIM.fault_arm(KINDS[kind], at)
    said = decide(martin, sent, key=f"{kind}-{at}")
    has_fired = bool(SHIM.fault_fired())
    failed = SHIM.fault_file().decode().rpartition(".")[2] if has_fired else ""
    synced = SHIM.fault_synced()
    read = martin.get("/v1/worklist").status_code
    SHIM.fault_arm(0, 0)
    is_held = held(folder, sent["id"])
    again = decide(martin, sent, key=f"{kind}-{at}")
    return {
        "kind": kind,
        "at": at,
        "fired": has_fired,
        "file": failed,
        "synced": synced,
        "held": is_held,
        "status": said.status_code,
        "code": said.json().get("code"),
        "read": read,
        "again": again.status_code,
        "state": again.json().get("state"),
        "problems": len(verify(people.store).problems),
    }


def full_disk(people):
    """Every write fails for a while: nothing is acknowledged, reads go on, it recovers alone."""
    software, martin = people.as_("software"), people.as_("martin")
    sent = send(software, visit(visit_id="before")).json()
    SHIM.fault_arm(DISK_FULL, 1)
    tried = [decide(martin, sent).status_code for _ in range(TRIES_ON_A_FULL_DISK)]
    tried += [
        send(software, visit(visit_id=f"full-{n}")).status_code for n in range(TRIES_ON_A_FULL_DISK)
    ]
    read = martin.get(f"/v1/prediagnoses/{sent['id']}").status_code
    SHIM.fault_arm(0, 0)
    return {
        "kind": "disk full",
        "statuses": tried,
        "read": read,
        "again": decide(martin, sent).status_code,
        "problems": len(verify(people.store).problems),
    }


def main(folder, stride):
    with People(folder, f"sqlite:///{folder / DATABASE}") as people:
        for kind in KINDS:
            for at in range(1, MOST_CALLS, stride):
                found = one_fault(people, folder, kind, at)
                sys.stdout.write(json.dumps(found) + "\n")
                if not found["fired"]:
                    break
        sys.stdout.write(json.dumps(full_disk(people)) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
