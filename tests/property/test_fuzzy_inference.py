"""What must hold for every system and every record."""

from dataclasses import replace

import numpy as np
from fuzzy_systems import completion_for, mamdani_systems, records, tsk_systems
from hypothesis import given, settings
from hypothesis import strategies as st
from laennec.engine.fuzzy import Status, evaluate_mamdani, evaluate_tsk
from laennec.engine.fuzzy.rules import And, Is, Points, Rule
from laennec.engine.fuzzy.status import FIRES
from laennec.engine.fuzzy.system import TskSystem
from laennec.engine.fuzzy.tsk import risk_range
from laennec.engine.fuzzy.variables import LinguisticVariable, Term, Universe

SEEDS = st.integers(0, 2**32 - 1)
QUIET = settings(max_examples=40, deadline=None)


@QUIET
@given(tsk_systems(), SEEDS, st.booleans())
def test_bias_and_contributions_are_the_logit(system, seed, completes):
    x, observed = records(system, seed)
    completion = completion_for(system, seed) if completes else None
    found = evaluate_tsk(system, x, observed, completion=completion)
    np.testing.assert_allclose(found.bias + found.rule_contribution.sum(axis=1), found.logit)
    np.testing.assert_allclose(1 / (1 + np.exp(-found.logit)), found.risk)
    assert ((found.rule_firing >= 0) & (found.rule_firing <= 1)).all()


@QUIET
@given(mamdani_systems(), SEEDS)
def test_shares_sum_to_one_when_a_rule_fires_and_to_zero_when_none_does(system, seed):
    x, observed = records(system, seed)
    found = evaluate_mamdani(system, x, observed)
    fires = found.rule_firing.max(axis=1) > FIRES
    np.testing.assert_allclose(found.rule_share.sum(axis=1), fires.astype(float), atol=1e-12)
    assert (found.rule_share[found.rule_firing == 0.0] == 0.0).all()
    assert (found.status[~fires] >= Status.NO_RULE_FIRED).all()
    assert ((found.score >= 2.0) & (found.score <= 9.0)).all()


@QUIET
@given(tsk_systems(), mamdani_systems(), SEEDS)
def test_what_stands_under_a_false_mask_has_no_influence(tsk, mamdani, seed):
    rng = np.random.default_rng(seed)
    for system in (tsk, mamdani):
        x, observed = records(system, seed)
        odd = rng.choice([np.nan, np.inf, -np.inf, 1e300, 0.0, 5.0], x.shape)
        other = np.where(observed, x, odd)
        if system is tsk:
            completion = completion_for(tsk, seed)
            first = evaluate_tsk(tsk, x, observed, completion=completion)
            second = evaluate_tsk(tsk, other, observed, completion=completion)
            assert np.array_equal(
                risk_range_or_none(tsk, x, observed), risk_range_or_none(tsk, other, observed)
            )
        else:
            first = evaluate_mamdani(mamdani, x, observed)
            second = evaluate_mamdani(mamdani, other, observed)
        for name in first.__slots__:
            assert np.array_equal(getattr(first, name), getattr(second, name)), name


def risk_range_or_none(system, x, observed):
    return np.zeros(2) if system.normalised else np.array(risk_range(system, x, observed))


@QUIET
@given(tsk_systems(), mamdani_systems(), SEEDS)
def test_a_record_does_not_depend_on_its_batch(tsk, mamdani, seed):
    for system, evaluate in ((tsk, evaluate_tsk), (mamdani, evaluate_mamdani)):
        x, observed = records(system, seed, n=6)
        whole = evaluate(system, x, observed)
        for i in range(len(x)):
            one = evaluate(system, x[i : i + 1], observed[i : i + 1])
            for name in one.__slots__:
                np.testing.assert_allclose(
                    getattr(one, name)[0], getattr(whole, name)[i], atol=1e-12
                )


@settings(max_examples=40, deadline=None)
@given(mamdani_systems(), SEEDS)
def test_the_range_of_a_score_holds_the_score_for_every_value_of_what_is_missing(system, seed):
    system = replace(system, optional=system.inputs)
    x, observed = records(system, seed, faults=False)
    ranged = evaluate_mamdani(system, x, observed)
    counts = ranged.status == Status.ASSESSED
    rng = np.random.default_rng(seed)
    for attempt in range(6):
        guess, _ = records(system, rng.integers(2**32), faults=False)
        ends = rng.choice([0.0, 10.0], x.shape)
        full = np.where(observed, x, guess if attempt % 2 else ends)
        known = evaluate_mamdani(system, full, np.ones_like(observed))
        both = counts & (known.status == Status.ASSESSED)
        assert (known.score >= ranged.score_low - 1e-9)[both].all()
        assert (known.score <= ranged.score_high + 1e-9)[both].all()


@QUIET
@given(tsk_systems(normalised=False), SEEDS)
def test_the_range_of_a_risk_holds_the_risk_for_every_value_of_what_is_missing(system, seed):
    x, observed = records(system, seed, faults=False)
    low, high = risk_range(system, x, observed)
    rng = np.random.default_rng(seed)
    for _ in range(8):
        guess, _ = records(system, rng.integers(2**32), faults=False)
        risk = evaluate_tsk(system, np.where(observed, x, guess), np.ones_like(observed)).risk
        assert (risk >= low - 1e-12).all()
        assert (risk <= high + 1e-12).all()


RISING = st.sampled_from(["rising_sigmoid", "rising_shoulder"])


@QUIET
@given(
    st.lists(st.tuples(RISING, st.floats(0, 9), st.floats(0.1, 1)), min_size=2, max_size=5),
    st.lists(st.floats(0, 2), min_size=2, max_size=2),
    st.sampled_from(["min", "product"]),
    SEEDS,
)
def test_rules_that_only_rise_make_a_risk_that_never_falls(shapes, points, tnorm, seed):
    words = tuple(
        Term(f"t{i}", shape, (a, a + b if shape == "rising_shoulder" else b), "s")
        for i, (shape, a, b) in enumerate(shapes)
    )
    two = tuple(LinguisticVariable(n, "1", Universe(0.0, 10.0), words, "s") for n in ("a", "b"))
    rules = (
        Rule("one", Is("a", words[0].name), Points(points[0]), "s"),
        Rule(
            "both", And((Is("a", words[1].name), Is("b", words[-1].name))), Points(points[1]), "s"
        ),
    )
    system = TskSystem("m", two, (), rules, tnorm, 3, bias=-1.0)
    rng = np.random.default_rng(seed)
    x = rng.uniform(0, 10, (60, 2))
    more = np.minimum(x + rng.uniform(0, 3, x.shape) * rng.integers(0, 2, x.shape), 10.0)
    mask = np.ones(x.shape, dtype=bool)
    before, after = (evaluate_tsk(system, v, mask).logit for v in (x, more))
    assert (after >= before - 1e-12).all()
