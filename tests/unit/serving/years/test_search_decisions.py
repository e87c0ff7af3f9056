"""The decisions that a search of a store counts: of drafts that stand."""

from document_support import decided, kept, visit
from laennec.serving.decisions.confirm import Withdrawal, withdraw
from laennec.serving.years.search.access import decided as decisions_of
from store_support import MARTIN


def told(store):
    return {
        (row["person_id"], row["verdict"])
        for row in decisions_of(store).to_pylist()
        if row["finding_id"] == "waist"
    }


def test_what_was_decided_on_a_draft_that_stands_is_counted(store, clock):
    decided(store, kept(store, clock), clock)
    assert told(store) == {("person-01", "confirm")}


def test_a_decision_on_a_draft_that_was_withdrawn_counts_no_more(store, clock):
    """Pinned: decision.waist = confirm still found the person after the withdrawal."""
    draft_id = decided(store, kept(store, clock), clock)
    withdraw(store, Withdrawal(draft_id, "wrong-patient"), physician=MARTIN, clock=clock)
    assert told(store) == set()


def test_a_decision_on_a_draft_that_a_correction_replaced_counts_no_more(store, clock):
    decided(store, kept(store, clock), clock)
    document = visit()
    document["measurements"][2] = {**document["measurements"][2], "value": "101.0"}
    corrected = kept(store, clock, document)
    assert told(store) == set()
    decided(store, corrected, clock)
    assert told(store) == {("person-01", "confirm")}
