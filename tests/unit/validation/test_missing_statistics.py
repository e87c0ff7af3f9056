"""Imputation and its pooling: by hand, and against a truth that is known."""

import numpy as np
import pytest
from laennec.training.metrics import Estimate
from laennec.validation.statistics.estimate import NotEstimable
from laennec.validation.statistics.missing import impute, pool, rubin, shifted


def test_rubins_rules_by_hand():
    """Three copies, within .04, between .01: T = .04 + 4/3 * .01; df as in mice::pool.scalar."""
    value, half = pool(np.array([0.9, 1.0, 1.1]), np.full(3, 0.04), 100)
    total = 0.04 + 4 / 3 * 0.01
    lost = 4 / 3 * 0.01 / total
    old, complete = 2 / lost**2, 99
    observed = 100 / 102 * 99 * (1 - lost)
    degrees = old * observed / (old + observed)
    from scipy import stats

    assert value == pytest.approx(1.0)
    assert half == pytest.approx(stats.t.ppf(0.975, degrees) * total**0.5)
    assert complete > degrees


def test_copies_that_agree_pool_to_themselves():
    same = [Estimate(0.8, 0.7, 0.9, 1000, "x")] * 4
    found = rubin(same)
    assert found.value == pytest.approx(0.8)
    assert found.ci_low == pytest.approx(0.7, abs=1e-3)
    on_logit = rubin([Estimate(0.99, 0.97, 0.999, 500, "x")] * 3, "logit")
    assert on_logit.ci_high < 1
    assert rubin([NotEstimable("no_case", 3)] * 3).code == "no_case"
    assert rubin(same[:1]).code == "too_few"


def _people(rng, n=4000):
    a = rng.normal(size=n)
    b = 0.8 * a + rng.normal(0, 0.6, n)
    yes = (rng.random(n) < 1 / (1 + np.exp(-a))).astype(float)
    return np.column_stack([a, b, yes])


def test_imputation_recovers_a_mean_that_complete_cases_miss():
    """b is missing where a is high: at random given a, so chained equations undo it."""
    rng = np.random.default_rng(5)
    x = _people(rng)
    observed = np.ones(x.shape, bool)
    observed[:, 1] = rng.random(len(x)) > 1 / (1 + np.exp(0.5 - x[:, 0]))
    observed[:, 2] = rng.random(len(x)) > 0.3 * (x[:, 0] > 0)
    holes = np.where(observed, x, np.nan)
    helper = np.zeros((len(x), 1))
    copies = list(impute(np.nan_to_num(holes), observed, helper, 5, 11))
    means = [c[:, 1].mean() for c in copies]
    assert x[observed[:, 1], 1].mean() < x[:, 1].mean() - 0.15
    assert np.mean(means) == pytest.approx(x[:, 1].mean(), abs=0.04)
    assert np.std(means) > 0
    for copy in copies:
        assert (copy[observed] == x[observed]).all()
        assert set(np.unique(copy[:, 2])) == {0.0, 1.0}
        assert copy[:, 2].mean() == pytest.approx(x[:, 2].mean(), abs=0.03)


def test_the_same_seed_fills_the_same():
    x = _people(np.random.default_rng(1), 200)
    observed = np.random.default_rng(2).random(x.shape) > 0.2
    first, again = (list(impute(x, observed, x[:, :1], 2, 3)) for _ in range(2))
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert not (first[0] == first[1]).all()
    assert list(impute(x[:0], observed[:0], x[:0, :1], 2, 3)) == []


def test_a_shift_moves_what_was_filled_and_nothing_else():
    x = _people(np.random.default_rng(1), 300)
    observed = np.random.default_rng(2).random(x.shape) > 0.2
    low, high = np.array([-1.0, -99, 0]), np.array([1.0, 99, 1])
    moved = shifted(x, observed, 0.5, low, high)
    assert (moved[observed] == x[observed]).all()
    assert (moved[:, 2] == x[:, 2]).all()
    spread = x[observed[:, 1], 1].std()
    holes = ~observed[:, 1]
    assert moved[holes, 1] == pytest.approx(x[holes, 1] + 0.5 * spread)
    assert moved[~observed[:, 0], 0].max() <= 1.0
