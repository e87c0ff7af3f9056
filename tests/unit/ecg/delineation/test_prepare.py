"""What the network reads does not depend on gain, rate, offset or a gap."""

import numpy as np
import pytest
from laennec.engine.ecg.delineation.prepare import lead_scale, prepare, without_baseline


def wave(rate, seconds=10.0, offset=0.0):
    """Bumps each second, the same at every rate."""
    time = np.arange(round(rate * seconds)) / rate
    beat = np.exp(-0.5 * (((time % 1.0) - 0.5) / 0.03) ** 2)
    return np.stack([beat, -0.4 * beat + 0.2 * np.sin(2 * np.pi * 1.7 * time)]) + offset


@pytest.mark.parametrize("rate", [100.0, 128.0, 257.0, 360.0, 500.0, 1000.0])
def test_every_rate_gives_the_same_signal(rate):
    one, other = prepare(wave(250.0), 250.0), prepare(wave(rate), rate)
    n = min(one.x.shape[1], other.x.shape[1])
    assert abs(one.x.shape[1] - other.x.shape[1]) <= 1
    assert np.abs(one.x[:, 100 : n - 100] - other.x[:, 100 : n - 100]).max() < 0.06
    assert other.step == pytest.approx(rate / 250, rel=1e-6)


@pytest.mark.parametrize("gain", [1e-3, 0.1, 10.0, 1e4])
def test_gain_and_offset_do_not_matter(gain):
    one, other = prepare(wave(500.0), 500.0), prepare(gain * wave(500.0, offset=3.0), 500.0)
    assert np.abs(one.x - other.x).max() < 1e-4


def test_a_flat_lead_is_not_usable():
    signal = np.vstack([np.full(5000, 0.3), wave(500.0)])
    made = prepare(signal, 500.0)
    assert made.usable.tolist() == [1, 2]
    assert made.x.shape == (2, 2500)


def test_a_lead_that_is_mostly_missing_is_not_usable_and_a_gap_is_marked():
    signal = wave(500.0)
    signal[0, 1000:] = np.nan
    signal[1, 1000:1500] = np.nan
    made = prepare(signal, 500.0)
    assert made.usable.tolist() == [1]
    assert np.isfinite(made.x).all()
    assert not made.known[0, 501:749].any()
    assert made.known[0, :499].all()
    assert made.known[0, 751:].all()


@pytest.mark.parametrize("n", [0, 1, 2, 5, 40])
def test_a_strip_that_is_too_short_is_no_error(n):
    made = prepare(wave(500.0)[:, :n], 500.0)
    assert np.isfinite(made.x).all()


def test_infinite_samples_are_missing():
    signal = wave(500.0)
    signal[0, 700] = np.inf
    assert np.isfinite(prepare(signal, 500.0).x).all()


def test_an_absurd_rate_is_no_error():
    assert prepare(wave(500.0), 1e7).x.shape[1] >= 0


def test_the_baseline_goes_and_the_waves_stay():
    time = np.arange(2500) / 250
    slow, quick = np.sin(2 * np.pi * 0.05 * time), np.sin(2 * np.pi * 5 * time)
    made = without_baseline((3 * slow + quick)[None])[0]
    assert np.abs(made - quick)[250:-250].max() < 0.1


def test_one_artefact_does_not_move_the_scale():
    signal = wave(250.0)
    spoiled = signal.copy()
    spoiled[:, 300:420] += 50
    assert lead_scale(spoiled) == pytest.approx(lead_scale(signal), rel=0.2)
    assert lead_scale(np.empty((2, 0))).tolist() == [0, 0]
