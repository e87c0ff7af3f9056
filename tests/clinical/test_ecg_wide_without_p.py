"""H1: wide complexes that no P wave leads may come from the ventricles, whatever their rate."""

from dataclasses import replace

import numpy as np
import pytest
from ecg_evidence import evidence, levels_of
from laennec.datasets.simulator import Noise, sample_scenario, simulate
from laennec.engine import load_models
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.conduction import leads_each_beat
from laennec.engine.ecg.findings.urgent_rules import VENTRICULAR
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.urgent import load_ecg_urgent, urgent_ecg
from laennec.engine.ecg.urgent.atrial import p_seen
from laennec.engine.ecg.urgent.evaluate import apply_rules
from laennec.engine.ecg.urgent.pair import Pair
from laennec.engine.ecg.urgent.shape import usual_beat
from laennec.engine.ecg.visit import ready_delineator, screened_ecg
from laennec.engine.words.load import load_sentences

SETTINGS = load_ecg_urgent()
MODELS = load_models()
NETWORK, _ = ready_delineator(MODELS)
FAST, SLOW, DIFFER = "ecg_wide_without_p_fast", "ecg_wide_without_p", "ecg_measurements_differ"
NAN = float("nan")


def made(pathology, rate_bpm, seed, *, snr_db=25.0, **changes):
    noise = tuple(Noise(kind, snr_db) for kind in ("emg", "wander", "motion"))
    asked = sample_scenario(
        np.random.default_rng(seed), pathology, noise=noise, rate_bpm=float(rate_bpm), **changes
    )
    return simulate(asked, seed=seed).signal, Person(asked.sex, asked.age_years)


def said(pathology, rate_bpm, seed, network=NETWORK, declared=(), **changes):
    signal, person = made(pathology, rate_bpm, seed, **changes)
    return levels_of(urgent_ecg(analyse_ecg(signal, network), person, declared).items)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("rate_bpm", [101, 105, 110, 115, 119])
def test_a_ventricular_tachycardia_from_100_on_is_called_now(rate_bpm, seed):
    """Pinned: up to 120/min it was a run of wide complexes, to be read today."""
    assert said("ventricular_tachycardia", rate_bpm, seed)[FAST] == "U0"


@pytest.mark.parametrize("network", [NETWORK, None])
@pytest.mark.parametrize("pathology", ["lbbb", "rbbb", "nonspecific_intraventricular_delay"])
@pytest.mark.parametrize("rate_bpm", [101, 110])
def test_a_bundle_branch_block_in_a_sinus_tachycardia_is_none(pathology, rate_bpm, network):
    for seed in range(3):
        assert said(pathology, rate_bpm, seed, network).keys().isdisjoint({FAST, DIFFER, SLOW})


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("rate_bpm", [60, 80, 95])
def test_an_accelerated_rhythm_of_the_ventricles_is_read_today(rate_bpm, seed):
    """Pinned: 95/min was only a left-sided delay, and left bundle branch block was present."""
    signal, person = made("ventricular_tachycardia", rate_bpm, seed)
    found = screened_ecg(signal, MODELS, person)
    assert levels_of(found.urgency.items)[SLOW] == "U1"
    states = {s.name: s for s in found.statements}
    for name in ("lbbb", "sinus_rhythm", "nonspecific_intraventricular_delay"):
        assert (states[name].state, states[name].why) == ("not_assessable", (VENTRICULAR,))
    dizzy = screened_ecg(signal, MODELS, person, declared=("symptom.syncope",))
    assert levels_of(dizzy.urgency.items)[SLOW] == "U0"


@pytest.mark.parametrize("pathology", ["lbbb", "rbbb"])
@pytest.mark.parametrize("rate_bpm", [50, 80, 95])
def test_a_bundle_branch_block_in_sinus_rhythm_is_said_as_before(pathology, rate_bpm):
    for seed in range(2):
        signal, person = made(pathology, rate_bpm, seed)
        found = screened_ecg(signal, MODELS, person)
        assert levels_of(found.urgency.items).keys().isdisjoint({SLOW, FAST})
        assert {s.name: s.state for s in found.statements}[pathology] == "present"


@pytest.mark.parametrize("pathology", ["paced_rhythm_ventricular", "atrial_fibrillation+lbbb"])
def test_needles_and_an_irregular_rhythm_explain_wide_complexes(pathology):
    for seed in range(3):
        assert said(pathology, 75, seed).keys().isdisjoint({SLOW, FAST})


def test_without_a_network_the_rule_of_both_is_named_as_not_applied():
    signal, person = made("ventricular_tachycardia", 110.0, 1)
    slow = made("lbbb", 80.0, 1)[0]
    assert FAST in levels_of(urgent_ecg(analyse_ecg(signal, None), person).items)
    assert SLOW in urgent_ecg(analyse_ecg(slow, None), person).not_applied
    calm = made("sinus_rhythm", 80.0, 1)[0]
    assert SLOW in urgent_ecg(analyse_ecg(calm, None), person).applied


def test_where_only_one_sees_p_waves_a_physician_reads_now():
    wide = {"rate": 110.0, "qrs": 140.0}
    only_network = evidence(**wide, no_steady_p=Pair(1.0, 0.0, differ=True))
    only_classical = evidence(**wide, no_steady_p=Pair(0.0, 1.0, differ=True))
    assert levels_of(apply_rules(only_network, (), SETTINGS).items) == {FAST: "U0"}
    items = apply_rules(only_classical, (), SETTINGS).items
    assert levels_of(items) == {DIFFER: "U0"}
    both = evidence(**wide, no_steady_p=Pair(0.0, 0.0, differ=True))
    assert apply_rules(both, (), SETTINGS).items == ()


def test_each_value_is_printed_once():
    item = apply_rules(evidence(rate=110.0, qrs=140.0, no_steady_p=1.0), (), SETTINGS).items[0]
    names = [v.name for v in item.inputs]
    assert names == ["ecg.rate", "ecg.qrs", "ecg.irregularity"]


@pytest.mark.parametrize(("pathology", "wave"), [("lbbb", 1.0), ("ventricular_tachycardia", 0.0)])
@pytest.mark.parametrize("rate_bpm", [60, 90, 105, 119])
def test_a_p_wave_is_a_summit_before_the_qrs_and_no_t_wave(pathology, wave, rate_bpm):
    for seed in range(3):
        signal, _ = made(pathology, rate_bpm, seed)
        classical = analyse_ecg(signal, None).classical
        assert p_seen(classical.usual, classical.beats_s, SETTINGS.atrial) == wave
        turned = replace(classical.usual, signal_mv=-classical.usual.signal_mv)
        assert p_seen(turned, classical.beats_s, SETTINGS.atrial) == wave


def test_what_can_not_be_known_is_not_said():
    signal, _ = made("lbbb", 80.0, 1)
    analysis = analyse_ecg(signal, None)
    alone = replace(analysis.classical, beats_s=analysis.classical.beats_s[:1])
    repeats_not = usual_beat(signal, replace(signal, signal_mv=-signal.signal_mv), alone)
    assert repeats_not is None
    assert np.isnan(p_seen(repeats_not, alone.beats_s, SETTINGS.atrial))
    assert np.isnan(leads_each_beat(analysis.fiducials, 0.5, 20.0))


@pytest.mark.parametrize(("language", "denied"), [("en", "not seen"), ("fr", "ne se voient pas")])
def test_the_item_does_not_say_that_a_pacemaker_shows_no_needles(language, denied):
    """It was printed beside "paced rhythm", which stands on needles that were seen."""
    said = load_sentences()[language]["urgent.ecg_wide_without_p"]
    assert denied not in said
