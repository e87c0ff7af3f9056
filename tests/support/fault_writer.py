"""Decide a report while the n-th write or sync of the store fails; under LD_PRELOAD of the shim.

    python fault_writer.py FOLDER

Prints one JSON line per fault: what failed, whether the act was acknowledged, what was found after.
"""

import ctypes
import json
import shutil
import sys
from pathlib import Path

from laennec.serving.audit.verify import verify
from laennec.serving.decisions.confirm import decide
from laennec.serving.drafts.drafts import load_draft, save_draft
from laennec.serving.store.store import StoreUnavailable, open_store
from laennec.serving.worklist.worklist import worklist
from store_support import MARTIN, HandClock, ask, confirm, make_draft

KINDS = {"write EIO": 1, "write ENOSPC": 2, "short write": 3, "sync EIO": 4}
MOST_CALLS = 200
DRAFT = make_draft()
SHIM = ctypes.CDLL(None)


def act(store, draft_id):
    request = ask(draft_id, DRAFT, confirm(), key="the act")
    return decide(store, request, physician=MARTIN, clock=HandClock())


def one_fault(template, folder, fault):
    kind, at, draft_id = fault
    shutil.copytree(template, folder)
    url = f"sqlite:///{folder / 'laennec.db'}"
    store = open_store(url)
    SHIM.fault_arm(KINDS[kind], at)
    try:
        act(store, draft_id)
        said = "acknowledged"
    except StoreUnavailable as error:
        said = error.found
    has_fired = bool(SHIM.fault_fired())
    SHIM.fault_arm(0, 0)
    readable = len(worklist(store, clock=HandClock())) <= 1
    store.close()
    again = open_store(url)
    report = verify(again)
    found = {
        "kind": kind,
        "at": at,
        "fired": has_fired,
        "said": said,
        "readable": readable,
        "state": str(load_draft(again, draft_id).state),
        "events": report.events,
        "problems": len(report.problems),
        "resent": str(act(again, draft_id).state),
        "events_after": verify(again).events,
    }
    again.close()
    shutil.rmtree(folder)
    return found


def main(folder):
    template = folder / "template"
    template.mkdir()
    store = open_store(f"sqlite:///{template / 'laennec.db'}")
    draft_id = save_draft(store, DRAFT, rendered_language="fr", clock=HandClock())
    store.close()
    for kind in KINDS:
        for at in range(1, MOST_CALLS):
            found = one_fault(template, folder / "run", (kind, at, draft_id))
            sys.stdout.write(json.dumps(found) + "\n")
            if not found["fired"]:
                break


if __name__ == "__main__":
    main(Path(sys.argv[1]))
