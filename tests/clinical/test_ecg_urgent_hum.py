"""H1: a hum of the mains so strong that the gate refuses leads hides no infarction."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.datasets.simulator import Noise, scenario, simulate
from laennec.engine import load_models
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.urgent import urgent_ecg
from laennec.engine.ecg.visit import ready_delineator
from laennec.engine.ecg.windows import look_through, with_items_of_windows

MAN = Person("male", 50.0)
NETWORK, _ = ready_delineator(load_models())
WALLS = ("anterior", "inferior", "lateral")
SILENT = (Noise("emg", 28.0),)
ELEVATION = ("ecg_st_elevation", "U0")


def made(pathology, rate_hz=500.0, seed=5, duration_s=10.0):
    asked = scenario(pathology, noise=SILENT, sampling_rate_hz=rate_hz, duration_s=duration_s)
    return simulate(asked, seed=seed).signal


def humming(signal, mv, hertz=50.0, leads=None):
    """Add hum with a little of its overtone; each lead has a phase and a size of its own."""
    rng, x = np.random.default_rng(7), signal.signal_mv.copy()
    turn = 2.0 * np.pi * hertz * np.arange(signal.n_samples) / signal.sampling_rate_hz
    for row, name in enumerate(signal.leads):
        phase, size = rng.uniform(0.2, 1.2), mv * rng.uniform(0.8, 1.2)
        if leads is None or name in leads:
            x[row] += size * (np.cos(turn + phase) + 0.1 * np.cos(2.0 * turn + phase))
    return replace(signal, signal_mv=x)


def said(analysis, declared=()):
    return {(i.rule_id, i.level) for i in urgent_ecg(analysis, MAN, declared).items}


@pytest.mark.parametrize("wall", WALLS)
@pytest.mark.parametrize("mv", [0.4, 1.2])
@pytest.mark.parametrize(("rate_hz", "hertz"), [(500.0, 50.05), (250.0, 59.95), (100.0, 50.0)])
def test_an_infarction_beneath_hum_that_the_gate_refuses_is_called(wall, mv, rate_hz, hertz):
    """Pinned: the leads were refused, the rules on ST named as not applied, and nobody called."""
    analysis = analyse_ecg(humming(made(f"st_elevation_{wall}", rate_hz), mv, hertz), NETWORK)
    refused = [lead for lead in analysis.quality.leads if lead.verdict == "not_assessable"]
    assert len(refused) > 6
    assert {"quality.lead.mains"} <= {r.message.id for lead in refused for r in lead.reasons}
    found = urgent_ecg(analysis, MAN)
    assert ELEVATION in said(analysis)
    assert "ecg_st" in found.applied
    assert "ecg_st" not in found.not_applied


@pytest.mark.parametrize("network", [NETWORK, None])
@pytest.mark.parametrize("rate_hz", [500.0, 250.0, 100.0])
def test_the_same_hum_calls_nobody_more_who_is_calm(rate_hz, network):
    """And the rules on ST stay named: the gate's word about the hum holds."""
    for seed in range(3):
        analysis = analyse_ecg(humming(made("sinus_rhythm", rate_hz, seed), 0.4), network)
        assert said(analysis) == said(replace(analysis, beneath_hum=None))
        assert "ecg_st" in urgent_ecg(analysis, MAN).not_applied


def test_hum_takes_no_call_away():
    """With symptoms an ECG that the gate refuses is read now, whatever is seen beneath its hum."""
    analysis = analyse_ecg(humming(made("sinus_rhythm"), 0.4), NETWORK)
    level = ("ecg_not_judged_with_symptoms", "U0")
    assert level in said(analysis, ("symptom.chest_pain",))


def test_a_loose_electrode_is_refused_beneath_its_hum_too():
    signal = humming(made("sinus_rhythm"), 0.6)
    noisy = signal.signal_mv.copy()
    at = [signal.leads.index(name) for name in ("V2", "V3")]
    noisy[at] += np.repeat(np.random.default_rng(1).normal(0.0, 0.6, (2, 250)), 20, axis=1)
    beneath = analyse_ecg(replace(signal, signal_mv=noisy), None).beneath_hum
    verdicts = {name: beneath.quality.lead(name).verdict for name in ("V1", "V2", "V3")}
    assert verdicts == {"V1": "assessable", "V2": "not_assessable", "V3": "not_assessable"}


def test_a_lead_that_is_refused_for_something_else_stays_refused():
    signal = humming(made("st_elevation_inferior"), 0.4, leads=("II", "III", "aVF"))
    flat = signal.signal_mv.copy()
    flat[signal.leads.index("V2"), 2000:] = 0.0
    analysis = analyse_ecg(replace(signal, signal_mv=flat), NETWORK)
    beneath = analysis.beneath_hum
    assert beneath.quality.lead("II").verdict != "not_assessable"
    assert beneath.quality.lead("V2").verdict == "not_assessable"
    assert np.isnan(beneath.signal.lead_mv("V2")).all(), "no part of it is read there"
    assert ELEVATION in said(analysis)


def test_without_a_refused_hum_nothing_is_analysed_twice():
    assert analyse_ecg(made("sinus_rhythm"), None).beneath_hum is None
    assert analyse_ecg(humming(made("sinus_rhythm"), 0.1), None).beneath_hum is None


@pytest.mark.parametrize("from_s", [0.0, 20.0])
def test_a_part_of_a_long_recording_is_read_beneath_its_hum(from_s):
    """The hum may stand in the whole recording, or in the part alone."""
    calm, ill = (made(name, duration_s=30.0) for name in ("sinus_rhythm", "st_elevation_inferior"))
    hum, stop = humming(calm, 0.5).signal_mv - calm.signal_mv, round(20.0 * 500)
    x = np.concatenate([calm.signal_mv[:, :stop], ill.signal_mv[:, stop:]], axis=1)
    x[:, round(from_s * 500) :] += hum[:, round(from_s * 500) :]
    analysis = analyse_ecg(replace(calm, signal_mv=x), NETWORK)
    whole = urgent_ecg(analysis, MAN)
    found = with_items_of_windows(whole, look_through(analysis, MAN, (), None))
    assert ELEVATION in {(i.rule_id, i.level) for i in found.items}
