"""Mamdani by hand calculation and against scikit-fuzzy, whose grid converges to the exact."""

import numpy as np
import pytest
from fuzzy_texts import LOW, ONE, OUTPUT, rule, system
from laennec.engine.fuzzy import Status, evaluate_mamdani
from skfuzzy import control


def score(found_system, *rows):
    x = np.array(rows, dtype=np.float64)
    return evaluate_mamdani(found_system, x, np.ones(x.shape, dtype=bool))


def test_a_clipped_shoulder_has_the_centroid_of_its_trapezoid():
    """Height .5 from 60 to 100, rising from 40 to 60: areas 5 at 160/3 and 20 at 80."""
    found = score(system(ONE), (6, 0))
    assert found.rule_firing.tolist() == [[0.5]]
    assert found.score[0] == pytest.approx((5 * 160 / 3 + 20 * 80) / 25, abs=1e-12)
    assert found.rule_share.tolist() == [[1.0]]
    assert found.score_low == found.score == found.score_high


def test_a_scaled_shoulder_has_the_centroid_of_the_whole():
    """Half of: triangle of area 20 at 66.667 and a rectangle of area 20 at 90."""
    found = score(system(ONE, implication="scale"), (6, 0))
    assert found.score[0] == pytest.approx((20 * (40 + 80 / 3) + 20 * 90) / 40, abs=1e-12)


def test_the_weight_of_a_rule_cuts_its_term():
    half = system(rule("one", "if a is high then out is strong", 0.5))
    assert score(half, (8, 0)).rule_firing.tolist() == [[0.5]]
    assert score(half, (8, 0)).score == score(system(ONE), (6, 0)).score


def test_a_mirror_image_scores_the_middle_and_splits_the_area():
    found = score(system(ONE, LOW), (5, 0))
    assert found.score[0] == pytest.approx(50, abs=1e-12)
    assert found.rule_share[0].tolist() == pytest.approx([0.5, 0.5])


def test_the_area_of_a_term_belongs_to_its_strongest_rule():
    both = system(ONE, rule("two", "if b is high then out is strong"))
    assert score(both, (8, 6)).rule_share.tolist() == [[1.0, 0.0]]
    assert score(both, (6, 6)).rule_share.tolist() == [[0.5, 0.5]]
    nearly = 6 + 1e-12
    assert score(both, (6, nearly)).rule_share.tolist() == [[0.5, 0.5]]


def test_equal_terms_share_equally_between_terms_first_and_then_between_rules():
    twin = OUTPUT + OUTPUT[OUTPUT.rindex("[[output.term]]") :].replace("strong", "twin")
    three = system(
        ONE,
        rule("two", "if a is high then out is strong"),
        rule("three", "if a is high then out is twin"),
        output=twin,
    )
    assert score(three, (6, 0)).rule_share[0].tolist() == pytest.approx([0.25, 0.25, 0.5])


def test_a_vertical_edge_inside_the_universe_is_exact():
    """A right-angled triangle 1 at 20 down to 0 at 80: centroid at 40."""
    output = OUTPUT.replace(
        '"falling_shoulder"\nparameters = [20, 60]', '"triangular"\nparameters = [20, 20, 80]'
    )
    found = score(system(LOW, output=output), (2, 0))
    assert found.score[0] == pytest.approx(40, abs=1e-12)


def test_when_no_rule_fires_the_answer_says_so_and_nothing_else():
    found = score(system(ONE), (4, 0))
    assert found.status.tolist() == [Status.NO_RULE_FIRED]
    assert (found.score[0], found.score_low[0], found.score_high[0]) == (50, 0, 100)
    assert found.rule_share.tolist() == [[0.0]]


def test_a_truth_of_one_in_ten_million_is_no_evidence():
    found = score(system(ONE), (4 + 4e-7, 0), (4 + 4e-5, 0))
    assert found.status.tolist() == [Status.NO_RULE_FIRED, Status.ASSESSED]


@pytest.mark.parametrize(
    ("a", "observed", "status"),
    [
        (np.nan, True, Status.INVALID_INPUT),
        (6.0, False, Status.REQUIRED_MISSING),
        (11.0, True, Status.OUTSIDE_UNIVERSE),
    ],
)
def test_a_fault_of_an_input_is_said(a, observed, status):
    found = evaluate_mamdani(system(ONE), np.array([[a, 5.0]]), np.array([[observed, True]]))
    assert found.status.tolist() == [status]
    assert np.isfinite(found.score).all()
    if status == Status.OUTSIDE_UNIVERSE:
        assert found.score == score(system(ONE), (10, 5)).score


def test_a_missing_input_is_no_evidence_and_leaves_a_range():
    both = system(ONE, rule("two", "if b is low then out is weak"))
    found = evaluate_mamdani(both, np.array([[6.0, np.nan]]), np.array([[True, False]]))
    assert found.rule_firing.tolist() == [[0.5, 0.0]]
    assert found.score == score(both, (6, 10)).score
    assert found.score_low[0] <= score(both, (6, 0)).score[0]
    assert found.score_high[0] == pytest.approx(found.score[0], abs=1e-9)
    assert found.score_low[0] > 0.9 * score(both, (6, 0)).score[0]


def test_the_range_is_not_much_wider_than_what_can_be_reached():
    both = system(ONE, LOW, rule("two", "if b is low then out is weak"))
    found = evaluate_mamdani(both, np.array([[5.5, np.nan]]), np.array([[True, False]]))
    reached = score(both, *((5.5, b) for b in np.linspace(0, 10, 501))).score
    assert found.score_low[0] <= reached.min() <= reached.max() <= found.score_high[0] + 1e-9
    assert reached.min() - found.score_low[0] < 0.5


RULES = [
    ("if a is high and b is high then out is strong", lambda a, b: a["high"] & b["high"], "strong"),
    ("if a is low or b is low then out is weak", lambda a, b: a["low"] | b["low"], "weak"),
    (
        "if a is not low and b is low then out is strong",
        lambda a, b: ~a["low"] & b["low"],
        "strong",
    ),
]


def peer(points):
    """The same rules in scikit-fuzzy on a grid."""
    import skfuzzy

    grid = np.linspace(0, 10, 101)
    inputs = [control.Antecedent(grid, name) for name in ("a", "b")]
    for each in inputs:
        each["low"] = skfuzzy.trapmf(grid, [-1, -1, 2, 6])
        each["high"] = skfuzzy.trapmf(grid, [4, 8, 11, 11])
    out = control.Consequent(np.linspace(0, 100, points), "out")
    out["weak"] = skfuzzy.trapmf(out.universe, [-1, -1, 20, 60])
    out["strong"] = skfuzzy.trapmf(out.universe, [40, 80, 101, 101])
    rules = [control.Rule(build(*inputs), out[term]) for _, build, term in RULES]
    simulation = control.ControlSystemSimulation(control.ControlSystem(rules))

    def centroid(a, b):
        simulation.input["a"], simulation.input["b"] = a, b
        simulation.compute()
        return simulation.output["out"]

    return centroid


def test_scikit_fuzzy_converges_to_the_exact_centroid_as_its_grid_is_refined():
    """Its error falls with the square of the grid points; ours is what it converges to."""
    ours = system(*(rule(f"r{i}", text) for i, (text, _, _) in enumerate(RULES)))
    rows = np.random.default_rng(3).uniform(0, 10, (25, 2))
    exact = score(ours, *rows).score
    errors = []
    for points in (101, 1001, 10001):
        centroid = peer(points)
        errors.append(max(abs(centroid(a, b) - e) for (a, b), e in zip(rows, exact, strict=True)))
    orders = np.log10(errors[:-1]) - np.log10(errors[1:])
    assert errors[0] < 0.05
    assert errors[2] < 5e-6
    assert (orders > 1.6).all()
    assert (orders < 2.6).all()
