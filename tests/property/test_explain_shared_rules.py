"""The short way to Shapley values gives what running every coalition gives."""

import bundle_maker
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laennec.engine.bundles.load import load_models
from laennec.engine.explain.patterns import same_pattern
from laennec.engine.explain.shapley import shapley_values
from laennec.engine.explain.shared_rules import attribute, is_added_up

SHIPPED = [b for b in load_models().loaded if is_added_up(b.rules)]


@pytest.fixture(scope="module")
def toys(tmp_path_factory):
    root = tmp_path_factory.mktemp("models")
    bundle_maker.make(root)
    bundle_maker.make(root, "mamdani")
    return {b.manifest.kind: b for b in load_models([root]).loaded}


def drawn(bundle, n, seed):
    """People anywhere in the training range, of whom a quarter of the optional items is missing."""
    columns, random = bundle.model.columns, np.random.default_rng(seed)
    x = random.uniform(columns.trained_low, columns.trained_high, (n, len(columns.whole)))
    x[:, columns.whole] = np.round(x[:, columns.whole])
    return x, columns.required | (random.random(x.shape) > random.choice([0.0, 0.1, 0.25]))


def same(bundle, x, observed):
    short = shapley_values(bundle.model, x, observed, bundle.rules)
    every = shapley_values(bundle.model, x, observed)
    for name in ("values", "additive", "baseline"):
        given_, wanted = getattr(short, name), getattr(every, name)
        assert np.array_equal(np.isnan(given_), np.isnan(wanted))
        assert np.nanmax(np.abs(given_ - wanted), initial=0.0) < 1e-12


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_both_ways_agree_whatever_is_missing(toys, seed):
    same(toys["tsk"], *bundle_maker.records(20, seed))


@pytest.mark.parametrize("bundle", SHIPPED, ids=lambda b: b.manifest.id)
@given(seed=st.integers(0, 10_000))
@settings(max_examples=5, deadline=None)
def test_both_ways_agree_for_every_shipped_model(bundle, seed):
    same(bundle, *drawn(bundle, 8, seed))


@pytest.mark.parametrize("bundle", SHIPPED, ids=lambda b: b.manifest.id)
def test_a_person_of_whom_all_is_known_never_needs_every_coalition(bundle):
    x, _ = drawn(bundle, 50, 1)
    everything = np.ones(x.shape[1], dtype=np.bool_)
    assert attribute(bundle.model, bundle.rules, x, everything).exact.all()


@pytest.mark.parametrize("bundle", SHIPPED, ids=lambda b: b.manifest.id)
def test_some_people_with_missing_items_are_left_to_the_enumeration(bundle):
    """The bound is no formality: a completed rule that may be cut off at 0 or 1 is not trusted."""
    columns = bundle.model.columns
    x, _ = drawn(bundle, 60, 2)
    observed = columns.required | (np.random.default_rng(3).random(x.shape) > 0.3)
    exact = np.concatenate(
        [
            attribute(bundle.model, bundle.rules, x[rows], players).exact
            for players, rows in same_pattern(observed)
        ]
    )
    assert 0 < exact.sum() < len(x)


def test_a_mamdani_model_is_not_a_sum_over_rules(toys):
    x, observed = np.array([[70.0, 0.6, 1.0]]), np.ones((1, 3), bool)
    assert not is_added_up(toys["mamdani"].rules)
    assert not is_added_up(None)
    same(toys["mamdani"], x, observed)


def test_an_unanswered_record_stays_without_values(toys):
    x = np.array([[150.0, 0.5, 0.0], [50.0, 0.5, 0.0]])
    observed = np.array([[True, True, True], [False, True, True]])
    assert np.isnan(shapley_values(toys["tsk"].model, x, observed, toys["tsk"].rules).values).all()
