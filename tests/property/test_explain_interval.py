"""What missing items leave open, and which of them could change the band."""

from dataclasses import replace

import bundle_maker
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laennec.engine.bundles.load import load_models
from laennec.engine.explain.interval import missing_that_could_flip, risk_interval
from laennec.engine.runtime import RiskModel


def loaded(root, says=None) -> RiskModel:
    folder = bundle_maker.make(root, says=says)
    return load_models([folder]).loaded[0].model


@pytest.fixture(scope="module")
def tsk(tmp_path_factory) -> RiskModel:
    return loaded(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def free(tmp_path_factory) -> RiskModel:
    """The same model, said to be monotone in nothing."""
    says = bundle_maker.manifest()
    inputs = tuple(replace(i, monotone="none") for i in says.inputs)
    return loaded(tmp_path_factory.mktemp("free"), replace(says, inputs=inputs))


@given(seed=st.integers(0, 10_000), share=st.floats(0, 1))
@settings(max_examples=30, deadline=None)
def test_the_interval_holds_every_plausible_value(tsk, seed, share):
    """Any value between the plausible ends, in any missing item, stays inside the interval."""
    x, observed = bundle_maker.records(40, seed)
    output = tsk.run(x, observed)
    interval = risk_interval(tsk, x, observed, output)
    columns = tsk.columns
    between = columns.low_risk + share * (columns.high_risk - columns.low_risk)
    between[2] = round(between[2])
    filled = tsk.run(np.where(observed, x, between), np.ones(x.shape, bool)).value
    some = ~observed.all(axis=1)
    assert (interval.low[some] - 1e-12 <= filled[some]).all()
    assert (filled[some] <= interval.high[some] + 1e-12).all()
    assert (interval.low[some] <= output.value[some]).all()
    assert (output.value[some] <= interval.high[some]).all()
    assert np.isnan(interval.low[~some]).all()


def test_the_joint_interval_is_reached_at_the_two_ends(tsk):
    x, observed = bundle_maker.records(60)
    interval = risk_interval(tsk, x, observed, tsk.run(x, observed))
    everything = np.ones(x.shape, bool)
    low = tsk.run(np.where(observed, x, tsk.columns.low_risk), everything).value
    high = tsk.run(np.where(observed, x, tsk.columns.high_risk), everything).value
    some = ~observed.all(axis=1)
    assert some.any()
    assert np.allclose(interval.low[some], low[some], atol=1e-12)
    assert np.allclose(interval.high[some], high[some], atol=1e-12)


def test_each_item_alone_leaves_no_more_than_all_together(tsk):
    x, observed = bundle_maker.records(60)
    interval = risk_interval(tsk, x, observed, tsk.run(x, observed))
    assert np.array_equal(np.isnan(interval.item_low), observed)
    assert np.array_equal(np.isnan(interval.item_high), observed)
    low = np.where(observed, np.inf, interval.item_low)
    high = np.where(observed, -np.inf, interval.item_high)
    assert (low >= interval.low[:, None] - 1e-12)[~observed].all()
    assert (high <= interval.high[:, None] + 1e-12)[~observed].all()


def test_without_monotony_ends_and_middle_are_tried_in_every_combination(tsk, free):
    x, observed = bundle_maker.records(60)
    a = risk_interval(tsk, x, observed, tsk.run(x, observed))
    b = risk_interval(free, x, observed, free.run(x, observed))
    assert np.allclose(a.low, b.low, atol=1e-12, equal_nan=True)
    assert np.allclose(a.high, b.high, atol=1e-12, equal_nan=True)


def test_the_answer_of_one_record_does_not_depend_on_its_batch(tsk):
    x, observed = bundle_maker.records(30)
    whole = risk_interval(tsk, x, observed, tsk.run(x, observed))
    for i in range(30):
        one = risk_interval(tsk, x[i : i + 1], observed[i : i + 1], tsk.run(x[[i]], observed[[i]]))
        assert np.allclose(one.low, whole.low[i], atol=1e-12, equal_nan=True)
        assert np.allclose(one.item_high, whole.item_high[i], atol=1e-12, equal_nan=True)


def test_nothing_missing_or_no_answer_has_no_interval(tsk):
    x = np.array([[60.0, 0.6, 1.0], [200.0, 0.6, 1.0], [60.0, 0.6, 1.0]])
    observed = np.array([[True, True, True], [True, False, True], [False, True, True]])
    interval = risk_interval(tsk, x, observed, tsk.run(x, observed))
    assert np.isnan(interval.low).all()
    assert np.isnan(interval.item_high).all()
    assert not interval.failed.any()


def test_an_interval_that_cannot_be_computed_is_said(tsk):
    """The answer stands; the graph fails when it is asked about the ends."""

    class Failing:
        def run(self, names, feed):
            raise RuntimeError("gone")

    x, observed = np.array([[60.0, 0.6, 1.0]]), np.array([[True, False, True]])
    output = tsk.run(x, observed)
    broken = RiskModel(manifest=tsk.manifest, rule_ids=tsk.rule_ids, sha256="", session=Failing())
    interval = risk_interval(broken, x, observed, output)
    assert interval.failed.tolist() == [True]
    assert np.isnan([interval.low[0], interval.high[0]]).all()
    assert not missing_that_could_flip(tsk, output, interval).could_flip.any()


def test_items_that_could_flip_the_band_are_named(tsk):
    x, observed = bundle_maker.records(200)
    output = tsk.run(x, observed)
    interval = risk_interval(tsk, x, observed, output)
    flips = missing_that_could_flip(tsk, output, interval)
    here = tsk.bands(output.value)
    assert flips.could_flip.any()
    assert (~flips.could_flip & ~observed).any()
    for i, j in np.argwhere(~observed):
        filled, seen = x[i].copy(), observed[i].copy()
        seen[j] = True
        reached = set()
        for value in (tsk.columns.low_risk[j], tsk.columns.high_risk[j]):
            filled[j] = value
            reached.add(int(tsk.bands(tsk.run(filled[None], seen[None]).value)[0]))
        assert flips.could_flip[i, j] == (reached != {int(here[i])} and bool(reached - {here[i]}))
    assert not flips.could_flip[observed].any()
