"""The usual beat is measured once: the urgent rules read that of the classical measurement."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.datasets.simulator import Noise, scenario, simulate
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.classical import measure_classical
from laennec.engine.ecg.urgent import shape, urgent_ecg

NOISE = (Noise("emg", 20.0), Noise("mains", 10.0))


def made(pathology="lbbb", rate_hz=500.0):
    asked = scenario(pathology, noise=NOISE, sampling_rate_hz=rate_hz)
    return simulate(asked, seed=3).signal


@pytest.mark.parametrize("rate_hz", [100.0, 250.0, 360.0, 500.0, 1000.0])
def test_the_beat_of_the_measurement_is_the_one_that_would_be_measured_anew(rate_hz):
    signal = made(rate_hz=rate_hz)
    classical = measure_classical(signal)
    again = shape.usual_beat(signal, replace(signal), classical)
    assert again.leads == classical.usual.leads
    assert (again.r_index, again.rate_hz) == (classical.usual.r_index, classical.usual.rate_hz)
    np.testing.assert_array_equal(again.signal_mv, classical.usual.signal_mv)
    np.testing.assert_array_equal(again.noise_mv, classical.usual.noise_mv)


def test_the_urgent_rules_measure_no_beat_again(monkeypatch):
    """Half of their time went into a median beat, and a hum, that had been measured already."""
    analysis = analyse_ecg(made(), None)
    before = urgent_ecg(analysis)
    monkeypatch.delattr(shape, "average_beats")
    monkeypatch.delattr(shape, "without_mains")
    assert urgent_ecg(analysis) == before
    assert "ecg_left_bundle" in {item.rule_id for item in before.items}


def test_beats_that_are_not_clear_have_a_usual_one_too():
    """Needles and forces are looked for in them; no width is measured of them."""
    rng = np.random.default_rng(0)
    noise = replace(made(), signal_mv=rng.normal(0.0, 0.3, (12, 5000)))
    found = measure_classical(noise)
    assert "ecg.classical.no_clear_beats" in found.values["rate"].withheld
    assert found.n_dominant == 0
    anew = shape.usual_beat(noise, replace(noise), found)
    assert (anew is None) == (found.usual is None)
    if anew is not None:
        np.testing.assert_array_equal(anew.signal_mv, found.usual.signal_mv)
