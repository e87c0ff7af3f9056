"""Three-valued logic and exact comparison."""

from itertools import product

import numpy as np
import pytest
from laennec.engine import logic
from laennec.engine.logic import FALSE, TRUE, UNKNOWN, all_of, any_of, compare, compare_decimals
from laennec.engine.record import ItemState
from visits import visit_batch

VALUES = (-1, 0, 1)


@pytest.mark.parametrize(("a", "b"), list(product(VALUES, VALUES)))
def test_and_is_minimum_or_is_maximum(a, b):
    """Kleene's tables: unknown and false is false, unknown or true is true."""
    one, other = np.int8([a]), np.int8([b])
    assert all_of(one, other) == min(a, b)
    assert any_of(one, other) == max(a, b)
    assert -all_of(one, other) == any_of(-one, -other)


@pytest.mark.parametrize(
    ("sign", "value", "op", "limit", "expected"),
    [
        (0, 5, ">=", 5, TRUE),
        (0, 4, ">=", 5, FALSE),
        (0, 5, ">", 5, FALSE),
        (0, 5, "<=", 5, TRUE),
        (0, 5, "<", 5, FALSE),
        (-1, 5, ">=", 5, FALSE),
        (-1, 6, ">=", 5, UNKNOWN),
        (-1, 9, ">=", 5, UNKNOWN),
        (-2, 5, ">=", 5, UNKNOWN),
        (-2, 4, ">=", 5, FALSE),
        (1, 5, ">=", 5, TRUE),
        (1, 4, ">=", 5, UNKNOWN),
        (2, 5, ">=", 5, TRUE),
        (2, 4, ">=", 5, UNKNOWN),
        (-1, 5, ">", 5, FALSE),
        (-2, 5, ">", 5, FALSE),
        (-2, 6, ">", 5, UNKNOWN),
        (1, 5, ">", 5, TRUE),
        (2, 5, ">", 5, UNKNOWN),
        (2, 6, ">", 5, TRUE),
        (-1, 5, "<", 5, TRUE),
        (-1, 6, "<", 5, UNKNOWN),
        (-2, 5, "<", 5, UNKNOWN),
        (1, 5, "<", 5, FALSE),
        (1, 4, "<", 5, UNKNOWN),
        (-2, 5, "<=", 5, TRUE),
        (1, 5, "<=", 5, FALSE),
        (2, 5, "<=", 5, UNKNOWN),
    ],
)
def test_a_reported_bound_decides_only_what_it_can(sign, value, op, limit, expected):
    """``<v`` never satisfies ``>=``; ``>v`` does from the limit up; what is neither is unknown."""
    found = compare_decimals(np.int64([value]), np.int8([sign]), op, limit)
    assert found[0] == expected


@pytest.mark.parametrize("op", logic.OPERATORS)
@pytest.mark.parametrize("sign", [-2, -1, 0, 1, 2])
def test_a_bound_says_what_every_value_within_it_says(op, sign):
    """The verdict on a bound is that of all values it allows, where they agree (brute force)."""
    plain = np.int8([0])
    for value, limit in product(range(12), range(3, 9)):
        found = compare_decimals(np.int64([value * 10]), np.int8([sign]), op, limit * 10)[0]
        # Half steps between the reported decimals, and beyond both ends.
        within = [x for x in range(-5, 130) if _allows(sign, x, value * 10)]
        verdicts = {int(compare_decimals(np.int64([x]), plain, op, limit * 10)[0]) for x in within}
        if found != UNKNOWN:
            assert verdicts == {int(found)}
        elif sign == 0:
            pytest.fail("an exact value is never unknown")


def _allows(sign, x, bound):
    return {-2: x <= bound, -1: x < bound, 0: x == bound, 1: x > bound, 2: x >= bound}[sign]


def test_comparison_is_made_in_the_reported_unit():
    """7.0 mmol/L and 1.26 g/L both reach the cut-off, though neither converts to the other."""
    batch = visit_batch(
        {"glucose.fasting_venous": "7.0 mmol/L"},
        {"glucose.fasting_venous": "1.26 g/L"},
        {"glucose.fasting_venous": "6.9939 mmol/L"},
    )
    limits = {"mmol/L": 7_000_000_000, "g/L": 1_260_000_000}
    found = compare(batch.quantity("glucose.fasting_venous"), ">=", limits)
    assert found[:, 0].tolist() == [TRUE, TRUE, FALSE]


def test_a_unit_that_the_rule_does_not_state_is_unknown():
    batch = visit_batch({"glucose.fasting_venous": "126 mg/dL"})
    column = batch.quantity("glucose.fasting_venous")
    assert compare(column, ">=", {"g/L": 1_260_000_000}).tolist() == [[UNKNOWN]]


def test_only_accepted_values_are_compared_unless_others_are_asked_for():
    batch = visit_batch(
        {"heart_rate": ["180 /min refused", "180 /min suspect", "180 /min", "180 bpm"]}, {}
    )
    column = batch.quantity("heart_rate")
    assert column.state[1].tolist() == [ItemState.ABSENT] * 4
    limits = {"/min": 120_000_000_000}
    assert compare(column, ">", limits)[0].tolist() == [UNKNOWN, UNKNOWN, TRUE, UNKNOWN]
    assert compare(column, ">", limits, column.present)[0].tolist() == [TRUE, TRUE, TRUE, UNKNOWN]


def test_an_unanswered_question_is_unknown():
    assert logic.answered(np.int8([1, 0, -1]), 1).tolist() == [TRUE, FALSE, UNKNOWN]
    assert logic.count_true(np.int8([[1, 0, 1], [-1, 0, 0]])).tolist() == [2, 0]
