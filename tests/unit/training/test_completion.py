"""What is expected of rules whose inputs are missing."""

import numpy as np
import pytest
from laennec.engine.errors import DataError
from laennec.engine.fuzzy.completion import optional_columns
from laennec.engine.fuzzy.tsk import evaluate_tsk
from laennec.training import completion as c
from laennec.training.diabetes_type_2.forms import load_recipe

SYSTEM = load_recipe().form("undiagnosed_no_lab").system


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(8)
    n = 1500
    age = rng.uniform(20, 80, n)
    bmi = np.clip(rng.normal(20 + 0.1 * age, 5), 15, 60)
    columns = {
        "age_years": age,
        "male": rng.integers(0, 2, n),
        "waist_to_height_ratio": np.clip(0.2 + 0.012 * bmi + rng.normal(0, 0.03, n), 0.3, 1),
        "bmi_kg_per_m2": bmi,
        "height_cm": rng.normal(168, 9, n),
        "systolic_bp_mmhg": rng.normal(100 + 0.5 * age, 15),
        "bp_treated": rng.random(n) < age / 150,
        "family_history_diabetes": rng.random(n) < 0.4,
        "physically_active": rng.random(n) < 0.7 - age / 200,
        "smoker_current": rng.random(n) < 0.5 - age / 200,
    }
    x = np.column_stack([columns[name] for name in SYSTEM.inputs]).astype(float)
    return x, rng.uniform(0.3, 3, n)


@pytest.fixture(scope="module")
def table(people):
    return c.fit_completion(SYSTEM, *people)


def pattern_of(*names):
    missing = np.zeros(len(SYSTEM.inputs), bool)
    missing[[SYSTEM.inputs.index(name) for name in names]] = True
    columns = optional_columns(SYSTEM)
    return missing, sum(2**j for j, column in enumerate(columns) if missing[column])


def test_there_is_a_map_for_every_pattern_and_the_engine_accepts_it(table):
    table.check(SYSTEM)
    assert len(table.maps) == 2 ** len(SYSTEM.optional)
    assert (table.maps[0] == 0).all()


@pytest.mark.parametrize(
    "names",
    [
        ("waist_to_height_ratio",),
        ("bmi_kg_per_m2",),
        ("smoker_current", "bp_treated"),
        tuple(SYSTEM.optional[1:]),
    ],
)
def test_the_table_is_the_exact_solution(people, table, names):
    """Solved for one pattern from the people themselves, by another decomposition."""
    x, weight = people
    missing, _ = pattern_of(*names)
    exact = c.exact_expectation(SYSTEM, x, weight, missing, x[:300])
    observed = np.broadcast_to(~missing, (300, len(missing))).copy()
    found = evaluate_tsk(SYSTEM, x[:300], observed, completion=table)
    assert np.abs(found.rule_firing - exact).max() < 1e-7


def test_where_no_limit_is_reached_the_map_is_weighted_least_squares(people, table):
    x, weight = people
    missing, p = pattern_of("systolic_bp_mmhg")
    firing = evaluate_tsk(SYSTEM, x, np.ones(x.shape, bool)).rule_firing
    unknown = SYSTEM.rule_ids.index("pressure_raised")
    known = [i for i in range(len(SYSTEM.rules)) if i != unknown]
    design = np.column_stack([firing[:, known], np.ones(len(x))]) * np.sqrt(weight)[:, None]
    plain = np.linalg.lstsq(design, firing[:, unknown] * np.sqrt(weight), rcond=None)[0]
    found = table.maps[p, unknown, [*known, -1]]
    pulled = found[:-1] < 0
    limit = 0.95 * SYSTEM.points[known][pulled]
    if (SYSTEM.points[unknown] * -found[:-1][pulled] < limit * 0.999).all():
        assert found == pytest.approx(plain, abs=1e-6)


def test_no_known_rule_pulls_more_than_its_own_points(table):
    points = SYSTEM.points
    for p in range(1, len(table.maps)):
        missing = [k for j, k in enumerate(optional_columns(SYSTEM)) if p >> j & 1]
        unknown = SYSTEM.uses[missing].any(axis=0)
        pull = points[unknown] @ np.maximum(-table.maps[p][unknown, :-1], 0)
        assert (pull <= points + 1e-9).all()


def test_the_risk_is_monotone_with_inputs_missing(people, table):
    rng = np.random.default_rng(2)
    low, high = SYSTEM.universes.T
    x = rng.uniform(low, high, (150, len(low)))
    observed = SYSTEM.required_mask | (rng.random(x.shape) > 0.4)
    for name, sign in c.monotone_variables(SYSTEM).items():
        j = SYSTEM.inputs.index(name)
        rows = observed[:, j]
        risks = []
        for value in np.linspace(low[j], high[j], 25):
            moved = x[rows].copy()
            moved[:, j] = value
            risks.append(evaluate_tsk(SYSTEM, moved, observed[rows], completion=table).risk)
        assert (sign * np.diff(risks, axis=0)).min() >= -1e-12, name


def test_directions_are_read_from_the_rules():
    found = c.monotone_variables(load_recipe().form("dysglycaemia_no_lab").system)
    assert "male" not in found
    assert {found[k] for k in ("age_years", "waist_to_height_ratio", "systolic_bp_mmhg")} == {1}
    assert (found["height_cm"], found["physically_active"]) == (-1, -1)


def test_too_few_people_are_refused(people):
    x, weight = people
    with pytest.raises(DataError, match="can't be fitted on so few"):
        c.fit_completion(SYSTEM, x[:10], weight[:10])
