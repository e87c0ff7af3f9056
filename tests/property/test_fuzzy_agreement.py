"""The numpy reference, the torch layers and the ONNX graphs give the same numbers."""

import numpy as np
import torch
from fuzzy_systems import (
    completion_for,
    mamdani_systems,
    records,
    run_mamdani,
    run_tsk,
    tsk_systems,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from laennec.engine.fuzzy import evaluate_mamdani, evaluate_tsk
from laennec.engine.fuzzy.tsk import risk_range
from laennec.models.neurofuzzy.layers import TskModule
from laennec.models.neurofuzzy.mamdani import MamdaniModule

SEEDS = st.integers(0, 2**32 - 1)
AGREE = 1e-9


def worst(found, expected, names):
    """Greatest difference over the named arrays of two results."""
    differences = [np.abs(np.asarray(found[n]) - getattr(expected, n)).max() for n in names]
    assert np.isfinite(differences).all()
    return max(differences)


def tensors(result):
    return {name: value.detach().numpy() for name, value in result._asdict().items()}


@settings(max_examples=40, deadline=None)
@given(tsk_systems(), SEEDS, st.booleans())
def test_tsk_is_the_same_in_numpy_and_onnx(system, seed, completes):
    x, observed = records(system, seed)
    completion = completion_for(system, seed) if completes else None
    expected = evaluate_tsk(system, x, observed, completion=completion)
    found = run_tsk(system, x, observed, completion)
    names = ("risk", "rule_firing", "rule_contribution", "bias", "status")
    assert worst(found, expected, names) <= AGREE
    if not system.normalised:
        low, high = risk_range(system, x, observed)
        assert np.abs(found["risk_low"] - low).max() <= AGREE
        assert np.abs(found["risk_high"] - high).max() <= AGREE


@settings(max_examples=40, deadline=None)
@given(tsk_systems(), SEEDS, st.booleans(), st.booleans())
def test_tsk_is_the_same_in_numpy_and_torch(system, seed, completes, monotone):
    x, observed = records(system, seed)
    completion = completion_for(system, seed) if completes else None
    module = TskModule(system, monotone=monotone)
    expected = evaluate_tsk(module.to_system(), x, observed, completion=completion)
    found = tensors(module(torch.from_numpy(x), torch.from_numpy(observed), completion))
    names = ("risk", "logit", "rule_firing", "rule_contribution", "bias", "status")
    assert worst(found, expected, names) <= AGREE


@settings(max_examples=50, deadline=None)
@given(mamdani_systems(), SEEDS)
def test_mamdani_is_the_same_in_numpy_and_onnx(system, seed):
    x, observed = records(system, seed)
    found = run_mamdani(system, x, observed)
    expected = evaluate_mamdani(system, x, observed)
    names = ("score", "rule_firing", "rule_share", "status", "score_low", "score_high")
    assert worst(found, expected, names) <= AGREE


@settings(max_examples=40, deadline=None)
@given(mamdani_systems(), SEEDS)
def test_mamdani_is_the_same_in_numpy_and_torch(system, seed):
    x, observed = records(system, seed)
    found = tensors(MamdaniModule(system)(torch.from_numpy(x), torch.from_numpy(observed)))
    expected = evaluate_mamdani(system, x, observed)
    assert worst(found, expected, ("score", "rule_firing", "rule_share", "status")) <= AGREE
