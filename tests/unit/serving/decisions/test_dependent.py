"""A released report does not contradict itself, and a refusal says the true reason."""

import pytest
from laennec.engine import load_guidelines, load_models, parse, screen
from laennec.engine.errors import NotConfirmed, NotPermitted, Superseded
from laennec.engine.words.as_json import as_json
from laennec.serving.decisions.confirm import decide
from laennec.serving.decisions.release import release
from laennec.serving.drafts.drafts import save_draft
from store_support import MARTIN, amend, ask, confirm, make_draft, reject

VISIT = {
    "schema": "laennec.visit/1",
    "visit_id": "v1",
    "performed_at": "2026-11-03T09:20:00+01:00",
    "person": {"id": "p1", "birth_date": "1974-03-02", "sex": "female"},
    "measurements": [
        {
            "code": "glucose",
            "value": "1.26",
            "unit": "g/L",
            "specimen": "venous_plasma",
            "fasting_hours": 10,
        }
    ],
    "symptoms": [],
}


def test_what_points_to_an_amended_finding_needs_a_decision_of_its_own(store, clock):
    """A released report said "exceeded: see the diabetes range" beside an absent diabetes range."""
    draft = as_json(screen(parse(VISIT), load_models(), load_guidelines()), "fr")
    draft_id = save_draft(store, draft, rendered_language="fr", clock=clock)
    first = amend("diabetes_range", "absent", reason="specialist-disagrees")
    decide(store, ask(draft_id, draft, first), physician=MARTIN, clock=clock)
    with pytest.raises(NotPermitted, match="intermediate_glycaemia.*points to diabetes_range"):
        decide(store, ask(draft_id, draft, confirm()), physician=MARTIN, clock=clock)
    for act in (reject("intermediate_glycaemia"), confirm()):
        decide(store, ask(draft_id, draft, act), physician=MARTIN, clock=clock)
    assert release(store, draft_id, clock=clock).state == "amended"


def test_the_release_of_a_rejected_report_says_that_it_was_decided(store, clock):
    draft = make_draft()
    draft_id = save_draft(store, draft, rendered_language="fr", clock=clock)
    decide(store, ask(draft_id, draft, reject()), physician=MARTIN, clock=clock)
    with pytest.raises(NotConfirmed, match="every finding was rejected"):
        release(store, draft_id, clock=clock)


def test_a_wrong_hash_is_not_called_a_correction(store, clock):
    draft = make_draft()
    draft_id = save_draft(store, draft, rendered_language="fr", clock=clock)
    wrong = {**draft, "content_hash": "0" * 64}
    with pytest.raises(Superseded, match="is not that of this report"):
        decide(store, ask(draft_id, wrong, confirm()), physician=MARTIN, clock=clock)
