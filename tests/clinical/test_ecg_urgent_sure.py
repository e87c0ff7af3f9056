"""H1: an ST elevation is lowered only by what is surely measured; the doubt is named."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.datasets.simulator import Noise, scenario, simulate
from laennec.engine import load_models
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.measure.reference import NOBODY, Person
from laennec.engine.ecg.urgent import load_ecg_urgent, urgent_ecg
from laennec.engine.ecg.urgent.shape import BeatShape
from laennec.engine.ecg.urgent.sure import Premises, is_sure
from laennec.engine.ecg.visit import ready_delineator
from scipy.signal import butter, sosfiltfilt

SETTINGS = load_ecg_urgent()
MAN, WOMAN = Person("male", 50.0), Person("female", 50.0)
WALLS = ("anterior", "inferior", "lateral")
SILENT = (Noise("emg", 26.0),)
LEFT = BeatShape(least_qrs_ms=132.0, late_r_ms=80.0, deepest_q_mv=0.02)
DELTA = BeatShape(slow_onset_ms=48.0, slow_end_ms=28.0)
NAN = float("nan")


@pytest.fixture(scope="module")
def network():
    ready = ready_delineator(load_models())
    assert ready is not None
    return ready[0]


def levels(signal, network, person=MAN):
    said = urgent_ecg(analyse_ecg(signal, network), person).items
    return {i.rule_id: i.level for i in said}, {i.message.id: i.message.parameters for i in said}


def low_passed(signal, hertz):
    sections = butter(2, hertz, fs=signal.sampling_rate_hz, output="sos")
    return replace(signal, signal_mv=sosfiltfilt(sections, signal.signal_mv, axis=1))


@pytest.mark.parametrize("wall", WALLS)
@pytest.mark.parametrize("hertz", [15.0, 20.0, 25.0])
@pytest.mark.parametrize("asked", [True, False])
def test_a_low_pass_of_the_recorder_lowers_no_infarction(wall, hertz, asked, network):
    """A QRS that the filter widened was a left-sided delay or a pre-excitation: U0 became U1."""
    made = simulate(scenario(f"st_elevation_{wall}", noise=SILENT), seed=54).signal
    said, _ = levels(low_passed(made, hertz), network if asked else None)
    assert said["ecg_st_elevation"] == "U0"


@pytest.mark.parametrize("wall", WALLS)
@pytest.mark.parametrize("snr_db", [20.0, 15.0, 8.0])
def test_hum_at_half_the_sampling_rate_lowers_no_infarction(wall, snr_db, network):
    noise = (Noise("mains", snr_db), *SILENT)
    made = simulate(
        scenario(f"st_elevation_{wall}", noise=noise, sampling_rate_hz=100.0), seed=HUMMING
    ).signal
    said, _ = levels(made, network)
    assert said["ecg_st_elevation"] == "U0"


# The simulator draws the frequency; above half of 100 Hz it would be white noise.
HUMMING = 2


@pytest.mark.parametrize("wall", WALLS)
def test_a_general_delay_is_no_left_bundle_branch_block(wall, network):
    asked = scenario(f"nonspecific_intraventricular_delay+st_elevation_{wall}", noise=SILENT)
    said, messages = levels(simulate(asked, seed=52).signal, network)
    assert said["ecg_st_elevation"] == "U0"
    why = messages["urgent.ecg_st_elevation_doubt"]["why"]
    assert why == "ecg_exclusion:left_bundle"


@pytest.mark.parametrize("seed", range(4))
def test_what_is_surely_a_left_bundle_branch_block_still_excludes(seed, network):
    said, _ = levels(simulate(scenario("lbbb", noise=SILENT), seed=seed).signal, network)
    assert said.get("ecg_st_elevation") is None
    assert said["ecg_left_bundle"] == "U1"


@pytest.mark.parametrize(
    ("qrs", "network_qrs", "person", "shape", "sure"),
    [
        (146.0, 150.0, MAN, LEFT, True),
        (146.0, 139.0, MAN, LEFT, False),
        (139.0, 150.0, MAN, LEFT, False),
        (134.0, 133.0, WOMAN, LEFT, True),
        (134.0, 133.0, NOBODY, LEFT, False),
        (146.0, NAN, MAN, LEFT, False),
        (146.0, NAN, MAN, replace(LEFT, least_qrs_ms=141.0), True),
        (146.0, 150.0, MAN, replace(LEFT, least_qrs_ms=119.0), False),
        (146.0, 150.0, MAN, replace(LEFT, late_r_ms=56.0), False),
        (146.0, 150.0, MAN, replace(LEFT, deepest_q_mv=0.06), False),
        (146.0, 150.0, MAN, BeatShape(least_qrs_ms=132.0), False),
    ],
)
def test_a_left_bundle_branch_block_is_sure(qrs, network_qrs, person, shape, sure):
    """Wide by both measurements and steep for long, with late R and no Q (a lead may be lost)."""
    assert (
        is_sure("left_bundle", Premises(qrs, network_qrs, 160.0, shape), person, SETTINGS) is sure
    )


@pytest.mark.parametrize(
    ("qrs", "network_qrs", "pr", "shape", "sure"),
    [
        (125.0, 118.0, 115.0, DELTA, True),
        (125.0, 118.0, 130.0, DELTA, False),
        (125.0, 118.0, NAN, DELTA, False),
        (125.0, 104.0, 115.0, DELTA, False),
        (125.0, 118.0, 115.0, replace(DELTA, slow_end_ms=40.0), False),
    ],
)
def test_a_preexcitation_is_sure(qrs, network_qrs, pr, shape, sure):
    """Without a short PR, or with an end as slow as the start, it is any slow QRS."""
    assert is_sure("preexcitation", Premises(qrs, network_qrs, pr, shape), MAN, SETTINGS) is sure


@pytest.mark.parametrize("name", ["pacing", "hypertrophy"])
def test_needles_and_voltages_stand_by_themselves(name):
    assert is_sure(name, Premises(NAN, NAN, NAN, BeatShape()), NOBODY, SETTINGS)


@pytest.mark.parametrize("rate_hz", [100.0, 250.0, 500.0])
@pytest.mark.parametrize("snr_db", [8.0, 5.0])
def test_hum_alone_makes_the_two_measurements_contradict_each_other_nowhere(
    rate_hz, snr_db, network
):
    """A wave of the hum at J was an elevation for the network, and a calm person was U0."""
    for seed in (501, 502, 507, 508):
        noise = (Noise("mains", snr_db), Noise("emg", 30.0))
        asked = scenario("sinus_rhythm", noise=noise, sampling_rate_hz=rate_hz)
        said, _ = levels(simulate(asked, seed=seed).signal, network)
        assert said == {}


@pytest.mark.parametrize("wall", WALLS)
@pytest.mark.parametrize("rate_hz", [250.0, 500.0])
def test_the_same_hum_hides_no_infarction(wall, rate_hz, network):
    noise = (Noise("mains", 8.0), Noise("emg", 30.0))
    asked = scenario(f"st_elevation_{wall}", noise=noise, sampling_rate_hz=rate_hz)
    made = simulate(asked, seed=501).signal
    said, _ = levels(made, network)
    assert said["ecg_st_elevation"] == "U0"


def test_what_was_not_recorded_stays_unknown_without_the_hum(network):
    """Hum is taken from samples, and a gap has none."""
    made = simulate(scenario("sinus_rhythm", noise=(Noise("mains", 8.0),)), seed=3).signal
    samples = made.signal_mv.copy()
    samples[:, 2000:2100] = np.nan
    found = analyse_ecg(replace(made, signal_mv=samples), network)
    assert np.isnan(found.signal.signal_mv[:, 2000:2100]).all()
    assert found.measurements.measured["rate"].is_known
