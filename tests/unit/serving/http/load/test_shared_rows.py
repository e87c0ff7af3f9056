"""Rows that the processes of a service share: counted once, kept when one of them is killed."""

import os
import signal
from time import sleep

from laennec.serving.http.load.limits import Bucket
from laennec.serving.http.load.shared_rows import SharedRows


def forked(work):
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(0)
    return pid


def test_processes_take_from_one_bucket():
    bucket, taken = Bucket(100, lambda: 0.0), SharedRows(8)

    def take():
        mine = sum(bucket.take("somebody") for _ in range(80))
        with taken.locked():
            before = taken.get("all") or (0.0, 0.0)
            taken.put("all", (before[0] + mine, 0.0))

    for pid in [forked(take) for _ in range(3)]:
        os.waitpid(pid, 0)
    assert taken.get("all") == (100.0, 0.0), "240 asked, 100 were there, none was given twice"
    assert not bucket.take("somebody")
    assert bucket.take("somebody else")


def test_a_process_that_is_killed_lets_go_of_the_rows():
    rows = SharedRows(8)

    def hold():
        with rows.locked():
            rows.put("held", (1.0, 1.0))
            sleep(60)

    pid = forked(hold)
    while rows.get("held") is None:
        sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    with rows.locked():
        assert rows.get("held") == (1.0, 1.0)


def test_a_name_that_takes_anothers_place_begins_anew_and_so_does_the_other():
    rows = SharedRows(1)
    rows.put("one", (3.0, 1.0))
    assert rows.get("one") == (3.0, 1.0)
    assert rows.get("other") is None
    rows.put("other", (5.0, 2.0))
    assert rows.get("one") is None
