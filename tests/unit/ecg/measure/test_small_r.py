"""S of V1 to V3 against the simulator's truth, whether or not a first R is seen before it."""

import numpy as np
import pytest
from laennec.datasets.simulator import sample_scenario, simulate
from laennec.engine.ecg.measure import BeatTimes, measure_ecg
from laennec.engine.ecg.signal import EcgSignal

LEADS = ("V1", "V2", "V3")
LEAST_NAMED_MV = 0.02


def simulated(pathology, seed=1):
    drawn = {"person_variation": 0.6, "variation": 1.0, "sex": "male", "duration_s": 10.0}
    asked = sample_scenario(np.random.default_rng(seed), pathology, **drawn)
    return simulate(asked, seed=seed)


def true_times(truth):
    """Return the boundaries of every whole beat, as they were simulated."""
    beats = [b for b in truth.beats if b.p and b.p.on is not None and b.qrs and b.t and b.t.off]
    points = (
        ("p", "on"), ("p", "off"), ("qrs", "on"), ("qrs", "peak"), ("qrs", "off"), ("t", "peak"),
        ("t", "off"),
    )  # fmt: skip
    return BeatTimes(
        *(np.array([getattr(getattr(b, w), end) for b in beats], dtype=float) for w, end in points)
    )


def with_first_r(signal, times, lead, height_mv):
    """Return the ECG with every first R of one lead made so high; all else stays."""
    row, samples = signal.leads.index(lead), signal.signal_mv.copy()
    for onset, stop in zip(times.qrs_onset, times.qrs_offset, strict=True):
        at = np.arange(int(onset), int(stop))
        level = samples[row, int(onset) - 6 : int(onset) - 1].mean()
        over = samples[row, at] - level
        last = int(np.argmax(over < 0.0))
        first = at[:last]
        samples[row, first] = level + over[:last] * height_mv / over[:last].max()
    return EcgSignal(signal.leads, samples, signal.sampling_rate_hz)


def depth_of(truth):
    q, s = (truth.measured.median_mv(name) for name in ("q", "s"))
    return {lead: -min(q[lead], s[lead]) for lead in LEADS}


@pytest.mark.parametrize("height_mv", [0.002, 0.012, 0.019, 0.03, 0.1])
@pytest.mark.parametrize("lead", LEADS)
def test_s_stays_when_a_first_r_of_20_microvolt_comes_and_goes(lead, height_mv):
    """The bug it pins: where an R' follows, the S became a q, and 0.8 mV left Sokolow-Lyon."""
    ecg = simulated("incomplete_rbbb")
    times = true_times(ecg.truth)
    found = measure_ecg(with_first_r(ecg.signal, times, lead, height_mv), times)
    measured = found.per_lead
    at = measured.leads.index(lead)
    assert bool(measured.qrs.s_mv[at] < 0.0) is (height_mv > LEAST_NAMED_MV)
    assert measured.s_depth_mv[at] == pytest.approx(depth_of(ecg.truth)[lead], abs=0.02)
    r = ecg.truth.measured.median_mv("r")
    sokolow = depth_of(ecg.truth)["V1"] + max(r["V5"], r["V6"])
    assert found.value("sokolow_lyon") == pytest.approx(sokolow, abs=0.05)
    cornell = depth_of(ecg.truth)["V3"] + r["aVL"]
    assert found.value("cornell") == pytest.approx(cornell, abs=0.05)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    "pathology", ["sinus_rhythm", "lvh", "rbbb", "incomplete_rbbb", "old_mi_q_waves_anterior"]
)
def test_s_of_the_right_chest_leads_is_the_one_that_was_simulated(pathology, seed):
    ecg = simulated(pathology, seed)
    measured = measure_ecg(ecg.signal, true_times(ecg.truth)).per_lead
    found = [measured.s_depth_mv[measured.leads.index(lead)] for lead in LEADS]
    assert found == pytest.approx(list(depth_of(ecg.truth).values()), abs=0.02)


def test_a_q_of_any_other_lead_is_no_s():
    """An inferior Q is a sign of infarction, and no part of a voltage sum."""
    ecg = simulated("old_mi_q_waves_inferior")
    measured = measure_ecg(ecg.signal, true_times(ecg.truth)).per_lead
    named = measured.qrs
    q_leads = [
        k
        for k, lead in enumerate(measured.leads)
        if lead not in LEADS and named.q_mv[k] < -LEAST_NAMED_MV and not named.is_qs[k]
    ]
    assert q_leads
    assert measured.s_depth_mv[q_leads] == pytest.approx(named.s_depth_mv[q_leads])
