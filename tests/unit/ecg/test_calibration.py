"""A calibration pulse after the ECG is no beat and no contradiction between leads."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.datasets.simulator import scenario, simulate
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.calibration import without_calibration_pulse
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.urgent import urgent_ecg

MADE = simulate(scenario("st_elevation_inferior"), seed=5).signal
MADE.signal_mv[0, -1] += 0.1  # a simulated ECG ends on a level, which would be cut with the tail
RATE = int(MADE.sampling_rate_hz)


def with_tail(*levels_mv, signal=MADE):
    """Return an ECG with a quarter of a second of each level in every lead after it."""
    tail = np.repeat(levels_mv, RATE // 4)
    rows = np.concatenate([signal.signal_mv, np.tile(tail, (len(signal.leads), 1))], axis=1)
    return replace(signal, signal_mv=rows, derived=frozenset())


def test_it_ends_before_the_pulse_and_the_level_around_it():
    kept = without_calibration_pulse(with_tail(0.0, 1.0, 0.0))
    np.testing.assert_array_equal(kept.signal_mv, MADE.signal_mv)


@pytest.mark.parametrize("tail", [(), (0.0, 0.0), (0.5, 0.5), (np.nan,)])
def test_without_a_pulse_nothing_is_cut(tail):
    signal = with_tail(*tail)
    assert without_calibration_pulse(signal) is signal


def test_a_short_pulse_one_within_the_ecg_and_a_single_lead_are_left():
    short = with_tail(1.0)
    short.signal_mv[:, MADE.signal_mv.shape[1] + RATE // 20 :] = 0.0
    within = with_tail(1.0)
    within.signal_mv[0, -1] += 1.0
    alone = with_tail(1.0)
    alone = replace(alone, leads=("II",), signal_mv=alone.signal_mv[1:2], resolution_uv=np.ones(1))
    level = replace(MADE, signal_mv=np.ones_like(MADE.signal_mv))
    for signal in (short, within, alone, level):
        assert without_calibration_pulse(signal) is signal


@pytest.mark.parametrize("derived", [frozenset(), frozenset({"aVR"})])
def test_limb_leads_that_follow_from_others_need_not_show_the_pulse(derived):
    """A conversion computes them anew, and stores them as if they were recorded."""
    signal = with_tail(1.0)
    n = MADE.signal_mv.shape[1]
    signal.signal_mv[signal.leads.index("aVR"), n:] = -1.0
    signal.signal_mv[signal.leads.index("III"), n:] = 0.0
    kept = without_calibration_pulse(replace(signal, derived=derived))
    assert kept.signal_mv.shape[1] == n


@pytest.mark.parametrize(("step_uv", "is_cut"), [(20.0, True), (np.nan, False)])
def test_leads_of_a_coarse_file_are_alike_up_to_one_step(step_uv, is_cut):
    signal = with_tail(1.0)
    signal.signal_mv[signal.leads.index("V2"), MADE.signal_mv.shape[1] :] = 1.02
    coarse = replace(signal, resolution_uv=np.full(len(signal.leads), step_uv))
    assert (without_calibration_pulse(coarse) is not coarse) is is_cut


def test_an_end_without_samples_hides_no_pulse():
    """DICOM fills a group up to its length: the pulse was read as a beat again."""
    kept = without_calibration_pulse(with_tail(0.0, 1.0, np.nan))
    np.testing.assert_array_equal(kept.signal_mv, MADE.signal_mv)


def test_an_infarction_before_a_pulse_is_called_now():
    """Pinned: the pulse was a beat, the limb leads contradicted each other, and it was U1."""
    said = urgent_ecg(analyse_ecg(with_tail(0.0, 1.0, 0.0), None), Person("male", 50.0))
    plain = urgent_ecg(analyse_ecg(MADE, None), Person("male", 50.0))
    assert [(i.rule_id, i.level) for i in said.items] == [(i.rule_id, i.level) for i in plain.items]
    assert said.items[0].level == "U0"
