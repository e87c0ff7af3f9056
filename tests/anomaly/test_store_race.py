"""T17 and T18: many at once, one wins, and every other is told."""

import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from laennec.engine.errors import NotPermitted, Superseded
from laennec.serving.audit.verify import verify
from laennec.serving.decisions.confirm import decide
from laennec.serving.decisions.release import release
from laennec.serving.drafts.drafts import load_draft, save_draft
from laennec.serving.drafts.states import State
from laennec.serving.people import Person, Role
from laennec.serving.store.store import open_store
from laennec.serving.worklist.worklist import worklist
from store_support import MARTIN, HandClock, ask, confirm, make_draft, reject

SUPPORT = Path(__file__).parents[1] / "support"
CROWD = 50
DRAFT = make_draft()


@pytest.fixture
def draft_id(store):
    return save_draft(store, DRAFT, rendered_language="fr", clock=HandClock())


def all_at_once(act, crowd=CROWD):
    """Call `act(number)` from many threads at the same moment; return answers or errors."""
    gate = Barrier(crowd)

    def one(number):
        gate.wait()
        try:
            return act(number)
        except (NotPermitted, Superseded) as error:
            return error

    with ThreadPoolExecutor(crowd) as pool:
        return list(pool.map(one, range(crowd)))


def physician(number):
    return Person(f"RPPS:{number:011d}", f"Dr {number}", Role.PHYSICIAN)


def test_fifty_physicians_decide_and_one_wins(store, draft_id):
    def act(number):
        request = ask(draft_id, DRAFT, (confirm, reject)[number % 2]())
        return decide(store, request, physician=physician(number), clock=HandClock())

    kinds = Counter(type(answer).__name__ for answer in all_at_once(act))
    assert kinds == {"Decided": 1, "AlreadyDecided": CROWD - 1}
    report = verify(store)
    assert report.is_intact
    assert report.events == 3


def test_one_act_sent_fifty_times_at_once_has_one_effect(store, draft_id):
    request = ask(draft_id, DRAFT, confirm(), key="the act")

    def act(_):
        return decide(store, request, physician=MARTIN, clock=HandClock())

    answers = all_at_once(act)
    assert len(set(answers)) == 1
    assert answers[0].state is State.CONFIRMED
    assert verify(store).events == 3


def test_fifty_physicians_decide_different_findings_of_many_reports(store):
    """Nobody is refused where nobody contradicts anybody, and no event is lost in the crowd."""
    ids = [
        save_draft(store, make_draft(f"v{n}"), rendered_language="fr", clock=HandClock())
        for n in range(CROWD)
    ]

    def act(number):
        request = ask(ids[number], make_draft(f"v{number}"), confirm())
        return decide(store, request, physician=MARTIN, clock=HandClock())

    assert {answer.state for answer in all_at_once(act)} == {State.CONFIRMED}
    assert verify(store).is_intact
    assert verify(store).events == 3 * CROWD


def test_a_correction_and_the_decisions_on_the_old_version_race(store, draft_id):
    """Hazard H10: whoever comes first, the current version is never decided by the old hash."""

    def act(number):
        if number % 5 == 0:
            corrected = make_draft(content=f"correction {number}")
            return save_draft(store, corrected, rendered_language="fr", clock=HandClock())
        request = ask(draft_id, DRAFT, confirm())
        return decide(store, request, physician=physician(number), clock=HandClock())

    answers = all_at_once(act)
    saved = [answer for answer in answers if isinstance(answer, str)]
    assert len(saved) == CROWD // 5
    states = Counter(load_draft(store, i).state for i in saved)
    assert states == {State.SUPERSEDED: len(saved) - 1, State.DRAFT: 1}
    assert load_draft(store, draft_id).state is State.SUPERSEDED
    assert len(worklist(store, clock=HandClock())) == 1
    with pytest.raises(Superseded):
        release(store, draft_id, clock=HandClock())
    assert verify(store).is_intact


PROCESS = """
import sys
from laennec.engine.errors import NotPermitted
from laennec.serving.decisions.confirm import decide
from laennec.serving.drafts.drafts import save_draft
from laennec.serving.people import Person, Role
from laennec.serving.store.store import open_store
from store_support import HandClock, ask, confirm, make_draft
url, number = sys.argv[1], int(sys.argv[2])
store = open_store(url)
won = 0
for visit in range(20):
    draft = make_draft(f"visit-{visit}")
    draft_id = save_draft(store, draft, rendered_language="fr", clock=HandClock())
    person = Person(f"RPPS:{number}", f"Dr {number}", Role.PHYSICIAN)
    try:
        decide(store, ask(draft_id, draft, confirm()), physician=person, clock=HandClock())
        won += 1
    except NotPermitted:
        pass
print(won)
"""


def test_six_programs_open_one_new_store_and_share_twenty_visits(database_url):
    """Even the making of the store is a race; each visit is saved once and decided once."""
    url = database_url
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, url, str(number)],
            env={"PYTHONPATH": str(SUPPORT), "PYTHONSAFEPATH": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(6)
    ]
    ended = [program.communicate() for program in programs]
    assert [program.returncode for program in programs] == [0] * 6, ended
    assert sum(int(out) for out, _ in ended) == 20
    store = open_store(url)
    report = verify(store)
    assert report.is_intact
    assert report.events == 20 * 3
    store.close()


BOTH = """
import sys
from laennec.serving.drafts.drafts import save_draft
from laennec.serving.store.store import open_store
from store_support import HandClock, make_draft, of_another
store = open_store(sys.argv[1])
for visit in range(20):
    draft = make_draft(f"visit-{visit}", content=sys.argv[2], person_id=sys.argv[2])
    draft = of_another(draft) if sys.argv[2] == "other" else draft
    save_draft(store, draft, rendered_language="fr", clock=HandClock())
"""


def test_two_programs_send_the_planned_person_and_another_under_one_number(database_url):
    """Whoever comes first, both are kept and wait for a physician (hazard H2)."""
    open_store(database_url).close()
    sent = [
        subprocess.Popen(
            [sys.executable, "-c", BOTH, database_url, who],
            env={"PYTHONPATH": str(SUPPORT), "PYTHONSAFEPATH": "1"},
        )
        for who in ("planned", "other")
    ]
    assert [one.wait(timeout=120) for one in sent] == [0, 0]
    store = open_store(database_url)
    waiting = Counter((i.visit_id, i.person_id) for i in worklist(store, clock=HandClock()))
    assert waiting == {(f"visit-{n}", who): 1 for n in range(20) for who in ("planned", "other")}
    assert verify(store).is_intact
    store.close()
