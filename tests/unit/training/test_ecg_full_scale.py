"""The full scale: tasks and classes, examples in files, learning that is taken up again."""

import csv
import math
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from laennec.datasets.sources.ecg_sets import read_set
from laennec.engine.errors import DataError
from laennec.training.ecg.config import chosen_runs
from laennec.training.ecg.examples import NOWHERE, intervals, part_of, resampled
from laennec.training.ecg.loop import Asked, class_weights, learn, logits_of
from laennec.training.ecg.run import train_ecg, work_depends_on
from laennec.training.ecg.shards import kept_shards
from laennec.training.ecg.truth import classes_and_truth, ptbxl_groups
from laennec.training.report import find, from_json
from made_ecg_sets import SCP, WRITERS, write_beats, write_ptbxl

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
SMALL = """
epochs = 3
channels = 8
blocks = 2
shard_records = 2
pool_shards = 2
replicates = 20
checkpoint_rounds = 1
"""


def config_file(folder, task, sets, recipe=SMALL):
    listed = "\n".join(f'{name} = "{folder / name}"' for name in sets)
    path = folder / f"{task}.toml"
    path.write_text(f'task = "{task}"\n[folders]\n{listed}\n[recipe]\n{recipe}')
    return path


@pytest.fixture(scope="module")
def beats(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sets")
    write_beats(folder / "mitdb")
    return folder


@pytest.fixture
def ptbxl(tmp_path):
    folder = tmp_path / "ptbxl"
    write_ptbxl(folder, 3, codes="{'IMI': 15.0, 'ASMI': 80.0, 'AMI': 100.0, 'SR': 0.0}")
    (folder / "scp_statements.csv").write_text(SCP)
    return folder


@pytest.mark.parametrize(
    ("task", "classes"),
    [
        ("all", 8),
        ("diagnostic", 5),
        ("subclass", 4),
        ("superclass", 3),
        ("form", 2),
        ("rhythm", 2),
    ],
)
def test_the_tasks_of_ptbxl_come_from_its_own_table(ptbxl, task, classes):
    assert len(set(ptbxl_groups(ptbxl, task).values())) == classes
    (config,) = chosen_runs(ptbxl.parent, (f"ptbxl_{task}",))
    names, truth = classes_and_truth(config)
    assert len(names) == classes
    rows = [truth("ptbxl", e) for e in read_set("ptbxl", ptbxl)]
    if task == "form":
        assert rows == [None] * 3
    else:
        said = {n for n, v in zip(names, rows[0][0], strict=True) if v == 1}
        assert (
            said
            == {
                "all": {"IMI", "ASMI", "AMI", "SR"},
                "diagnostic": {"IMI", "ASMI", "AMI"},
                "subclass": {"IMI", "AMI"},
                "superclass": {"MI"},
                "rhythm": {"SR"},
            }[task]
        )


def test_a_record_is_in_the_part_that_its_set_says_or_its_person(ptbxl, beats):
    split = {"train": ["8"], "validate": ["9"], "test": ["10"]}
    parts = [part_of(e, split) for e in read_set("ptbxl", ptbxl)]
    assert parts == ["train", "validate", "test"]
    paced = [e for e in read_set("mitdb", beats / "mitdb") if e.record == "102"]
    assert part_of(paced[0], {"train": ["101"], "test": ["100"]}) == NOWHERE
    mine = [part_of(e, {}) for e in read_set("ptbxl", ptbxl)]
    assert mine == [part_of(e, {}) for e in read_set("ptbxl", ptbxl)]


def test_signals_are_brought_to_one_rate_and_missing_leads_are_flat():
    x = np.stack([np.sin(np.arange(2000) / 40) + 3.0, np.full(2000, np.nan)])
    found = resampled(x, 400.0, 100)
    assert found.shape == (2, 500)
    assert np.abs(found[0, 20:-20]).max() < 1.3
    assert (found[1] == 0).all()


def test_intervals_say_how_early_a_beat_is():
    at = np.array([0.0, 1.0, 2.0, 2.6, 4.0, 5.0])
    assert intervals(at)[3].tolist() == pytest.approx([0.6, 1.4, 0.6, 1.0])
    assert intervals(at[:1]).tolist() == [[0.0] * 4]


def test_an_interrupted_run_ends_as_one_that_was_not(beats, tmp_path):
    """Both while examples are written and in the middle of learning."""
    (config,) = chosen_runs(config_file(beats, "mitdb_aami", ["mitdb"]), ())
    names, _ = classes_and_truth(config)

    def stop_at(word):
        def say(text):
            if word in text:
                raise KeyboardInterrupt

        return say

    with pytest.raises(KeyboardInterrupt):
        kept_shards(config, tmp_path / "a", stop_at("2 records read"))
    taken_up, whole = [], []
    shards = kept_shards(config, tmp_path / "a", taken_up.append)
    straight = kept_shards(config, tmp_path / "b", whole.append)
    assert taken_up[0] == "mitdb: 2 records are kept, going on there"
    assert len(whole) > len(taken_up) - 1
    for one, other in zip(shards.every(), straight.every(), strict=True):
        assert (one.x == other.x).all()
        assert one.person.tolist() == other.person.tolist()
    asked = Asked(shards, lambda e: e.part == "train", is_one_of=True, recipe=config.recipe)
    with pytest.raises(KeyboardInterrupt):
        learn(asked, tmp_path / "net.npz", stop_at("epoch 2"))
    net = learn(asked, tmp_path / "net.npz", taken_up.append)
    assert any("was kept, going on there" in text for text in taken_up)
    plain = learn(asked, tmp_path / "plain.npz", whole.append)
    examples = shards.read(0)
    assert (logits_of(net, examples, 7) == logits_of(plain, examples, 7)).all()
    again = learn(asked, tmp_path / "plain.npz")
    assert (logits_of(again, examples, 7) == logits_of(plain, examples, 7)).all()
    assert class_weights(asked)[names.index("Q")] == 0


@pytest.mark.slow
@pytest.mark.parametrize(("records", "kept"), [(37, ()), (32, ()), (37, (0, 3))])
def test_processes_side_by_side_write_the_files_of_one(tmp_path, records, kept):
    """Of 2 records a file: a block that ends in a file, one at its end, holes that a kill left."""
    (tmp_path / "georgia").mkdir()
    WRITERS["georgia"](tmp_path / "georgia", records)
    (config,) = chosen_runs(config_file(tmp_path, "statements", ["georgia"]), ())
    straight = kept_shards(config, tmp_path / "one", [].append)
    files = {path.name: path.read_bytes() for path in straight.paths}
    assert len(files) == math.ceil(records / 2)
    mine = tmp_path / "two" / "georgia"
    mine.mkdir(parents=True)
    for number in kept:
        (mine / f"{number:05d}.npz").write_bytes(files[f"{number:05d}.npz"])
    said = []
    found = kept_shards(config, tmp_path / "two", said.append, workers=2)
    assert {path.name: path.read_bytes() for path in found.paths} == files
    assert said[-1] == f"georgia: {records} records read"


@pytest.mark.slow
def test_a_folder_that_processes_can_not_read_is_told(tmp_path):
    (tmp_path / "georgia").mkdir()
    (config,) = chosen_runs(config_file(tmp_path, "statements", ["georgia"]), ())
    with pytest.raises(DataError, match="challenge record"):
        kept_shards(config, tmp_path / "two", [].append, workers=2)


KILLED = """
import sys
from pathlib import Path
from laennec.training.ecg.run import train_ecg
train_ecg(Path(sys.argv[1]), Path(sys.argv[2]), say=lambda text: print(text, flush=True))
"""


@pytest.mark.slow
def test_a_run_that_was_killed_goes_on_to_the_same_scores(beats, tmp_path):
    config = config_file(beats, "mitdb_aami", ["mitdb"])
    command = [sys.executable, "-W", "ignore", "-c", KILLED, str(config), str(tmp_path / "killed")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        for text in run.stdout:
            if text.startswith("epoch 1 of"):
                os.kill(run.pid, signal.SIGKILL)
                break
    said = []
    train_ecg(config, tmp_path / "killed", say=said.append)
    train_ecg(config, tmp_path / "whole")
    assert any("was kept, going on there" in text for text in said)
    assert not any("records read" in text for text in said)
    both = [
        from_json((tmp_path / name / "ecg/mitdb_aami/metrics.json").read_text())[2]
        for name in ("killed", "whole")
    ]
    assert [repr(line) for line in both[0]] == [repr(line) for line in both[1]]
    assert find(both[0], "test", "V", "sensitivity").estimate.n == 2
    card = (tmp_path / "whole/ecg/mitdb_aami/card.md").read_text()
    assert "5 classes: N, S, V, F, Q." in card
    assert "never shipped" in card


def test_every_set_is_left_out_in_turn_and_the_run_is_tracked(tmp_path):
    import mlflow

    for name in ("georgia", "code15"):
        (tmp_path / name).mkdir()
        WRITERS[name](tmp_path / name, 4)
    config = config_file(tmp_path, "statements", ["georgia", "code15"])
    assert train_ecg(config, tmp_path / "out") == []
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path / 'out/mlflow.db'}")
    (run,) = mlflow.search_runs(experiment_names=["ecg"], output_format="list")
    assert run.data.params["task"] == "statements"
    assert "data.code15.exams.csv" in run.data.tags
    _, _, lines = from_json((tmp_path / "out/ecg/statements/metrics.json").read_text())
    counted = {line.row for line in lines if line.table == "examples by set"}
    assert counted == {"georgia", "code15"}
    assert (tmp_path / "out/ecg-work").is_dir()
    names = {p.name for p in (tmp_path / "out/ecg-work").rglob("*.npz")}
    assert {"all.npz", "without-georgia.npz", "without-code15.npz"} <= names


ROOT = Path(__file__).parents[3]
DATA = Path(os.environ.get("LAENNEC_DATA", ROOT.parent / "shared" / "data")) / "ecg"


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.skipif(not DATA.is_dir(), reason="no development data")
def test_the_provided_samples_go_through_the_whole_road(tmp_path):
    """Real records: MIT-BIH, CinC 2017, LUDB and challenge records in their publishers' formats."""
    strips = tmp_path / "cinc2017/training/A00"
    strips.mkdir(parents=True)
    for file in (DATA / "cinc2017/records").iterdir():
        (strips / file.name).symlink_to(file)
    with (DATA / "cinc2017/labels.csv").open(newline="", encoding="utf-8") as table:
        rows = [f"{row['record']},{row['label_v3']}\n" for row in csv.DictReader(table)]
    (tmp_path / "cinc2017/REFERENCE-v3.csv").write_text("".join(rows))
    (tmp_path / "mitdb").symlink_to(DATA / "mitdb")
    (tmp_path / "ludb").symlink_to(DATA / "ludb")
    (tmp_path / "chapman_shaoxing_ningbo").symlink_to(DATA / "challenge12/records")
    quick = "epochs = 1\nchannels = 8\nreplicates = 20\n"
    train_ecg(config_file(tmp_path, "mitdb_aami", ["mitdb"], quick), tmp_path / "out")
    train_ecg(config_file(tmp_path, "cinc2017", ["cinc2017"], quick), tmp_path / "out")
    sets = ["ludb", "chapman_shaoxing_ningbo"]
    train_ecg(config_file(tmp_path, "statements", sets, quick), tmp_path / "out")
    _, _, lines = from_json((tmp_path / "out/ecg/mitdb_aami/metrics.json").read_text())
    assert find(lines, "test", "N", "beats").estimate.value > 5000
    _, _, lines = from_json((tmp_path / "out/ecg/cinc2017/metrics.json").read_text())
    assert find(lines, "test", "mean of N, A, O", "F1").estimate.n > 10
    _, _, lines = from_json((tmp_path / "out/ecg/statements/metrics.json").read_text())
    assert any(line.table == "ludb, never seen" for line in lines)


def test_kept_examples_go_by_the_label_maps_and_the_readers():
    """The bug it pins: after a change of a label map, examples with the old labels were kept."""
    named = {file.name for file in work_depends_on()}
    assert named > {"labels.toml", "labels_sets.toml", "ecg_sets.py", "full_scale.py", "written.py"}
    assert all(file.is_file() for file in work_depends_on())
