"""Recordings of any length and any leads: each beat once, in the file's samples."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laennec.engine.ecg.delineation.delineate import Delineator
from laennec.engine.ecg.delineation.join import nan_quantile, overall
from laennec.engine.ecg.delineation.network import probabilities
from laennec.engine.ecg.delineation.segments import MARGIN_S, SEGMENT_S, segments
from laennec.engine.ecg.fiducials import PEAK
from laennec.engine.ecg.signal import EcgSignal
from waves_maker import RULES, SpikeSession

READER = Delineator(SpikeSession(), RULES)


def spikes(seconds, rate, leads=("II",), seed=0):
    """A recording with sharp QRS complexes at known times."""
    rng = np.random.default_rng(seed)
    beats = 0.7 + np.cumsum(rng.uniform(0.6, 1.1, 2 * int(seconds)))
    beats = beats[beats < seconds - 0.5]
    time = np.arange(round(seconds * rate)) / rate
    nearest = np.abs(time - beats[np.abs(np.searchsorted(beats, time) - 1)])
    after = np.minimum(np.searchsorted(beats, time), len(beats) - 1)
    nearest = np.minimum(nearest, np.abs(time - beats[after]))
    shape = np.exp(-0.5 * (nearest / 0.015) ** 2) + 0.01 * rng.normal(size=len(time))
    return EcgSignal.of({name: shape for name in leads}, rate, complete=False), beats


@pytest.mark.parametrize("rate", [100.0, 250.0, 333.0, 500.0, 1000.0])
@pytest.mark.parametrize("seconds", [8.0, 10.0, 30.0, 200.0])
def test_every_beat_is_found_once_in_samples_of_the_file(rate, seconds):
    signal, beats = spikes(seconds, rate)
    found = READER.delineate(signal)
    assert found.n_beats == len(beats)
    assert np.abs(found.r_peaks / rate - beats).max() < 0.008
    assert found.usable.tolist() == [True]
    assert found.qrs.beat.tolist() == list(range(len(beats)))


@given(st.integers(0, 10_000), st.floats(60, 150))
@settings(max_examples=15)
def test_no_beat_is_lost_or_doubled_at_a_seam(seed, seconds):
    signal, beats = spikes(seconds, 125.0, seed=seed)
    found = READER.delineate(signal).r_peaks / 125
    assert len(found) == len(beats)
    assert np.abs(found - beats).max() < 0.008


def test_a_shift_in_time_shifts_the_beats():
    signal, _ = spikes(20.0, 500.0)
    later = EcgSignal.of({"II": signal.signal_mv[0, 2000:]}, 500.0, complete=False)
    one, other = READER.delineate(signal).r_peaks, READER.delineate(later).r_peaks
    kept = one[one > 2300] - 2000
    assert np.abs(other[-len(kept) :] - kept).max() < 1.0


@pytest.mark.parametrize(
    "signal",
    [
        np.zeros((1, 0)),
        np.zeros((1, 1)),
        np.zeros((1, 5000)),
        np.full((1, 5000), np.nan),
        np.full((1, 5000), np.inf),
        np.full((2, 5000), 1e300) * [[1], [-1]],
    ],
)
def test_what_can_not_be_read_has_no_waves(signal):
    names = ("I", "II")[: len(signal)]
    found = READER.delineate(EcgSignal(names, signal, 500.0))
    assert found.n_beats == len(found.p) == len(found.t) == 0
    assert found.p.points.shape == (len(signal), 0, 3)
    assert not found.usable.any()


def test_waves_in_a_gap_are_not_invented():
    signal, beats = spikes(20.0, 500.0)
    gap = signal.signal_mv.copy()
    gap[:, 4000:6000] = np.nan
    found = READER.delineate(EcgSignal(("II",), gap, 500.0))
    outside = beats[(beats * 500 < 3980) | (beats * 500 > 6020)]
    assert found.n_beats == len(outside)


def test_a_dead_lead_stays_empty_beside_a_living_one():
    signal, beats = spikes(10.0, 500.0, leads=("I", "II"))
    samples = signal.signal_mv.copy()
    samples[0] = 0.0
    found = READER.delineate(EcgSignal(("I", "II"), samples, 500.0))
    assert found.usable.tolist() == [False, True]
    assert np.isnan(found.qrs.points[0]).all()
    assert np.isfinite(found.qrs.points[1, :, PEAK]).sum() == len(beats)


def test_memory_does_not_grow_with_the_recording():
    peaks = []
    for seconds in (300.0, 1200.0):
        signal, _ = spikes(seconds, 250.0)
        tracemalloc.start()
        READER.delineate(signal)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


def test_segments_cover_the_recording_once():
    for n in (1, 5000, 36_000, 36_001, 650_000):
        cut = list(segments(n, 500.0))
        assert cut[0].start == 0
        assert cut[-1].stop == n
        for one, other in zip(cut, cut[1:], strict=False):
            assert one.keep_to == other.keep_from
            assert one.stop > other.start
        assert max(s.stop - s.start for s in cut) <= (SEGMENT_S + 2 * MARGIN_S) * 500


def test_windows_of_a_long_strip_are_joined_without_a_seam():
    x = np.random.default_rng(0).normal(size=(2, 18_001)).astype(np.float32)
    session = SpikeSession()
    whole = session.run(["probability"], {"signal": x[None]})[0][0]
    assert np.array_equal(probabilities(session, x), whole)


@given(st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_the_quick_quantile_is_numpys(seed, share):
    rng = np.random.default_rng(seed)
    values = np.where(rng.random((5, 7)) < 0.3, np.nan, rng.normal(size=(5, 7)))
    values[0] = rng.normal(size=7)
    assert nan_quantile(values, share) == pytest.approx(np.nanquantile(values, share, axis=0))


def test_all_leads_together_have_an_early_onset_and_a_late_offset():
    points = np.array([[[10.0, 20, 30]], [[12, 21, 33]], [[14, 22, 36]], [[np.nan] * 3]])
    assert overall(points, 0.0)[0].tolist() == [10, 21, 36]
    assert overall(points, 0.5)[0].tolist() == [12, 21, 33]
    assert np.isnan(overall(points[3:], 0.1)).all()
