"""Takagi-Sugeno-Kang by hand calculation, with every status said."""

import numpy as np
import pytest
from fuzzy_texts import TSK as SYSTEM
from fuzzy_texts import TSK_TEXT as TEXT
from laennec.engine.errors import ContractBroken
from laennec.engine.fuzzy import Status, evaluate_tsk, parse_system, system_toml
from laennec.engine.fuzzy.completion import ConditionalCompletion
from laennec.engine.fuzzy.status import clean_inputs, is_assessable
from laennec.engine.fuzzy.tsk import recalibrated, risk_range

ALL = np.ones((1, 3), dtype=bool)


def row(*values):
    return np.array([values], dtype=np.float64)


def test_points_times_truth_add_up_to_the_logit():
    found = evaluate_tsk(SYSTEM, row(50, 95, 1), ALL)
    assert found.rule_firing.tolist() == [[0.5, 0.375, 0.25]]
    assert found.rule_contribution.tolist() == [[0.5, 0.75, -0.125]]
    assert found.logit.tolist() == [-2.0 + 0.5 + 0.75 - 0.125]
    assert found.risk[0] == pytest.approx(1 / (1 + np.exp(0.875)))
    assert found.status.tolist() == [Status.ASSESSED]


def test_and_may_be_the_least_part():
    least = parse_system(TEXT.replace('"product"', '"min"'))
    assert evaluate_tsk(least, row(50, 95, 1), ALL).rule_firing[0, 1] == 0.5


def test_normalised_divides_by_the_sum_of_firings():
    system = parse_system(TEXT.replace("bias = -2.0", "bias = -2.0\nnormalised = true"))
    found = evaluate_tsk(system, row(50, 95, 1), ALL)
    assert found.rule_contribution[0].tolist() == pytest.approx(
        [0.5 / 1.125, 0.75 / 1.125, -0.125 / 1.125]
    )
    assert found.logit[0] == pytest.approx(-2.0 + found.rule_contribution.sum())


def test_normalised_without_a_true_rule_has_no_answer():
    system = parse_system(TEXT.replace("bias = -2.0", "bias = -2.0\nnormalised = true"))
    found = evaluate_tsk(system, row(20, 120, 1), ALL)
    assert found.status.tolist() == [Status.NO_RULE_FIRED]
    assert found.rule_contribution.tolist() == [[0.0, 0.0, 0.0]]
    assert not is_assessable(found.status, accept_edge=True)[0]


def test_additive_without_a_true_rule_answers_with_the_bias():
    found = evaluate_tsk(SYSTEM, row(20, 120, 1), ALL)
    assert found.logit.tolist() == [-2.0]
    assert found.status.tolist() == [Status.ASSESSED]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_an_observed_value_that_is_no_number_is_invalid(bad):
    found = evaluate_tsk(SYSTEM, row(50, bad, 1), ALL)
    assert found.status.tolist() == [Status.INVALID_INPUT]
    assert found.rule_firing.tolist() == [[0.0, 0.0, 0.0]]
    assert np.isfinite(found.risk).all()
    assert not is_assessable(found.status, accept_edge=True)[0]


def test_outside_the_universe_is_the_edge_only_if_the_caller_accepts_it():
    found = evaluate_tsk(SYSTEM, row(50, 151, 1), ALL)
    assert found.status.tolist() == [Status.OUTSIDE_UNIVERSE]
    assert found.risk == evaluate_tsk(SYSTEM, row(50, 150, 1), ALL).risk
    assert not is_assessable(found.status)[0]
    assert is_assessable(found.status, accept_edge=True)[0]


def test_the_ends_of_the_universe_are_inside():
    found = evaluate_tsk(
        SYSTEM, np.array([[0.0, 50.0, 0.0], [100.0, 150.0, 1.0]]), ALL.repeat(2, 0)
    )
    assert found.status.tolist() == [Status.ASSESSED] * 2


def test_without_a_completion_every_input_is_required():
    found = evaluate_tsk(SYSTEM, row(50, np.nan, 1), np.array([[True, False, True]]))
    assert found.status.tolist() == [Status.REQUIRED_MISSING]
    assert found.rule_contribution.tolist() == [[0.0, 0.0, 0.0]]


def completion():
    """Waist missing (pattern 1), family missing (2), both (3)."""
    maps = np.full((4, 3, 4), 9.0)
    maps[1, 1] = [0.5, 7.0, 0.0, 0.1]
    maps[1, 2] = [0.0, 0.0, 0.0, 0.4]
    maps[2, 2] = [0.0, -2.0, 0.0, 0.25]
    maps[3, 1] = [3.0, 0.0, 0.0, 0.0]
    maps[3, 2] = [0.0, 0.0, 0.0, 0.3]
    return ConditionalCompletion(("waist", "family"), maps)


@pytest.mark.parametrize(
    ("observed", "expected"),
    [
        ([True, True, True], [0.5, 0.375, 0.25]),
        ([True, False, True], [0.5, 0.35, 0.4]),
        ([True, True, False], [0.5, 0.375, 0.0]),
        ([True, False, False], [0.5, 1.0, 0.3]),
    ],
)
def test_an_unknown_rule_fires_as_expected_given_the_known_ones(observed, expected):
    found = evaluate_tsk(SYSTEM, row(50, 95, 1), np.array([observed]), completion=completion())
    assert found.rule_firing[0].tolist() == pytest.approx(expected)
    assert found.status.tolist() == [Status.ASSESSED]


def test_a_required_input_is_required_even_with_a_completion():
    found = evaluate_tsk(
        SYSTEM, row(50, 95, 1), np.array([[False, True, True]]), completion=completion()
    )
    assert found.status.tolist() == [Status.REQUIRED_MISSING]


@pytest.mark.parametrize(
    "broken",
    [
        ConditionalCompletion(("family", "waist"), np.zeros((4, 3, 4))),
        ConditionalCompletion(("waist", "family"), np.zeros((4, 3, 3))),
        ConditionalCompletion(("waist", "family"), np.full((4, 3, 4), np.nan)),
    ],
)
def test_a_completion_of_another_system_is_refused(broken):
    with pytest.raises(ContractBroken, match=r"finite maps of shape \(4, 3, 4\) are needed"):
        evaluate_tsk(SYSTEM, row(50, 95, 1), ALL, completion=broken)


@pytest.mark.parametrize(
    ("x", "observed"),
    [
        (np.zeros(3), ALL),
        (np.zeros((1, 2)), ALL),
        (np.zeros((1, 3), dtype=np.float32), ALL),
        (np.zeros((1, 3)), np.ones((2, 3), dtype=bool)),
        (np.zeros((1, 3)), np.ones((1, 3))),
    ],
)
def test_arrays_of_another_shape_or_type_are_refused(x, observed):
    with pytest.raises(ContractBroken, match=r"x must be float64 \(n, 3\) and observed bool"):
        evaluate_tsk(SYSTEM, x, observed)


def test_the_worst_fault_of_a_record_is_the_one_that_is_said():
    x = np.array([[np.nan, 151.0, 1.0], [-1.0, 95.0, 1.0], [50.0, 999.0, 1.0], [50.0, np.nan, 1.0]])
    observed = np.array([[True] * 3, [False, True, True], [True, False, True], [True, False, True]])
    cleaned = clean_inputs(x, observed, SYSTEM.universes, SYSTEM.required_mask)
    assert cleaned.status.tolist() == [
        Status.INVALID_INPUT,
        Status.REQUIRED_MISSING,
        Status.ASSESSED,
        Status.ASSESSED,
    ]
    assert np.isfinite(cleaned.x).all()
    assert cleaned.is_evaluated.tolist() == [False, False, True, True]


def test_the_range_of_the_risk_is_reached_at_the_ends_of_what_is_missing():
    x, observed = row(50, np.nan, 1), np.array([[True, False, True]])
    low, high = risk_range(SYSTEM, x, observed)
    slim, stout = (evaluate_tsk(SYSTEM, row(50, waist, 1), ALL).risk for waist in (50, 150))
    assert low == pytest.approx(slim)
    assert high == pytest.approx(stout)
    known = risk_range(SYSTEM, row(50, 95, 1), ALL)
    assert known[0] == known[1] == evaluate_tsk(SYSTEM, row(50, 95, 1), ALL).risk


def test_an_invalid_record_has_no_narrower_range_than_0_to_1():
    low, high = risk_range(SYSTEM, row(50, np.nan, 1), ALL)
    assert (low[0], high[0]) == (0.0, 1.0)


def test_a_normalised_system_has_no_range():
    system = parse_system(TEXT.replace("bias = -2.0", "bias = -2.0\nnormalised = true"))
    with pytest.raises(ContractBroken, match=r"range of the risk of a normalised system"):
        risk_range(system, row(50, 95, 1), ALL)


def test_a_calibration_is_folded_into_what_is_printed():
    folded = recalibrated(SYSTEM, slope=0.9, intercept=-0.2)
    before, after = (evaluate_tsk(s, row(50, 95, 1), ALL).logit[0] for s in (SYSTEM, folded))
    assert after == pytest.approx(0.9 * before - 0.2)
    assert 'logit +1.8"' in system_toml(folded)
