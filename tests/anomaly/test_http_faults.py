"""T14 to T16 over HTTP: killed, full or failing, the service never answers 2xx for what is lost."""

import shutil
import sys

import pytest
from postgres_server import WHY_NOT, is_there
from reliability import crash, faults

SEED = 20261103
NOTHING = ("lost", "doubled", "half_written", "chain_problems", "another_answer")
LONG = (pytest.mark.slow, pytest.mark.timeout(3600))
NEEDS_SERVER = pytest.mark.skipif(not is_there(), reason=WHY_NOT)


@pytest.mark.parametrize(
    ("kind", "workers", "kills"),
    [
        pytest.param("sqlite", 2, 3, id="sqlite"),
        pytest.param("postgresql", 2, 2, id="postgresql", marks=NEEDS_SERVER),
        pytest.param("postgresql-crash", 1, 2, id="postgresql-crash", marks=NEEDS_SERVER),
        pytest.param("sqlite", 2, 200, id="sqlite-long", marks=LONG),
    ],
)
def test_a_killed_service_loses_nothing_it_acknowledged(kind, workers, kills):
    """Hazard H9, over HTTP and with several processes; `make reliability` counts it at length."""
    counts = crash(kills, SEED, kind, workers)
    assert counts["kills"] == kills
    assert counts["acknowledged"] >= kills, "the service was killed before it answered"
    assert {name: counts[name] for name in NOTHING} == dict.fromkeys(NOTHING, 0)


@pytest.fixture(scope="module")
def found():
    if shutil.which("cc") is None or sys.platform != "linux":
        pytest.skip("needs a C compiler and Linux to make single writes fail")
    return faults(stride=4)


def test_no_decision_is_acknowledged_when_a_write_or_a_sync_fails(found):
    fired = [fault for fault in found if fault.get("fired")]
    assert {f["kind"] for f in fired} == {"write EIO", "write ENOSPC", "short write", "sync EIO"}
    assert {(f["status"], f["code"]) for f in fired} == {(503, "store_unavailable"), (200, None)}
    of_the_log = [f for f in fired if f["file"] == "db-wal" and f["kind"] != "sync EIO"]
    assert len(of_the_log) > 20
    assert {f["status"] for f in of_the_log} == {503}


def test_what_is_acknowledged_beside_a_fault_is_held_on_disk(found):
    """The bug it pins: a checkpoint that failed after a durable commit was taken for a lost act."""
    acknowledged = [f for f in found if f.get("fired") and f["status"] == 200]
    assert "db" in {f["file"] for f in acknowledged}, "no fault fell into a checkpoint"
    assert {f["held"] for f in acknowledged} == {True}
    assert min(f["synced"] for f in acknowledged) >= 1
    refused = [f for f in found if f.get("fired") and f["status"] == 503]
    writes = [f for f in refused if f["kind"] != "sync EIO"]
    assert {f["held"] for f in writes} == {False}


def test_reads_go_on_and_the_act_can_be_sent_again(found):
    singles = [fault for fault in found if "fired" in fault]
    assert {f["read"] for f in singles} == {200}
    assert {(f["again"], f["state"], f["problems"]) for f in singles} == {(200, "confirmed", 0)}


def test_a_full_disk_is_said_and_gets_well_by_itself(found):
    (full,) = [fault for fault in found if fault["kind"] == "disk full"]
    assert set(full["statuses"]) == {503}
    assert (full["read"], full["again"], full["problems"]) == (200, 200, 0)
