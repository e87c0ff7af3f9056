"""Hum of the mains and bigeminy: the classical widths on simulated truth."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.datasets.simulator import Noise, sample_scenario, scenario, simulate
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.classical import load_classical, measure_classical
from laennec.engine.ecg.classical.mains import without_hum, without_mains
from laennec.engine.ecg.classical.prepare import make_readable
from laennec.engine.ecg.leads import TWELVE_LEADS
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.quality import assess_quality
from laennec.engine.ecg.signal import EcgSignal
from laennec.engine.ecg.urgent import urgent_ecg

BEATS = np.arange(200, 4800, 400)


def hum(hertz, rate, n, height=0.3):
    """Return a hum that turns slowly against the clock, as a grid does."""
    time = np.arange(n) / rate
    return height * np.sin(2 * np.pi * (hertz + 0.05) * time + 0.4)


def readable(signal_mv, rate=500.0):
    leads = TWELVE_LEADS[: len(signal_mv)]
    return make_readable(signal_mv, rate, 250.0, leads)


@pytest.mark.parametrize("hertz", [50.0, 60.0])
@pytest.mark.parametrize("decibel", [12.0, 0.0])
def test_a_hum_as_strong_as_the_ecg_leaves_qrs_and_qt_within_5_ms(hertz, decibel):
    """At 0 dB the QRS was measured 40 ms short: the velocity of the hum hid where it calms."""
    clean = simulate(scenario("sinus_rhythm"), seed=81)
    noise = (Noise("mains", decibel, hertz),)
    noisy = simulate(scenario("sinus_rhythm", noise=noise), seed=81)
    one, two = measure_classical(clean.signal), measure_classical(noisy.signal)
    for name in ("qrs", "qt"):
        assert two.value(name) == pytest.approx(one.value(name), abs=5.0)
    assert np.nanmax(np.abs(two.st_j_mv - one.st_j_mv)) < 0.03


@pytest.mark.parametrize("rate", [250.0, 360.0, 500.0])
def test_only_the_hum_is_taken_away(rate):
    n = round(10 * rate)
    slow = 0.5 * np.sin(2 * np.pi * 1.2 * np.arange(n) / rate)
    clean = np.stack([slow, -slow])
    x = readable(clean + hum(50.0, rate, n), rate)
    beats = np.arange(int(rate), n - int(rate), int(rate))
    found = without_mains(x, beats, load_classical().mains)
    inside = slice(int(rate / 2), -int(rate / 2))
    wanted = readable(clean, rate).x
    assert np.abs(found.x - wanted)[:, inside].max() < 0.02


def test_a_lead_without_hum_is_not_touched():
    signal = np.random.default_rng(5).normal(0.0, 0.01, (2, 5000))
    signal[1] += hum(50.0, 500.0, 5000)
    x = readable(signal)
    found = without_mains(x, BEATS // 2, load_classical().mains)
    assert np.array_equal(found.x[0], x.x[0])
    assert np.abs(found.x[1]).std() < 0.1 * np.abs(x.x[1]).std()


@pytest.mark.parametrize("n", [0, 100])
def test_a_recording_shorter_than_the_window_is_left_alone(n):
    x = readable(np.linspace(0.0, 1.0, 2 * n).reshape(1, -1))
    assert without_mains(x, np.empty(0, np.int64), load_classical().mains) is x


def test_where_qrs_complexes_leave_no_silence_nothing_is_guessed():
    x = readable(hum(50.0, 500.0, 5000)[None])
    everywhere = np.arange(0, x.x.shape[1], 10)
    assert without_mains(x, everywhere, load_classical().mains) is x


def test_in_bigeminy_the_t_of_the_premature_beat_is_not_taken_for_the_other():
    """The window was half the middle RR long and more: QT was 220 ms too long or withheld."""
    generator, errors = np.random.default_rng(4711), []
    for seed in range(8):
        one = simulate(sample_scenario(generator, "bigeminy"), seed=4711 + seed)
        found = measure_classical(one.signal)
        if np.isfinite(found.value("qrs")):
            errors.append(found.value("qt") - one.truth.measured.qt_ms)
    assert len(errors) >= 5
    assert np.isfinite(errors).all()
    assert 5.0 < np.mean(errors) < 25.0, "the documented bias of QT is +14 ms"
    assert np.std(errors) < 6.0


def test_a_signal_without_a_rate_for_hum_is_measured_as_before():
    one = simulate(scenario("sinus_rhythm"), seed=12)
    slow = EcgSignal.of(
        {n: one.signal.lead_mv(n)[::5] for n in TWELVE_LEADS}, one.signal.sampling_rate_hz / 5
    )
    assert np.isfinite(measure_classical(slow).value("rate"))


def test_the_spikes_of_a_pacemaker_are_no_hum():
    """They once were: widths of paced beats changed, and more were withheld."""
    signal = np.random.default_rng(6).normal(0.0, 0.003, (1, 5000))
    signal[0, 130:4900:431] += 4.0
    x = readable(signal)
    assert without_mains(x, BEATS // 2, load_classical().mains) is x


@pytest.mark.parametrize("wall", ["anterior", "inferior", "lateral"])
@pytest.mark.parametrize(("decibel", "rate"), [(15.0, 500.0), (9.0, 500.0), (9.0, 250.0)])
def test_hum_makes_no_infarction_doubtful(wall, decibel, rate):
    """The gate tells the hum; it is subtracted before ST is measured, and U0 had become U1."""
    noise = (Noise("mains", decibel), Noise("emg", 26.0))
    made = simulate(scenario(f"st_elevation_{wall}", noise=noise, sampling_rate_hz=rate), seed=7)
    analysis = analyse_ecg(made.signal, None)
    told = {r.message.id for lead in analysis.quality.leads for r in lead.reasons}
    assert told == {"quality.lead.mains"}
    said = urgent_ecg(analysis, Person("male", 50.0)).items
    assert [(i.rule_id, i.level) for i in said] == [("ecg_st_elevation", "U0")]


def test_noise_beside_a_hum_still_makes_st_doubtful():
    """Only what the hum explains is taken off: muscle noise keeps its caution."""
    noise = (Noise("mains", 12.0), Noise("emg", 7.0))
    made = simulate(scenario("st_elevation_inferior", noise=noise), seed=7)
    quality = assess_quality(made.signal)
    told = {r.message.id for lead in quality.leads for r in lead.reasons}
    assert {"quality.lead.mains", "quality.lead.noisy"} <= told


def test_hum_at_half_the_sampling_rate_is_told_and_taken_away():
    """At 100 Hz a hum of 50 Hz changes its sign from sample to sample, and was taken for muscle."""
    clean = simulate(scenario("sinus_rhythm", sampling_rate_hz=100.0), seed=3).signal
    hum = 0.15 * np.where(np.arange(clean.n_samples) % 2, -1.0, 1.0)
    hummed = replace(clean, signal_mv=clean.signal_mv + hum)
    told = assess_quality(hummed)
    reasons = [r.message for lead in told.leads for r in lead.reasons]
    assert {r.id for r in reasons} == {"quality.lead.mains"}
    assert all(abs(r.parameters["uv"] - 150) < 15 and r.parameters["hz"] == 50 for r in reasons)
    quiet = without_hum(hummed, measure_classical(hummed).beats_s)
    assert np.abs(quiet.signal_mv - clean.signal_mv)[:, 100:-100].max() < 0.01
