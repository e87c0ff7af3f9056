"""Replicates of the survey design."""

import numpy as np
from laennec.training.survey import Design, replicate_factors


def design(n_strata=30, units=2, people=10):
    stratum = np.repeat(np.arange(n_strata, dtype=float), units * people)
    psu = np.tile(np.repeat(np.arange(units, dtype=float), people), n_strata)
    n = len(stratum)
    return Design(np.ones(n), stratum, psu, np.full(n, "1999-2000"))


def test_a_unit_is_drawn_as_a_whole_and_each_stratum_keeps_its_size():
    d = design()
    factors = replicate_factors(d, 50, seed=1)
    by_unit = factors.reshape(50, 30, 2, 10)
    assert (by_unit == by_unit[..., :1]).all()
    assert np.unique(factors).tolist() == [0.0, 2.0]
    assert (by_unit.sum(axis=(2, 3)) == 20).all()


def test_the_variance_of_a_total_is_that_of_the_design():
    """Two units a stratum: the textbook variance of a total is the sum of squared differences."""
    d = design()
    y = np.random.default_rng(3).normal(size=len(d.weight)) + d.psu
    totals = y.reshape(30, 2, 10).sum(axis=2)
    expected = ((totals[:, 0] - totals[:, 1]) ** 2).sum()
    replicates = replicate_factors(d, 6000, seed=2) @ y
    assert abs(replicates.var() / expected - 1) < 0.08


def test_three_units_and_one_unit():
    three = replicate_factors(design(units=3), 40, seed=1)
    assert set(np.unique(three)) <= {0.0, 1.5, 3.0}
    one = replicate_factors(design(units=1), 5, seed=1)
    assert (one == 1).all()


def test_the_same_seed_gives_the_same_replicates():
    d = design()
    assert (replicate_factors(d, 5, seed=7) == replicate_factors(d, 5, seed=7)).all()


def test_some_people_keep_their_design():
    d = design()
    part = d.of(d.stratum < 2)
    assert len(part.weight) == 40
    assert set(part.stratum) == {0.0, 1.0}
