"""Training the delineator: targets, batches, scores, folds, export, the whole path in small."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from laennec.datasets.simulator import scenario, simulate
from laennec.datasets.sources.ecg_files import AnnotatedEcg
from laennec.engine.ecg.delineation.delineate import Delineator
from laennec.engine.ecg.fiducials import OFFSET, ONSET, PEAK
from laennec.engine.errors import ContractBroken, DataError
from laennec.models.ecg_delineation.definition import Delineator as Network
from laennec.models.ecg_delineation.definition import Size
from laennec.training.ecg_delineation import export as exporting
from laennec.training.ecg_delineation import judge, stress
from laennec.training.ecg_delineation.asked import TorchSession
from laennec.training.ecg_delineation.batches import QRS_PEAK, draw
from laennec.training.ecg_delineation.card import render, table_of
from laennec.training.ecg_delineation.crossval import Lessons, fingerprint_of, folds, learned
from laennec.training.ecg_delineation.loop import Recipe, learn, loss_of
from laennec.training.ecg_delineation.run import (
    bundle_files,
    manifest_of,
    open_run,
    train_delineation,
    write_bundle,
)
from laennec.training.ecg_delineation.score import (
    Matches,
    f1,
    interval_medians,
    marked_medians,
    match,
    mean_f1,
    score_record,
)
from laennec.training.ecg_delineation.simulated import annotated, simulated_strips
from laennec.training.ecg_delineation.strips import lead_targets
from waves_maker import RULES, SpikeSession

SMALL = Size((4, 8, 8, 8, 8), 3, (1,))
EVERYWHERE = (float("-inf"), float("inf"))
NAN = float("nan")


@pytest.fixture(scope="module")
def strips():
    return simulated_strips(3, seed=5)


def small_network(seed=0):
    torch.manual_seed(seed)
    return Network(SMALL).eval()


def test_a_boundary_between_two_samples_is_wanted_in_part():
    waves = {"p": np.array([[10.25, 15.0, 20.0]])}
    wanted, known = lead_targets(waves, 100, 1.0)
    assert wanted[0, 10] == pytest.approx(0.25 * 255, abs=1)
    assert wanted[0, 11:20].tolist() == [255] * 9
    assert wanted[0, 20] == pytest.approx(0.5 * 255, abs=1)
    assert wanted[3].argmax() == 15
    assert known[:45].all()
    assert not known[46:].any(), "what lies beyond the last mark was not looked at"


def test_a_half_marked_wave_is_left_out_of_what_is_known():
    waves = {"qrs": np.array([[300.0, 310.0, 320.0], [NAN, 900.0, 910.0]])}
    _, known = lead_targets(waves, 1500, 1.0)
    assert known[310] == 1
    assert known[905] == 0


def test_a_lead_without_marks_teaches_nothing():
    wanted, known = lead_targets({}, 50, 1.0)
    assert not wanted.any()
    assert not known.any()


def test_simulated_strips_are_known_everywhere_but_at_boundaries(strips):
    assert strips.signal.shape == (3, 12, 5000)
    assert strips.wanted.shape == (3, 12, 6, 5000)
    inside = strips.wanted[:, :, :3] >= 128
    moves = (inside[..., 1:] != inside[..., :-1]).any(dim=-1)
    assert moves[:, :, 1:].any()
    assert strips.known[:, :, 1:].float().mean() > 0.8
    assert not strips.known[:, :, 1:][..., 1:][
        (inside[..., 1:] != inside[..., :-1])[:, :, 1:]
    ].any()
    assert len(strips.of([2, 0])) == 2


def test_a_batch_keeps_waves_where_they_are(strips):
    """QRS is wanted where the signal is steep, whatever was cut, stretched and added."""
    generator = torch.Generator().manual_seed(1)
    for leads in (1, 3, 12):
        batch = draw(strips, torch.tensor([0, 1, 2]), leads, generator, 640)
        assert batch.x.shape[0::3] == (3, 640)
        assert batch.wanted.shape == batch.known.shape
        steep = batch.x.diff(dim=-1).abs().squeeze(1)
        inside = batch.wanted[:, 1, :, 1:] > 0.5
        assert steep[inside].mean() > 1.5 * steep[~inside].mean()


def test_a_batch_follows_from_its_seed_and_some_leads_are_turned(strips):
    one, other = (
        draw(strips, torch.tensor([0, 1]), 3, torch.Generator().manual_seed(3)) for _ in range(2)
    )
    assert torch.equal(one.x, other.x)
    masks = [
        draw(strips, torch.tensor([0, 1]), 3, torch.Generator().manual_seed(s)).known
        for s in range(12)
    ]
    assert any(((m[:, QRS_PEAK] == 0) & (m[:, 1] == 1)).any() for m in masks)


def test_learning_lowers_the_loss_and_follows_from_its_seed(strips):
    recipe = Recipe(size=SMALL, steps=12, threads=1)
    said = []
    one = learn(strips, recipe, simulated=strips, say=said.append)
    other = learn(strips, recipe, simulated=strips)
    assert said[-1].startswith("step 12: loss")
    for a, b in zip(one.parameters(), other.parameters(), strict=True):
        assert torch.equal(a, b)
    batch = draw(strips, torch.tensor([0, 1]), 3, torch.Generator().manual_seed(9))
    assert loss_of(one, batch) < loss_of(small_network(), batch)


def test_folds_never_share_a_person():
    persons = [str(i // 2) for i in range(40)]
    split = folds(persons, 3)
    assert sorted(row for part in split for row in part) == list(range(40))
    for part in split:
        others = {persons[r] for p in split for r in p if p is not part}
        assert not {persons[r] for r in part} & others


def test_each_fold_has_its_part_of_a_rare_kind():
    kinds = ["no p" if i < 9 else "p" for i in range(60)]
    split = folds([str(i) for i in range(60)], 3, kinds)
    assert [sum(kinds[r] == "no p" for r in part) for part in split] == [3, 3, 3]
    assert [len(part) for part in split] == [20, 20, 20]


def test_records_without_p_waves_are_drawn_more_often(strips):
    assert set(strips.kinds) <= {"p", "no p"}
    rare = replace(strips, kinds=("no p", "p", "paced"))
    assert rare.weight.tolist() == [2.5, 1.0, 1.0]
    assert rare.of([2, 0]).kinds == ("paced", "no p")


def test_an_interrupted_run_goes_on_with_what_it_kept(strips, tmp_path):
    recipe = Recipe(size=SMALL, steps=2, threads=1)
    kept, said = tmp_path / "work" / "fold0.npz", []
    first = learned(Lessons(strips), recipe, kept)
    again = learned(Lessons(strips), recipe, kept, say=said.append)
    assert said == ["fold0: taken from an earlier run"]
    for a, b in zip(first.state_dict().values(), again.state_dict().values(), strict=True):
        assert torch.equal(a, b)
    said.clear()
    learned(Lessons(strips), replace(recipe, steps=3), kept, say=said.append)
    assert said[0].startswith("step"), "another recipe is another network"


def test_a_network_is_not_taken_up_when_only_the_targets_of_simulation_have_changed(strips):
    """It once was: persons and the number of simulated strips were the whole fingerprint."""
    recipe = Recipe(size=SMALL, steps=2, threads=1)
    before = fingerprint_of(Lessons(strips, strips), recipe)
    assert fingerprint_of(Lessons(strips, strips.of(range(len(strips)))), recipe) == before
    assert fingerprint_of(Lessons(strips, strips), replace(recipe, threads=2)) == before
    others = [
        replace(strips, known=torch.zeros_like(strips.known)),
        replace(strips, wanted=strips.wanted.flip(0)),
        replace(strips, signal=2 * strips.signal),
    ]
    names = {fingerprint_of(Lessons(strips, other), recipe) for other in others}
    names |= {fingerprint_of(Lessons(other, strips), recipe) for other in others}
    names |= {before, fingerprint_of(Lessons(strips), recipe)}
    assert len(names) == 8


def test_points_are_matched_one_to_one():
    found, marked = np.array([10.0, 50, 52, 90, NAN]), np.array([12.0, 51, 200])
    made = match(found, marked, (0.0, 300.0), 2.0)
    assert sorted(made.errors_ms.tolist()) == [-4, -2]
    assert (made.missed, made.invented) == (1, 2)
    assert match(found, marked, (0.0, 60.0), 2.0).invented == 1, "outside nobody looked"
    assert match(found, marked, EVERYWHERE, 2.0, window_ms=3.0).hits == 1
    assert f1(Matches(np.zeros(8), 1, 1)) == pytest.approx(16 / 18)
    assert np.isnan(f1(Matches(np.empty(0), 0, 0)))


def marked_record():
    made = simulate(scenario("sinus_rhythm"), seed=2)
    return annotated(made)


def found_as_marked(record):
    """A delineation that finds exactly what is marked."""
    from laennec.engine.ecg.fiducials import Fiducials, Waves

    waves = {}
    for name in ("p", "qrs", "t"):
        rows = [record.waves[lead][name] for lead in record.signal.leads]
        n = max(len(r) for r in rows)
        points = np.full((12, n, 3), NAN)
        for k, r in enumerate(rows):
            points[k, : len(r)] = r
        waves[name] = Waves(points, np.nanmedian(points, axis=0), np.arange(n), np.ones(n))
    return Fiducials(record.signal.leads, 500.0, np.ones(12, bool), **waves)


def test_marks_of_a_simulated_record_lie_inside_it():
    record = marked_record()
    for waves in record.waves.values():
        for points in waves.values():
            assert ((points >= 0) & (points < record.signal.n_samples)).all()


def test_a_perfect_answer_scores_one_and_has_no_error():
    record = marked_record()
    score = score_record(found_as_marked(record), record.waves)
    assert mean_f1([score]) == 1.0
    assert np.abs(score["qrs", ONSET].errors_ms).max() == 0
    lines = list(judge.boundary_lines([score, score], "boundaries"))
    assert lines[0].estimate.value == lines[0].estimate.ci_low == 1.0
    assert {x.measure for x in lines} == {"F1", "bias ms", "SD ms"}


def test_an_empty_answer_scores_nothing():
    record = marked_record()
    nothing = Delineator(SpikeSession(), RULES).delineate(
        replace(record.signal, signal_mv=np.zeros((12, 100)))
    )
    score = score_record(nothing, record.waves)
    assert score["p", ONSET].hits == 0
    assert score["p", ONSET].missed > 50
    assert mean_f1([score]) == 0.0


def test_medians_of_the_annotator_line_up_waves_with_their_beats():
    record = marked_record()
    marked = marked_medians(record.waves, 500.0)
    assert marked["pr"] > marked["p"] > 50
    assert marked["qt"] > marked["qrs"] > 50
    found = interval_medians(found_as_marked(record))
    assert found["qrs"] == pytest.approx(marked["qrs"])


def test_the_judge_counts_beats_and_atrial_activity():
    rng = np.random.default_rng(0)
    time = np.arange(5000) / 500
    shape = np.exp(-0.5 * (((time % 0.9) - 0.45) / 0.015) ** 2) + 0.01 * rng.normal(size=5000)
    signal = type(marked_record().signal).of({"II": shape}, 500.0, complete=False)
    beats = 500 * (0.45 + 0.9 * np.arange(11))
    record = AnnotatedEcg("a", "a", signal, beats=beats, labels={"dx_final_abbr": "NSR"})
    find = Delineator(SpikeSession(), RULES).delineate
    lines = {(x.row, x.measure): x.estimate.value for x in judge.beat_lines(find, [record])}
    assert lines["all, 50 ms", "F1"] == 1.0
    assert lines["all, 150 ms", "sensitivity"] == lines["all, 150 ms", "ppv"] == 1.0
    atrial = list(judge.atrial_lines(find, [record]))
    rows = ["sinus rhythm", "sinus rhythm, without premature beats"]
    assert [(x.row, x.estimate.value) for x in atrial] == [(row, 0.0) for row in rows]


def test_the_stress_tables_have_every_row():
    find = Delineator(SpikeSession(), RULES)
    real = [replace(marked_record(), record=str(i)) for i in range(2)]
    lines = stress.stress_lines(find, real, load=stress.Load(1))
    tables = {x.table for x in lines}
    assert tables == {
        "rhythms",
        "sampling rates",
        "noise on simulated records",
        "noise on real records",
    }
    rows = {x.row for x in lines if x.table == "rhythms"}
    assert len(rows) == len(stress.RHYTHMS)
    assert {"100 Hz", "1000 Hz"} <= {x.row for x in lines}


def test_the_exported_graph_is_the_network():
    made = exporting.export(small_network())
    assert made.largest_difference < 1e-6
    assert b"laennec.waves_golden/1" in made.golden


def test_a_graph_that_differs_is_not_exported(monkeypatch):
    monkeypatch.setattr(exporting, "PARITY_LIMIT", -1.0)
    with pytest.raises(ContractBroken, match="the graph differs from the network by"):
        exporting.export(small_network())


def test_the_number_of_leads_is_free_and_their_order_has_no_effect():
    session = TorchSession(small_network())
    x = np.random.default_rng(0).normal(size=(1, 5, 64)).astype(np.float32)
    one = session.run(["probability"], {"signal": x})[0]
    other = session.run(["probability"], {"signal": x[:, ::-1].copy()})[0]
    assert np.abs(one - other[:, ::-1]).max() < 1e-5
    with pytest.raises(ValueError, match="one output is there"):
        session.run(["a", "b"], {"signal": x})


def test_a_bundle_is_written_signed_and_asked(tmp_path):
    data = tmp_path / "data" / "ecg" / "ludb"
    data.mkdir(parents=True)
    (data / "ludb.csv").write_text("ID\n")
    run = open_run(tmp_path / "data", tmp_path / "out", workers=1)
    record = marked_record()
    score = score_record(found_as_marked(record), record.waves)
    lines = list(judge.boundary_lines([score], "boundaries"))
    made = exporting.export(small_network())
    folder = tmp_path / "out" / "ecg_delineation" / "bundles" / "waves"
    files = bundle_files(run, lines, made, "none")
    bundle = write_bundle(folder, manifest_of(run, lines, "none"), files)
    assert bundle.manifest.key == "development"
    assert bundle.manifest.metrics[0].value == 1.0
    assert "# Model card: ecg_delineation/waves" in files["card.md"].decode()
    again = write_bundle(folder, manifest_of(run, lines, "none"), files)
    assert again.sha256 == bundle.sha256


def test_the_card_says_what_the_lines_say():
    record = marked_record()
    score = score_record(found_as_marked(record), record.waves)
    lines = list(judge.boundary_lines([score], "boundaries"))
    table = table_of(lines)
    assert table[0] == "| | F1 | bias ms | SD ms |"
    assert table[2].startswith("| six boundaries | 1.0000 |")
    assert "percentile bootstrap of persons" in table[-1]
    about = {
        "text": dict.fromkeys(
            ("intended_use", "not_for", "population", "reference_standard", "split"), "words"
        )
        | {"limits": ["a limit"]},
        "how": {"network": "n", "reading": "r"},
        "tables": {"boundaries": {"title": "Title", "note": "Note"}},
        "run": ["a fact"],
    }
    card = render("a/b", about, lines)
    assert "## Title\n\nNote\n" in card
    assert "- a limit" in card
    assert card.endswith("- a fact\n")


def test_another_form_and_absent_data_are_refused(tmp_path):
    with pytest.raises(DataError, match="this model has one form"):
        open_run(tmp_path, tmp_path, forms=("other",))
    with pytest.raises(DataError, match=r"no ludb\.csv"):
        train_delineation(tmp_path, tmp_path / "out", workers=1)


def test_all_points_of_a_wave_have_names():
    assert (ONSET, PEAK, OFFSET) == (0, 1, 2)
