"""What an ECG shows and what it urgently asks for say one thing."""

from functools import cache

import pytest
from laennec.datasets.simulator import scenario, simulate
from laennec.engine import load_guidelines, load_models, parse, screen
from laennec.engine.words import order
from laennec.engine.words.text import render_text

PRESSING = ("U0", "U1")
SEEDS = {"st_elevation_inferior": 5, "atrial_fibrillation": 3}


@cache
def draft_of(pathology, *symptoms):
    signal = simulate(scenario(pathology), seed=SEEDS[pathology]).signal
    rows = zip(signal.leads, signal.signal_mv, strict=True)
    leads = {name: [round(float(v), 4) for v in row] for name, row in rows}
    visit = {
        "schema": "laennec.visit/1",
        "visit_id": "v1",
        "performed_at": "2026-11-03T09:20:00+01:00",
        "person": {"id": "p1", "birth_date": "1977-03-02", "sex": "female"},
        "symptoms": list(symptoms),
        "ecg": {"leads": leads, "fs": signal.sampling_rate_hz, "unit": "mV"},
    }
    return screen(parse(visit), load_models(), load_guidelines())


def test_beside_an_st_elevation_of_now_no_ecg_finding_can_wait():
    """It said "within 2 to 4 weeks" under the urgent item, after the ST depression."""
    draft = draft_of("st_elevation_inferior")
    asking = [f for f in order.in_order(draft.findings) if f.urgency and f.id.startswith("ecg_")]
    assert draft.urgency == "U0"
    assert asking[0].id == "ecg_st_elevation"
    assert {f.urgency for f in asking} == {"U0"}
    assert all(f.limits[-1].id == "limit.urgent_rule_ecg" for f in asking)
    assert all(f.proposed_action == "call_physician_now" for f in asking)


def test_a_fibrillation_with_palpitations_is_for_today():
    draft = draft_of("atrial_fibrillation", "palpitations")
    (finding,) = (f for f in draft.findings if f.id == "ecg_atrial_fibrillation")
    assert (finding.state, finding.urgency, draft.urgency) == ("present", "U1", "U1")
    assert [i.level for i in draft.urgent if i.rule_id.startswith("ecg_")] == ["U1"]


@pytest.mark.parametrize(("lang", "words"), [("fr", "récent"), ("en", "counts as new")])
def test_without_an_earlier_ecg_a_fibrillation_counts_as_new_and_says_so(lang, words):
    draft = draft_of("atrial_fibrillation")
    (finding,) = (f for f in draft.findings if f.id == "ecg_atrial_fibrillation")
    assert (finding.state, finding.urgency) == ("present", "U2")
    assert words in " ".join(render_text(draft, lang).split())


@pytest.mark.parametrize(("lang", "now"), [("fr", "maintenant"), ("en", "now")])
def test_no_urgent_ecg_rule_of_today_says_now(lang, now):
    """A flat trace stood under "today" and said "now, SAMU 15"."""
    from laennec.engine.ecg.urgent import load_ecg_urgent
    from laennec.engine.words import Sentences

    settings, sentences = load_ecg_urgent(), Sentences(lang)
    for rule in (*settings.rules, *settings.reviews.values()):
        if rule.level == "U1":
            assert now not in sentences.text(f"action.{rule.action}").split(), rule.id
            if rule.level_with_symptoms != "U0":
                continue
            assert now in sentences.text(f"action.{rule.action_with_symptoms}"), rule.id
