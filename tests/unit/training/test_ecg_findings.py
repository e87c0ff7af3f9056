"""The workshop of the ECG findings: labels, weights, bounded learning, calibration, cut-offs."""

import tomllib
from dataclasses import replace

import numpy as np
import pytest
from laennec.training.ecg_findings import judge
from laennec.training.ecg_findings.fit import Recipe, Rules, calibrated, learn, weights
from laennec.training.ecg_findings.operating import with_cut_offs
from laennec.training.ecg_findings.peers import crisp_logits
from laennec.training.ecg_findings.records import FOLDER, Ecgs, ludb_truth, truth_of
from laennec.training.ecg_findings.run import exported, start_of

LABELS = tomllib.loads((FOLDER / "labels.toml").read_text(encoding="utf-8"))
RECIPE = Recipe(steps=20, rate=0.05, pull=1.0, most=2.0, slope_pull=1.0, bias_pull=0.1, seed=1)


@pytest.fixture(scope="module")
def start():
    return start_of("twelve_lead")


def made(start, n=120, seed=2):
    """Records whose bradycardia and fibrillation follow their features, in two sources."""
    rng = np.random.default_rng(seed)
    low, high = start.system.universes.T
    x = rng.uniform(low, high, (n, len(low)))
    names = start.system.inputs
    x[:, names.index("rate_bpm")] = rng.uniform(40, 110, n)
    truth = np.full((n, len(start.table.names)), np.nan)
    slow = x[:, names.index("rate_bpm")] < 60
    truth[:, start.table.names.index("sinus_bradycardia")] = slow
    return Ecgs(
        source=np.array(["a", "b"])[np.arange(n) % 2],
        record=tuple(str(i) for i in range(n)),
        x=x,
        names=names,
        truth=truth,
        statements=start.table.names,
        uses={use: np.ones(n, bool) for use in ("rhythm", "intervals", "st", "twelve_lead")},
        withheld=np.zeros(n, bool),
    )


def test_a_label_that_is_unclear_is_neither_case_nor_control():
    known = truth_of(frozenset({"NSSTTA", "LVH"}), LABELS["challenge12"])
    assert known["lvh"] == 1.0
    assert np.isnan(known["t_wave_abnormal"])
    assert known["rbbb"] == 0.0


def test_first_and_third_degree_block_are_told_apart_in_ludb():
    """The bug it pins: `I degree av block` stands inside `Iii degree av-block` but for its case."""
    third = ludb_truth({"Conduction abnormalities": "Iii degree av-block"}, LABELS["ludb"])
    first = ludb_truth({"Conduction abnormalities": "I degree av block|Other"}, LABELS["ludb"])
    assert third["av_block_1"] == 0.0
    assert first["av_block_1"] == 1.0


def test_cases_and_controls_of_a_source_weigh_the_same(start):
    ecgs = made(start)
    weight = weights(ecgs)
    j = start.table.names.index("sinus_bradycardia")
    for source in ("a", "b"):
        here = ecgs.source == source
        case = ecgs.truth[:, j] == 1
        assert weight[here & case, j].sum() == pytest.approx(weight[here & ~case, j].sum())
    assert weight[:, start.table.names.index("lvh")].sum() == 0.0


def test_learning_stays_within_its_bounds_and_keeps_every_sign(start):
    learned = learn(start, made(start), RECIPE)
    ratio = learned.system.points / start.system.points
    assert (ratio > 0).all()
    assert ratio.max() <= RECIPE.most + 1e-9
    assert ratio.min() >= 1 / RECIPE.most - 1e-9
    for variable in learned.system.variables:
        for term in variable.terms:
            for value, (low, high) in zip(term.parameters, term.bounds, strict=False):
                assert low - 1e-9 <= value <= high + 1e-9


def test_calibration_keeps_the_order_and_brings_the_mean_right(start):
    ecgs = made(start)
    j = start.table.names.index("sinus_bradycardia")
    found = calibrated(start, ecgs, replace(RECIPE, slope_pull=1e-6, bias_pull=1e-6))
    before, after = start.logits(ecgs)[:, j], found.logits(ecgs)[:, j]
    assert (np.argsort(before, kind="stable") == np.argsort(after, kind="stable")).all()
    expected = (1 / (1 + np.exp(-after))).sum()
    assert expected == pytest.approx(ecgs.truth[:, j].sum(), rel=1e-3)


def test_a_statement_without_cases_keeps_its_words_and_half_as_cut_off(start):
    ecgs = made(start)
    table = with_cut_offs(start.table, ecgs, start.logits(ecgs))
    spec = table.statements[table.names.index("lvh")]
    assert spec.present_from == 0.5
    for one in table.statements:
        assert 0 < one.borderline_from <= one.present_from < 1


def test_crisp_rules_lose_what_lies_beside_the_cut_off(start):
    ecgs = made(start)
    soft = judge.mean_auroc(ecgs, start.table, start.logits(ecgs), seed=1)
    crisp = judge.mean_auroc(ecgs, start.table, crisp_logits(start, ecgs), seed=1)
    assert soft.ci_low <= soft.value <= soft.ci_high
    assert crisp.value <= soft.value + 1e-9


def test_the_graph_that_is_exported_is_the_rules(start):
    assert len(exported(Rules(start.system, start.table))) > 1000
