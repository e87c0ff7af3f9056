"""Shapley values through the graph: exact, complete, and the same as other software gives."""

from itertools import permutations

import bundle_maker
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laennec.engine.bundles.load import load_models
from laennec.engine.errors import ContractBroken
from laennec.engine.explain.shapley import shapley_values
from laennec.engine.runtime import RiskModel


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    root = tmp_path_factory.mktemp("models")
    bundle_maker.make(root)
    bundle_maker.make(root, "mamdani")
    return load_models([root])


@pytest.fixture(scope="module")
def tsk(models) -> RiskModel:
    return models.get("toy_disease/tsk_form")


@pytest.fixture(scope="module")
def mamdani(models) -> RiskModel:
    return models.get("toy_disease/mamdani_form")


def by_permutations(model: RiskModel, x: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """The slow obvious way: the average gain over every order in which players join."""
    players = np.flatnonzero(observed)
    reference = np.array([s.reference for s in model.manifest.inputs])
    total, orders = np.zeros(len(x)), list(permutations(players))
    for order in orders:
        here = np.where(observed, reference, np.nan)
        before = model.additive(model.run(here[None], observed[None]))[0]
        for j in order:
            here[j] = x[j]
            after = model.additive(model.run(here[None], observed[None]))[0]
            total[j] += after - before
            before = after
    return total / len(orders)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_values_are_those_of_the_definition(tsk, seed):
    x, observed = bundle_maker.records(3, seed)
    found = shapley_values(tsk, x, observed).values
    slow = np.array([by_permutations(tsk, a, b) for a, b in zip(x, observed, strict=True)])
    assert np.abs(found - slow).max() < 1e-12


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_values_sum_to_the_distance_from_the_reference_person(tsk, seed):
    x, observed = bundle_maker.records(50, seed)
    found = shapley_values(tsk, x, observed)
    output = tsk.run(x, observed)
    reference = np.broadcast_to(tsk.columns.reference, x.shape)
    start = tsk.additive(tsk.run(reference, observed))
    assert np.abs(found.additive - tsk.additive(output)).max() < 1e-12
    assert np.abs(found.baseline - start).max() < 1e-12
    assert np.abs(found.values.sum(axis=1) - (tsk.additive(output) - start)).max() < 1e-9


def test_a_missing_input_gets_no_credit_whatever_stands_in_its_place(tsk):
    x, observed = bundle_maker.records(60)
    found = shapley_values(tsk, x, observed)
    assert (~observed).any()
    assert (found.values[~observed] == 0).all()
    noise = np.where(observed, x, np.nan)
    assert np.array_equal(shapley_values(tsk, noise, observed).values, found.values)


def test_the_reference_person_owes_nothing_to_any_input(tsk):
    reference = tsk.columns.reference[None]
    found = shapley_values(tsk, reference, np.ones((1, 3), bool))
    assert np.abs(found.values).max() < 1e-15


def test_score_of_a_mamdani_model_is_attributed_too(mamdani):
    x, observed = np.array([[70.0, 0.6, 1.0]]), np.ones((1, 3), bool)
    found = shapley_values(mamdani, x, observed)
    assert found.additive[0] == mamdani.run(x, observed).value[0]


def test_a_coalition_without_answer_leaves_no_number(mamdani):
    """The reference person fires no rule of the toy Mamdani model when all inputs are known."""
    quiet = np.array([[30.0, 0.4, 0.0]])
    found = shapley_values(mamdani, quiet, np.ones((1, 3), bool))
    assert np.isnan(found.values).all()


def test_an_unanswered_record_has_no_values(tsk):
    x = np.array([[150.0, 0.5, 0.0], [50.0, 0.5, 0.0]])
    observed = np.array([[True, True, True], [False, True, True]])
    found = shapley_values(tsk, x, observed)
    assert np.isnan(found.values).all()


@pytest.mark.filterwarnings("ignore")
def test_shap_agrees(tsk, monkeypatch):
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")  # compiling would take longer than the test
    import shap

    x, _ = bundle_maker.records(12)
    observed = np.ones(x.shape, bool)

    def logit(rows):
        rows = np.asarray(rows, float)
        return tsk.additive(tsk.run(rows, np.ones(rows.shape, bool)))

    other = shap.explainers.Exact(logit, tsk.columns.reference[None])(x)
    assert np.abs(other.values - shapley_values(tsk, x, observed).values).max() < 1e-9


def test_too_many_inputs_are_refused(tsk):
    with pytest.raises(ContractBroken, match=r"13 inputs: .*at most 2\^12.*rule contributions"):
        shapley_values(tsk, np.zeros((1, 13)), np.ones((1, 13), bool))
