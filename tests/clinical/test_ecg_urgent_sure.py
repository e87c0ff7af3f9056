"""H1: an ST elevation is lowered only by what is surely measured; the doubt is named."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.datasets.simulator import Noise, scenario, simulate
from laennec.engine import load_models
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.measure.reference import NOBODY, Person
from laennec.engine.ecg.quality import QualityReason
from laennec.engine.ecg.urgent import load_ecg_urgent, urgent_ecg
from laennec.engine.ecg.urgent.shape import BeatShape
from laennec.engine.ecg.urgent.sure import Premises, is_sure
from laennec.engine.ecg.visit import ready_delineator
from laennec.engine.prediagnosis import Message
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
        (146.0, 150.0, MAN, replace(LEFT, least_qrs_ms=129.0), False),
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


@pytest.mark.parametrize("wall", WALLS)
def test_noise_in_which_both_measurements_see_an_infarction_lowers_none(wall, network):
    """Noise is in the uncertainty of ST; the caution of noisy leads lowered it again to U1."""
    white = (Noise("white", 8.0),)
    made = simulate(
        scenario(f"st_elevation_{wall}", noise=white, sampling_rate_hz=100.0), seed=HUMMING
    ).signal
    alone, _ = levels(made, None)
    both, _ = levels(made, network)
    assert (alone["ecg_st_close"], both["ecg_st_elevation"]) == ("U1", "U0")


@pytest.mark.parametrize("seed", range(6))
def test_the_same_noise_calls_nobody_who_is_calm(seed, network):
    white = (Noise("white", 8.0),)
    asked = scenario("sinus_rhythm", noise=white, sampling_rate_hz=100.0)
    said, _ = levels(simulate(asked, seed=seed).signal, network)
    assert not any("_st_" in name for name in said)


def _in_flutter(wall):
    asked = scenario(f"atrial_flutter+st_elevation_{wall}", noise=SILENT)
    return simulate(asked, seed=FLUTTER).signal


# In this person's flutter waves the classical measurement finds no end of the QRS.
FLUTTER = 2


@pytest.mark.parametrize("wall", ["anterior", "lateral"])
def test_an_infarction_that_only_the_network_can_measure_is_read_now(wall, network):
    """Flutter waves leave the QRS without clear bounds: the rules on ST were not applied, U3."""
    made = _in_flutter(wall)
    analysis = analyse_ecg(made, network)
    assert not np.isfinite(analysis.classical.st_j_mv).any()
    said, _ = levels(made, network)
    assert said["ecg_not_measured"] == "U0"
    assert "ecg_st" in urgent_ecg(analysis, MAN).not_applied
    noisy = QualityReason(Message("quality.lead.noisy"), "assessable_with_caution")
    leads = tuple(
        replace(lead, verdict="assessable_with_caution", reasons=(noisy,))
        for lead in analysis.quality.leads
    )
    judged = replace(analysis, quality=replace(analysis.quality, leads=leads))
    said = {i.rule_id for i in urgent_ecg(judged, MAN).items}
    assert "ecg_not_measured" not in said  # noise looks like an elevation to one measurement


def test_where_millivolts_cannot_be_judged_the_network_says_nothing_of_them(network):
    analysis = analyse_ecg(_in_flutter("anterior"), network)
    own_scale = QualityReason(Message("quality.record.own_scale"), "assessable_with_caution")
    judged = replace(analysis.quality, reasons=(own_scale,))
    said = urgent_ecg(replace(analysis, quality=judged), MAN).items
    assert "ecg_not_measured" not in {i.rule_id for i in said}
