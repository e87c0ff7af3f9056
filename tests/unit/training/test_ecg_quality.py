"""The workshop of the ECG gate: limits, counting, tables, and the swaps that tables are made of."""

import warnings

import numpy as np
import pytest
from laennec.datasets.simulator import scenario, simulate
from laennec.engine.ecg.classical import measure_classical
from laennec.engine.ecg.quality import assess_quality

# The publisher's library warns while it is imported (an argument of pandas that will go).
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from laennec.training.ecg_quality.agreement import auroc, match
    from laennec.training.ecg_quality.markdown import rate_cell, table
    from laennec.training.ecg_quality.stress import urgent
    from laennec.training.ecg_quality.swap_tables import swap_right_leg, swaps
    from laennec.training.ecg_quality.swaps import SwapScores, choose_limits, fit_weights


def scores(clean):
    n, k = clean.shape
    names = ("none", *(f"s{i}" for i in range(1, k)))
    odds = np.repeat(clean[:, None], k, axis=1)
    return SwapScores(names, odds, np.array(["a"] * n), np.arange(n).astype(str))


def test_a_limit_lets_through_as_many_alarms_as_allowed():
    clean = np.array([[0.0, 5.0], [0.0, 3.0], [0.0, -2.0]])
    assert choose_limits(scores(clean), {}, 1.0) == {"s1": 5.05}
    assert choose_limits(scores(clean), {"s1": 1}, 1.0) == {"s1": 3.05}
    assert choose_limits(scores(clean), {"s1": 2}, 1.0) == {"s1": 1.0}
    assert choose_limits(scores(clean), {}, 1.0, excused=1) == {"s1": 3.05}


def test_the_fit_finds_the_feature_that_marks_the_correct_one():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(80, 4, 3))
    x[:, 0, 1] += 3.0
    weights = fit_weights(x, 0.01)
    assert weights[1] > 0.5
    assert (x @ weights).argmax(axis=1).tolist().count(0) > 70


def test_each_beat_is_counted_once():
    true, found = np.array([100.0, 200.0, 300.0]), np.array([98.0, 101.0, 260.0, 305.0])
    assert match(true, found, 10.0) == 2
    assert match(true, found, 1.0) == 1


def test_auroc_counts_ties_half():
    assert auroc(np.array([2.0, 1.0]), np.array([1.0, 0.0])) == pytest.approx(0.875)


def test_a_share_has_its_interval_and_nothing_has_none():
    assert rate_cell(98, 100) == "98.0 [93.0-99.4] (98/100)"
    assert rate_cell(0, 0) == "-"
    assert table(["a"], [["1"]]) == "| a |\n| --- |\n| 1 |"


@pytest.mark.parametrize(("arm", "lead"), [("RA", "II"), ("LA", "III"), ("both", "I")])
def test_the_right_leg_electrode_on_an_arm_empties_one_limb_lead(arm, lead):
    signal = swap_right_leg(simulate(scenario("sinus_rhythm"), seed=1).signal, arm)
    assert np.ptp(signal.lead_mv(lead)) < 1e-9
    assert np.allclose(signal.lead_mv("III"), signal.lead_mv("II") - signal.lead_mv("I"))


def test_every_swap_of_the_tables_changes_the_signal_and_keeps_its_leads():
    signal = simulate(scenario("sinus_rhythm"), seed=1).signal
    for name, swap in swaps():
        changed = swap(signal)
        assert changed.leads == signal.leads, name
        assert not np.allclose(changed.signal_mv, signal.signal_mv), name


@pytest.mark.parametrize(
    ("pathology", "expected"),
    [
        ("sinus_rhythm", set()),
        ("extreme_bradycardia", {"slow"}),
        ("st_elevation_anterior", {"ST"}),
    ],
)
def test_what_is_urgent_in_a_simulated_ecg_is_found(pathology, expected):
    signal = simulate(scenario(pathology), seed=1).signal
    found = urgent(measure_classical(signal), assess_quality(signal))
    assert expected <= found
    assert expected or not found
