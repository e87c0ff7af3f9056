"""Random sequences of acts on the store, against a model that fits on a page."""

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from laennec.engine.errors import NotConfirmed, NotPermitted, Superseded
from laennec.serving.audit.verify import verify
from laennec.serving.decisions.confirm import Withdrawal, acknowledge, decide, mark_seen, withdraw
from laennec.serving.decisions.decisions import DecisionRequest
from laennec.serving.decisions.release import release
from laennec.serving.drafts.drafts import load_draft, save_draft
from laennec.serving.drafts.reports import export_final
from laennec.serving.store.store import open_store
from laennec.serving.worklist.worklist import worklist
from store_support import BERNARD, MARTIN, NURSE, HandClock, amend, confirm, make_draft, reject

FINDINGS = ("raised_pressure", "diabetes", "cvd")
VERDICTS = {
    "confirm": confirm,
    "reject": reject,
    "amend": lambda finding: amend(finding, "borderline" if finding == FINDINGS[0] else "low"),
}
VISITS = ("visit-1", "visit-2")
REPORT = st.integers(min_value=0, max_value=10)
PHYSICIAN = st.sampled_from([MARTIN, BERNARD])


class Model:
    """What a report should be: a state, the verdicts so far, and nothing else."""

    def __init__(self, draft_id, draft, number):
        self.draft_id, self.draft, self.number = draft_id, draft, number
        self.state = "draft"
        self.verdicts = {}

    def decided(self, verdicts):
        self.verdicts |= verdicts
        said = set(self.verdicts.values())
        if len(self.verdicts) < len(FINDINGS):
            self.state = "seen"
        elif len(said) == 1 and said != {"amend"}:
            self.state = {"confirm": "confirmed", "reject": "rejected"}[said.pop()]
        else:
            self.state = "amended"


class Confirmation(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.store = open_store(f"sqlite:///{self.folder / 'laennec.db'}")
        self.clock = HandClock()
        self.reports = []
        self.events = 0
        self.answers = []

    def teardown(self):
        self.store.close()
        shutil.rmtree(self.folder)

    def pick(self, index):
        return self.reports[index % len(self.reports)]

    def attempt(self, call, allowed, error, events=1):
        """Take an act; where the model forbids it, the store must refuse without an event."""
        if allowed:
            self.events += events
            return call()
        try:
            call()
        except error:
            return None
        raise AssertionError("an act that the model forbids was taken")

    @rule(visit=st.sampled_from(VISITS), content=st.integers(min_value=0, max_value=3))
    def save(self, visit, content):
        draft = make_draft(visit, content)
        draft_id = save_draft(self.store, draft, rendered_language="fr", clock=self.clock)
        of_visit = [r for r in self.reports if r.draft["visit_id"] == visit]
        current = of_visit[-1] if of_visit else None
        is_gone = current is None or current.state == "withdrawn"
        if not is_gone and current.draft == draft:
            assert draft_id == current.draft_id
            return
        assert draft_id not in {r.draft_id for r in self.reports}
        self.reports.append(Model(draft_id, draft, len(of_visit) + 1))
        self.events += 1 if is_gone else 2
        if not is_gone:
            current.state = "superseded"

    @precondition(lambda self: self.reports)
    @rule(index=REPORT, physician=PHYSICIAN, stop_alarm=st.booleans())
    def see(self, index, physician, stop_alarm):
        report = self.pick(index)
        act = acknowledge if stop_alarm else mark_seen
        self.attempt(
            lambda: act(self.store, report.draft_id, physician=physician, clock=self.clock),
            report.state in ("draft", "seen"),
            Superseded if report.state == "superseded" else NotPermitted,
        )
        if report.state == "draft" and not stop_alarm:
            report.state = "seen"

    @precondition(lambda self: self.reports)
    @rule(
        index=REPORT,
        physician=PHYSICIAN,
        chosen=st.dictionaries(
            st.sampled_from(FINDINGS), st.sampled_from(sorted(VERDICTS)), min_size=1
        ),
        right_hash=st.sampled_from([True, True, True, False]),
    )
    def decide(self, index, physician, chosen, right_hash):
        report = self.pick(index)
        decisions = tuple(VERDICTS[verdict](finding) for finding, verdict in chosen.items())
        content_hash = report.draft["content_hash"] if right_hash else "0" * 64
        key = f"act-{len(self.answers)}-{self.events}"
        request = DecisionRequest(report.draft_id, content_hash, decisions, key)
        is_open = report.state in ("draft", "seen")
        is_stale = report.state == "superseded" or (is_open and not right_hash)
        allowed = is_open and right_hash and not set(chosen) & set(report.verdicts)
        answer = self.attempt(
            lambda: decide(self.store, request, physician=physician, clock=self.clock),
            allowed,
            Superseded if is_stale else NotPermitted,
            events=2 if report.state == "draft" else 1,
        )
        if allowed:
            report.decided(chosen)
            assert answer.state == report.state
            assert set(answer.decided) == set(chosen)
            assert set(answer.undecided) == set(FINDINGS) - set(report.verdicts)
            self.answers.append((request, physician, answer))

    @precondition(lambda self: self.answers)
    @rule(index=REPORT)
    def send_again(self, index):
        request, physician, answer = self.answers[index % len(self.answers)]
        again = decide(self.store, request, physician=physician, clock=self.clock)
        assert again == answer

    @precondition(lambda self: self.reports)
    @rule(index=REPORT)
    def nurse_decides(self, index):
        report = self.pick(index)
        request = DecisionRequest(report.draft_id, report.draft["content_hash"], (confirm(),))
        self.attempt(
            lambda: decide(self.store, request, physician=NURSE, clock=self.clock),
            False,
            NotPermitted,
        )

    @precondition(lambda self: self.reports)
    @rule(index=REPORT, physician=PHYSICIAN)
    def withdraw(self, index, physician):
        report = self.pick(index)
        taken_back = Withdrawal(report.draft_id, "wrong-patient")
        allowed = report.state not in ("superseded", "withdrawn")
        self.attempt(
            lambda: withdraw(self.store, taken_back, physician=physician, clock=self.clock),
            allowed,
            Superseded if report.state == "superseded" else NotPermitted,
        )
        if allowed:
            report.state = "withdrawn"

    @precondition(lambda self: self.reports)
    @rule(index=REPORT)
    def release(self, index):
        report = self.pick(index)
        released = self.attempt(
            lambda: release(self.store, report.draft_id, clock=self.clock),
            report.state in ("confirmed", "amended"),
            Superseded if report.state == "superseded" else NotConfirmed,
        )
        if released is not None:
            final = export_final(released)
            kept = {f["id"] for f in final["findings"]}
            assert final["status"] == report.state
            assert kept == {i for i, v in report.verdicts.items() if v != "reject"}

    @rule(seconds=st.integers(min_value=-90_000, max_value=90_000))
    def time_passes(self, seconds):
        """Forwards or backwards: no state depends on it."""
        self.clock.now += timedelta(seconds=seconds)

    @rule()
    def restart(self):
        url = str(self.store.engine.url)
        self.store.close()
        self.store = open_store(url, create=False)

    @invariant()
    def the_store_is_what_the_model_says(self):
        for report in self.reports:
            kept = load_draft(self.store, report.draft_id)
            assert kept.state == report.state
            assert kept.document == report.draft
            assert kept.version == report.number
        waiting = {item.draft_id: item for item in worklist(self.store, clock=self.clock)}
        assert set(waiting) == {r.draft_id for r in self.reports if r.state in ("draft", "seen")}
        for report in self.reports:
            if report.draft_id in waiting:
                undecided = set(waiting[report.draft_id].undecided)
                assert undecided == set(FINDINGS) - set(report.verdicts)

    @invariant()
    def the_audit_holds_every_act_and_nothing_else(self):
        audit = verify(self.store)
        assert audit.problems == ()
        assert audit.events == self.events


TestConfirmation = Confirmation.TestCase
TestConfirmation.settings = settings(
    max_examples=15,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
