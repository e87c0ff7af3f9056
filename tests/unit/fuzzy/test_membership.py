"""Membership functions against scikit-fuzzy, at corners, beyond them, and on NaN."""

import numpy as np
import pytest
import skfuzzy
from laennec.engine.fuzzy.membership import PIECEWISE_LINEAR, SHAPES, corners, membership

X = np.concatenate([np.linspace(-5, 15, 4001), [0.0, 2.0, 3.0, 5.0, 7.0, 10.0]])


def rising(x, zero, full):
    return skfuzzy.trapmf(x, [zero, full, 99.0, 99.0])


def falling(x, full, zero):
    return skfuzzy.trapmf(x, [-99.0, -99.0, full, zero])


ORACLE = [
    ("triangular", (2.0, 5.0, 7.0), lambda x: skfuzzy.trimf(x, [2, 5, 7])),
    ("triangular", (2.0, 2.0, 7.0), lambda x: skfuzzy.trimf(x, [2, 2, 7])),
    ("triangular", (2.0, 7.0, 7.0), lambda x: skfuzzy.trimf(x, [2, 7, 7])),
    ("trapezoidal", (2.0, 3.0, 5.0, 7.0), lambda x: skfuzzy.trapmf(x, [2, 3, 5, 7])),
    ("trapezoidal", (2.0, 2.0, 5.0, 5.0), lambda x: skfuzzy.trapmf(x, [2, 2, 5, 5])),
    ("rising_shoulder", (3.0, 7.0), lambda x: rising(x, 3, 7)),
    ("rising_shoulder", (3.0, 3.0), lambda x: rising(x, 3, 3)),
    ("falling_shoulder", (3.0, 7.0), lambda x: falling(x, 3, 7)),
    ("falling_shoulder", (7.0, 7.0), lambda x: falling(x, 7, 7)),
    ("gaussian", (5.0, 1.7), lambda x: skfuzzy.gaussmf(x, 5, 1.7)),
    ("rising_sigmoid", (5.0, 0.8), lambda x: skfuzzy.sigmf(x, 5, 1 / 0.8)),
    ("falling_sigmoid", (5.0, 0.8), lambda x: skfuzzy.sigmf(x, 5, -1 / 0.8)),
]


@pytest.mark.parametrize(("shape", "parameters", "oracle"), ORACLE)
def test_equals_scikit_fuzzy(shape, parameters, oracle):
    assert np.abs(membership(shape, parameters, X) - oracle(X)).max() <= 1e-12


def test_the_oracle_sees_every_shape():
    assert {shape for shape, _, _ in ORACLE} == set(SHAPES)


@pytest.mark.parametrize(("shape", "parameters"), [(s, p) for s, p, _ in ORACLE])
def test_nan_gives_zero_and_infinity_the_limit(shape, parameters):
    low, nan, high = membership(shape, parameters, np.array([-np.inf, np.nan, np.inf]))
    direction = SHAPES[shape].direction
    assert nan == 0.0
    assert low == (1.0 if direction < 0 else 0.0)
    assert high == (1.0 if direction > 0 else 0.0)


@pytest.mark.parametrize(("shape", "parameters"), [(s, p) for s, p, _ in ORACLE])
def test_a_very_narrow_shape_far_away_overflows_to_its_limit(shape, parameters):
    spec = SHAPES[shape]
    tiny = tuple(np.cumsum(np.full(spec.ordered, 1e-320))) + (1e-320,) * spec.has_scale
    values = membership(shape, tiny, np.array([-1e300, 1e300]))
    assert ((values == 0.0) | (values == 1.0)).all()


@pytest.mark.parametrize(("shape", "parameters"), [(s, p) for s, p, _ in ORACLE])
def test_shoulders_never_turn(shape, parameters):
    steps = np.diff(membership(shape, parameters, np.sort(X)))
    direction = SHAPES[shape].direction
    assert direction == 0 or (direction * steps >= 0).all()


@pytest.mark.parametrize(
    ("shape", "parameters"), [(s, p) for s, p, _ in ORACLE if s in PIECEWISE_LINEAR]
)
def test_corners_are_the_same_shape_inside_the_universe(shape, parameters):
    x = X[(X >= -1) & (X <= 11)]
    box = corners(shape, parameters, -1.0, 11.0)
    assert np.array_equal(
        membership("trapezoidal", tuple(box), x), membership(shape, parameters, x)
    )
