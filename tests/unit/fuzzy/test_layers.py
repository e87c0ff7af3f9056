"""Torch layers: bounds and order hold by construction, signs stay, and learning works."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from laennec.engine.errors import DataError
from laennec.engine.fuzzy import evaluate_tsk, parse_system, system_toml
from laennec.engine.fuzzy.rules import Points
from laennec.engine.fuzzy.variables import LinguisticVariable, Term, Universe
from laennec.models.neurofuzzy.layers import TskModule
from laennec.models.neurofuzzy.mamdani import MamdaniModule
from laennec.models.neurofuzzy.memberships import OrderedParameters

TEXT = """
[system]
kind = "tsk"
name = "learned"
inputs = ["age"]
tnorm = "product"
bias = -2.0
[[variable]]
name = "age"
unit = "a"
universe = [0, 100]
source = "s"
[[variable.term]]
name = "middle"
shape = "rising_sigmoid"
parameters = [45, 4]
bounds = [[35, 55], [1, 10]]
source = "s"
[[variable.term]]
name = "older"
shape = "rising_sigmoid"
parameters = [60, 4]
bounds = [[45, 75], [1, 10]]
source = "s"
[[variable.term]]
name = "working"
shape = "trapezoidal"
parameters = [16, 20, 60, 67]
bounds = [[10, 20], [15, 30], [50, 65], [60, 70]]
source = "s"
[[variable.term]]
name = "retired"
shape = "rising_shoulder"
parameters = [60, 67]
source = "fixed"
[[rule]]
id = "up"
text = "if age is middle then logit +1.0"
source = "s"
[[rule]]
id = "more"
text = "if age is older and age is not working then logit +0.5"
source = "s"
[[rule]]
id = "down"
text = "if age is retired then logit -0.2"
source = "s"
"""
SYSTEM = parse_system(TEXT)
AGES = torch.linspace(0, 100, 201, dtype=torch.float64)[:, None]
SEEN = torch.ones_like(AGES, dtype=torch.bool)


def test_what_is_learned_starts_at_the_clinical_values():
    found = TskModule(SYSTEM).to_system()
    for mine, given in zip(found.variables[0].terms, SYSTEM.variables[0].terms, strict=True):
        assert mine.parameters == pytest.approx(given.parameters, rel=1e-12)
    assert found.points == pytest.approx(SYSTEM.points, rel=1e-12)
    assert found.rule_ids == SYSTEM.rule_ids


@pytest.mark.parametrize("seed", range(20))
def test_bounds_and_order_hold_wherever_learning_goes(seed):
    module = TskModule(SYSTEM)
    torch.manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(20 * torch.randn_like(parameter))
    learned = module.to_system()
    assert parse_system(system_toml(learned)) == learned, (
        "the reader refuses a broken bound or order"
    )
    middle, older, _, retired = learned.variables[0].terms
    assert middle.parameters[0] <= older.parameters[0]
    assert retired.parameters == (60.0, 67.0)
    assert (learned.points[:2] >= 0).all()
    assert learned.points[2] <= 0


def test_a_rule_may_be_free_to_change_its_sign():
    module = TskModule(SYSTEM, monotone=["up"])
    with torch.no_grad():
        module.raw_points.fill_(-5.0)
    points = module.to_system().points
    assert points[0] > 0
    assert points[1:].tolist() == [-5.0, -5.0]


def test_a_sign_for_a_rule_that_does_not_exist_is_refused():
    with pytest.raises(DataError, match=r"monotone names the rule 'upp'.*Perhaps you meant up"):
        TskModule(SYSTEM, monotone=["upp"])


@pytest.mark.parametrize("bounds", [((50.0, 70.0), (45.0, 60.0)), ((50.0, 60.0), (45.0, 55.0))])
def test_terms_that_could_change_order_are_refused(bounds):
    terms = tuple(
        Term(f"t{i}", "rising_sigmoid", (value, 4.0), "s", ((low, high), (1.0, 9.0)))
        for i, (value, (low, high)) in enumerate(zip((58.0, 54.0), bounds, strict=True))
    )
    variable = LinguisticVariable("age", "a", Universe(0.0, 100.0), terms, "s")
    with pytest.raises(DataError, match="terms of one shape keep their order") as caught:
        OrderedParameters([variable])
    assert caught.value.path == "age is t1"


def test_a_parameter_on_its_bound_starts_just_inside():
    term = Term("t", "rising_sigmoid", (40.0, 4.0), "s", ((40.0, 50.0), (1.0, 9.0)))
    layer = OrderedParameters([LinguisticVariable("age", "a", Universe(0.0, 100.0), (term,), "s")])
    assert layer()[0].item() == pytest.approx(40.001)
    layer()[0].backward()
    assert layer.raw.grad[0].item() > 0


def test_gradients_are_those_of_finite_differences():
    module = TskModule(SYSTEM)
    ages = AGES[1:-1] + 0.1234567
    seen = SEEN[1:-1]
    module(ages, seen).logit.square().sum().backward()
    for parameter in module.parameters():
        flat, grad = parameter.data.view(-1), parameter.grad.reshape(-1)
        for i in range(len(flat)):
            start, step = flat[i].item(), 1e-6
            losses = []
            for move in (step, -step):
                flat[i] = start + move
                losses.append(module(ages, seen).logit.square().sum().item())
            flat[i] = start
            assert grad[i].item() == pytest.approx(
                (losses[0] - losses[1]) / 2e-6, rel=1e-3, abs=1e-3
            )


def test_learning_recovers_a_known_system():
    truth = replace(
        SYSTEM,
        variables=(
            replace(
                SYSTEM.variables[0],
                terms=(
                    replace(SYSTEM.variables[0].terms[0], parameters=(50.0, 6.0)),
                    *SYSTEM.variables[0].terms[1:],
                ),
            ),
        ),
        rules=(replace(SYSTEM.rules[0], consequent=Points(2.0)), *SYSTEM.rules[1:]),
    )
    target = torch.from_numpy(evaluate_tsk(truth, AGES.numpy(), SEEN.numpy()).logit)
    module = TskModule(SYSTEM)
    optimiser = torch.optim.LBFGS(module.parameters(), max_iter=200, line_search_fn="strong_wolfe")

    def closure():
        optimiser.zero_grad()
        loss = (module(AGES, SEEN).logit - target).square().mean()
        loss.backward()
        return loss

    optimiser.step(closure)
    learned = module.to_system()
    assert closure().item() < 1e-4
    again = evaluate_tsk(learned, AGES.numpy(), SEEN.numpy()).logit
    assert np.abs(again - module(AGES, SEEN).logit.detach().numpy()).max() < 1e-12


MAMDANI = (
    TEXT.replace('kind = "tsk"', 'kind = "mamdani"')
    .replace("bias = -2.0\n", "")
    .replace("logit +1.0", "out is some")
    .replace("logit +0.5", "out is some")
    .replace("logit -0.2", "out is much")
    + """
[output]
name = "out"
unit = "1"
universe = [0, 10]
source = "s"
[[output.term]]
name = "some"
shape = "triangular"
parameters = [0, 3, 6]
source = "s"
[[output.term]]
name = "much"
shape = "rising_shoulder"
parameters = [4, 8]
source = "s"
"""
)


def test_the_mamdani_score_has_gradients_and_prints_what_it_learned():
    module = MamdaniModule(parse_system(MAMDANI))
    ages = AGES[(AGES > 41) & (AGES < 59)][:, None]
    module(ages, torch.ones_like(ages, dtype=torch.bool)).score.sum().backward()
    grad = module.membership.parameters_.raw.grad
    assert torch.isfinite(grad).all()
    assert grad.abs().max() > 0
    learned = module.to_system()
    assert parse_system(system_toml(learned)) == learned
