"""Peers of the ECG findings: what each may see, and that a difference is of the same people."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from ecg_findings_made import made
from laennec.datasets.simulator import scenario, simulate
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.measure import BeatTimes
from laennec.engine.errors import DataError
from laennec.training.ecg_delineation import neurokit
from laennec.training.ecg_findings import cnn, cnn_learning, compared, judge
from laennec.training.ecg_findings.cnn_learning import Told
from laennec.training.ecg_findings.peers import must_be_the_same
from laennec.training.ecg_findings.run import start_of
from laennec.training.metrics import Estimate

BRADY = "sinus_bradycardia"


@pytest.fixture(scope="module")
def start():
    return start_of("twelve_lead")


@pytest.fixture(scope="module")
def signal():
    return simulate(scenario("sinus_rhythm"), seed=1).signal


def waves(beats, shift=0.0):
    """Return P, QRS and T of each beat at places that everybody knows."""
    r = np.asarray(beats, float)

    def at(*around):
        return np.stack([r + shift + k for k in around], axis=1)

    return {"p": at(-90, -70, -50), "qrs": at(-25, 0, 25), "t": at(100, 140, 180)}


def test_the_tool_is_read_by_one_lead_of_beats_and_the_median_of_the_leads(signal, monkeypatch):
    asked = []

    def lead_waves(samples, rate, method, r=None):
        asked.append(r)
        late = 12.0 if len(asked) == 2 else 0.0  # one lead lies apart
        return waves([500, 1000, 1500] if r is None else r, late)

    monkeypatch.setattr(neurokit, "lead_waves", lead_waves)
    found = neurokit.NeuroKitWaves().delineate(signal)
    assert asked[0] is None
    assert [list(r) for r in asked[1:]] == [[500, 1000, 1500]] * 12
    assert found.usable.all()
    assert list(BeatTimes.of(found).qrs_onset) == [475, 975, 1475]
    assert list(found.p.confidence) == [1, 1, 1]


def test_a_wave_counts_where_half_of_the_leads_that_were_read_show_it(signal, monkeypatch):
    calls = iter(range(100))

    def lead_waves(samples, rate, method, r=None):
        k, told = next(calls), waves([500, 1000] if r is None else r)
        if k == 1:
            return None  # the tool fails on one of the leads
        told["p"][0] = np.nan if k < 9 else told["p"][0]  # 4 of 11 leads
        told["p"][1] = np.nan if k < 6 else told["p"][1]  # 7 of 11
        return told

    monkeypatch.setattr(neurokit, "lead_waves", lead_waves)
    found = neurokit.NeuroKitWaves().delineate(signal)
    assert found.usable.sum() == 11
    assert found.p.beat.tolist() == [1]
    assert found.p.confidence[0] == pytest.approx(7 / 11)


def test_where_the_tool_fails_on_every_lead_there_is_no_beat_and_no_error(signal, monkeypatch):
    monkeypatch.setattr(neurokit, "lead_waves", lambda *_: None)
    found = analyse_ecg(signal, neurokit.NeuroKitWaves())
    assert found.fiducials.n_beats == 0
    assert np.isnan(found.measurements.measured["qrs"].value)


def test_as_many_people_of_each_source_are_drawn_as_it_has(start):
    ecgs = made(start, n=60)
    times = judge._drawn(ecgs, np.random.default_rng(1))
    for source in "ab":
        assert times[ecgs.source == source].sum() == (ecgs.source == source).sum()
    assert (times == 0).any()


def test_a_person_counts_in_every_cell_at_once(start):
    """The bug it pins: cells were drawn apart, as if each statement had people of its own."""
    ecgs = made(start, n=60)
    score = np.random.default_rng(4).normal(size=ecgs.truth.shape)
    j, k = (start.table.names.index(n) for n in (BRADY, "sinus_tachycardia"))
    truth = ecgs.truth.copy()
    truth[:, k], score[:, k] = truth[:, j], score[:, j]
    one = judge.mean_auroc(ecgs, start.table, score, seed=1)
    twice = judge.mean_auroc(replace(ecgs, truth=truth), start.table, score, seed=1)
    assert (twice.ci_low, twice.ci_high) == pytest.approx((one.ci_low, one.ci_high))


def test_two_ecgs_of_one_person_are_drawn_or_not_together(start):
    ecgs = made(start, n=40)
    pairs = replace(ecgs, person=np.array([f"{i % 2} {i // 4}" for i in range(40)]))
    times = judge._drawn(pairs, np.random.default_rng(3))
    for person in np.unique(pairs.person):
        assert len(set(times[pairs.person == person].tolist())) == 1


def test_a_better_ranking_has_a_paired_interval_above_zero(start):
    ecgs = made(start)
    j = start.table.names.index(BRADY)
    good = np.zeros(ecgs.truth.shape)
    good[:, j] = ecgs.truth[:, j]
    poor = np.random.default_rng(5).normal(size=good.shape)
    gap = judge.mean_difference(ecgs, start.table, good, poor, seed=1)
    assert gap.ci_low > 0.3
    assert judge.mean_difference(ecgs, start.table, good, good, seed=1).ci_high == 0
    assert "people within their source" in gap.method


def test_every_step_changes_one_thing_and_a_failure_of_the_tool_is_counted(start, monkeypatch):
    monkeypatch.setattr(judge, "REPLICATES", 20)
    ecgs = made(start)
    one = start.logits(ecgs)
    worse = one + np.random.default_rng(1).normal(0, 9, one.shape)
    names = (compared.CRISP, compared.LEARNED, compared.ENCODED, compared.BOOSTING)
    scores = {compared.SHIPPED: one, **dict.fromkeys(names, worse)}
    scores |= {compared.crisp_on("dwt"): worse, compared.soft_on("dwt"): worse}
    lines = compared.compared_lines(ecgs, start, scores, {"dwt": unread(ecgs)}, 1)
    steps = {x.row: x.estimate.value for x in lines if x.table == compared.STEPS}
    assert steps["measurements: our waves for those of NeuroKit2 (dwt), crisp rules"] == 0
    assert steps["rules: soft words for steps, our waves"] > 0
    assert steps["learning: words and points, source left out"] < 0
    failed = {x.row: x.estimate for x in lines if x.table == compared.FAILED}
    assert failed == {
        "ours": Estimate(0, 0, 0, 120, "counted"),
        "NeuroKit2 (dwt)": Estimate(3, 3, 3, 120, "counted"),
    }


def unread(ecgs):
    """Return what knows of three records no rate."""
    rate = ecgs.columns(("rate_bpm",)).copy()
    rate[:3] = np.nan
    return SimpleNamespace(columns=lambda names: rate)


def test_the_small_network_sees_neither_source_nor_person_that_it_is_judged_on(
    start, monkeypatch, tmp_path
):
    ecgs = made(start)
    x = np.zeros((120, 12, 64), np.float32)
    x[:, 0, 0] = np.arange(120)  # says which record it is
    monkeypatch.setattr(cnn, "standing", lambda data: (ecgs.record, x))
    seen = []

    def learn(net, told, inner, **_):
        both = [{int(k) for k in part.x[:, 0, 0]} for part in (told, inner)]
        assert not both[0] & both[1]
        seen.append(both[0] | both[1])
        return net.eval()

    monkeypatch.setattr(cnn, "learn", learn)
    found = cnn.cnn_logits(tmp_path, ecgs, start.table, tmp_path, simulation=False)
    a, b = (set(np.flatnonzero(ecgs.source == s).tolist()) for s in "ab")
    assert seen == [b] * 3 + [a] * 3, "each source is left out, with three seeds"
    assert found.shape == ecgs.truth.shape
    assert np.isfinite(found).all()
    again = cnn.cnn_logits(tmp_path, ecgs, start.table, tmp_path, simulation=False)
    assert len(seen) == 6, "answers that are kept are not learned again"
    assert np.array_equal(found, again)


def test_before_it_learns_from_people_it_may_be_taught_by_simulation(start, monkeypatch, tmp_path):
    monkeypatch.setattr(cnn, "SIMULATED", 10)
    taught = []
    monkeypatch.setattr(cnn, "learn", lambda net, told, inner, **k: taught.append(len(told.x)))
    first = cnn._taught(tmp_path, start.table.names, 1)
    again = cnn._taught(tmp_path, start.table.names, 1)
    assert taught == [8]
    for one, other in zip(first.parameters(), again.parameters(), strict=True):
        assert torch.equal(one, other)


def test_all_ecgs_of_a_person_stop_the_learning_or_none():
    person = np.array([f"p{i // 2}" for i in range(100)])
    inner = cnn.inner_part(person, 1)
    assert np.array_equal(inner[::2], inner[1::2])
    assert 5 < inner.sum() < 40
    assert not np.array_equal(inner, cnn.inner_part(person, 2))


def test_the_small_network_learns_what_can_be_seen(monkeypatch):
    monkeypatch.setattr(cnn_learning, "SHIFT", 8)
    rng = np.random.default_rng(1)
    truth = (np.arange(32) % 2).astype(float)[:, None]
    x = rng.normal(0, 0.3, (32, 12, 48)).astype(np.float32)
    x[:, :, ::16] += 5.0 * truth[:, :, None].astype(np.float32)
    told = Told(x, truth)
    net = cnn_learning.new_network(1, 1)
    cnn_learning.learn(net, told, told, seed=1, epochs=8, rate=3e-3)
    logit = cnn_learning.logits_of(net, x)[:, 0]
    assert logit[truth[:, 0] == 1].min() > logit[truth[:, 0] == 0].max()


def test_nothing_is_learned_where_nothing_is_known():
    weight = cnn_learning.case_weights(np.array([[1.0, np.nan], [0.0, np.nan], [0.0, np.nan]]))
    assert weight.tolist() == pytest.approx([2**0.5, 1.0])
    logit = torch.tensor([[0.0, 50.0]])
    assert float(cnn_learning.loss_of(logit, np.array([[np.nan, np.nan]]), weight)) == 0.0


def test_a_disturbed_copy_stays_an_ecg_of_its_size():
    x = np.ones((20, 12, 300), np.float32)
    made_ = cnn_learning.disturbed(x, np.random.default_rng(1))
    assert made_.shape == x.shape
    assert made_.dtype == np.float32
    assert (x == 1).all()
    lost = (made_ == 0).all(axis=2).mean()
    assert 0.03 < lost < 0.2


def test_a_peer_is_held_against_the_truth_of_the_same_records():
    must_be_the_same(("a", "b"), ("a", "b"))
    with pytest.raises(DataError, match="2 records of kept features, 2 of the set, not the same"):
        must_be_the_same(("a", "b"), ("b", "a"))
