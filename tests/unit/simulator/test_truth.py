"""The truth of a simulated record is exact: what was asked is what is there."""

import numpy as np
import pytest
from laennec.datasets.simulator import Group, scenario, simulate
from laennec.datasets.simulator.waves import render
from laennec.engine.ecg.leads import TWELVE_LEADS

STEADY = {"variation": 0.0, "options": {"variability": 0.0}}


@pytest.mark.parametrize(
    ("pr_ms", "qrs_ms", "qt_ms", "rate_bpm"),
    [(120, 80, 360, 60), (160, 92, 400, 72), (240, 130, 440, 50), (140, 100, 300, 110)],
)
def test_the_intervals_asked_are_the_intervals_in_the_truth(pr_ms, qrs_ms, qt_ms, rate_bpm):
    asked = scenario(pr_ms=pr_ms, qrs_ms=qrs_ms, qt_ms=qt_ms, rate_bpm=rate_bpm, **STEADY)
    beats = [b for b in simulate(asked, seed=3).truth.beats if b.p and b.qrs and b.t]
    whole = [b for b in beats if None not in (b.p.on, b.qrs.on, b.qrs.off, b.t.off)]
    assert len(whole) >= 7
    for beat in whole:
        assert 1000 * (beat.qrs.on_s - beat.p.on_s) == pytest.approx(pr_ms)
        assert 1000 * (beat.qrs.off_s - beat.qrs.on_s) == pytest.approx(qrs_ms)
        assert 1000 * (beat.t.off_s - beat.qrs.on_s) == pytest.approx(qt_ms)
        assert 1000 * (beat.p.off_s - beat.p.on_s) == pytest.approx(asked.p_ms)
        assert abs((beat.qrs.on - beat.p.on) - pr_ms / 2) <= 1
        assert abs((beat.t.off - beat.qrs.on) - qt_ms / 2) <= 1
    assert np.diff([b.qrs.on_s for b in whole]) == pytest.approx(60 / rate_bpm)


def test_the_medians_measured_are_those_asked():
    measured = simulate(scenario(pr_ms=200.0, qt_ms=410.0, **STEADY), seed=1).truth.measured
    assert measured.pr_ms == pytest.approx(200.0)
    assert measured.qt_ms == pytest.approx(410.0)
    assert measured.rate_bpm == pytest.approx(72.0)
    assert measured.qtc_fridericia_ms == pytest.approx(410.0 / (60 / 72) ** (1 / 3))


def test_the_clean_signal_is_exactly_zero_outside_the_waves():
    ecg = simulate(scenario(), seed=5)
    time = np.arange(ecg.clean.n_samples) / 500.0
    under = np.zeros(len(time), bool)
    for row in range(len(ecg.truth.table)):
        begin, end = ecg.truth.table.begin_s[row], ecg.truth.table.end_s[row]
        under |= (time > begin) & (time < end)
    assert 0.2 < under.mean() < 0.9
    assert not ecg.clean.signal_mv[:, ~under].any()
    assert (np.abs(ecg.clean.signal_mv[:, under]).max(axis=0) > 0).mean() > 0.98


def test_between_the_truth_of_one_beat_and_the_next_there_is_nothing():
    ecg = simulate(scenario(rate_bpm=60.0), seed=2)
    beats = [b for b in ecg.truth.beats if b.p and b.t]
    for before, after in zip(beats, beats[1:], strict=False):
        if before.t.off is not None and after.p.on is not None:
            assert not ecg.clean.signal_mv[:, before.t.off + 1 : after.p.on].any()
            assert np.abs(ecg.clean.signal_mv[:, after.p.on + 3]).max() > 0


def test_visible_boundaries_lie_at_the_stated_microvolt_and_inside_the_support():
    ecg = simulate(scenario(sampling_rate_hz=1000.0, **STEADY), seed=1)
    for group in (Group.P, Group.QRS, Group.T):
        times = ecg.truth.lead_waves(group, 10.0)
        found = ecg.truth.profiles[group]
        seen = np.isfinite(times[:, :, 0])
        assert seen.mean() > 0.8
        assert (times[:, :, 0] >= found.begin_s[:, None])[seen].all()
        assert (times[:, :, 2] <= found.end_s[:, None])[seen].all()
        assert (times[:, :, 0] <= times[:, :, 1])[seen].all()
        assert (times[:, :, 1] <= times[:, :, 2])[seen].all()
    onset = ecg.truth.lead_waves(Group.QRS, 10.0)[3, TWELVE_LEADS.index("V3"), 0]
    exact = render(ecg.truth.table.only(Group.QRS), 100_000.0, 4, round(onset * 100_000) - 2)
    assert abs(ecg.truth.matrix[8] @ exact).mean() == pytest.approx(0.010, abs=0.002)


def test_a_lower_threshold_sees_a_wave_for_longer():
    truth = simulate(scenario(), seed=1).truth
    low, high = (truth.lead_waves(Group.T, limit) for limit in (5.0, 40.0))
    both = np.isfinite(low[:, :, 0]) & np.isfinite(high[:, :, 0])
    assert (high[:, :, 0] > low[:, :, 0])[both].all()
    assert (high[:, :, 2] < low[:, :, 2])[both].all()


def test_the_contract_form_has_sample_indices_of_the_record_in_order():
    ecg = simulate(scenario(), seed=4)
    found = ecg.truth.fiducials("r1")
    assert (found["record"], found["fs"]) == ("r1", 500)
    assert tuple(found["leads"]) == TWELVE_LEADS
    for wave in ("p", "qrs", "t"):
        onsets = [w[0] for w in found["leads"]["II"][wave] if w[0] is not None]
        assert onsets == sorted(onsets)
        assert 10 <= len(onsets) <= 13
        assert all(0 <= i < 5000 for i in onsets)


def test_support_fiducials_are_alike_in_every_lead():
    leads = simulate(scenario(), seed=4).truth.fiducials("r", visible=False)["leads"]
    assert [w[::2] for w in leads["II"]["qrs"]] == [w[::2] for w in leads["V5"]["qrs"]]


def test_points_outside_the_record_are_absent():
    cut = 0
    for seed in range(40):
        for beat in simulate(scenario(), seed=seed).truth.beats:
            for wave in (beat.p, beat.qrs, beat.t):
                if wave is not None:
                    points = (wave.on, wave.peak, wave.off)
                    cut += None in points
                    assert any(p is not None for p in points)
                    assert (wave.on is None) == (wave.on_s is None)
                    assert all(p is None or 0 <= p < 5000 for p in points)
    assert cut > 5


@pytest.mark.parametrize("name", ["q", "r", "s", "st_j", "st_j60", "t"])
def test_amplitudes_are_those_of_the_clean_signal(name):
    ecg = simulate(scenario("st_elevation_inferior", sampling_rate_hz=1000.0), seed=8)
    measured, clean = ecg.truth.measured, ecg.clean.signal_mv
    for row, event in enumerate(measured.beat):
        beat = ecg.truth.script.ventricular[int(event)]
        on, j = beat.onset_s * 1000, beat.onset_s * 1000 + beat.qrs_ms
        if j + 400 > ecg.clean.n_samples:
            continue
        inside = clean[:, int(np.ceil(on)) : int(j) + 1]
        top = inside.argmax(axis=1)
        seen = {
            "r": inside.max(axis=1),
            "q": np.array([min(0.0, inside[k, : i + 1].min()) for k, i in enumerate(top)]),
            "s": np.array([min(0.0, inside[k, i:].min()) for k, i in enumerate(top)]),
            "st_j": clean[:, round(j)],
            "st_j60": clean[:, round(j + 60)],
        }
        found = measured.amplitudes_mv[name][row]
        if name == "t":
            extremes = np.abs(found[:, None] - clean[:, int(j) : int(j) + 400]).min(axis=1)
            assert extremes.max() < 0.005
        else:
            kept = slice(None) if name in {"st_j", "st_j60"} else seen["r"] > 0.05
            kept = kept if name != "q" else (seen["r"] > 0.05) & (seen["r"] > -seen["q"])
            np.testing.assert_allclose(found[kept], seen[name][kept], atol=0.012)


def test_einthoven_and_goldberger_hold_with_noise_and_in_any_torso():
    from laennec.datasets.simulator import Noise

    noise = tuple(Noise(kind, 10.0) for kind in ("emg", "wander", "mains", "motion", "white"))
    ecg = simulate(scenario(person_variation=1.0, noise=noise), seed=11)
    for signal in (ecg.clean, ecg.signal):
        one, two, three, right, left, foot = signal.signal_mv[:6]
        np.testing.assert_allclose(one + three, two, atol=1e-12)
        np.testing.assert_allclose(right + left + foot, 0.0, atol=1e-12)
        np.testing.assert_allclose(right, -(one + two) / 2, atol=1e-12)


def test_the_axis_asked_is_the_axis_of_the_leads():
    for axis in (-75.0, -40.0, 0.0, 60.0, 110.0, 150.0):
        ecg = simulate(scenario(axis_deg=axis, **STEADY), seed=1)
        assert ecg.truth.measured.qrs_axis_deg == pytest.approx(axis, abs=1.0)


def test_p_waves_that_no_qrs_follows_are_told():
    truth = simulate(scenario("av_block_2_mobitz_2"), seed=1).truth
    assert len(truth.p_without_qrs_s) >= 2
    dropped = [b for b in truth.beats if b.origin == "dropped"]
    assert all(b.qrs is None and b.t is None and b.pr_ms is None for b in dropped)
    assert len(truth.fiducials("r")["leads"]["II"]["p"]) > len(
        truth.fiducials("r")["leads"]["II"]["qrs"]
    )


def test_there_is_no_p_in_fibrillation_and_flutter():
    for name in ("atrial_fibrillation", "atrial_flutter"):
        ecg = simulate(scenario(name), seed=1)
        assert all(b.p is None and b.pr_ms is None for b in ecg.truth.beats)
        assert all(not lead["p"] for lead in ecg.truth.fiducials("r")["leads"].values())
        assert np.abs(ecg.clean.lead_mv("V1")).min() < np.abs(ecg.clean.lead_mv("V1")).mean()


def test_fibrillation_has_no_order_and_flutter_does():
    spread = {}
    for name in ("atrial_fibrillation", "atrial_flutter"):
        rr = np.diff(simulate(scenario(name, duration_s=60.0), seed=1).truth.r_peaks_s)
        spread[name] = rr.std() / rr.mean()
    assert spread["atrial_fibrillation"] > 0.12
    assert spread["atrial_flutter"] < 0.01


def test_changing_block_steps_by_whole_flutter_waves():
    asked = scenario("atrial_flutter_changing_block", duration_s=60.0)
    rr = np.diff(simulate(asked, seed=1).truth.r_peaks_s)
    waves = rr * asked.options["flutter_per_min"] / 60.0
    np.testing.assert_allclose(waves, np.rint(waves), atol=0.02)
    assert set(np.rint(waves)) == {2.0, 3.0, 4.0}


def test_a_p_under_a_qrs_is_left_out_of_the_lead_fiducials():
    truth = simulate(scenario("av_block_complete", duration_s=60.0), seed=1).truth
    hidden = [b for b in truth.beats if b.p_obscured and b.p and b.p.peak is not None]
    shown = truth.fiducials("r")["leads"]["II"]["p"]
    whole = [b for b in truth.beats if b.p and b.p.peak is not None]
    assert len(hidden) >= 3
    assert len(shown) <= len(whole) - len(hidden) + 1


def test_atria_and_ventricles_keep_their_own_rates_in_complete_block():
    script = simulate(scenario("av_block_complete", duration_s=60.0), seed=1).truth.script
    p = 60 / np.median(np.diff([e.onset_s for e in script.atrial]))
    qrs = 60 / np.median(np.diff([e.onset_s for e in script.ventricular]))
    assert p == pytest.approx(82, abs=3)
    assert qrs == pytest.approx(38, abs=1)


def test_pr_grows_in_wenckebach_and_stays_in_mobitz_2():
    for name, grows in (("av_block_2_wenckebach", True), ("av_block_2_mobitz_2", False)):
        pr = [b.pr_ms for b in simulate(scenario(name), seed=2).truth.beats if b.pr_ms]
        assert (max(pr) - min(pr) > 30) is grows


def test_a_pacemaker_spike_stands_ahead_of_what_it_starts():
    ecg = simulate(scenario("paced_rhythm_dual"), seed=1)
    spikes = ecg.truth.table.only(Group.SPIKE)
    onsets = [e.onset_s for e in (*ecg.truth.script.atrial, *ecg.truth.script.ventricular)]
    assert len(spikes) == len(onsets)
    ahead = np.sort(onsets) - np.sort(spikes.end_s)
    assert ((ahead > 0) & (ahead < 0.01)).all()
