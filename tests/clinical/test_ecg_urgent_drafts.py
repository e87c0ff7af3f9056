"""H1: from the samples of an ECG to the urgent items that a draft prints."""

import re

import numpy as np
import pytest
from ecg_evidence import levels_of
from laennec.datasets.simulator import scenario, simulate
from laennec.engine import load_guidelines, parse, screen
from laennec.engine.bundles.load import Models
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.signal import EcgSignal
from laennec.engine.ecg.urgent import urgent_ecg
from laennec.engine.words.text import render_text

CHEST_PAIN = ("symptom.chest_pain",)
MAN = Person("male", 50.0)
VISIT = {
    "schema": "laennec.visit/1",
    "visit_id": "v1",
    "performed_at": "2026-11-03T09:20:00+01:00",
    "person": {"id": "p1", "birth_date": "1974-03-02", "sex": "male"},
    "symptoms": [],
}


SIMULATED = {
    "st_elevation_inferior": ("ecg_st_elevation", "U0"),
    "st_elevation_anterior": ("ecg_st_elevation", "U0"),
    "pericarditis": ("ecg_st_elevation", "U0"),
    "ventricular_tachycardia": ("ecg_wide_tachycardia", "U0"),
    "nonsustained_ventricular_tachycardia": ("ecg_wide_run", "U1"),
    "lbbb": ("ecg_left_bundle", "U1"),
    "prolonged_qt": ("ecg_qtc_500", "U1"),
    "av_block_2_mobitz_2": ("ecg_av_block_suspected", "U0"),
}


@pytest.mark.parametrize(("pathology", "expected"), SIMULATED.items())
def test_what_is_simulated_is_found_without_a_network(pathology, expected):
    """A check of the code, no clinical claim."""
    signal = simulate(scenario(pathology), seed=1).signal
    found = levels_of(urgent_ecg(analyse_ecg(signal, None), MAN).items)
    assert found.get(expected[0]) == expected[1]


def test_an_ecg_without_beats_is_read_now():
    rng = np.random.default_rng(1)
    leads = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
    noise = EcgSignal.of({n: rng.normal(0, 0.2, 5000) for n in leads}, 500.0)
    flat = EcgSignal.of({n: np.zeros(5000) for n in leads}, 500.0)
    for signal in (noise, flat):
        analysis = analyse_ecg(signal, None)
        assert levels_of(urgent_ecg(analysis, MAN).items)["ecg_no_clear_beats"] == "U0"
        assert levels_of(urgent_ecg(analysis, MAN, CHEST_PAIN).items)["ecg_no_clear_beats"] == "U0"


def test_a_short_recording_of_a_slow_heart_is_not_silent():
    made = simulate(scenario("sinus_bradycardia", rate_bpm=28.0), seed=1).signal
    short = EcgSignal(made.leads, made.signal_mv[:, :3500], made.sampling_rate_hz, made.derived)
    found = urgent_ecg(analyse_ecg(short, None), MAN).items
    assert ("urgent.ecg_remeasure", "U0") in {(i.message.id, i.level) for i in found}


def inline(signal):
    leads = {
        n: [round(float(v), 4) for v in r]
        for n, r in zip(signal.leads, signal.signal_mv, strict=True)
    }
    return {"leads": leads, "fs": 500, "unit": "mV"}


def drafted(pathology, **changes):
    ecg = inline(simulate(scenario(pathology), seed=1).signal)
    return screen(parse(VISIT | {"ecg": ecg} | changes), Models(), load_guidelines())


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_draft_prints_leads_millivolts_and_other_causes(lang):
    draft = drafted("st_elevation_inferior")
    assert draft.urgency == "U0"
    text = " ".join(render_text(draft, lang).split())
    assert "II, III, aVF" in text
    assert re.search(r"0[,.]\d{3} mV", text)
    assert {"fr": "péricardite", "en": "pericarditis"}[lang] in text


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_silence_is_no_reassurance(lang):
    draft = drafted("sinus_rhythm")
    assert draft.urgent == ()
    text = " ".join(render_text(draft, lang).split())
    assert {"fr": "n'exclut rien", "en": "rules nothing out"}[lang] in text


def test_a_refused_record_still_goes_through_the_urgent_ecg_rules():
    draft = drafted("st_elevation_inferior", person={"id": "p1"}, schema="unknown/9")
    assert any(n.severity == "refused_record" for n in draft.refused_items)
    assert draft.ecg is None
    assert "ecg_st_elevation" in levels_of(draft.urgent)
    assert draft.urgency == "U0"


def test_a_person_who_declined_models_keeps_every_urgent_rule():
    draft = drafted("st_elevation_inferior", consent={"ai_screening": False})
    assert levels_of(draft.urgent)["ecg_st_elevation"] == "U0"


def test_an_ecg_that_could_not_be_read_is_urgent_with_symptoms():
    ecg = {"leads": {"I": [0.1, 0.2]}, "fs": 500, "unit": "mm"}
    quiet = screen(parse(VISIT | {"ecg": ecg}), Models(), load_guidelines())
    assert quiet.urgent == ()
    symptoms = ["palpitations"]
    draft = screen(parse(VISIT | {"ecg": ecg, "symptoms": symptoms}), Models(), load_guidelines())
    assert levels_of(draft.urgent)["ecg_not_received_with_symptoms"] == "U0"
    assert "ECG" in render_text(draft, "fr")
