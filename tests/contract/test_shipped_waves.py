"""The shipped delineator: sealed, exact, and unmoved by what does not move a wave."""

import json

import numpy as np
import pytest
from laennec.datasets.simulator import Group, Noise, scenario, simulate
from laennec.engine.bundles.load import SHIPPED, load_models
from laennec.engine.bundles.waves import is_signal_folder
from laennec.engine.ecg.delineation.join import overall
from laennec.engine.ecg.fiducials import OFFSET, ONSET, PEAK, WAVES
from laennec.engine.ecg.signal import EcgSignal

MODELS = load_models()
BUNDLE = MODELS.signal("ecg_delineation/waves")
READER = BUNDLE.delineator() if BUNDLE else None


def ecg(pathology="sinus_rhythm", seed=3, decibel=30.0, **fields):
    noise = (Noise("emg", decibel),)
    return simulate(scenario(pathology, noise=noise, **fields), seed=seed)


def points(signal, wave):
    return READER.delineate(signal).wave(wave).overall


def test_the_delineator_is_shipped_and_signed_with_the_development_key():
    assert BUNDLE is not None
    assert BUNDLE.manifest.key == "development"
    assert is_signal_folder(SHIPPED / "ecg_delineation" / "bundles" / "waves")
    assert sum(len(v) for v in BUNDLE.files.values()) < 4 << 20


def test_card_manifest_and_measurements_say_the_same():
    lines = json.loads(BUNDLE.files["metrics.json"])["lines"]
    card = BUNDLE.files["card.md"].decode()
    said = {f"{x['table']} / {x['row']} / {x['measure']}": x["estimate"]["value"] for x in lines}
    assert BUNDLE.manifest.metrics
    for metric in BUNDLE.manifest.metrics:
        assert said[metric.name] == pytest.approx(metric.value, rel=1e-8)
    assert f"{BUNDLE.manifest.metrics[0].value:.4f}" in card


@pytest.mark.parametrize("rate", [100.0, 125.0, 250.0, 360.0, 500.0, 1000.0])
def test_a_sinus_rhythm_is_read_at_every_rate(rate):
    made = ecg(sampling_rate_hz=rate)
    found = READER.delineate(made.signal)
    peaks = made.truth.r_peaks_s
    assert found.n_beats == len(peaks)
    inside = slice(1, -1)
    reference = READER.delineate(ecg(sampling_rate_hz=500.0).signal)
    for wave, point, within_ms in (
        ("qrs", ONSET, 12),
        ("qrs", OFFSET, 14),
        ("p", ONSET, 16),
        ("t", OFFSET, 24),
    ):
        here = found.wave(wave).overall_of_beats(found.n_beats)[inside, point] / rate
        there = reference.wave(wave).overall_of_beats(found.n_beats)[inside, point] / 500.0
        assert np.abs(here - there).max() * 1e3 < within_ms, wave


@pytest.mark.parametrize("gain", [0.1, 10.0])
def test_the_gain_does_not_move_a_point(gain):
    signal = ecg().signal
    louder = EcgSignal(signal.leads, gain * signal.signal_mv, signal.sampling_rate_hz)
    for wave in WAVES:
        one, other = points(signal, wave), points(louder, wave)
        assert np.nanmax(np.abs(one - other)) < 0.05


def test_a_shift_in_time_moves_points_with_it():
    signal = ecg(duration_s=20.0).signal
    later = EcgSignal(signal.leads, signal.signal_mv[:, 500:], signal.sampling_rate_hz)
    one, other = points(signal, "qrs"), points(later, "qrs")
    kept = one[one[:, PEAK] > 2500]
    near = other[np.abs(other[:, PEAK][:, None] - (kept[:, PEAK] - 500)).argmin(axis=0)]
    assert np.nanmax(np.abs(near + 500 - kept)[:, [ONSET, OFFSET]]) * 2 < 10


def test_silence_around_a_record_adds_no_wave():
    signal = ecg().signal
    padded = np.pad(signal.signal_mv, ((0, 0), (1500, 1500)), mode="edge")
    found = READER.delineate(EcgSignal(signal.leads, padded, signal.sampling_rate_hz))
    peaks = found.r_peaks
    assert ((peaks > 1450) & (peaks < padded.shape[1] - 1450)).all()
    assert abs(found.n_beats - READER.delineate(signal).n_beats) <= 1


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_atrial_fibrillation_has_no_p_wave(seed):
    found = READER.delineate(ecg("atrial_fibrillation", seed=seed).signal)
    assert found.n_beats >= 5
    assert len(found.p) <= 0.05 * found.n_beats + 1


def test_a_sinus_rhythm_has_its_p_waves():
    found = READER.delineate(ecg().signal)
    assert (found.p.beat >= 0).sum() >= found.n_beats - 1


def test_complete_block_has_p_waves_without_qrs():
    made = ecg("av_block_complete", seed=4)
    found = READER.delineate(made.signal)
    assert found.n_beats == len(made.truth.r_peaks_s)
    visible = sum(b.p is not None and not b.p_obscured for b in made.truth.beats)
    assert (found.p.beat < 0).sum() >= 1
    assert len(found.p) <= visible + 1


@pytest.mark.parametrize("n", [0, 1, 3, 7, 100])
def test_a_strip_that_is_too_short_is_no_error(n):
    signal = ecg().signal
    cut = EcgSignal(signal.leads, signal.signal_mv[:, :n], signal.sampling_rate_hz)
    assert READER.delineate(cut).n_beats <= 1


def test_one_lead_and_extra_leads_are_read():
    signal = ecg().signal
    one = EcgSignal.of({"II": signal.lead_mv("II")}, 500.0)
    more = EcgSignal.of(
        {name: signal.lead_mv(name) for name in signal.leads} | {"X": signal.lead_mv("V5")}, 500.0
    )
    beats = READER.delineate(signal).n_beats
    assert READER.delineate(one).n_beats == beats
    assert READER.delineate(more).n_beats == beats


def test_a_record_is_read_the_same_alone_and_after_others():
    first, second = ecg(seed=8).signal, ecg("lbbb", seed=9).signal
    alone = READER.delineate(second).as_json("x")
    READER.delineate(first)
    assert READER.delineate(second).as_json("x") == alone


@pytest.mark.parametrize("decibel", [12.0, 6.0])
def test_noise_loses_few_beats_and_invents_few(decibel):
    made = ecg(decibel=decibel, seed=12)
    found = READER.delineate(made.signal).r_peaks / 500.0
    truth = made.truth.r_peaks_s
    hit = np.abs(found[:, None] - truth).min(axis=1) < 0.05
    assert hit.mean() > 0.95
    assert abs(len(found) - len(truth)) <= 1


def test_the_truth_of_a_simulated_record_is_met():
    made = ecg(seed=21)
    truth = made.truth.lead_waves(Group.QRS)[:, made.signal.leads.index("V5"), PEAK] * 500
    found = READER.delineate(made.signal).qrs.points[made.signal.leads.index("V5"), :, PEAK]
    found = found[np.isfinite(found)]
    nearest = np.abs(found[:, None] - truth[np.isfinite(truth)]).min(axis=1)
    assert np.median(nearest) * 2 < 8


def test_intervals_begin_without_the_margin_that_annotators_leave_before_qrs():
    """The leads keep the annotators' onset; what is measured from all leads does not."""
    made = ecg()
    rules = READER.rules
    found = READER.delineate(made.signal)
    leads = overall(found.qrs.points, rules.onset_quantile)
    margin = rules.qrs_margin_s * found.sampling_rate_hz
    assert margin > 0
    assert found.qrs.overall[:, ONSET] == pytest.approx(leads[:, ONSET] + margin)
    assert found.qrs.overall[:, OFFSET] == pytest.approx(leads[:, OFFSET])
    assert (found.qrs.overall[:, ONSET] < found.qrs.overall[:, PEAK]).all()
