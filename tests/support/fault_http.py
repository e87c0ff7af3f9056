"""Decide over HTTP while writes and syncs of the store fail; under LD_PRELOAD of the shim.

    python fault_http.py FOLDER

One service lives through all of it. Prints one JSON line per fault: what failed, the status of the
act, of a read meanwhile, of the act sent again after it, and what the audit trail says.
"""

import ctypes
import json
import sys
from pathlib import Path

from http_support import People, decide, send, visit
from laennec.serving.audit_verify import verify

KINDS = {"write EIO": 1, "write ENOSPC": 2, "short write": 3, "sync EIO": 4}
DISK_FULL = 5
MOST_CALLS = 60
TRIES_ON_A_FULL_DISK = 10
SHIM = ctypes.CDLL(None)


def one_fault(people, kind, at):
    software, martin = people.as_("software"), people.as_("martin")
    sent = send(software, visit(visit_id=f"{kind}-{at}")).json()
    SHIM.fault_arm(KINDS[kind], at)
    said = decide(martin, sent, key=f"{kind}-{at}")
    has_fired = bool(SHIM.fault_fired())
    read = martin.get("/v1/worklist").status_code
    SHIM.fault_arm(0, 0)
    again = decide(martin, sent, key=f"{kind}-{at}")
    return {
        "kind": kind,
        "at": at,
        "fired": has_fired,
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


def main(folder):
    with People(folder, f"sqlite:///{folder / 'laennec.db'}") as people:
        for kind in KINDS:
            for at in range(1, MOST_CALLS):
                found = one_fault(people, kind, at)
                sys.stdout.write(json.dumps(found) + "\n")
                if not found["fired"]:
                    break
        sys.stdout.write(json.dumps(full_disk(people)) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
