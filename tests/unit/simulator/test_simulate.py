"""One call gives a record: the same bytes from the same seed, at any rate, quickly."""

import time

import numpy as np
import pytest
from laennec.datasets.simulator import (
    SYNTHETIC_NOTE,
    Noise,
    ScenarioUnfit,
    pathology_names,
    sample_scenario,
    scenario,
    simulate,
)
from laennec.engine.ecg.leads import TWELVE_LEADS

NAMES = pathology_names()
NOISE = (Noise("emg", 12.0), Noise("wander", 8.0))


@pytest.mark.parametrize("name", ["sinus_rhythm", "atrial_fibrillation", "paced_rhythm_dual"])
def test_the_same_seed_gives_the_same_bytes(name):
    one, two = (
        simulate(scenario(name, noise=NOISE, person_variation=1.0), seed=9) for _ in range(2)
    )
    assert one.signal.signal_mv.tobytes() == two.signal.signal_mv.tobytes()
    assert one.truth.fiducials("r") == two.truth.fiducials("r")
    other = simulate(scenario(name, noise=NOISE, person_variation=1.0), seed=10)
    assert other.clean.signal_mv.tobytes() != one.clean.signal_mv.tobytes()


def test_the_same_generator_samples_the_same_scenario():
    one, two = (sample_scenario(np.random.default_rng(4)) for _ in range(2))
    assert one == two


def test_noise_leaves_the_clean_signal_alone():
    quiet, loud = simulate(scenario(), seed=2), simulate(scenario(noise=NOISE), seed=2)
    np.testing.assert_array_equal(quiet.clean.signal_mv, loud.clean.signal_mv)
    np.testing.assert_array_equal(quiet.signal.signal_mv, quiet.clean.signal_mv)
    assert np.abs(loud.signal.signal_mv - loud.clean.signal_mv).max() > 0.01


@pytest.mark.parametrize("name", ["sinus_rhythm", "atrial_fibrillation", "lbbb", "bigeminy"])
def test_a_lower_sampling_rate_gives_every_nth_sample(name):
    fast = simulate(scenario(name, sampling_rate_hz=1000.0), seed=6)
    for rate, step in ((500.0, 2), (250.0, 4), (100.0, 10)):
        slow = simulate(scenario(name, sampling_rate_hz=rate), seed=6)
        wanted = fast.clean.signal_mv[:, ::step]
        np.testing.assert_allclose(slow.clean.signal_mv, wanted, atol=1e-9)
        assert slow.truth.statements == fast.truth.statements


def test_every_record_says_that_it_is_synthetic():
    ecg = simulate(scenario("rbbb"), seed=1)
    assert ecg.synthetic is True
    assert ecg.notes[0] == SYNTHETIC_NOTE
    assert "Synthetic" in ecg.notes[0]
    assert "rbbb" in ecg.notes[1]


@pytest.mark.parametrize("name", NAMES)
def test_every_pathology_gives_twelve_finite_leads_of_a_human_size(name):
    ecg = simulate(scenario(name), seed=1)
    assert ecg.signal.leads == TWELVE_LEADS
    assert ecg.signal.signal_mv.shape == (12, 5000)
    assert np.isfinite(ecg.signal.signal_mv).all()
    assert 0.3 < np.abs(ecg.signal.signal_mv).max() < 6.0
    assert len(ecg.truth.beats) >= 4


@pytest.mark.parametrize("together", ["atrial_fibrillation+lbbb", "rbbb+av_block_1+lvh"])
def test_pathologies_can_be_joined(together):
    found = simulate(scenario(together), seed=1).truth.statements
    wanted = {"atrial_fibrillation", "lbbb"} if "lbbb" in together else {"lvh", "av_block_1"}
    assert wanted <= set(found)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sampling_rate_hz": 50.0}, "sampling_rate_hz of 50.0"),
        ({"duration_s": 4.0}, "duration_s of 4.0"),
        ({"rate_bpm": 400.0}, "Ask for rate_bpm from 20 to 250"),
        ({"pr_ms": 90.0, "p_ms": 100.0}, "P of 100 ms in a PR interval of 90 ms"),
        ({"colour": 1.0}, "unknown parameter 'colour'"),
        ({"options": {"colour": 1.0}}, "unknown parameter 'colour'"),
    ],
)
def test_what_cannot_be_simulated_is_refused(changes, message):
    with pytest.raises(ScenarioUnfit, match="scenario") as caught:
        scenario(**changes)
    assert message in str(caught.value)


def test_an_unknown_pathology_is_refused_with_the_known_ones():
    with pytest.raises(ScenarioUnfit, match="unknown pathology 'gout'") as caught:
        scenario("gout")
    assert "atrial_flutter" in caught.value.remedy


def test_thirty_minutes_and_the_ends_of_the_rates():
    for rate in (100.0, 1000.0):
        ecg = simulate(scenario("sinus_arrhythmia", sampling_rate_hz=rate, duration_s=8.0), seed=1)
        assert ecg.signal.n_samples == 8 * rate
    long = simulate(scenario(duration_s=1800.0, sampling_rate_hz=100.0), seed=1)
    assert long.signal.duration_s == 1800.0
    assert len(long.truth.r_peaks_s) == pytest.approx(30 * 72, rel=0.03)


def test_ten_seconds_are_simulated_in_a_few_milliseconds():
    """Measured 4 ms; the limit leaves room for a busy machine."""
    asked = scenario()
    times = []
    for seed in range(10):
        start = time.process_time()
        simulate(asked, seed=seed)
        times.append(time.process_time() - start)
    assert min(times) < 0.03


def test_sampled_people_differ():
    rng = np.random.default_rng(0)
    axes = [
        simulate(sample_scenario(rng, "sinus_rhythm"), seed=k).truth.measured.qrs_axis_deg
        for k in range(20)
    ]
    assert np.std(axes) > 4.0


def test_a_short_pr_shortens_the_p_that_was_not_asked_for():
    assert scenario(pr_ms=90.0).p_ms == 82.0
    assert scenario("left_atrial_enlargement+preexcitation").p_ms < 102.0
