"""The torch module of the diabetes models."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from laennec.engine.errors import DataError
from laennec.models.diabetes_type_2.definition import DiabetesModule
from laennec.training.diabetes_type_2.forms import load_recipe

SYSTEM = load_recipe().form("undiagnosed_lipids").system
MODULE = DiabetesModule(SYSTEM, n_eras=3, least_points=0.05)


def people(n=200):
    rng = np.random.default_rng(1)
    low, high = SYSTEM.universes.T
    return torch.from_numpy(rng.uniform(low, high, (n, len(low))))


def test_the_fast_way_of_training_is_the_model_itself():
    x = people()
    era = torch.full((len(x),), 2)
    fast = MODULE.logits(MODULE.in_era(x, era))
    whole = MODULE(x, torch.ones(x.shape, dtype=torch.bool)).logit
    assert torch.allclose(fast, whole, atol=1e-12, rtol=0)


def test_an_earlier_era_differs_by_its_offset_only():
    module = DiabetesModule(SYSTEM, n_eras=3, least_points=0.05)
    with torch.no_grad():
        module.era_offset.copy_(torch.tensor([-0.4, 0.2]))
    x = people(5)
    by_era = [module.logits(module.in_era(x, torch.full((5,), e))) for e in range(3)]
    assert torch.allclose(by_era[0] - by_era[2], torch.full((5,), -0.4, dtype=torch.float64))
    assert torch.allclose(by_era[1] - by_era[2], torch.full((5,), 0.2, dtype=torch.float64))


def test_points_never_fall_below_the_least():
    module = DiabetesModule(SYSTEM, n_eras=1, least_points=0.05)
    assert torch.allclose(module.points, torch.from_numpy(SYSTEM.points))
    with torch.no_grad():
        module.raw_points.fill_(-80.0)
    assert (module.points >= 0.05).all()
    assert all(rule.consequent.value >= 0.05 for rule in module.to_system().rules)


def test_every_parameter_receives_a_gradient():
    module = DiabetesModule(SYSTEM, n_eras=2, least_points=0.05)
    module.logits(module.in_era(people(), torch.arange(200) % 2)).sum().backward()
    for name, parameter in module.named_parameters():
        assert parameter.grad is not None, name
    assert (module.membership.parameters_.raw.grad != 0).sum() >= 2 * len(module.learned)


def test_only_sigmoid_words_are_learned():
    age = SYSTEM.variables[0]
    peak = replace(
        age.terms[0], shape="gaussian", parameters=(50.0, 5.0), bounds=((40.0, 60.0), (1.0, 9.0))
    )
    wrong = replace(age, terms=(peak, *age.terms[1:]))
    system = replace(SYSTEM, variables=(wrong, *SYSTEM.variables[1:]))
    with pytest.raises(DataError, match="learns sigmoid words only"):
        DiabetesModule(system, n_eras=2, least_points=0.05)
