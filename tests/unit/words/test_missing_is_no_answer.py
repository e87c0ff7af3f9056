"""An item that nobody recorded is never printed as an answer of the person (hazard H4)."""

import pytest
from laennec.engine import load_guidelines, load_models, parse, screen
from laennec.engine.prediagnosis import Finding, Message
from laennec.engine.risks.labels import model_labels
from laennec.engine.words.as_json import as_json
from laennec.engine.words.order import in_order
from laennec.engine.words.reason_phrases import reason_phrase
from laennec.engine.words.sentences import Sentences
from laennec.serving.http.answers.views import status_part
from laennec.serving.report.html import render_html
from prediagnosis_examples import sealed

VISIT = {
    "schema": "laennec.visit/1",
    "visit_id": "v1",
    "performed_at": "2026-11-03T09:20:00+01:00",
    "person": {"id": "p1", "birth_date": "1964-03-02", "sex": "male"},
    "measurements": [
        {"code": "height", "value": "172", "unit": "cm"},
        {"code": "waist", "value": "104", "unit": "cm"},
    ],
    "symptoms": [],
}


@pytest.mark.parametrize(("lang", "start"), [("fr", "si « "), ("en", 'if "')])
def test_a_rule_on_a_missing_item_is_worded_as_a_condition(lang, start):
    """The bug it pins: "smokes now: yes" among the reasons of a person whom nobody asked."""
    models = load_models()
    words = Sentences(lang, model_labels(models, lang))
    draft = screen(parse(VISIT), models, load_guidelines())
    reasons = [r for f in draft.findings for r in (*f.reasons_for, *f.reasons_against)]
    estimated = [r for r in reasons if any(i.origin == "estimated" for i in r.inputs)]
    assert len(estimated) > 5
    for reason in estimated:
        assert reason_phrase(reason, words).startswith(start)
    known = [r for r in reasons if r.contribution and r not in estimated]
    assert known
    assert not any(reason_phrase(r, words).startswith(start) for r in known)


def ecg(name, state="present", urgency=None):
    message = Message(f"finding.ecg_statement.{state}", {"statement": f"finding_name:ecg_{name}"})
    return Finding(f"ecg_{name}", "fact", message, state=state, urgency=urgency)


def test_what_only_describes_is_read_last_and_has_no_colour_of_a_finding():
    """The bug it pins: "sinus rhythm" stood second, in the colour of an alert."""
    rhythm, low = ecg("sinus_rhythm"), ecg("low_qrs_voltage", "borderline")
    assert in_order([rhythm, ecg("rbbb"), low]) == [ecg("rbbb"), low, rhythm]
    page = render_html(sealed(findings=(rhythm,)), "fr")
    assert "card-descriptive" in page
    assert "tag tag-present" not in page
    assert "constat descriptif" in page


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_one_thing_is_asked_for_once(lang):
    """The bug it pins: "measure or ask: systolic pressure" beside "measure the blood pressure"."""
    draft = screen(parse(VISIT | {"measurements": []}), load_models(), load_guidelines())
    status = status_part(as_json(draft, lang))
    asked = {"fr": "mesurer ou demander : ", "en": "measure or ask: "}[lang]
    again = [step.removeprefix(asked) for step in status["to_do_now"] if step.startswith(asked)]
    assert len(status["to_do_now"]) == len(set(status["to_do_now"]))
    assert len(again) == 4, again  # fruit, high glucose ever, hypertension, corticosteroids
