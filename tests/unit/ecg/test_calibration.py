"""A calibration pulse before, in or after an ECG is no beat and no contradiction between leads."""

import time
from dataclasses import replace

import numpy as np
import pytest
from laennec.datasets.simulator import Noise, sample_scenario, scenario, simulate
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.calibration import without_calibration_pulse
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.signal import EcgSignal
from laennec.engine.ecg.urgent import urgent_ecg

MADE = simulate(scenario("st_elevation_inferior"), seed=5).signal
MADE.signal_mv[0, -1] += 0.1  # a simulated ECG ends on a level, which would be cut with the tail
CALM = simulate(scenario("sinus_rhythm"), seed=6).signal
RATE = int(MADE.sampling_rate_hz)
N = MADE.signal_mv.shape[1]
# It ends just after the top of R: from there no lead rises to a pulse as another does.
IN_QRS = N - RATE + int(np.abs(MADE.signal_mv[1, -RATE:]).argmax()) + RATE // 50
CUT = replace(MADE, signal_mv=MADE.signal_mv[:, :IN_QRS])
MAN = Person("male", 50.0)


def with_tail(*levels_mv, signal=MADE):
    """Return an ECG with a quarter of a second of each level in every lead after it."""
    tail = np.repeat(levels_mv, RATE // 4)
    rows = np.concatenate([signal.signal_mv, np.tile(tail, (len(signal.leads), 1))], axis=1)
    return replace(signal, signal_mv=rows, derived=frozenset())


def with_pulse(at_s, signal=CALM, *, level=None, after_s=0.9):
    """Put .4 s of level, 200 ms of 1 mV and level again into an ECG; the level is the ECG's."""
    at = round(at_s * RATE)
    x, shape = signal.signal_mv, np.zeros(round((0.6 + after_s) * RATE))
    shape[round(0.4 * RATE) : round(0.6 * RATE)] = 1.0
    ground = x[:, max(at - 1, 0)][:, None] if level is None else level
    rows = np.concatenate([x[:, :at], ground + np.tile(shape, (len(x), 1)), x[:, at:]], axis=1)
    return replace(signal, signal_mv=rows, derived=frozenset())


def lines(signal):
    found = urgent_ecg(analyse_ecg(signal, None), MAN)
    return [(i.rule_id, i.level) for i in found.items]


def test_it_ends_before_the_pulse_and_the_level_around_it():
    kept = without_calibration_pulse(with_tail(0.0, 1.0, 0.0))
    np.testing.assert_array_equal(kept.signal_mv, MADE.signal_mv)
    assert kept.pulses_s == ((10.0, 10.75),)


@pytest.mark.parametrize("tail", [(), (0.0, 0.0), (0.5, 0.5), (np.nan,)])
def test_without_a_pulse_nothing_is_cut(tail):
    signal = with_tail(*tail)
    assert without_calibration_pulse(signal) is signal


def test_a_short_pulse_one_that_never_ends_and_a_single_lead_are_left():
    short = with_tail(1.0)
    short.signal_mv[:, N + RATE // 20 :] = 0.0
    endless = with_tail(1.0, 1.0, 1.0)
    alone = with_tail(1.0)
    alone = replace(alone, leads=("II",), signal_mv=alone.signal_mv[1:2], resolution_uv=np.ones(1))
    level = replace(MADE, signal_mv=np.ones_like(MADE.signal_mv))
    for signal in (short, endless, alone, level):
        assert without_calibration_pulse(signal) is signal


@pytest.mark.parametrize("derived", [frozenset(), frozenset({"aVR"})])
def test_limb_leads_that_follow_from_others_need_not_show_the_pulse(derived):
    """A conversion computes them anew, and stores them as if they were recorded."""
    signal = with_tail(1.0, signal=CUT)
    signal.signal_mv[signal.leads.index("aVR"), IN_QRS:] = -1.0
    signal.signal_mv[signal.leads.index("III"), IN_QRS:] = 0.0
    kept = without_calibration_pulse(replace(signal, derived=derived))
    assert kept.signal_mv.shape[1] == IN_QRS


@pytest.mark.parametrize(("step_uv", "is_cut"), [(20.0, True), (np.nan, False)])
def test_leads_of_a_coarse_file_are_alike_up_to_one_step(step_uv, is_cut):
    signal = with_tail(1.0, signal=CUT)
    signal.signal_mv[signal.leads.index("V2"), IN_QRS:] = 1.02
    coarse = replace(signal, resolution_uv=np.full(len(signal.leads), step_uv))
    assert (without_calibration_pulse(coarse) is not coarse) is is_cut


def test_an_end_without_samples_hides_no_pulse():
    """DICOM fills a group up to its length: the pulse was read as a beat again."""
    kept = without_calibration_pulse(with_tail(0.0, 1.0, np.nan))
    np.testing.assert_array_equal(kept.signal_mv, MADE.signal_mv)


@pytest.mark.parametrize("level", [None, 0.0])
@pytest.mark.parametrize("at_s", [0.0, 0.1, 4.3, 10.0])
def test_a_pulse_anywhere_is_left_out_with_its_level_and_times_stay(at_s, level):
    """Pinned: only one at the very end was known; .9 s before it was a ventricular beat."""
    signal = with_pulse(at_s, level=level)
    kept = without_calibration_pulse(signal)
    ((first, stop),) = kept.pulses_s
    assert first <= at_s + 0.4
    assert stop >= at_s + 0.6
    assert stop - first <= 2.1
    there = np.isfinite(kept.signal_mv).all(axis=0)
    outside = np.ones(kept.n_samples, dtype=bool)
    outside[round(first * RATE) : round(stop * RATE)] = False
    np.testing.assert_array_equal(there, outside)
    whole = signal.signal_mv[:, : kept.n_samples]
    np.testing.assert_array_equal(kept.signal_mv[:, there], whole[:, there])


@pytest.mark.parametrize("at_s", [0.0, 4.3, 10.0])
@pytest.mark.parametrize("signal", [CALM, MADE], ids=["calm", "infarction"])
def test_the_rules_say_what_they_say_without_the_pulse(signal, at_s):
    """Pinned: an infarction after a pulse was U1, and a calm ECG a block."""
    assert lines(with_pulse(at_s, signal)) == lines(signal)


def test_an_infarction_before_a_pulse_is_called_now():
    """Pinned: the pulse was a beat, the limb leads contradicted each other, and it was U1."""
    assert lines(with_tail(0.0, 1.0, 0.0)) == lines(MADE)
    assert lines(MADE)[0][1] == "U0"


def test_a_pulse_is_named_and_takes_nothing_from_the_rest():
    quality = analyse_ecg(with_pulse(4.3), None).quality
    assert [r.message.id for r in quality.reasons] == ["quality.record.calibration_pulse"]
    told = quality.reasons[0].message.parameters
    assert (told["from"], told["to"], told["count"]) == (pytest.approx(4.3, abs=0.5), 5.4, 1)
    assert quality.verdict == "assessable"


def test_what_a_pulse_leaves_must_last_eight_seconds():
    short = replace(CALM, signal_mv=CALM.signal_mv[:, : 7 * RATE])
    quality = analyse_ecg(with_pulse(3.5, short), None).quality
    assert "quality.record.gap" in {r.message.id for r in quality.reasons}
    assert quality.verdict == "not_assessable"


@pytest.mark.parametrize("lost", [0.3, 4.0])
def test_silence_beside_a_pulse_counts_as_a_pause(lost):
    """A pulse may fall into a heart that stands still: what is flat beside it is silence."""
    rng = np.random.default_rng(1)
    still = with_pulse(4.3, after_s=lost)
    at = round(4.9 * RATE)
    x = np.insert(still.signal_mv, [at] * 2000, still.signal_mv[:, at : at + 1], axis=1)
    x[:, at : at + 2000] += rng.normal(0.0, 0.005, (12, 2000))
    assert ("ecg_pause_3s", "U0") in lines(replace(still, signal_mv=x))


PATHOLOGIES = (
    "paced_rhythm_ventricular",
    "ventricular_tachycardia",
    "lbbb",
    "lvh",
    "premature_ventricular_complex",
    "hyperacute_t",
    "st_elevation_anterior",
)


@pytest.mark.parametrize("pathology", PATHOLOGIES)
@pytest.mark.parametrize("scale", [1.0, 3.0])
def test_no_wave_of_a_heart_needle_or_artefact_is_a_pulse(pathology, scale):
    noise = (Noise("motion", 6.0), Noise("emg", 15.0))
    for seed in range(4):
        asked = sample_scenario(np.random.default_rng(seed), pathology, noise=noise)
        signal = simulate(asked, seed=seed).signal
        signal = replace(signal, signal_mv=signal.signal_mv * scale)
        assert without_calibration_pulse(signal) is signal


def test_a_step_of_some_leads_is_no_pulse():
    """A loose electrode moves the leads that see it, and not the others."""
    signal = replace(CALM, signal_mv=CALM.signal_mv.copy())
    signal.signal_mv[:6, 4 * RATE : 4 * RATE + RATE // 5] += 1.0
    assert without_calibration_pulse(signal) is signal


def test_two_leads_need_a_flat_top():
    two = replace(
        CALM, leads=("I", "II"), signal_mv=CALM.signal_mv[:2].copy(), resolution_uv=np.ones(2)
    )
    flat = with_pulse(4.3, two)
    assert without_calibration_pulse(flat) is not flat
    top = slice(round(4.7 * RATE) + 1, round(4.9 * RATE) - 1)
    flat.signal_mv[:, top] += 0.2 * np.sin(np.linspace(0, 3.14, top.stop - top.start))
    assert without_calibration_pulse(flat) is flat


@pytest.mark.parametrize(("height_s", "pulses"), [(0.06, 0), (0.2, 7200)], ids=["R", "pulses"])
def test_hours_of_edges_are_looked_at_once_each(height_s, pulses):
    """Pinned: each rise was paired with each fall, and two hours took more than a minute."""
    at_s = np.arange(2 * 3600 * 250) / 250
    beats = (at_s % 1.0 < height_s) + np.random.default_rng(3).normal(0.0, 0.01, len(at_s))
    hours = EcgSignal.of({"II": beats, "V5": beats}, 250.0)
    begun_s = time.process_time()
    assert len(without_calibration_pulse(hours).pulses_s) == pytest.approx(pulses, abs=2)
    assert time.process_time() - begun_s < 8.0
