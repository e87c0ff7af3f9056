"""Every model folder that stands under models/ keeps the promises of its manifest.

A new disease is picked up by itself; a folder that is not loaded fails here.
"""

import numpy as np
import pytest
from laennec.engine.bundles.load import SHIPPED, find_bundles, load_models
from laennec.engine.explain.counterfactual import counterfactuals
from laennec.engine.explain.interval import missing_that_could_flip, risk_interval
from laennec.engine.explain.shapley import MAX_INPUTS, shapley_values

FOLDERS = find_bundles(SHIPPED)
MODELS = load_models()
BUNDLES = [pytest.param(b, id=b.manifest.id) for b in MODELS.loaded]


def records(bundle, n=400, seed=11, missing=0.3):
    """People inside every universe; required inputs are always there."""
    rng = np.random.default_rng(seed)
    columns = []
    for spec in bundle.manifest.inputs:
        column = rng.uniform(*spec.universe, n)
        columns.append(column if spec.kind == "continuous" else np.round(column))
    required = np.array([s.required for s in bundle.manifest.inputs])
    return np.column_stack(columns), required | (rng.random((n, len(columns))) > missing)


def test_no_bundle_folder_escapes():
    assert MODELS.refused == (), [str(r.error) for r in MODELS.refused]
    everything = [b.folder for b in (*MODELS.loaded, *MODELS.signals, *MODELS.statements)]
    assert sorted(everything) == sorted(FOLDERS)


@pytest.mark.parametrize("bundle", BUNDLES)
def test_every_record_inside_the_universe_is_answered_or_no_rule_fires(bundle):
    x, observed = records(bundle)
    output = bundle.model.run(x, observed)
    assert output.failures == ()
    if bundle.model.is_tsk:
        assert output.ok.all()


@pytest.mark.parametrize("bundle", BUNDLES)
def test_the_ends_of_the_universe_are_answered(bundle):
    ends = np.array([s.universe for s in bundle.manifest.inputs]).T
    output = bundle.model.run(ends, np.ones(ends.shape, bool))
    assert output.failures == ()
    beyond = np.nextafter(ends, [[-np.inf], [np.inf]])
    assert not bundle.model.run(beyond, np.ones(ends.shape, bool)).ok.any()


@pytest.mark.parametrize("bundle", BUNDLES)
@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_the_answer_is_monotone_where_the_manifest_says_so(bundle, missing):
    """Raise one observed input at a time, over its whole universe."""
    x, observed = records(bundle, missing=missing)
    for j, spec in enumerate(bundle.manifest.inputs):
        if spec.monotone == "none":
            continue
        grid = np.linspace(*spec.universe, 33)
        grid = grid if spec.kind == "continuous" else np.unique(np.round(grid))
        rows = np.flatnonzero(observed[:, j])[:100]
        answers = []
        for value in grid:
            moved = x[rows].copy()
            moved[:, j] = value
            answers.append(bundle.model.run(moved, observed[rows]).value)
        steps = np.diff(np.array(answers), axis=0)
        sign = 1.0 if spec.monotone == "increasing" else -1.0
        worst = np.nanmin(sign * steps)
        assert worst >= -1e-9, f"{spec.name} falls by {-worst:.3g}"


@pytest.mark.parametrize("bundle", BUNDLES)
def test_the_interval_of_missing_items_holds_the_plausible_values(bundle):
    x, observed = records(bundle, n=200)
    output = bundle.model.run(x, observed)
    interval = risk_interval(bundle.model, x, observed, output)
    assert not interval.failed[output.ok].any() or not bundle.model.is_tsk
    some = output.ok & ~observed.all(axis=1) & ~interval.failed
    columns = bundle.model.columns
    for share in (0.0, 0.5, 1.0):
        between = columns.low_risk + share * (columns.high_risk - columns.low_risk)
        between = np.where(columns.whole, np.round(between), between)
        filled = bundle.model.run(np.where(observed, x, between), np.ones(x.shape, bool)).value
        some = some & ~np.isnan(filled)
        assert (interval.low[some] <= filled[some] + 1e-9).all()
        assert (filled[some] <= interval.high[some] + 1e-9).all()
    flips = missing_that_could_flip(bundle.model, output, interval)
    assert not flips.could_flip[observed].any()


@pytest.mark.parametrize("bundle", BUNDLES)
def test_shapley_values_sum_to_the_answer(bundle):
    if len(bundle.manifest.inputs) > MAX_INPUTS:
        pytest.skip("too many inputs for exact values")
    x, observed = records(bundle, n=8)
    found = shapley_values(bundle.model, x, observed)
    there = ~np.isnan(found.values).any(axis=1)
    assert there.all() or not bundle.model.is_tsk
    gap = found.values.sum(axis=1) - (found.additive - found.baseline)
    assert np.abs(gap[there]).max(initial=0.0) < 1e-9
    assert (
        found.values[there & ~observed.all(axis=1)][~observed[there & ~observed.all(axis=1)]] == 0
    ).all()


@pytest.mark.parametrize("bundle", BUNDLES)
def test_proposed_changes_are_possible_and_true(bundle):
    """Never age, sex or family history; every proposal leaves the band."""
    fixed = {"age", "sex", "family", "birth", "gestational"}
    for change in bundle.manifest.changes:
        for name in (change.name, *(m.input for m in change.effective_moves)):
            assert not any(word in name for word in fixed), name
    x, observed = records(bundle, n=40, missing=0.1)
    names = bundle.manifest.input_names
    for i in range(len(x)):
        present = {c.name: sum(c.reach) / 2 for c in bundle.manifest.changes if c.name not in names}
        found = counterfactuals(bundle.model, x[i], observed[i], present)
        here = bundle.model.bands(bundle.model.run(x[[i]], observed[[i]]).value)[0]
        for proposal in found.found:
            assert proposal.band != ("low", "intermediate", "high")[here]
            for value in proposal.changes:
                change = next(c for c in bundle.manifest.changes if c.name == value.name)
                assert change.reach[0] <= float(value.after) <= change.reach[1]
                assert value.before != value.after


@pytest.mark.parametrize("bundle", BUNDLES)
def test_a_batch_and_its_records_agree_on_the_printed_number(bundle):
    x, observed = records(bundle, n=100)
    whole = bundle.model.run(x, observed)
    for i in range(100):
        one = bundle.model.run(x[[i]], observed[[i]])
        assert one.state[0] == whole.state[i]
        assert np.allclose(one.value, whole.value[[i]], rtol=0, atol=1e-12, equal_nan=True)


@pytest.mark.parametrize("bundle", BUNDLES)
def test_a_model_of_the_repository_is_a_development_model(bundle):
    assert bundle.manifest.key == "development"
