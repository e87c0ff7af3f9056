"""The classical measurement: simulated ECGs with known truth, and everything it withholds."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.datasets.simulator import Noise, scenario, simulate
from laennec.engine.ecg.classical import (
    detect_beats,
    disagreement,
    load_classical,
    measure_classical,
)
from laennec.engine.ecg.classical.filters import BandPass
from laennec.engine.ecg.classical.prepare import block_mean, make_readable
from laennec.engine.ecg.leads import TWELVE_LEADS
from laennec.engine.ecg.measure.model import EcgMeasurements, LeadMeasures, Measured
from laennec.engine.ecg.measure.rhythm import measure_rhythm
from laennec.engine.ecg.signal import EcgSignal

UNKNOWN = float("nan")


def made(pathology="sinus_rhythm", seed=1, **changes):
    return simulate(scenario(pathology, **changes), seed=seed)


@pytest.mark.parametrize(
    "pathology", ["sinus_rhythm", "lbbb", "rbbb", "st_elevation_anterior", "prolonged_qt"]
)
def test_intervals_and_st_follow_simulated_truth(pathology):
    """Bias stays within the documented one (QRS +11 ms, QT +14 ms) and ST within 30 uV."""
    one = made(pathology, noise=(Noise("emg", 30.0),))
    true, found = one.truth.measured, measure_classical(one.signal)
    assert abs(found.value("rate") - true.rate_bpm) < 1.5
    assert -4.0 < found.value("qrs") - true.qrs_ms < 22.0
    assert -5.0 < found.value("qt") - true.qt_ms < 30.0
    st = np.array(list(true.median_mv("st_j").values()))
    assert np.abs(found.st_j_mv - st).max() < 0.03


def test_every_simulated_beat_is_found_where_it_is():
    one = made(noise=(Noise("emg", 12.0),))
    found = detect_beats(
        one.signal.signal_mv, one.signal.leads, one.signal.sampling_rate_hz, load_classical().detect
    ).peak
    true = np.array([b.qrs.peak for b in one.truth.beats if b.qrs and b.qrs.peak is not None])
    apart = np.abs(found[:, None] - true).min(axis=0) / one.signal.sampling_rate_hz
    assert len(found) - len(true) in (-1, 0, 1)
    assert np.median(apart) < 0.05


def test_a_fast_wide_rhythm_is_a_run_of_wide_beats():
    one = made("ventricular_tachycardia")
    rhythm = measure_classical(one.signal).rhythm
    assert rhythm.wide_run_beats >= 3
    assert rhythm.wide_run_bpm > 100


def test_sinus_rhythm_has_no_wide_run_and_fibrillation_is_irregular():
    calm = measure_classical(made().signal).rhythm
    fibrillating = measure_classical(made("atrial_fibrillation").signal).rhythm
    assert calm.wide_run_beats == 0
    assert fibrillating.irregularity > 0.08 > calm.irregularity


def test_a_pause_counts_from_the_last_beat_to_the_end_of_the_recording():
    one = made().signal
    x = one.signal_mv.copy()
    x[:, 3000:] = x[:, 3000:3001]
    found = measure_classical(replace(one, signal_mv=x)).rhythm
    assert 3.5 < found.longest_pause_s < 5.5


@pytest.mark.parametrize("noise", ["emg", "wander", "motion"])
@pytest.mark.parametrize("at_end", [True, False])
def test_the_noise_of_a_heart_that_stands_still_is_no_beat(noise, at_end):
    """Pinned: the usual height of those 4 s was that of noise, and its peaks were beats."""
    one = made(rate_bpm=70.0)
    noisy = made(rate_bpm=70.0, noise=(Noise(noise, 15.0),)).signal.signal_mv
    silent = np.arange(noisy.shape[1]) >= 3000
    silent = silent if at_end else silent[::-1]
    x = np.where(silent, noisy - one.signal.signal_mv, noisy)
    assert measure_classical(replace(one.signal, signal_mv=x)).rhythm.longest_pause_s > 3.0


def test_small_beats_beside_large_ones_are_beats():
    """An electrode that loosens: what is left of a beat stands out of what is around it."""
    one = made(rate_bpm=70.0, noise=(Noise("emg", 40.0),)).signal
    fading = np.where(np.arange(one.signal_mv.shape[1]) >= 3000, 0.1, 1.0)
    whole = measure_classical(one).rhythm
    found = measure_classical(replace(one, signal_mv=one.signal_mv * fading)).rhythm
    assert found.longest_pause_s == pytest.approx(whole.longest_pause_s, abs=0.05)


@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        (np.zeros((1, 0)), "ecg.classical.too_short"),
        (np.full((2, 5000), np.nan), "ecg.classical.too_few_beats"),
        (np.ones((3, 5000)), "ecg.classical.too_few_beats"),
        (np.random.default_rng(3).normal(size=(3, 5000)), "ecg.classical.no_clear_beats"),
    ],
)
def test_what_is_no_ecg_is_withheld_with_its_reason(samples, reason):
    signal = EcgSignal(tuple("abc"[: len(samples)]), samples, 500.0)
    found = measure_classical(signal)
    assert reason in found.values["rate"].withheld
    assert not any(v.is_known for v in found.values.values())
    assert np.isnan(found.st_j_mv).all()
    assert found.st_withheld


def test_heavy_noise_withholds_the_waves():
    one = made().signal
    noise = np.random.default_rng(5).normal(scale=0.8, size=one.signal_mv.shape)
    found = measure_classical(replace(one, signal_mv=one.signal_mv + noise))
    assert not found.values["qt"].is_known
    assert set(found.values["qt"].withheld) & {
        "ecg.classical.noisy",
        "ecg.classical.no_clear_beats",
        "ecg.classical.no_t_end",
        "ecg.classical.no_qrs_bounds",
        "ecg.classical.too_few_beats",
    }


def test_a_low_sampling_rate_widens_the_uncertainty():
    fine, coarse = (
        measure_classical(made(sampling_rate_hz=rate).signal).values["qrs"]
        for rate in (500.0, 125.0)
    )
    assert coarse.uncertainty > fine.uncertainty


def test_limb_leads_that_follow_get_the_st_that_follows():
    found = measure_classical(made("st_elevation_inferior").signal)
    st = dict(zip(found.leads, found.st_j_mv, strict=True))
    assert st["III"] == pytest.approx(st["II"] - st["I"], abs=1e-9)
    assert found.leads == TWELVE_LEADS


def test_leads_that_follow_are_left_out_only_beside_both_leads_they_follow_from():
    x = np.random.default_rng(1).normal(size=(3, 1000))
    kept = make_readable(x, 500.0, 250.0, ("I", "III", "aVF"))
    left = make_readable(x, 500.0, 250.0, ("I", "II", "III"))
    assert list(kept.rows) == [0, 1, 2]
    assert list(left.rows) == [0, 1]


def test_means_of_neighbours_keep_the_time_of_a_beat():
    x = np.arange(12.0)[None]
    assert block_mean(x, 4).tolist() == [[1.5, 5.5, 9.5]]
    readable = make_readable(x, 1000.0, 250.0)
    assert readable.to_file(np.array([1.0])) == pytest.approx([5.5])
    assert readable.from_file(np.array([5.5])) == pytest.approx([1.0])


def test_the_filter_keeps_no_constant_and_is_symmetric_in_time():
    band = BandPass.of(5.0, 15.0, 125.0)
    x = np.zeros((1, 501))
    x[0, 250] = 1.0
    answer = band.both_ways(x)[0]
    assert np.abs(band.both_ways(np.full((1, 300), 7.0))).max() < 1e-9
    assert np.allclose(answer[200:250], answer[300:250:-1], atol=1e-6)


def network(**values):
    rhythm = measure_rhythm(np.arange(10.0), np.ones(10, bool))
    names = {"rate": "/min", "qrs": "ms", "qt": "ms"}
    measured = {n: Measured(n, values.get(n, UNKNOWN), u) for n, u in names.items()}
    return EcgMeasurements(measured, rhythm, None, 500.0, 10.0)


def test_two_measurements_agree_differ_or_stand_alone():
    found = measure_classical(made().signal)
    near = network(rate=found.value("rate") + 1, qrs=found.value("qrs") + 60)
    rate, qrs, qt, st = disagreement(near, found)
    assert (rate.agreement, qrs.agreement, qt.agreement) == ("agree", "differ", "one_only")
    assert qrs.needs_physician
    assert not qt.needs_physician
    assert (st.name, st.agreement) == ("st", "one_only")


def test_where_neither_can_measure_a_physician_reads_it():
    nothing = measure_classical(EcgSignal(("II",), np.full((1, 5000), np.nan), 500.0))
    found = disagreement(network(), nothing)
    assert [c.agreement for c in found] == ["neither"] * 4
    assert all(c.needs_physician for c in found)


def with_st(measured, leads, st_mv):
    nothing = np.full(len(leads), UNKNOWN)
    per_lead = LeadMeasures(
        leads=leads,
        qrs=None,
        p_positive_mv=nothing,
        p_negative_mv=nothing,
        t_positive_mv=nothing,
        t_negative_mv=nothing,
        st_j_mv=np.asarray(st_mv),
        st_j60_mv=nothing,
        noise_mv=nothing,
        n_beats=8,
    )
    return replace(measured, per_lead=per_lead)


def test_st_is_compared_in_the_lead_that_differs_most():
    found = measure_classical(made("st_elevation_anterior").signal)
    same = disagreement(with_st(network(), found.leads, found.st_j_mv), found)[-1]
    moved = found.st_j_mv.copy()
    moved[found.leads.index("V2")] += 0.5
    other = disagreement(with_st(network(), found.leads, moved), found)[-1]
    assert (same.agreement, other.agreement, other.lead) == ("agree", "differ", "V2")
    assert other.network - other.classical == pytest.approx(0.5)
    unknown = np.full(len(found.leads), UNKNOWN)
    alone = disagreement(with_st(network(), found.leads, unknown), found)[-1]
    assert alone.agreement == "one_only"


def test_a_long_recording_is_averaged_over_beats_from_all_of_it():
    one = made(duration_s=90.0)
    found = measure_classical(one.signal)
    assert found.n_dominant == load_classical().average.most_beats
    assert abs(found.value("rate") - one.truth.measured.rate_bpm) < 1.5
