"""The shipped diabetes bundles: printed rules, card, measurements and graph are one thing."""

import json

import numpy as np
import pytest
from laennec.engine.bundles.golden import read_golden
from laennec.engine.bundles.load import load_models
from laennec.engine.errors import DataError
from laennec.engine.fuzzy.mamdani import evaluate_mamdani
from laennec.engine.fuzzy.rules import Points
from laennec.engine.fuzzy.system import TskSystem, parse_system, system_toml
from laennec.engine.fuzzy.tsk import evaluate_tsk
from laennec.training.card import render_card
from laennec.training.completion import monotone_variables
from laennec.training.diabetes_type_2.forms import MODEL, load_recipe
from laennec.training.report import find, from_json

RECIPE = load_recipe()
LOADED = {b.manifest.id: b for b in load_models().loaded}
OURS = sorted(i for i in LOADED if i.startswith(("diabetes_type_2/", "diabetes_textbook/")))
LEARNED = [i for i in OURS if i.startswith(MODEL)]
SCREENING = [f"{MODEL}/undiagnosed_no_lab", f"{MODEL}/undiagnosed_lipids"]


def system_of(bundle):
    return parse_system(bundle.files["rules.toml"].decode())


def lines_of(bundle):
    return from_json(bundle.files["metrics.json"].decode())


def people(bundle, n=2000, seed=17):
    rng = np.random.default_rng(seed)
    columns = []
    for spec in bundle.manifest.inputs:
        column = rng.uniform(*spec.universe, n)
        columns.append(column if spec.kind == "continuous" else np.round(column))
    return np.column_stack(columns)


def test_every_form_of_the_recipe_is_shipped_and_nothing_else():
    expected = {f"{MODEL}/{form.id}" for form in RECIPE.forms} | {"diabetes_textbook/no_lab"}
    assert set(OURS) == expected


@pytest.mark.parametrize("bundle_id", OURS)
def test_the_graph_evaluates_the_printed_rules(bundle_id):
    bundle = LOADED[bundle_id]
    system, x = system_of(bundle), people(bundle)
    everything = np.ones(x.shape, bool)
    output = bundle.model.run(x, everything)
    if isinstance(system, TskSystem):
        read = evaluate_tsk(system, x, everything)
        assert np.abs(output.value - read.risk).max() < 1e-9
        assert np.abs(output.rule_contribution - read.rule_contribution).max() < 1e-9
        logit = output.bias + output.rule_contribution.sum(axis=1)
        assert np.abs(1 / (1 + np.exp(-logit)) - output.value).max() < 1e-12
    else:
        read = evaluate_mamdani(system, x, everything)
        rows = output.ok
        assert rows.mean() > 0.9
        assert np.abs(output.value[rows] - read.score[rows]).max() < 1e-6
        assert np.abs(output.rule_contribution[rows].sum(axis=1) - 1).max() < 1e-9


@pytest.mark.parametrize("bundle_id", OURS)
def test_printed_rules_are_short_sourced_and_come_back(bundle_id):
    bundle = LOADED[bundle_id]
    text = bundle.files["rules.toml"].decode()
    system = parse_system(text)
    assert system_toml(system) == text
    assert system.inputs == bundle.manifest.input_names
    for rule in system.rules:
        assert len(rule.literals) <= 3
        assert rule.source
        if isinstance(rule.consequent, Points):
            assert rule.consequent.value == round(rule.consequent.value, 3) > 0
    if bundle_id.startswith(MODEL) and bundle_id.endswith("no_lab"):
        assert len(system.rules) <= 15


@pytest.mark.parametrize("bundle_id", LEARNED)
def test_a_shipped_form_has_the_rules_words_and_bounds_of_its_recipe(bundle_id):
    start = RECIPE.form(bundle_id.split("/")[1]).system
    system = system_of(LOADED[bundle_id])
    assert [(r.id, str(r.antecedent), r.source) for r in system.rules] == [
        (r.id, str(r.antecedent), r.source) for r in start.rules
    ]
    for ours, theirs in zip(system.variables, start.variables, strict=True):
        assert (ours.name, ours.universe, ours.words) == (
            theirs.name,
            theirs.universe,
            theirs.words,
        )
        assert [t.bounds for t in ours.terms] == [t.bounds for t in theirs.terms]


@pytest.mark.parametrize("bundle_id", LEARNED)
def test_the_manifest_claims_only_directions_that_the_rules_have(bundle_id):
    bundle = LOADED[bundle_id]
    derived = monotone_variables(system_of(bundle))
    said = {"increasing": 1, "decreasing": -1}
    claimed = {s.name: said[s.monotone] for s in bundle.manifest.inputs if s.monotone != "none"}
    assert {name: derived[name] for name in claimed} == claimed
    for name in ("age_years", "waist_to_height_ratio", "bmi_kg_per_m2", "systolic_bp_mmhg"):
        assert claimed[name] == 1


@pytest.mark.parametrize("bundle_id", LEARNED)
def test_only_age_sex_and_the_laboratory_of_the_form_are_required(bundle_id):
    required = [s.name for s in LOADED[bundle_id].manifest.inputs if s.required]
    laboratory = ("mmol_per_l", "percent")
    assert [n for n in required if not n.endswith(laboratory)] == ["age_years", "male"]


@pytest.mark.parametrize("bundle_id", OURS)
def test_the_card_is_the_one_of_its_measurements(bundle_id):
    bundle = LOADED[bundle_id]
    model, about, lines = lines_of(bundle)
    assert model == bundle_id
    assert render_card(model, about, lines) == bundle.files["card.md"].decode()
    printed = {rule.split(": ", 1)[0]: rule.split(": ", 1)[1] for rule in about["rules"]}
    for rule in system_of(bundle).rules:
        assert printed[rule.id] == rule.text


@pytest.mark.parametrize("bundle_id", OURS)
def test_every_number_of_the_manifest_is_a_line_of_the_run(bundle_id):
    bundle = LOADED[bundle_id]
    _, _, lines = lines_of(bundle)
    by_name = {f"{line.table} / {line.row} / {line.measure}": line.estimate for line in lines}
    assert bundle.manifest.metrics
    for metric in bundle.manifest.metrics:
        e = by_name[metric.name]
        found = (metric.value, metric.ci_low, metric.ci_high)
        assert found == pytest.approx((e.value, e.ci_low, e.ci_high), rel=1e-8)
        assert (metric.n, metric.method) == (e.n, e.method)
        assert metric.ci_low <= metric.ci_high


@pytest.mark.parametrize("bundle_id", LEARNED)
def test_the_operating_points_are_the_band_cut_offs(bundle_id):
    manifest = LOADED[bundle_id].manifest
    points = {p.name: p for p in manifest.operating_points}
    assert points["low_cut"].value_from == manifest.bands.low_below
    assert points["high_cut"].value_from == manifest.bands.high_from
    assert points["low_cut"].sensitivity > points["high_cut"].sensitivity
    assert manifest.conformal.case_from > 0


@pytest.mark.parametrize("bundle_id", LEARNED)
def test_the_label_never_contains_an_input(bundle_id):
    """No AUROC is claimed where the label contains the input: the outcome is the other marker."""
    bundle = LOADED[bundle_id]
    form = RECIPE.form(bundle.manifest.form)
    names = set(bundle.manifest.input_names)
    if form.label_from is None:
        assert not names & {"hba1c_percent", "fasting_glucose_mmol_per_l"}
    else:
        assert form.label not in names
    assert bundle.manifest.reference_standard == form.reference_standard


@pytest.mark.parametrize("bundle_id", OURS)
def test_known_answers_hold_missing_inputs_and_no_participant(bundle_id):
    bundle = LOADED[bundle_id]
    k, r = len(bundle.manifest.inputs), len(system_of(bundle).rules)
    golden = read_golden(bundle.files["golden.json"], k, r)
    assert "numpy, not the ONNX file" in golden.made_by
    assert "invented people" in golden.made_by
    assert len(golden.x) >= 40
    if bundle_id in LEARNED:
        assert 0.3 < np.isnan(golden.x).any(axis=1).mean() < 0.7


@pytest.mark.parametrize("bundle_id", LEARNED)
def test_the_graph_was_compared_with_rules_and_exact_solution(bundle_id):
    _, _, lines = lines_of(LOADED[bundle_id])
    graph = [line.estimate.value for line in lines if line.row.startswith("graph against rules")]
    assert len(graph) == 4
    assert max(graph) < 1e-6
    row = "table of expectations against the exact solution, risk"
    assert find(lines, "exact", row, "difference").estimate.value < 1e-4


@pytest.mark.parametrize("bundle_id", LEARNED)
def test_calibration_and_missing_inputs_reach_their_aims(bundle_id):
    """What the development reached; a run that loses it fails here before it ships."""
    _, _, lines = lines_of(LOADED[bundle_id])
    missed = [line.row for line in lines if line.table == "aims" and "NOT reached" in line.row]
    assert all(row.startswith("fewer referred") for row in missed), missed
    if bundle_id in SCREENING:
        share = find(lines, "bands", "low", "share of people").estimate.value
        assert share >= 0.35
        assert find(lines, "bands", "low", "npv").estimate.ci_low >= 0.993


@pytest.mark.parametrize("bundle_id", OURS)
def test_the_card_says_its_limits(bundle_id):
    card = LOADED[bundle_id].files["card.md"].decode()
    assert "not validated in France" in card
    assert "public domain" in card
    for word in ("normal", "no disease", "fit for work"):
        assert f" {word} " not in card.replace("decision on fitness for work", "")
    if bundle_id in LEARNED:
        for words in ("iliac crest", "one arm", "Over 65 years", "missing in half"):
            assert words in card


@pytest.mark.parametrize("bundle_id", LEARNED)
def test_no_bundle_names_a_machine_or_a_person(bundle_id):
    bundle = LOADED[bundle_id]
    for name in ("card.md", "metrics.json", "golden.json", "rules.toml"):
        text = bundle.files[name].decode()
        assert "/root" not in text
        assert "/home" not in text
    assert json.loads(bundle.files["golden.json"])["schema"] == "laennec.golden/1"


@pytest.mark.data
@pytest.mark.parametrize("bundle_id", LEARNED)
def test_on_the_development_data_the_shipped_model_is_as_good_as_out_of_fold(bundle_id):
    """The shipped model was fitted on these people, so it can only look better than its card."""
    from laennec.datasets.sources.nhanes import data_folder, load_nhanes
    from laennec.training import metrics as m
    from laennec.training.diabetes_type_2.cohort import make_cohort
    from laennec.training.survey_features import survey_features

    try:
        table = load_nhanes(data_folder())
    except DataError as error:
        pytest.skip(f"development data not here: {error}")
    bundle = LOADED[bundle_id]
    everyone = make_cohort(table, survey_features(table), RECIPE.form(bundle.manifest.form), RECIPE)
    cohort = everyone.of(everyone.full_size & everyone.headline)
    risk = bundle.model.run(cohort.x, cohort.observed).value
    assert bundle.manifest.training.data == dict(table.file_sha256)
    _, _, lines = lines_of(bundle)
    claimed = find(lines, "discrimination", "mean over cycles", "auroc").estimate.value
    cycles = [cohort.design.cycle == c for c in np.unique(cohort.design.cycle)]
    found = np.mean([m.auroc_delong(cohort.case[c], risk[c]).value for c in cycles])
    assert claimed - 0.002 <= found <= claimed + 0.03
