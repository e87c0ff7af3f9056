"""Scatter of RR intervals, and premature beats with their pause."""

import numpy as np
import pytest
from laennec.datasets.simulator import scenario, simulate
from laennec.engine import load_models
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.features import ecg_features
from laennec.engine.ecg.features.pattern import rr_scatter
from laennec.engine.ecg.visit import ready_delineator

NETWORK, _ = ready_delineator(load_models())


def features(pathology, **changes):
    signal = simulate(scenario(pathology, duration_s=30.0, **changes), seed=2).signal
    return ecg_features(analyse_ecg(signal, NETWORK)).values


def test_fibrillation_scatters_and_bigeminy_does_not():
    rng = np.random.default_rng(1)
    assert rr_scatter(rng.uniform(0.5, 1.2, 40)) > 0.08
    assert rr_scatter(np.tile([0.55, 1.1], 20) + rng.normal(0, 0.002, 40)) < 0.02
    assert np.isnan(rr_scatter(np.ones(5)))


def test_scatter_does_not_depend_on_the_length_of_the_strip():
    rng = np.random.default_rng(2)
    long = np.mean([rr_scatter(rng.uniform(0.5, 1.2, 80)) for _ in range(40)])
    short = np.mean([rr_scatter(rng.uniform(0.5, 1.2, 15)) for _ in range(40)])
    assert short == pytest.approx(long, rel=0.35)


def test_premature_beats_with_their_pause_are_counted_and_calm_strips_have_none():
    assert features("premature_ventricular_complex")["paused_beats"] >= 1
    assert features("sinus_rhythm")["paused_beats"] == 0
    assert features("sinus_rhythm")["rr_scatter"] < 0.05
    assert features("atrial_fibrillation")["rr_scatter"] > 0.05
