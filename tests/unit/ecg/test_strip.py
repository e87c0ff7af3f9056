"""A strip of which a part can be read: the clearest ten seconds stand for it, or nothing does."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.datasets.simulator import scenario, simulate
from laennec.engine import load_models
from laennec.engine.ecg.analysis import REFUSED, analyse_ecg
from laennec.engine.ecg.features import ecg_features
from laennec.engine.ecg.signal import EcgSignal
from laennec.engine.ecg.strip import analyse_strip, clearest_part


@pytest.fixture(scope="module")
def network():
    return load_models().signal("ecg_delineation/waves").delineator()


@pytest.fixture(scope="module")
def still():
    """Ten seconds of lead II of a sinus rhythm, three times: thirty seconds of 500 Hz."""
    signal = simulate(scenario("sinus_rhythm"), seed=3).signal
    row = signal.leads.index("II")
    return EcgSignal(("II",), np.tile(signal.signal_mv[row], 3)[None], 500.0)


def shaken(still, stop_s):
    """Shake the hand until a second."""
    rng = np.random.default_rng(4)
    samples = still.signal_mv.copy()
    n = int(stop_s * 500)
    slow = np.interp(np.arange(n), np.arange(0, n + 250, 250), rng.normal(0, 2.5, n // 250 + 1))
    samples[0, :n] += slow + rng.normal(0, 0.3, n)
    return replace(still, signal_mv=samples)


def test_a_strip_that_the_gate_passes_is_read_whole(still, network):
    found = analyse_strip(still, network)
    assert found.readable_share == 1.0
    assert found.signal is still


def test_of_a_strip_shaken_for_half_its_length_the_still_part_is_read(still, network):
    signal = shaken(still, 15)
    assert analyse_ecg(signal, network).quality.uses["rhythm"].verdict == REFUSED
    found = analyse_strip(signal, network)
    assert found.signal.signal_mv.shape[1] == 5000
    assert found.quality.uses["rhythm"].verdict != REFUSED
    assert 0.0 < found.readable_share < 1.0
    assert len(found.fiducials.qrs) >= 4
    assert ecg_features(found).values["readable_share"] == found.readable_share


def test_a_strip_shaken_throughout_is_read_nowhere(still, network):
    found = analyse_strip(shaken(still, 30), network)
    assert found.readable_share == 0.0
    assert found.quality.uses["rhythm"].verdict == REFUSED


def test_a_strip_shorter_than_the_window_has_no_part(still):
    short = replace(still, signal_mv=still.signal_mv[:, :2000])
    assert clearest_part(short) == (None, 0.0)
