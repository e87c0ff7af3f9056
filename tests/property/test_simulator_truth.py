"""Whatever is asked of the simulator, its truth holds."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from laennec.datasets.simulator import Group, sample_scenario, simulate
from laennec.datasets.simulator.figures import figures

PATHOLOGIES = sorted(figures("pathologies")["pathology"])


@given(
    name=st.sampled_from(PATHOLOGIES),
    seed=st.integers(0, 2**32 - 1),
    rate=st.sampled_from([100.0, 128.0, 257.0, 360.0, 500.0, 1000.0]),
)
@settings(max_examples=60, deadline=None)
def test_any_sampled_record_is_true_to_itself(name, seed, rate):
    asked = sample_scenario(np.random.default_rng(seed), name, sampling_rate_hz=rate)
    ecg = simulate(asked, seed=seed)
    leads = ecg.clean.signal_mv
    assert np.isfinite(leads).all()
    np.testing.assert_allclose(leads[0] + leads[2], leads[1], atol=1e-9)
    qrs = ecg.truth.profiles[Group.QRS]
    t = ecg.truth.profiles[Group.T]
    assert (t.end_s[:-1] <= qrs.begin_s[1:]).all()
    assert (qrs.end_s <= t.begin_s).all()
    for beat in ecg.truth.beats:
        for wave in (beat.p, beat.qrs, beat.t):
            points = [] if wave is None else [wave.on, wave.peak, wave.off]
            known = [p for p in points if p is not None]
            assert known == sorted(known)
        if beat.p is not None and beat.pr_ms is not None:
            assert beat.p_ms <= beat.pr_ms
        if beat.qrs is not None and beat.qt_ms is not None:
            assert beat.qt_ms > beat.qrs_ms
    assert set(asked.statements) <= set(ecg.truth.statements)
    for lead in ecg.truth.fiducials("r")["leads"].values():
        assert all(p is None or 0 <= p < ecg.clean.n_samples for w in lead["qrs"] for p in w)


@given(
    name=st.sampled_from(PATHOLOGIES),
    seed=st.integers(0, 2**32 - 1),
    fast=st.sampled_from([400.0, 1000.0]),
)
@settings(max_examples=20, deadline=None)
def test_no_truth_depends_on_the_sampling_rate(name, seed, fast):
    low, high = (
        simulate(
            sample_scenario(np.random.default_rng(seed), name, sampling_rate_hz=rate), seed=seed
        )
        for rate in (200.0, fast)
    )
    step = round(fast / 200.0)
    np.testing.assert_allclose(low.clean.signal_mv, high.clean.signal_mv[:, ::step], atol=1e-9)
    assert low.truth.statements == high.truth.statements
    assert low.truth.script == high.truth.script


@given(gain=st.floats(0.2, 3.0), seed=st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_leads_and_amplitudes_grow_with_what_is_asked(gain, seed):
    scales = {"p_scale": gain, "qrs_scale": gain, "t_scale": gain, "st_scale": gain}
    ones = dict.fromkeys(scales, 1.0)
    one, scaled = (
        simulate(sample_scenario(np.random.default_rng(seed), "sinus_rhythm", **s), seed=seed)
        for s in (ones, scales)
    )
    np.testing.assert_allclose(
        scaled.clean.signal_mv, gain * one.clean.signal_mv, rtol=1e-9, atol=1e-12
    )
    np.testing.assert_allclose(
        scaled.truth.measured.p_mv, gain * one.truth.measured.p_mv, rtol=1e-9
    )
