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
PAUSE = ("ecg_pause_3s", "U0")


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


def all_refused(analysis):
    return all(lead.verdict == "not_assessable" for lead in analysis.quality.leads)


def with_pause(signal, from_s, length_s):
    """Put a stretch without a beat in front of a place between T and P."""
    at, rate = round(from_s * signal.sampling_rate_hz), signal.sampling_rate_hz
    x, n = signal.signal_mv, round(length_s * rate)
    silent = np.random.default_rng(2).normal(0.0, 0.008, (len(x), n)) + x[:, at : at + 1]
    joined = np.concatenate([x[:, :at], silent, x[:, at:]], axis=1)
    return replace(signal, signal_mv=joined[:, : x.shape[1]])


@pytest.mark.parametrize("network", [NETWORK, None])
@pytest.mark.parametrize(("rate_hz", "hertz"), [(1000.0, 60.03), (500.0, 60.03), (250.0, 49.96)])
def test_hum_in_every_lead_calls_nobody_who_is_calm(rate_hz, hertz, network):
    """Pinned: no lead was left, so no beat was seen, and each of them was called for a pause.

    The rules on ST and pauses stay named: the gate's word about the hum holds.
    """
    for seed in range(3):
        signal = humming(made("sinus_rhythm", rate_hz, seed), 0.4, hertz)
        analysis = analyse_ecg(signal, network)
        assert all_refused(analysis)
        assert said(replace(analysis, beneath_hum=None)) == {PAUSE}
        assert said(analysis) == set()
        assert {"ecg_st", "ecg_pause"} <= set(urgent_ecg(analysis, MAN).not_applied)


@pytest.mark.parametrize("network", [NETWORK, None])
@pytest.mark.parametrize(("rate_hz", "hertz"), [(1000.0, 60.03), (500.0, 60.03), (250.0, 49.96)])
@pytest.mark.parametrize("mv", [0.2, 0.4, 0.6])
def test_a_pause_beneath_hum_is_called(mv, rate_hz, hertz, network):
    calm = made("sinus_rhythm", rate_hz)
    beats = analyse_ecg(calm, None).classical.beats_s
    from_s = float(beats[3] + 0.65 * (beats[4] - beats[3]))
    for length_s in (2.7, 4.0):
        analysis = analyse_ecg(humming(with_pause(calm, from_s, length_s), mv, hertz), network)
        assert all_refused(analysis) == (mv > 0.3)
        assert PAUSE in said(analysis)


@pytest.mark.parametrize("network", [NETWORK, None])
def test_where_nothing_beats_beneath_a_hum_it_is_called(network):
    """An arrest, or electrodes that lie nowhere: there is no beat that fills the pause."""
    noise = np.random.default_rng(3).normal(0.0, 0.02, (12, 5000))
    signal = humming(replace(made("sinus_rhythm"), signal_mv=noise), 0.4)
    levels = {level for _, level in said(analyse_ecg(signal, network))}
    assert "U0" in levels


def test_one_lead_that_is_left_is_not_taken_back():
    """What was seen in a lead that the gate lets read stands, whatever is seen beneath a hum."""
    calm = made("sinus_rhythm")
    part = humming(with_pause(calm, 2.0, 3.0), 0.1, leads=("V5",))
    rows = [row for row, name in enumerate(calm.leads) if name != "V5"]
    part.signal_mv[rows] = humming(calm, 0.4).signal_mv[rows]
    analysis = analyse_ecg(part, None)
    assert not all_refused(analysis)
    before = said(replace(analysis, beneath_hum=None))
    assert PAUSE in before
    assert before <= said(analysis)


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


@pytest.mark.parametrize("mv", [0.0, 0.2, 0.4])
@pytest.mark.parametrize("seed", range(3))
def test_a_heart_that_stands_still_at_the_end_is_read_now(mv, seed):
    """Pinned: the classical detector took the noise of the last 4 s for beats: nobody was called.

    The network's longest time without a beat went from beat to beat only.
    """
    signal = made("sinus_rhythm", seed=seed)
    beats = analyse_ecg(signal, None).classical.beats_s
    stop = float(beats[beats < 6.2][-1] + 0.5)
    found = urgent_ecg(analyse_ecg(humming(with_pause(signal, stop, 9.0), mv), NETWORK), MAN)
    assert "U0" in {item.level for item in found.items}
