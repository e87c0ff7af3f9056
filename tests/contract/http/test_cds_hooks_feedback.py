"""What people did with a card is kept once, whole, and changes no state."""

import random

import pytest
from cds_client import only_card, overridden, steps_of
from http_support import problem
from laennec.serving.cds_hooks.cards import card_uuid


def test_feedback_is_kept_once_batched_and_in_any_order(running, sandbox):
    card = only_card(sandbox.call("visit-measured"))["uuid"]
    entries = [overridden(card, f"2026-11-29T10:{m:02d}:00Z") for m in range(6)]
    entries.append(
        {"card": card, "outcome": "accepted", "outcomeTimestamp": "2026-11-29T11:00:00Z"}
    )
    shuffled = entries * 3
    random.Random(7).shuffle(shuffled)  # noqa: S311 - an order, not a secret
    kept = 0
    for start in range(0, len(shuffled), 4):
        answer = sandbox.feed_back(*shuffled[start : start + 4])
        assert answer.status_code == 200, answer.text
        kept += answer.json()["kept"]
    assert kept == len(entries)
    state, steps = steps_of(running, {"uuid": card})
    assert state == "draft"
    assert sorted(s["reason_text"] for s in steps) == sorted({s["reason_text"] for s in steps})


def test_late_feedback_on_a_superseded_report_is_kept_and_changes_no_state(running, sandbox):
    card = only_card(sandbox.call("visit-measured"))
    sandbox.find("Observation")[0]["valueQuantity"]["value"] = 170
    newer = only_card(sandbox.call("visit-measured"))
    assert newer["uuid"] != card["uuid"]
    assert sandbox.feed_back(overridden(card["uuid"])).json()["kept"] == 1
    assert steps_of(running, card)[0] == "superseded"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"card": card_uuid("0" * 16)}, 404, "no_such_report"),
        ({"card": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"}, 404, "no_such_report"),
        ({"overrideReason": {"reason": {"code": "bored"}}}, 422, "feedback_unreadable"),
        ({"overrideReason": {"reason": {"code": "other"}}}, 422, "feedback_unreadable"),
        ({"overrideReason": {}}, 422, "feedback_unreadable"),
        ({"outcome": "ignored"}, 422, "request_unreadable"),
        ({"outcomeTimestamp": "2026-11-29T10:00:00"}, 422, "request_unreadable"),
        ({"outcomeTimestamp": "2036-11-29T10:00:00Z"}, 422, "feedback_unreadable"),
    ],
)
def test_a_batch_with_one_wrong_entry_keeps_none(running, sandbox, change, status, code):
    card = only_card(sandbox.call("visit-measured"))
    wrong = {**overridden(card["uuid"], "2026-11-29T12:00:00Z"), **change}
    problem(sandbox.feed_back(overridden(card["uuid"]), wrong), status, code)
    assert steps_of(running, card) == ("draft", [])
