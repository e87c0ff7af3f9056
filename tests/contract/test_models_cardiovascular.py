"""The shipped cardiovascular bundle: printed rules, card, measurements, graph and people."""

import numpy as np
import pytest
from laennec.engine.bundles.golden import read_golden
from laennec.engine.bundles.load import load_models
from laennec.engine.errors import DataError
from laennec.engine.fuzzy.system import parse_system, system_toml
from laennec.engine.fuzzy.tsk import evaluate_tsk
from laennec.training.card import render_card
from laennec.training.cardiovascular.recipe import load_recipe
from laennec.training.completion import monotone_variables
from laennec.training.report import find, from_json

RECIPE = load_recipe()
BUNDLE = next(b for b in load_models().loaded if b.manifest.id == "cardiovascular/visit")
SYSTEM = parse_system(BUNDLE.files["rules.toml"].decode())
MODEL, ABOUT, LINES = from_json(BUNDLE.files["metrics.json"].decode())


def people(n=2000, seed=17):
    rng = np.random.default_rng(seed)
    columns = []
    for spec in BUNDLE.manifest.inputs:
        column = rng.uniform(*spec.universe, n)
        columns.append(column if spec.kind == "continuous" else np.round(column))
    return np.column_stack(columns)


def test_the_graph_evaluates_the_printed_rules_and_its_parts_add_up():
    x = people()
    everything = np.ones(x.shape, bool)
    output = BUNDLE.model.run(x, everything)
    read = evaluate_tsk(SYSTEM, x, everything)
    assert np.abs(output.value - read.risk).max() < 1e-9
    logit = output.bias + output.rule_contribution.sum(axis=1)
    assert np.abs(1 / (1 + np.exp(-logit)) - output.value).max() < 1e-12


def test_rules_are_few_sourced_positive_and_those_of_the_recipe():
    assert system_toml(SYSTEM) == BUNDLE.files["rules.toml"].decode()
    assert len(SYSTEM.rules) <= RECIPE.raw["aim"]["rules_at_most"]
    assert [(r.id, str(r.antecedent), r.source) for r in SYSTEM.rules] == [
        (r.id, str(r.antecedent), r.source) for r in RECIPE.system.rules
    ]
    assert (SYSTEM.points > 0).all()
    for ours, theirs in zip(SYSTEM.variables, RECIPE.system.variables, strict=True):
        assert [t.bounds for t in ours.terms] == [t.bounds for t in theirs.terms]


def test_every_input_but_sex_has_the_direction_that_its_rules_have():
    derived = monotone_variables(SYSTEM)
    said = {"increasing": 1, "decreasing": -1}
    claimed = {s.name: said[s.monotone] for s in BUNDLE.manifest.inputs if s.monotone != "none"}
    assert {name: derived[name] for name in claimed} == claimed
    assert set(BUNDLE.manifest.input_names) - set(claimed) == {"male"}


@pytest.mark.parametrize("age", [39, 80])
def test_nobody_under_forty_or_over_seventy_nine_is_answered(age):
    x = people(1)
    x[0, BUNDLE.manifest.index("age_years")] = age
    assert not BUNDLE.model.run(x, np.ones(x.shape, bool)).ok.any()


def test_age_sex_and_pressure_are_required_and_nothing_else():
    required = [s.name for s in BUNDLE.manifest.inputs if s.required]
    assert required == ["age_years", "male", "systolic_bp_mmhg"]


def test_the_card_and_the_manifest_say_what_the_run_measured():
    assert BUNDLE.manifest.id == MODEL
    assert render_card(MODEL, ABOUT, LINES) == BUNDLE.files["card.md"].decode()
    by_name = {f"{line.table} / {line.row} / {line.measure}": line.estimate for line in LINES}
    for metric in BUNDLE.manifest.metrics:
        assert metric.value == pytest.approx(by_name[metric.name].value, rel=1e-8)
    assert BUNDLE.manifest.bands.low_below == RECIPE.settings.low_below
    assert BUNDLE.manifest.bands.high_from == RECIPE.settings.high_from


def test_what_was_asked_was_reached():
    """A run that loses non-inferiority to SCORE2 or its calibration fails here before it ships."""
    assert [x.row for x in LINES if x.table == "aims" and "NOT reached" in x.row] == []
    against = find(LINES, "peers", "SCORE2", "this model minus it").estimate
    assert against.ci_low > -0.015
    assert find(LINES, "people", "all", "cases").estimate.value > 450


def test_known_answers_hold_missing_inputs_and_no_participant():
    golden = read_golden(BUNDLE.files["golden.json"], len(SYSTEM.inputs), len(SYSTEM.rules))
    assert "invented people" in golden.made_by
    assert 0.3 < np.isnan(golden.x).any(axis=1).mean() < 0.7


def test_the_card_says_its_limits():
    card = BUNDLE.files["card.md"].decode()
    for words in ("not validated in France", "Deaths only", "iliac crest", "one arm", "2016"):
        assert words in card


@pytest.mark.data
def test_on_the_development_data_the_shipped_model_ranks_as_out_of_fold():
    from laennec.datasets.sources.nhanes import data_folder, load_nhanes
    from laennec.datasets.sources.nhanes_mortality import load_follow_up
    from laennec.training.cardiovascular.cohort import make_cohort
    from laennec.training.cardiovascular.fit import follow_until
    from laennec.training.survival import concordance

    try:
        table = load_nhanes(data_folder())
    except DataError as error:
        pytest.skip(f"development data not here: {error}")
    cohort = make_cohort(table, load_follow_up(data_folder()), RECIPE)
    risk = BUNDLE.model.run(cohort.x, cohort.observed).value
    assert BUNDLE.manifest.training.data == dict(table.file_sha256)
    claimed = find(LINES, "discrimination", "pooled", "c_index").estimate.value
    horizon = RECIPE.settings.horizon_months
    found = concordance(follow_until(cohort.outcome, horizon), risk)[0]
    assert claimed - 0.002 <= found <= claimed + 0.03
