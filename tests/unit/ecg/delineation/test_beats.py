"""One time for each beat, from all leads."""

import numpy as np
import pytest
from laennec.engine.ecg.delineation.beats import REACH_S, beat_times
from laennec.engine.ecg.delineation.prepare import NET_RATE_HZ


def bump(n, at, width=3.0):
    return np.exp(-0.5 * ((np.arange(n) - at) / width) ** 2)


def test_a_single_peak_is_found_between_samples():
    x = bump(100, 50.3)[None].astype(np.float32)
    found = beat_times(x, np.array([40.0]), np.array([61.0]))
    assert found[0] == pytest.approx(50.3, abs=0.15)


def test_the_turn_of_a_lead_does_not_matter():
    x = np.stack([bump(100, 50), -0.5 * bump(100, 50)]).astype(np.float32)
    one = beat_times(x, np.array([40.0]), np.array([61.0]))
    other = beat_times(-x, np.array([40.0]), np.array([61.0]))
    assert one == pytest.approx(other)


def test_two_deflections_have_a_time_near_their_middle():
    """Neither the R of one lead nor the S of the other, which change places from beat to beat."""
    x = np.stack([bump(120, 52), bump(120, 66)]).astype(np.float32)
    found = beat_times(x, np.array([42.0]), np.array([77.0]))[0]
    assert abs(found - 59) <= REACH_S * NET_RATE_HZ + 1


def test_beats_do_not_disturb_each_other():
    x = (bump(300, 50) - 2 * bump(300, 150) + bump(300, 250, 5))[None].astype(np.float32)
    start, end = np.array([40.0, 140, 235]), np.array([61.0, 161, 266])
    assert beat_times(x, start, end) == pytest.approx([50, 150, 250], abs=0.5)


def test_no_beats_and_beats_at_the_very_ends():
    x = bump(40, 20)[None].astype(np.float32)
    assert beat_times(x, np.empty(0), np.empty(0)).shape == (0,)
    found = beat_times(x, np.array([0.0, 38.0]), np.array([3.0, 45.0]))
    assert np.isfinite(found).all()
    assert ((found >= -0.5) & (found < 47)).all()


def test_a_flat_piece_is_no_error():
    found = beat_times(np.zeros((2, 50), np.float32), np.array([10.0]), np.array([20.0]))
    assert 10 <= found[0] <= 20
