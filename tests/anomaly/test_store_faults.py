"""T14 to T16: killed, full or failing, the store never says that something is kept that is not."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from laennec.serving.audit.verify import verify
from laennec.serving.decisions.confirm import decide
from laennec.serving.drafts.drafts import save_draft
from laennec.serving.drafts.states import State
from laennec.serving.store.store import StoreUnavailable, open_store
from laennec.serving.worklist.worklist import worklist
from sqlalchemy import event
from store_support import MARTIN, HandClock, ask, confirm, make_draft

SUPPORT = Path(__file__).parents[1] / "support"


def run(program, *args, **environment):
    done = subprocess.run(
        [sys.executable, str(SUPPORT / program), *map(str, args)],
        env={**os.environ, "PYTHONPATH": str(SUPPORT), "PYTHONWARNINGS": "error", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    "kills", [pytest.param(40, id="40"), pytest.param(1000, id="1000", marks=pytest.mark.slow)]
)
def test_a_killed_writer_loses_nothing_it_acknowledged(tmp_path, kills):
    """Hazard H9. Shows atomicity; a power cut is the business of the sync faults below."""
    (counts,) = run("kill_writer.py", tmp_path, kills, 20261103)
    assert counts["kills"] == kills
    assert counts["acknowledged"] >= kills // 2, "the writers were killed before they wrote"
    assert counts["unfinished"] > kills // 8, "the writers were hardly ever killed in the middle"
    assert (counts["lost"], counts["doubled"], counts["broken"]) == (0, 0, 0)


@pytest.fixture(scope="module")
def faults(tmp_path_factory):
    """One decision per fault: every write and every sync of the act failed once, in each way."""
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("needs a C compiler and Linux to make single writes fail")
    folder = tmp_path_factory.mktemp("faults")
    shim = folder / "shim.so"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-o", str(shim), str(SUPPORT / "fault_shim.c"), "-ldl"],
        check=True,
    )
    return run("fault_writer.py", folder, LD_PRELOAD=str(shim))


def test_no_act_is_acknowledged_when_a_write_or_a_sync_fails(faults):
    fired = [fault for fault in faults if fault["fired"]]
    assert {fault["kind"] for fault in fired} == {
        "write EIO",
        "write ENOSPC",
        "short write",
        "sync EIO",
    }
    assert len(fired) > 20
    for fault in fired:
        assert fault["said"].startswith("the store refused (SQLITE_"), fault


def test_after_a_failed_write_the_store_holds_all_of_the_act_or_nothing(faults):
    for fault in faults:
        assert fault["problems"] == 0, fault
        assert (fault["state"], fault["events"]) in {("draft", 1), ("confirmed", 3)}, fault


def test_after_a_failed_write_reads_go_on_and_the_act_can_be_sent_again(faults):
    for fault in faults:
        assert fault["readable"], fault
        assert (fault["resent"], fault["events_after"]) == ("confirmed", 3), fault


def test_without_a_fault_the_same_act_is_acknowledged(faults):
    clean = [fault for fault in faults if not fault["fired"]]
    assert [fault["said"] for fault in clean] == ["acknowledged"] * 4


def test_a_full_disk_is_said_and_gets_well_by_itself(tmp_path):
    """T16, with the database's own limit of pages as the disk; reads go on meanwhile."""
    url = f"sqlite:///{tmp_path / 'laennec.db'}"
    roomy = open_store(url)
    with roomy.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    outcomes = []
    for number, extra in enumerate(range(0, 60, 3)):
        tight = open_store(url)

        def limit(connection, _record, most=pages + extra):
            connection.execute(f"PRAGMA max_page_count = {most}")

        tight.engine.dispose()
        event.listen(tight.engine, "connect", limit)
        outcomes.append(fill_until_full(tight, number))
        tight.close()
        report = verify(roomy)
        assert report.is_intact
        assert report.events == sum(outcomes)
    assert sum(outcomes) > 50
    assert any(events % 3 == 1 for events in outcomes), "no decision was refused after its draft"
    draft_id = save_draft(roomy, make_draft("after"), rendered_language="fr", clock=HandClock())
    decided = decide(
        roomy, ask(draft_id, make_draft("after"), confirm()), physician=MARTIN, clock=HandClock()
    )
    assert decided.state is State.CONFIRMED
    roomy.close()


def fill_until_full(store, number):
    """Save and decide until the store refuses; return the events of the acknowledged acts."""
    events = 0
    for serial in range(1000):
        draft = make_draft(f"visit-{number}-{serial}")
        try:
            draft_id = save_draft(store, draft, rendered_language="fr", clock=HandClock())
            events += 1
            decide(store, ask(draft_id, draft, confirm()), physician=MARTIN, clock=HandClock())
            events += 2
        except StoreUnavailable as error:
            assert error.found == "the store refused (SQLITE_FULL)"
            assert worklist(store, clock=HandClock()) is not None
            return events
    raise AssertionError("the store never filled up")
