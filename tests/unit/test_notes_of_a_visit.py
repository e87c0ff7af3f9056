"""What a draft notes beside its findings: earlier visits, the agreement."""

import pytest
from laennec.engine.bundles.load import Models
from laennec.engine.guidelines import load_guidelines
from laennec.engine.intake import parse
from laennec.engine.screen import screen
from laennec.engine.words.as_json import as_json
from laennec.engine.words.text import render_text

VISIT = {
    "schema": "laennec.visit/1",
    "visit_id": "v-1",
    "performed_at": "2026-11-03T09:20:00+01:00",
    "person": {"id": "p-1", "birth_date": "1976-03-02", "sex": "male"},
    "measurements": [],
}
NO_MODELS = Models((), ())


def draft(**other):
    return screen(parse({**VISIT, **other}), NO_MODELS, load_guidelines())


def codes(notices):
    return [n.code for n in notices]


def test_earlier_visits_that_nobody_reads_are_counted_in_text_and_json():
    earlier = {**VISIT, "visit_id": "v-0", "performed_at": "2025-11-03T09:20:00+01:00"}
    one = draft(previous_visits=[earlier])
    assert "Visites précédentes reçues : 1, non utilisées" in " ".join(
        render_text(one, "fr").split()
    )
    notes = [n["code"] for n in as_json(one, "fr")["notes"]]
    assert notes.count("previous_visits_not_used") == 1
    assert "previous_visits_not_used" not in codes(draft(previous_visits=[]).notes)


@pytest.mark.parametrize(
    ("consent", "noted", "refused", "declined"),
    [
        ({}, True, False, False),
        ({"consent": {"ai_screening": None}}, True, False, False),
        ({"consent": {"ai_screening": True}}, False, False, False),
        ({"consent": {"ai_screening": False}}, False, False, True),
        ({"consent": {"ai_screening": 3}}, False, True, True),
        ({"consent": {"ai_screening": "peut-être"}}, False, True, True),
    ],
)
def test_an_agreement_that_is_not_recorded_is_said_once(consent, noted, refused, declined):
    one = draft(**consent)
    assert codes(one.notes).count("consent_not_recorded") == int(noted)
    assert ("consent.ai_screening" in {n.item for n in one.refused_items}) is refused
    assert one.screening_declined is declined
