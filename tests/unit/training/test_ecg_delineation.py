"""Judging and exporting the delineator: scores, tables, export, the whole path in small."""

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
from laennec.training.ecg_delineation.card import render, table_of
from laennec.training.ecg_delineation.run import (
    bundle_files,
    manifest_of,
    open_run,
    train_delineation,
    write_bundle,
)
from laennec.training.ecg_delineation.score import (
    BOUNDARIES,
    Matches,
    f1,
    interval_medians,
    marked_medians,
    match,
    score_record,
)
from laennec.training.ecg_delineation.simulated import annotated, simulated_strips
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
    assert [f1(score[key]) for key in BOUNDARIES] == [1.0] * 6
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
    assert [f1(score[key]) for key in BOUNDARIES] == [0.0] * 6


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
