"""A paced beat has the time of its spike; nothing else is taken for a spike."""

import numpy as np
import pytest
from laennec.datasets.simulator import sample_scenario, simulate
from laennec.engine.ecg.delineation.spikes import spike_times

BEATS = np.array([200.0, 450, 700, 950])
RNG = np.random.default_rng(3)


def complexes(width, *, spike_at=None, spiked=BEATS, turn=1.0):
    """Two leads of slow complexes of 45 samples, some with a spike beside their begin."""
    at = np.arange(1200.0)
    x = sum(-3 * np.exp(-0.5 * ((at - b - 22) / width) ** 2) for b in BEATS)
    if spike_at is not None:
        x = x + sum(3.5 * (np.abs(at - b - spike_at) < 1.5) for b in spiked)
    noise = 0.03 * RNG.normal(size=(2, len(at)))
    return (turn * np.stack([x, 0.5 * x]) + noise).astype(np.float32)


@pytest.mark.parametrize("spike_at", [-10, -3, 2])
@pytest.mark.parametrize("turn", [1.0, -1.0])
def test_a_spike_at_the_begin_of_a_wide_complex_is_its_time(spike_at, turn):
    found = spike_times(complexes(9, spike_at=spike_at, turn=turn), BEATS, BEATS + 45)
    assert found == pytest.approx(BEATS + spike_at, abs=1.01)


def test_a_wide_complex_without_a_spike_has_no_such_time():
    assert np.isnan(spike_times(complexes(9), BEATS, BEATS + 45)).all()


def test_a_narrow_complex_has_none_whatever_stands_before_it():
    found = spike_times(complexes(9, spike_at=-3), BEATS, BEATS + 20)
    assert np.isnan(found).all()


def test_one_artefact_is_no_pacemaker():
    found = spike_times(complexes(9, spike_at=-3, spiked=BEATS[:1]), BEATS, BEATS + 45)
    assert np.isnan(found).all()


def test_beats_between_paced_ones_keep_their_own_time():
    found = spike_times(complexes(9, spike_at=-3, spiked=BEATS[:3]), BEATS, BEATS + 45)
    assert np.isnan(found).tolist() == [False, False, False, True]


def test_no_beats_a_short_strip_and_the_ends_are_no_errors():
    assert spike_times(complexes(9), np.empty(0), np.empty(0)).shape == (0,)
    assert np.isnan(spike_times(np.zeros((1, 10), np.float32), np.array([1.0]), np.array([45.0])))
    ends = spike_times(complexes(9), np.array([0.0, 1150]), np.array([40.0, 1210]))
    assert np.isnan(ends).all()


@pytest.mark.parametrize("name", ["lbbb", "rbbb", "premature_ventricular_complex"])
def test_a_wide_complex_of_the_heart_itself_is_not_taken_for_paced(name):
    generator = np.random.default_rng(5)
    record = simulate(sample_scenario(generator, name), seed=8)
    rate = 250 / record.signal.sampling_rate_hz
    beats = record.truth.r_peaks_s * 250
    x = record.signal.twelve_mv()[:, :: round(1 / rate)].astype(np.float32)
    assert np.isnan(spike_times(x, beats - 18, beats + 25)).all()
