"""What a draft notes beside its findings: earlier visits, the agreement."""

import pytest
from laennec.engine.bundles.load import Models
from laennec.engine.guidelines import load_guidelines
from laennec.engine.intake import parse
from laennec.engine.screen import screen
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


def test_an_ecg_file_of_an_earlier_visit_that_nobody_read_is_said():
    """The bug it pins: an earlier ECG that nobody reads looked as if it had been compared."""
    earlier = {**VISIT, "visit_id": "v-0", "performed_at": "2025-11-03T09:20:00+01:00"}
    one = draft(previous_visits=[{**earlier, "ecg": {"file": "old.dat"}}])
    assert "previous_ecg_not_read" in codes(one.notes)
    assert "counts as new" in " ".join(render_text(one, "en").split())
    assert "previous_ecg_not_read" not in codes(draft(previous_visits=[earlier]).notes)


def test_samples_of_an_earlier_ecg_that_cant_be_used_are_said_with_the_reason():
    earlier = {**VISIT, "visit_id": "v-0", "performed_at": "2025-11-03T09:20:00+01:00"}
    given = {"leads": {"I": [0.1]}, "fs": 500, "unit": "furlong"}
    one = draft(previous_visits=[{**earlier, "ecg": given}])
    assert "previous_ecg_refused" in codes(one.notes)
    assert "furlong" in " ".join(render_text(one, "en").split())


def test_an_earlier_visit_dated_after_this_one_is_said_and_not_used():
    later = {**VISIT, "visit_id": "v-9", "performed_at": "2031-11-03T09:20:00+01:00"}
    later["measurements"] = [{"code": "weight", "value": "80", "unit": "kg"}]
    one = draft(previous_visits=[later])
    assert "previous_visit_not_before" in codes(one.notes)
    assert "datée après celle-ci" in " ".join(render_text(one, "fr").split())
    assert one.trajectories == ()


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
