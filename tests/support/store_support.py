"""Drafts, people and clocks for the tests of the store."""

from datetime import UTC, datetime, timedelta

from laennec.engine.canonical import content_hash
from laennec.serving.decisions.confirm import decide
from laennec.serving.decisions.decisions import EVERY_UNDECIDED, Decision, DecisionRequest, Verdict
from laennec.serving.people import Person, Role

MARTIN = Person("RPPS:10001234567", "Dr Martin", Role.PHYSICIAN)
BERNARD = Person("RPPS:10007654321", "Dr Bernard", Role.PHYSICIAN)
NURSE = Person("SITE:nurse-1", "Infirmière Petit", Role.NURSE)
MORNING = datetime(2026, 11, 3, 9, 20, tzinfo=UTC)


class HandClock:
    """A clock that a test sets."""

    def __init__(self, now=MORNING):
        self.now = now

    def __call__(self):
        return self.now

    def move(self, seconds):
        self.now += timedelta(seconds=seconds)


def make_draft(visit_id="visit-1", content="first", person_id="person-1", urgency="U2"):
    """A small pre-diagnosis with a fact and two risks; `content` stands for what was found."""
    return {
        "schema": "laennec.prediagnosis/1",
        "status": "draft",
        "visit_id": visit_id,
        "person_id": person_id,
        "content_hash": content_hash([visit_id, content]),
        "findings": [
            {"id": "raised_pressure", "kind": "fact", "state": "present", "urgency": urgency},
            {
                "id": "diabetes",
                "kind": "risk",
                "band": "high",
                "risk": 0.3125,
                "risk_interval": [0.25, 0.5],
                "urgency": None,
            },
            {"id": "cvd", "kind": "risk", "band": "not_assessable", "risk": None, "urgency": "U3"},
        ],
        "urgent": [],
    }


def ask(draft_id, draft, *decisions, key=None):
    return DecisionRequest(draft_id, draft["content_hash"], decisions, key)


def confirm(finding_id=EVERY_UNDECIDED):
    return Decision(finding_id, Verdict.CONFIRM)


def reject(finding_id=EVERY_UNDECIDED, reason="wrong-value"):
    return Decision(finding_id, Verdict.REJECT, reason)


def amend(finding_id, to, reason="specialist-disagrees"):
    return Decision(finding_id, Verdict.AMEND, reason, None, to)


def confirm_all(store, draft_id, draft, clock, physician=MARTIN):
    return decide(store, ask(draft_id, draft, confirm()), physician=physician, clock=clock)


def of_another(draft):
    """The same draft as the roster's guard refuses it: of another person than was planned."""
    refused = {"code": "planned_for_another", "severity": "refused_record"}
    return {**draft, "refused_items": [refused]}
