"""The workshop of the ECG findings: labels, weights, bounded learning, calibration, cut-offs."""

import tomllib
from dataclasses import replace

import numpy as np
import pytest
import torch
from ecg_findings_made import made
from laennec.engine.errors import DataError
from laennec.training.ecg_findings import judge, records
from laennec.training.ecg_findings.calm import calm_lines
from laennec.training.ecg_findings.definitions import definition_lines
from laennec.training.ecg_findings.encoder import MOST, Encoder, with_encoder
from laennec.training.ecg_findings.fit import Recipe, Rules, calibrated, learn, weights
from laennec.training.ecg_findings.graph import exported
from laennec.training.ecg_findings.labels import FOLDER, ludb_truth, truth_of
from laennec.training.ecg_findings.operating import called
from laennec.training.ecg_findings.peers import crisp_logits
from laennec.training.ecg_findings.records import _known
from laennec.training.ecg_findings.rhythm import in_order
from laennec.training.ecg_findings.run import start_of

LABELS = tomllib.loads((FOLDER / "labels.toml").read_text(encoding="utf-8"))
RECIPE = Recipe(steps=20, rate=0.05, pull=1.0, most=2.0, slope_pull=1.0, bias_pull=0.1, seed=1)


@pytest.fixture(scope="module")
def start():
    return start_of("twelve_lead")


def test_a_label_that_is_unclear_is_neither_case_nor_control():
    known = truth_of(frozenset({"NSSTTA", "LVH"}), LABELS["challenge12"])
    assert known["lvh"] == 1.0
    assert np.isnan(known["t_wave_abnormal"])
    assert known["rbbb"] == 0.0


def test_a_record_that_nobody_described_is_no_control():
    """The bug it pins: PTB's discharge diagnoses counted as ECGs without sinus rhythm."""
    silent = frozenset(LABELS["only_a_diagnosis"]["challenge12"])
    known = truth_of(frozenset({"MI"}), LABELS["challenge12"], silent)
    assert known.pop("old_mi_q_waves") == 1.0
    assert np.isnan(list(known.values())).all()
    told = truth_of(frozenset({"MI", "AF"}), LABELS["challenge12"], silent)
    assert told["sinus_rhythm"] == told["lvh"] == 0.0
    assert np.isnan(truth_of(frozenset({"LVH"}), LABELS["challenge12"], silent)["sinus_rhythm"])


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


def test_what_another_present_statement_forbids_is_not_decided(start):
    ecgs = made(start)
    ecgs.x[:, ecgs.names.index("qrs_ms")] = (
        160.0  # below 140 ms a left bundle branch block needs more
    )
    table = start.table
    lbbb, lvh = table.names.index("lbbb"), table.names.index("lvh")
    logit = np.full(ecgs.truth.shape, 9.0)
    logit[:, table.names.index("paced_rhythm")] = -9.0
    logit[:60, lbbb] = -9.0
    logit[60:, lbbb] = 9.5  # its rival, right bundle branch block, yields
    present, flagged, decided = called(table, ecgs, logit)
    assert decided[:60, lvh].all()
    assert present[60:, lbbb].all()
    assert not decided[60:, lvh].any()
    assert not present[60:, lvh].any()
    assert not flagged[60:, lvh].any()
    assert flagged[60:, table.names.index("rbbb")].all()
    assert not present[60:, table.names.index("rbbb")].any()


def test_a_draw_without_a_mistake_does_not_stop_the_calibration(start):
    """The bug it pins: one misplaced record, absent from a draw, ended the whole run."""
    ecgs = made(start)
    j = start.table.names.index("sinus_bradycardia")
    logit = np.where(ecgs.truth == 1, 2.0, -2.0) + np.arange(120)[:, None] / 200
    logit[np.flatnonzero(ecgs.truth[:, j] == 0)[0], j] = 2.1
    logit[np.flatnonzero(ecgs.truth[:, j] == 1)[0], j] = -1.0
    lines = judge.calibration_lines(ecgs, start.table, logit)
    slope, _ = (line for line in lines if line.row == "sinus_bradycardia")
    assert np.isfinite([slope.estimate.value, slope.estimate.ci_low, slope.estimate.ci_high]).all()


def test_crisp_rules_lose_what_lies_beside_the_cut_off(start):
    ecgs = made(start)
    soft = judge.mean_auroc(ecgs, start.table, start.logits(ecgs), seed=1)
    crisp = judge.mean_auroc(ecgs, start.table, crisp_logits(start, ecgs), seed=1)
    assert soft.ci_low <= soft.value <= soft.ci_high
    assert crisp.value <= soft.value + 1e-9


def test_the_graph_that_is_exported_is_the_rules(start):
    assert len(exported(Rules(start.system, start.table))) > 1000


def test_the_encoder_adds_at_most_its_bound_and_nothing_before_it_learns(start):
    ecgs = made(start)
    added = with_encoder(start, ecgs, ecgs, 1) - start.logits(ecgs)
    assert np.abs(added).max() <= MOST + 1e-9
    assert np.abs(added).max() > 0
    before = Encoder(len(start.table.names)).double()(torch.from_numpy(ecgs.beat))
    assert float(before.detach().abs().max()) == 0.0


def test_a_calm_ecg_counts_what_is_said_beside_its_rhythm(start):
    ecgs = made(start)
    names = start.table.names
    truth = np.zeros_like(ecgs.truth)
    truth[:, names.index("sinus_rhythm")] = 1.0
    truth[60:, names.index("lvh")] = 1.0  # these are not calm
    present = np.zeros(truth.shape, bool)
    present[:, names.index("sinus_rhythm")] = True
    present[:30, names.index("lvh")] = True
    flagged = present.copy()
    flagged[:, names.index("rbbb")] = True
    said = (present, flagged, np.ones_like(present))
    first, _, second = calm_lines("row", replace(ecgs, truth=truth), start.table, said)
    assert first.estimate.n == 60
    assert first.estimate.value == 0.5
    assert second.estimate.value == 1.5


def test_voltages_of_leads_on_their_own_scales_have_no_truth():
    row = {"own_scale": True, "truth": {"lvh": 1.0, "rbbb": 1.0}}
    assert _known(row, "lvh") is None
    assert _known(row, "rbbb") == 1.0
    assert _known({**row, "own_scale": False}, "lvh") == 1.0


def test_an_interrupted_measuring_goes_on_and_measures_nothing_twice(monkeypatch, tmp_path):
    """The bug it pins: a set of forty thousand records was measured again from the first one."""
    monkeypatch.setattr(records, "PER_FILE", 2)
    monkeypatch.setattr(records, "_hash", lambda network: "net")
    measured = []

    def measure(known, network, analyse):
        if known[1] == 3 and len(measured) < 4:
            measured.append("stopped")
            raise KeyboardInterrupt
        measured.append(known[1])
        return {"record": known[1]}

    monkeypatch.setattr(records, "_measured", measure)

    def every():
        return iter([("set", k, {}) for k in range(5)])

    with pytest.raises(KeyboardInterrupt):
        records.kept("sets", tmp_path, every(), None, None)
    found = records.kept("sets", tmp_path, every(), None, None)
    assert [row["record"] for row in found] == [0, 1, 2, 3, 4]
    assert measured == [0, 1, 2, "stopped", 2, 3, 4]
    assert records.kept("sets", tmp_path, every(), None, None) == found
    assert len(measured) == 7


def test_the_card_shows_where_each_database_draws_the_line(start):
    ecgs = made(start)
    lines = definition_lines(ecgs)
    assert [(line.row, line.measure) for line in lines] == [
        ("sinus_bradycardia, rate_bpm", "a"),
        ("sinus_bradycardia, rate_bpm", "b"),
    ]
    for line in lines:
        assert 40 <= line.estimate.ci_low <= line.estimate.value <= line.estimate.ci_high < 60


def test_kept_features_go_by_the_whole_chain_and_by_the_labels():
    """The bug it pins: a changed classical measurement or label map left old rows in use."""
    named = {file.relative_to(FOLDER.parents[1]).as_posix() for file in records.rows_depend_on()}
    assert named > {
        "engine/ecg/classical/measure.py",
        "engine/ecg/findings/wide.py",
        "engine/guidelines/ecg_statements.toml",
        "models/ecg_findings/labels.toml",
        "training/ecg_findings/records.py",
    }


def test_answers_of_strips_stand_beside_the_truth_of_the_same_strips():
    """Both were read in the order of the set; that of kept features is the order of their day."""
    assert in_order({"a": 0, "b": 3}, ("b", "a")).tolist() == [3, 0]
    with pytest.raises(DataError, match=r"1 strips .* not of the same strips"):
        in_order({"a": 0, "b": 3}, ("a",))
