"""Where windows lie, and the waves that each of them keeps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laennec.datasets.simulator import scenario, simulate
from laennec.engine import load_models
from laennec.engine.ecg.analysis import ALONE, analyse_ecg
from laennec.engine.ecg.fiducials import NO_BEAT
from laennec.engine.ecg.visit import ready_delineator
from laennec.engine.ecg.windows.cut import Window, cut_out, windows_of
from laennec.engine.ecg.windows.settings import window_settings
from laennec.engine.ecg.windows.spans import runs_of, spans_of

SETTINGS = window_settings()


@given(st.floats(0.0, 4000.0))
def test_no_second_of_a_long_recording_is_outside_all_windows(duration_s):
    windows, layout = windows_of(duration_s, SETTINGS), SETTINGS.layout(duration_s)
    assert (layout is None) == (duration_s <= 10.0)
    if layout is None:
        assert windows == ()
        return
    assert windows[0].start_s == 0.0
    assert windows[-1].stop_s == pytest.approx(duration_s)
    starts = np.array([w.start_s for w in windows])
    assert (np.diff(starts) > 0).all()
    assert np.diff(starts).max() <= layout.step_s + 1e-9
    assert all(w.stop_s - w.start_s == pytest.approx(layout.length_s) for w in windows)


@given(st.lists(st.integers(0, 60), max_size=30), st.integers(1, 4))
def test_runs_hold_every_index_that_has_enough_neighbours(indices, least):
    runs = runs_of(indices, least)
    inside = {i for run in runs for i in run}
    for i in set(indices):
        left = next(k for k in range(100) if i - k - 1 not in indices)
        right = next(k for k in range(100) if i + k + 1 not in indices)
        assert (i in inside) == (left + right + 1 >= least)


def test_spans_that_touch_are_one():
    windows = windows_of(60.0, SETTINGS)
    assert spans_of([(0, 1), (3,), (8, 9)], windows) == (
        Window(0.0, 25.0),
        Window(40.0, 55.0),
    )


@pytest.fixture(scope="module")
def long():
    made = simulate(scenario("sinus_rhythm", rate_bpm=66.0, duration_s=40.0), seed=4)
    return analyse_ecg(made.signal, ready_delineator(load_models())[0])


@pytest.mark.parametrize("start_s", [0.0, 12.3, 30.0])
def test_a_window_measures_what_a_recording_of_its_own_measures(long, start_s):
    """The waves are cut out of the whole, and no network is asked again."""
    network = ready_delineator(load_models())[0]
    part = cut_out(long, Window(start_s, start_s + 10.0), with_network=True)
    alone = analyse_ecg(part.signal, network)
    for name in ("rate", "qrs", "qt"):
        assert part.measurements.value(name) == pytest.approx(
            alone.measurements.value(name), abs=4.0
        ), name
    assert part.classical.value("rate") == alone.classical.value("rate")
    assert abs(part.fiducials.n_beats - alone.fiducials.n_beats) <= 1


def test_the_waves_of_a_window_belong_to_its_own_beats(long):
    part = cut_out(long, Window(12.3, 22.3), with_network=True).fiducials
    rate, start = long.signal.sampling_rate_hz, 12.3 * long.signal.sampling_rate_hz
    for waves in (part.p, part.t):
        kept = waves.beat != NO_BEAT
        assert kept.any()
        assert waves.beat.max() < part.n_beats
        apart_s = (waves.overall[kept, 1] - part.r_peaks[waves.beat[kept]]) / rate
        assert np.abs(apart_s).max() < 0.6, "a wave was given to a beat of another window"
    every = long.fiducials.r_peaks - round(start)
    assert np.isin(np.round(part.r_peaks, 6), np.round(every, 6)).all()


def test_without_a_network_a_window_has_none_either(long):
    part = cut_out(long, Window(0.0, 10.0), with_network=False)
    assert part.measurements.measured["rate"].withheld == (ALONE,)
    assert part.fiducials.n_beats == 0
