"""Noise has the level that was asked; faults do what their algebra says."""

import numpy as np
import pytest
from laennec.datasets.simulator import Noise, ScenarioUnfit, sample_noise, scenario, simulate
from laennec.datasets.simulator.artefacts import (
    baseline_step,
    flat_lead,
    gain_error,
    limb_swap_matrix,
    quantise,
    recorder_filter,
    saturate,
    spikes,
    swap_chest,
    swap_limbs,
)
from laennec.datasets.simulator.noise import KINDS, snr_db
from laennec.engine.ecg.signal import EcgSignal

ECG = simulate(scenario(person_variation=1.0), seed=1).signal


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("level", [-3.0, 6.0, 24.0])
@pytest.mark.parametrize("rate", [100.0, 500.0])
def test_the_snr_measured_is_the_snr_asked(kind, level, rate):
    asked = scenario(noise=(Noise(kind, level),), sampling_rate_hz=rate)
    ecg = simulate(asked, seed=3)
    added = ecg.signal.signal_mv - ecg.clean.signal_mv
    assert snr_db(ecg.clean.signal_mv, added) == pytest.approx(level, abs=1e-6)


def spectrum(kind, **more):
    ecg = simulate(scenario(noise=(Noise(kind, 0.0, **more),)), seed=2)
    added = (ecg.signal.signal_mv - ecg.clean.signal_mv)[1]
    return np.fft.rfftfreq(len(added), 1 / 500), np.abs(np.fft.rfft(added)) ** 2


def test_each_kind_stands_where_it_should_in_the_spectrum():
    for kind, low, high in (("wander", 0.0, 0.6), ("emg", 18.0, 152.0)):
        frequency, power = spectrum(kind)
        inside = (frequency >= low) & (frequency <= high)
        assert power[inside].sum() > 0.97 * power.sum()
    for hz in (50.0, 60.0):
        frequency, power = spectrum("mains", mains_hz=hz)
        assert frequency[power.argmax()] == pytest.approx(hz, abs=0.2)
        harmonic = power[np.abs(frequency - 3 * hz) < 0.5].sum()
        assert 0.005 < harmonic / power.sum() < 0.2


def test_an_unknown_noise_is_refused():
    with pytest.raises(ScenarioUnfit, match="unknown kind of noise 'hum'"):
        Noise("hum", 3.0)


def test_sampled_noise_stays_between_its_limits():
    drawn = [n for k in range(50) for n in sample_noise(np.random.default_rng(k), 5.0, 20.0)]
    assert {n.kind for n in drawn} == set(KINDS)
    assert all(5.0 <= n.snr_db <= 20.0 for n in drawn)


SIX = ECG.signal_mv[:6]
ONE, TWO, THREE, RIGHT, LEFT, FOOT = SIX


@pytest.mark.parametrize(
    ("order", "wanted"),
    [
        (("LA", "RA", "LL"), (-ONE, THREE, TWO, LEFT, RIGHT, FOOT)),
        (("RA", "LL", "LA"), (TWO, ONE, -THREE, RIGHT, FOOT, LEFT)),
        (("LL", "LA", "RA"), (-THREE, -TWO, -ONE, FOOT, LEFT, RIGHT)),
        (("LA", "LL", "RA"), (THREE, -ONE, -TWO, LEFT, FOOT, RIGHT)),
        (("LL", "RA", "LA"), (-TWO, -THREE, ONE, FOOT, RIGHT, LEFT)),
        (("RA", "LA", "LL"), (ONE, TWO, THREE, RIGHT, LEFT, FOOT)),
    ],
)
def test_limb_swaps_are_exact(order, wanted):
    swapped = swap_limbs(ECG, order)
    np.testing.assert_allclose(swapped.signal_mv[:6], np.stack(wanted), atol=1e-12)
    np.testing.assert_array_equal(swapped.signal_mv[6:], ECG.signal_mv[6:])
    assert set(np.unique(np.abs(limb_swap_matrix(order)))) == {0.0, 1.0}


def test_a_swap_of_two_undone_is_no_swap():
    again = swap_limbs(swap_limbs(ECG, ("LA", "RA", "LL")), ("LA", "RA", "LL"))
    np.testing.assert_array_equal(again.signal_mv, ECG.signal_mv)
    again = swap_chest(swap_chest(ECG, "V1", "V2"), "V2", "V1")
    np.testing.assert_array_equal(again.signal_mv, ECG.signal_mv)


def test_a_chest_swap_changes_two_leads():
    swapped = swap_chest(ECG, "V1", "V6")
    np.testing.assert_array_equal(swapped.lead_mv("V1"), ECG.lead_mv("V6"))
    np.testing.assert_array_equal(swapped.lead_mv("V6"), ECG.lead_mv("V1"))
    np.testing.assert_array_equal(swapped.lead_mv("V2"), ECG.lead_mv("V2"))


def test_faults_change_what_they_say_and_leave_their_input():
    before = ECG.signal_mv.copy()
    flat = flat_lead(ECG, "V3", from_s=2.0, to_s=4.0).lead_mv("V3")
    assert not flat[1000:2000].any()
    np.testing.assert_array_equal(flat[2000:], ECG.lead_mv("V3")[2000:])
    assert np.abs(saturate(ECG, 0.5).signal_mv).max() == 0.5
    moved = baseline_step(ECG, "I", 0.7, at_s=5.0).lead_mv("I") - ECG.lead_mv("I")
    assert not moved[:2500].any()
    np.testing.assert_allclose(moved[2500:], 0.7)
    needles = spikes(ECG, "V1", 3.0, at_s=(1.0, 99.0)).lead_mv("V1") - ECG.lead_mv("V1")
    assert np.flatnonzero(needles).tolist() == [500]
    np.testing.assert_allclose(gain_error(ECG, 10.0).signal_mv, 10 * ECG.signal_mv)
    one = gain_error(ECG, 0.1, lead="V6").signal_mv
    np.testing.assert_allclose(one[11], 0.1 * ECG.signal_mv[11])
    np.testing.assert_array_equal(one[:11], ECG.signal_mv[:11])
    np.testing.assert_array_equal(ECG.signal_mv, before)


def test_a_recorder_rounds_to_its_step():
    rounded = quantise(ECG, 4.88)
    assert np.abs(rounded.signal_mv - ECG.signal_mv).max() <= 0.00244 + 1e-12
    assert (rounded.resolution_uv == 4.88).all()


def test_faults_of_leads_that_are_not_there_are_refused():
    with pytest.raises(ScenarioUnfit, match="no lead 'V9'"):
        flat_lead(ECG, "V9")
    with pytest.raises(ScenarioUnfit, match="only V1 to V6 are chest leads"):
        swap_chest(ECG, "V1", "I")
    with pytest.raises(ScenarioUnfit, match="each on one cable"):
        swap_limbs(ECG, ("RA", "RA", "LL"))


def test_a_recorder_filter_keeps_its_band_and_nothing_else():
    time = np.arange(10_000) / 500.0
    for hz, kept in ((0.05, 0.1), (5.0, 1.0), (100.0, 0.15)):
        wave = EcgSignal.of({"I": np.sin(2 * np.pi * hz * time)}, 500.0)
        found = recorder_filter(wave, 0.5, 40.0).signal_mv[0, 5000:]
        assert np.abs(found).max() == pytest.approx(kept, abs=0.12)
    open_top = recorder_filter(EcgSignal.of({"I": np.sin(2 * np.pi * 40 * time)}, 500.0), 0.5, 300)
    assert np.abs(open_top.signal_mv[0, 5000:]).max() == pytest.approx(1.0, abs=0.02)


def test_faults_leave_no_step_at_the_start():
    level = EcgSignal.of({"I": np.full(5000, 3.0)}, 500.0)
    assert np.abs(recorder_filter(level, 0.5, 40.0).signal_mv).max() < 1e-6
