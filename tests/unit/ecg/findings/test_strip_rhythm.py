"""A letter for a strip hides neither an arrest nor a ventricular tachycardia."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.datasets.simulator import Noise, sample_scenario, simulate
from laennec.engine import load_models
from laennec.engine.ecg.features import ecg_features
from laennec.engine.ecg.findings.find import find_statements
from laennec.engine.ecg.findings.settings import statement_settings
from laennec.engine.ecg.findings.strip_rhythm import (
    FLUTTER_NOTE,
    NOISE,
    NOISE_NOTE,
    PART_NOTE,
    strip_rhythm,
)
from laennec.engine.ecg.signal import EcgSignal
from laennec.engine.ecg.strip import analyse_strip
from laennec.engine.ecg.urgent import load_ecg_urgent
from laennec.engine.ecg.visit import ready_delineator

MODELS = load_models()
RULES = MODELS.statement_rules("ecg_findings/single_lead").model()
NETWORK, _ = ready_delineator(MODELS)
TIME_S = np.arange(15000) / 500.0
RNG = np.random.default_rng(1)
FIBRILLATION = 0.4 * np.sin(2 * np.pi * (5 * TIME_S + 0.5 * np.sin(2 * np.pi * 0.3 * TIME_S)))


def strip_of(pathology, seed, lead):
    noise = (Noise("emg", 26.0),)
    rng = np.random.default_rng(seed)
    asked = sample_scenario(rng, pathology, noise=noise, duration_s=30.0)
    made = simulate(asked, seed=seed).signal
    row = made.leads.index(lead)
    return replace(made, signal_mv=made.signal_mv[row : row + 1], leads=(lead,))


def said_of(signal):
    analysis = analyse_strip(signal, NETWORK)
    features = ecg_features(analysis)
    found = strip_rhythm(analysis, features, find_statements(analysis, features, RULES))
    return found, {item.rule_id: item.level for item in found.urgent.items}


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(15000),
        0.008 * RNG.standard_normal(15000),
        FIBRILLATION * (1 + 0.4 * np.sin(2 * np.pi * 0.4 * TIME_S)),
        0.5 * RNG.standard_normal(15000),
    ],
    ids=["flat", "standstill", "ventricular fibrillation", "noise"],
)
def test_what_may_be_an_arrest_is_read_now(samples):
    found, levels = said_of(EcgSignal(("I",), samples[None], 500.0))
    assert found.name == NOISE
    assert levels == {"ecg_no_clear_beats": "U0"}
    assert [note.id for note in found.notes] == [NOISE_NOTE]


@pytest.mark.parametrize("lead", ["I", "II", "V1"])
@pytest.mark.parametrize("seed", range(4))
def test_a_ventricular_tachycardia_is_called_whatever_its_letter(lead, seed):
    """Six of six clean ones were called too noisy, and nothing else was said."""
    found, levels = said_of(strip_of("ventricular_tachycardia", seed, lead))
    assert "U0" in levels.values()
    assert found.name != "sinus_rhythm"


def test_a_wide_tachycardia_that_can_be_read_is_another_rhythm():
    names = [said_of(strip_of("ventricular_tachycardia", seed, "II"))[0].name for seed in range(8)]
    assert names.count("other_rhythm") >= 5


def test_a_calm_strip_has_its_letter_and_no_more():
    for lead in ("I", "II", "V1"):
        found, levels = said_of(strip_of("sinus_rhythm", 1, lead))
        assert (found.name, found.notes, levels) == ("sinus_rhythm", (), {})


def test_flutter_waves_beside_a_letter_that_is_not_theirs_are_told():
    notes = [said_of(strip_of("atrial_flutter", seed, "V1"))[0].notes for seed in range(4)]
    told = [note for found in notes for note in found if note.id == FLUTTER_NOTE]
    assert len(told) >= 3
    assert all(240 <= note.parameters["rate"] <= 384 for note in told)


def test_a_strip_that_is_read_in_part_says_how_much():
    signal = strip_of("sinus_rhythm", 1, "II")
    rng, n = np.random.default_rng(4), signal.signal_mv.shape[1] // 2
    slow = np.interp(np.arange(n), np.arange(0, n + 250, 250), rng.normal(0, 2.5, n // 250 + 1))
    shaken = signal.signal_mv.copy()
    shaken[0, :n] += slow + rng.normal(0, 0.3, n)
    found, _ = said_of(replace(signal, signal_mv=shaken))
    assert found.name != NOISE
    note = next(note for note in found.notes if note.id == PART_NOTE)
    assert 0 < note.parameters["share"] < 100


def test_every_group_of_rules_on_the_rhythm_is_there():
    assert set(statement_settings()["strip"]["urgent_groups"]) <= set(load_ecg_urgent().groups)
