"""Cut-offs of the ECG statements: chosen, carried by calibration, and what else they would give."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.training.ecg_findings import judge, trade
from laennec.training.ecg_findings.calm import (
    SLOW,
    UNTOLD,
    calm_by_source,
    calm_lines,
    is_calm,
)
from laennec.training.ecg_findings.definitions import DELAY_TABLE, definition_lines
from laennec.training.ecg_findings.fit import Recipe, Rules, calibrated
from laennec.training.ecg_findings.operating import (
    LEAST_FLAGGED,
    LEAST_PRESENT,
    SHIPPED,
    Choice,
    called,
    least_present,
    with_cut_offs,
)
from laennec.training.ecg_findings.records import Ecgs
from laennec.training.ecg_findings.run import start_of

RECIPE = Recipe(steps=1, rate=0.05, pull=1.0, most=2.0, slope_pull=4.0, bias_pull=0.3, seed=1)
N = 400


@pytest.fixture(scope="module")
def start():
    return start_of("twelve_lead")


def made(start, n=N):
    """Records in two sources, of which nothing is known yet."""
    rng = np.random.default_rng(2)
    low, high = start.system.universes.T
    return Ecgs(
        source=np.array(["a", "b"])[np.arange(n) % 2],
        record=tuple(str(i) for i in range(n)),
        person=np.array([str(i) for i in range(n)]),
        x=rng.uniform(low, high, (n, len(low))),
        names=start.system.inputs,
        truth=np.full((n, len(start.table.names)), np.nan),
        statements=start.table.names,
        uses={use: np.ones(n, bool) for use in ("rhythm", "intervals", "st", "twelve_lead")},
        withheld=np.zeros(n, bool),
        beat=np.zeros((n, 12, 1)),
        own_scale=np.zeros(n, bool),
        wide=np.zeros(n, bool),
        blocked=np.zeros(n, bool),
    )


def one_statement(start, name, cases, control=-4.0, case=2.0):
    """Controls and the first `cases` records as cases of one statement, with their log-odds."""
    ecgs, j = made(start), start.table.names.index(name)
    truth = ecgs.truth.copy()
    truth[:, j] = np.arange(N) < cases
    logit = np.full(truth.shape, -9.0)
    logit[:, j] = np.where(truth[:, j] == 1, case, control)
    return replace(ecgs, truth=truth), logit, j


def test_the_shares_of_controls_lie_below_borderline(start):
    ecgs, logit, j = one_statement(start, "sinus_bradycardia", cases=0)
    logit[:, j] = np.random.default_rng(3).normal(0.0, 1.0, N)
    spec = with_cut_offs(start.table, ecgs, logit).statements[j]
    below = (1 / (1 + np.exp(-logit[:, j])) < spec.borderline_from).mean()
    assert SHIPPED.flagged <= below <= SHIPPED.flagged + 0.02
    assert spec.borderline_from <= spec.present_from


def test_what_hardly_a_rule_says_is_neither_borderline_nor_present(start):
    """The bug it pins: where all controls score low, half of nothing was called borderline."""
    ecgs, logit, j = one_statement(start, "sinus_bradycardia", cases=8, control=-6.0, case=-5.0)
    spec = with_cut_offs(start.table, ecgs, logit).statements[j]
    assert spec.borderline_from == LEAST_FLAGGED
    assert spec.present_from >= LEAST_PRESENT


def test_with_few_cases_present_begins_no_earlier_than_the_guidelines_borderline(start):
    """The bug it pins: a limb voltage of .62 mV was called low, one case standing against it."""
    ecgs, logit, j = one_statement(start, "sinus_bradycardia", cases=4)
    few = with_cut_offs(start.table, ecgs, logit).statements[j]
    assert few.present_from >= start.table.statements[j].borderline_from
    many = with_cut_offs(start.table, *one_statement(start, "sinus_bradycardia", cases=5)[:2])
    assert many.statements[j].present_from < few.present_from


FORBID_OTHERS = ["atrial_fibrillation", "lbbb", "lvh", "paced_rhythm"]


@pytest.mark.parametrize("name", FORBID_OTHERS)
@pytest.mark.parametrize("cases", [4, 8])
def test_the_price_alone_decides_of_what_forbids_others(start, name, cases):
    """The bug it pins: blocks and paced rhythms were borderline, and let Q waves and ST be told."""
    ecgs, logit, j = one_statement(start, name, cases, case=0.0)
    free = with_cut_offs(start.table, ecgs, logit).statements[j]
    assert free.borderline_from <= free.present_from < LEAST_PRESENT


def test_only_what_forbids_others_is_free_of_the_least_scores(start):
    least = {s.name: least_present(start.table, s, cases=0) for s in start.table.statements}
    assert sorted(name for name, score in least.items() if score == 0.0) == FORBID_OTHERS
    assert least["low_qrs_voltage"] == 0.35
    low = start.table.statements[start.table.names.index("low_qrs_voltage")]
    assert least_present(start.table, low, cases=5) == LEAST_PRESENT


def test_with_few_controls_the_guideline_stays(start):
    ecgs, logit, j = one_statement(start, "sinus_bradycardia", cases=N - 19)
    assert with_cut_offs(start.table, ecgs, logit).statements[j] == start.table.statements[j]


def test_present_lies_in_the_gap_between_cases_and_controls(start):
    ecgs, logit, j = one_statement(start, "sinus_bradycardia", cases=20)
    spec = with_cut_offs(start.table, ecgs, logit).statements[j]
    assert 1 / (1 + np.exp(4.0)) < spec.present_from < 1 / (1 + np.exp(-2.0))


@pytest.mark.parametrize("low, high", [(1.0, 5.0), (5.0, 12.0)])
def test_a_higher_price_calls_fewer_present(start, low, high):
    ecgs, logit, j = one_statement(start, "sinus_bradycardia", cases=60)
    rng = np.random.default_rng(4)
    logit[:, j] = rng.normal(np.where(ecgs.truth[:, j] == 1, 1.0, -1.5), 1.0)
    cheap, dear = (
        with_cut_offs(start.table, ecgs, logit, Choice(price, 0.5)).statements[j].present_from
        for price in (low, high)
    )
    assert cheap < dear


def test_calibration_carries_the_cut_offs_along(start):
    ecgs = made(start)
    j = start.table.names.index("sinus_bradycardia")
    truth = np.full(ecgs.truth.shape, np.nan)
    truth[:, j] = ecgs.columns(("rate_bpm",))[:, 0] < 70
    ecgs = replace(ecgs, truth=truth)
    raw = start.logits(ecgs)
    cut = Rules(start.system, with_cut_offs(start.table, ecgs, raw))
    moved = calibrated(cut, ecgs, RECIPE)
    assert moved.table.statements[j].present_from != cut.table.statements[j].present_from
    before, after = called(cut.table, ecgs, raw), called(moved.table, ecgs, moved.logits(ecgs))
    assert (before[1][:, j] == after[1][:, j]).all()


def test_a_possible_ventricular_tachycardia_is_judged_as_the_engine_answers(start):
    """The bug it pins: three tachycardias of which nothing is said counted as false delays."""
    ecgs = made(start)
    names = start.table.names
    ecgs = replace(ecgs, wide=np.arange(N) < 5)
    scored = judge.assessable(ecgs, start.table)
    delay, paced = names.index("nonspecific_intraventricular_delay"), names.index("paced_rhythm")
    assert not scored[:5, delay].any()
    assert scored[5:, delay].all()
    assert scored[:, paced].all()


def test_a_statement_without_cases_stands_in_the_calibration_all_the_same(start):
    """The bug it pins: statements with fewer than five cases were left out silently."""
    ecgs, logit, _ = one_statement(start, "lvh", cases=3, control=-4.0, case=-3.0)
    lines = judge.calibration_lines(ecgs, start.table, logit)
    assert [line.row for line in lines] == [n for n in start.table.names for _ in range(2)]
    by = {(line.row, line.measure): line for line in lines}
    assert np.isnan(by["lvh", "calibration slope"].estimate.value)
    assert by["lvh", "O:E"].estimate.ci_low < by["lvh", "O:E"].estimate.value
    assert by["lvh", "O:E"].cases == 3
    assert np.isnan(by["rbbb", "O:E"].estimate.value)


def test_a_slope_that_no_draw_allows_is_not_estimable(start):
    """Cases and controls without a mistake between them; a warning here would be an error."""
    ecgs, logit, _ = one_statement(start, "lvh", cases=20, control=-4.0, case=2.0)
    lines = judge.calibration_lines(ecgs, start.table, logit)
    slope = judge_find(lines, "lvh", "calibration slope")
    assert np.isnan([slope.value, slope.ci_low, slope.ci_high]).all()


def test_a_mean_of_no_statement_is_not_estimable(start):
    ecgs, logit, _ = one_statement(start, "lvh", cases=4)
    lines = judge.operating_lines("t", ecgs, start.table, logit > 0, np.isfinite(logit))
    assert np.isnan(judge_find(lines, "mean", "sensitivity").value)
    assert judge_find(lines, "lvh", "sensitivity").value == 1.0


def judge_find(lines, row, measure):
    return next(x.estimate for x in lines if (x.row, x.measure) == (row, measure))


def calm_ecgs(start):
    ecgs = made(start)
    truth = np.zeros_like(ecgs.truth)
    truth[:, start.table.names.index("sinus_rhythm")] = 1.0
    truth[200:, start.table.names.index("lvh")] = 1.0
    return replace(ecgs, truth=truth)


def test_a_rate_that_was_measured_is_no_false_statement(start):
    ecgs = calm_ecgs(start)
    present = np.zeros(ecgs.truth.shape, bool)
    present[:, start.table.names.index("sinus_bradycardia")] = True
    lines = calm_lines("row", ecgs, start.table, (present, present, present))
    found = {line.measure: line.estimate.value for line in lines}
    assert found["present"] == 1.0
    slow = ecgs.columns(("rate_bpm",))[is_calm(ecgs), 0] < SLOW
    assert found[UNTOLD] == pytest.approx((~slow).mean())
    assert 0 < found[UNTOLD] < 1


def test_calm_ecgs_are_counted_by_statement_and_source(start):
    ecgs = calm_ecgs(start)
    present = np.zeros(ecgs.truth.shape, bool)
    present[:50, start.table.names.index("rbbb")] = True
    lines = calm_by_source(ecgs, start.table, present)
    found = {(x.row, x.measure): (x.estimate.value, x.estimate.n) for x in lines}
    assert found["rbbb", "a"] == (0.75, 100)
    assert found["lbbb", "b"] == (1.0, 100)
    assert "sinus_rhythm" not in {line.row for line in lines}


def test_the_ceiling_is_what_the_ranking_finds_above_the_controls(start):
    score = np.r_[np.arange(100.0), [95.0, 80.0, 99.5, 90.5]]
    case = np.arange(104) >= 100
    assert trade.sensitivity_at(case, score, 0.90) == 0.75
    assert trade.sensitivity_at(case, score, 0.95) == 0.5
    assert trade.sensitivity_at(case, np.zeros(104), 0.90) == 0.0


def test_other_cut_offs_are_chosen_without_the_source_they_are_judged_on(start, monkeypatch):
    ecgs = made(start, n=60)
    seen = []

    def cut(table, ecgs, logit, choice):
        seen.append((set(ecgs.source.tolist()), choice))
        return table

    monkeypatch.setattr(trade, "with_cut_offs", cut)
    choice = Choice(price=2.0, flagged=0.8)
    trade.said_left_out(ecgs, start, choice)
    assert seen == [({"b"}, choice), ({"a"}, choice)]


def test_a_nested_choice_never_sees_the_source_that_is_left_out(start, monkeypatch):
    ecgs = replace(made(start, n=90), source=np.array(["a", "b", "c"])[np.arange(90) % 3])
    truth = np.zeros_like(ecgs.truth)
    truth[:, 0] = 1.0
    truth[::4, 1:] = 1.0
    seen = []
    real = trade.said_left_out

    def watched(ecgs, start, choice):
        seen.append(frozenset(ecgs.source.tolist()))
        return real(ecgs, start, choice)

    monkeypatch.setattr(trade, "said_left_out", watched)
    present, flagged, decided = trade.nested(replace(ecgs, truth=truth), start)
    assert set(seen) == {frozenset("ab"), frozenset("ac"), frozenset("bc")}
    assert (present <= flagged).all()
    assert decided.any()


def test_every_database_says_what_it_calls_a_delay(start):
    ecgs = made(start)
    truth = ecgs.truth.copy()
    names = start.table.names
    truth[:6, names.index("nonspecific_intraventricular_delay")] = 1.0
    truth[:2, names.index("premature_atrial_complex")] = 1.0
    lines = [x for x in definition_lines(replace(ecgs, truth=truth)) if x.table == DELAY_TABLE]
    found = {(x.row, x.measure): x.estimate.value for x in lines}
    wide = ecgs.columns(("qrs_ms",))[:6, 0] >= 110
    assert found["a", "cases"] == found["b", "cases"] == 3
    assert found["a", "with premature atrial beats"] == 1
    assert found["a", "with a usual QRS of 110 ms or more"] == wide[::2].sum()


def test_an_extreme_axis_is_read_and_judged_as_the_engine_answers(start):
    """A deviation of an axis of -150 degrees would have counted as a false one, or as missed."""
    ecgs = made(start)
    at = start.system.inputs.index("qrs_axis_deg")
    ecgs.x[:5, at] = -150.0
    ecgs.x[5:10, at] = 150.0
    assert ecgs.rule_inputs(start.system.inputs)[:10, at].tolist() == [210.0] * 5 + [150.0] * 5
    assert ecgs.columns(("qrs_axis_deg",))[:5].ravel().tolist() == [-150.0] * 5
    assert ecgs.rule_inputs(("qrs_ms",)).shape == (N, 1)
    logit = np.full((N, len(start.table.names)), -8.0)
    right = start.table.names.index("right_axis_deviation")
    logit[:, right] = 8.0
    present, _, _ = called(start.table, ecgs, logit)
    assert not present[:5, right].any()
    assert present[5:10, right].all()
