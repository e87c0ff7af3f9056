"""What must hold for every ECG: gain, time and sampling rate move no answer; nothing crashes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laennec.datasets.simulator import scenario, simulate
from laennec.engine.ecg.classical import measure_classical
from laennec.engine.ecg.leads import TWELVE_LEADS
from laennec.engine.ecg.quality import assess_quality
from laennec.engine.ecg.signal import EcgSignal

RATES = [100.0, 125.0, 250.0, 360.0, 500.0, 1000.0]


@given(seed=st.integers(0, 50), factor=st.floats(0.6, 1.7))
@settings(max_examples=15, deadline=None)
def test_a_plausible_gain_changes_no_interval_and_scales_st(seed, factor):
    signal = simulate(scenario("sinus_rhythm"), seed=seed).signal
    one = measure_classical(signal)
    other = measure_classical(replace(signal, signal_mv=signal.signal_mv * factor))
    for name in ("rate", "qrs"):
        assert other.value(name) == pytest.approx(one.value(name), abs=0.5, nan_ok=True)
    assert np.allclose(other.st_j_mv, one.st_j_mv * factor, atol=2e-3, equal_nan=True)
    found = assess_quality(signal).swaps
    assert {s.swap for s in found} == {
        s.swap for s in assess_quality(replace(signal, signal_mv=signal.signal_mv * factor)).swaps
    } or len(found) <= 1


@given(seed=st.integers(0, 50), rate=st.sampled_from(RATES))
@settings(max_examples=18, deadline=None)
def test_the_sampling_rate_changes_no_interval_beyond_its_uncertainty(seed, rate):
    true = measure_classical(simulate(scenario("sinus_rhythm"), seed=seed).signal)
    made = simulate(scenario("sinus_rhythm", sampling_rate_hz=rate), seed=seed)
    found = measure_classical(made.signal)
    assert found.value("rate") == pytest.approx(true.value("rate"), abs=1.5)
    if true.values["qrs"].is_known and found.values["qrs"].is_known:
        # At 100 Hz three samples of smoothing are 30 ms: the documented wider uncertainty.
        allowed = 8.0 if rate >= 250.0 else 35.0
        assert abs(found.value("qrs") - true.value("qrs")) <= allowed


@given(seed=st.integers(0, 50), shift=st.integers(1, 400))
@settings(max_examples=12, deadline=None)
def test_a_shift_in_time_changes_no_rate(seed, shift):
    signal = simulate(scenario("sinus_rhythm", duration_s=14.0), seed=seed).signal
    whole = measure_classical(signal)
    later = measure_classical(replace(signal, signal_mv=signal.signal_mv[:, shift:]))
    assert later.value("rate") == pytest.approx(whole.value("rate"), abs=3.0)


values = st.sampled_from([0.0, 1.0, -1.0, np.nan, np.inf, -np.inf, 1e-300, 1e12, 0.3])


@given(
    leads=st.integers(1, 14),
    n=st.sampled_from([0, 1, 2, 3, 7, 60, 1000, 5000]),
    rate=st.sampled_from([1.0, 50.0, *RATES, 10000.0]),
    fill=values,
    seed=st.integers(0, 1000),
)
@settings(max_examples=80, deadline=None)
def test_nothing_crashes_and_nothing_empty_is_measured(leads, n, rate, fill, seed):
    rng = np.random.default_rng(seed)
    x = np.full((leads, n), fill)
    if n and seed % 3 == 0:
        x[:, rng.integers(0, n, size=max(n // 5, 1))] = rng.choice([np.nan, np.inf, 2.0, -7.0])
    if n and seed % 3 == 1:
        x[0] = rng.normal(size=n) * 10.0 ** rng.integers(-6, 6)
    names = (*TWELVE_LEADS, "X", "Y")[:leads]
    signal = EcgSignal(names, x, rate)
    found, quality = measure_classical(signal), assess_quality(signal)
    assert quality.verdict in ("assessable_with_caution", "not_assessable")
    assert set(quality.uses) == {"rhythm", "intervals", "st", "twelve_lead"}
    for value in found.values.values():
        assert value.is_known != bool(value.withheld)
