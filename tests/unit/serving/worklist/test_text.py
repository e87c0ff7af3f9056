"""The worklist in a terminal: who waits, how urgent, for how long, and on which hash to decide."""

from dataclasses import replace

import pytest
from laennec.serving.worklist.text import worklist_text
from laennec.serving.worklist.worklist import WorklistItem

ITEM = WorklistItem(
    draft_id="41fc7d3f6591c7fb",
    visit_id="v-1",
    person_id="p-1",
    version=1,
    content_hash="f" * 64,
    state="draft",
    urgency="U0",
    saved_at="2026-11-29T19:15:23+00:00",
    waiting_s=130.0,
    undecided=("waist", "bmi"),
    is_acknowledged=False,
    realert=True,
)


def test_a_report_says_its_urgency_its_wait_and_its_hash():
    said = worklist_text([ITEM], "en")
    assert said.startswith("U0 NOW  visit v-1, person p-1  ! not acknowledged in time\n")
    assert "draft, waiting for 2 min, findings not decided: 2" in said
    assert f"report 41fc7d3f6591c7fb, hash {'f' * 64}" in said


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(-5.0, "0 min"), (7199.0, "119 min"), (7200.0, "2 h"), (172800.0, "2 jours")],
)
def test_the_wait_is_worded_in_a_unit_that_is_read_easily(seconds, expected):
    assert f"depuis {expected}," in worklist_text([replace(ITEM, waiting_s=seconds)], "fr")


def test_an_unacknowledged_earlier_alarm_is_said_and_nothing_is_said_of_nobody():
    earlier = replace(ITEM, superseded_urgency="U0", realert=False)
    assert "earlier version that nobody acknowledged" in worklist_text([earlier], "en")
    assert worklist_text([], "fr") == "Aucun compte rendu n'attend de décision."


@pytest.mark.parametrize(
    ("lang", "said"),
    [("fr", "URGENCE NON ÉVALUÉE : DOSSIER REFUSÉ"), ("en", "URGENCY NOT ASSESSED")],
)
def test_a_refused_record_is_said_to_be_not_assessed_and_has_no_level(lang, said):
    text = worklist_text([replace(ITEM, urgency="U3", is_not_assessed=True)], lang)
    assert text.startswith(said)
    assert "U3" not in text


@pytest.mark.parametrize(
    ("lang", "said"), [("fr", "AUCUNE URGENCE ÉVALUÉE"), ("en", "NO URGENCY ASSESSED")]
)
def test_a_draft_that_asks_for_nobody_has_no_level(lang, said):
    text = worklist_text([replace(ITEM, urgency=None)], lang)
    assert text.startswith(said)
    assert "U3" not in text


def test_an_identifier_moves_no_cursor():
    assert "\x1b" not in worklist_text([replace(ITEM, visit_id="\x1b[2Jv")], "en")
