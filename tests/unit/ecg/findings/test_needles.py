"""Needles of a pacemaker stand at one place before the beats; those of tense muscles do not."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.datasets.simulator import Noise, sample_scenario, simulate
from laennec.engine import load_models
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.features import ecg_features
from laennec.engine.ecg.findings.find import find_statements
from laennec.engine.ecg.visit import STATEMENTS_ID, ready_delineator

MODELS = load_models()
RULES = MODELS.statement_rules(STATEMENTS_ID).model()
NETWORK, _ = ready_delineator(MODELS)


def said_of(pathology, snr_db, kind="emg", seed=0):
    rng = np.random.default_rng((7, seed))
    made = simulate(sample_scenario(rng, pathology, noise=(Noise(kind, snr_db),)), seed=seed)
    analysis = analyse_ecg(made.signal, NETWORK)
    features = ecg_features(analysis)
    return analysis, features, {s.name: s for s in find_statements(analysis, features, RULES)}


@pytest.mark.parametrize(("kind", "snr_db"), [("emg", 12.0), ("emg", 5.0), ("white", 6.0)])
def test_noise_is_no_pacemaker(kind, snr_db):
    """A calm ECG with muscle noise was a paced rhythm, and nothing was said of its QRS."""
    _, features, said = said_of("sinus_rhythm", snr_db, kind)
    assert np.isnan(features.values["spike_before_mv"])
    assert said["paced_rhythm"].state == "not_assessable"
    assert said["paced_rhythm"].why == ("ecg.statement.needs.spike_before_mv",)
    assert said["rbbb"].state == "absent"


@pytest.mark.parametrize("snr_db", [26.0, 12.0, 8.0])
@pytest.mark.parametrize("chamber", ["atrial", "ventricular", "dual"])
def test_a_pacemaker_is_seen_through_muscle_noise(chamber, snr_db):
    _, _, said = said_of(f"paced_rhythm_{chamber}", snr_db)
    assert said["paced_rhythm"].state == "present"


def test_without_noise_no_needle_is_an_answer():
    _, features, said = said_of("sinus_rhythm", 26.0)
    assert features.values["spike_before_mv"] < 0.1
    assert said["paced_rhythm"].state == "absent"


def test_a_hidden_needle_is_not_needed_where_the_rest_is_enough():
    analysis, features, said = said_of("paced_rhythm_ventricular", 26.0)
    hidden = replace(features, values={**features.values, "spike_before_mv": float("nan")})
    again = {s.name: s for s in find_statements(analysis, hidden, RULES)}
    assert said["paced_rhythm"].state == again["paced_rhythm"].state == "present"
